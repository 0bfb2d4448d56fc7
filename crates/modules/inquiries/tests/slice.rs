//! What people rely on of inquiry records and the day's sheet.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

const REASON: &str = "wur_00000000000000000000000009";

fn modules() -> Vec<http::Module> {
    vec![
        documents::module(None),
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        inquiries::module(),
    ]
}

/// A team with its supervisor and an agent, and an agent of another team.
struct Desk {
    app: TestApp,
    key: String,
    admin: Person,
    supervisor: Person,
    agent: Person,
    stranger: Person,
    team: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, supervisor) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, stranger) = (app.person("agent").await, app.person("agent").await);
    let team = admin.unit(("team", "热线组"), None, None, &[&supervisor, &agent]).await;
    admin.unit(("team", "在线组"), None, None, &[&stranger]).await;
    let team = team["id"].as_str().unwrap().to_owned();
    Desk { app, key: channel.public_key, admin, supervisor, agent, stranger, team }
}

impl Desk {
    /// A conversation of the agent's, answered; it goes on.
    async fn talk(&self, asked: &str, answer: &str) -> String {
        let (_visitor, ready) = self.app.visitor_writes(&self.key, asked).await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": self.agent.id()})).await.ok();
        let said = json!({"client_id": "a1", "text": answer});
        self.agent.post(&format!("/conversations/{id}/messages"), said).await.ok();
        id
    }

    fn sheet(&self, day: &str) -> String {
        format!("/daily-records/{day}?unit={}", self.team)
    }

    async fn log(&self, person: &Person, asked: &str) -> Value {
        person.post("/inquiry-records", json!({"asked": asked})).await.ok()
    }
}

fn path(record: &Value, rest: &str) -> String {
    format!("/inquiry-records/{}{rest}", record["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r054_a_conversation_that_is_over_is_one_row_of_the_day(db: TestDb) {
    let desk = desk(db).await;
    let id = desk.talk("镀晶三天就花了，能退吗", "可以到店免费重做").await;
    let draft = desk.agent.get(&format!("/conversations/{id}/inquiry-record")).await.ok();
    assert_eq!((&draft["version"], &draft["asked"]), (&json!(0), &json!("镀晶三天就花了，能退吗")));
    desk.stranger.get(&format!("/conversations/{id}/inquiry-record")).await.refused(404, "not_found");

    let body = json!({"reason_id": REASON, "note": "周六到店重做"});
    desk.agent.post(&format!("/conversations/{id}/closure"), body).await.ok();
    desk.app.settle().await;
    let list = desk.agent.get("/inquiry-records").await.ok();
    let rows = list["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{list}");
    let row = &rows[0];
    assert_eq!((&row["conversation_id"], &row["way"]), (&json!(id), &json!("conversation")));
    assert_eq!((&row["asked"], &row["answer"]), (&json!("镀晶三天就花了，能退吗"), &json!("周六到店重做")));
    assert_eq!((&row["reason"], &row["owner_id"], &row["unit_id"]), (&json!("售后 / 退款"), &json!(desk.agent.id()), &json!(desk.team)));
    assert_eq!(desk.stranger.get("/inquiry-records").await.ok()["items"], json!([]));
    desk.stranger.get(&path(row, "")).await.refused(404, "not_found");

    // What a person writes stays, whatever is said about the conversation later.
    let written = json!({"asked": "镀晶划痕，要求退款", "outcome": "unsolved"});
    let row = desk.agent.put(&format!("/conversations/{id}/inquiry-record"), written).await.ok();
    assert_eq!((&row["asked"], &row["answer"], &row["edited"]), (&json!("镀晶划痕，要求退款"), &json!("周六到店重做"), &json!(true)));
    desk.agent.put(&format!("/conversations/{id}/wrap-up"), json!({"reason_id": REASON, "note": "改约周日"})).await.ok();
    desk.app.settle().await;
    let row = desk.agent.get(&path(&row, "")).await.ok();
    assert_eq!((&row["asked"], &row["answer"], &row["outcome"]), (&json!("镀晶划痕，要求退款"), &json!("周六到店重做"), &json!("unsolved")));
    let versions = desk.agent.get(&path(&row, "/versions")).await.ok();
    assert_eq!(versions[0]["data"]["asked"], "镀晶三天就花了，能退吗");
}

async fn r032_a_call_is_logged_by_hand_and_knows_the_caller_by_the_number(db: TestDb) {
    let desk = desk(db).await;
    let customer = json!({"name": "韩女士", "phone": "138 1234 5678"});
    let customer = desk.agent.post("/customers", customer).await.ok();
    let call = json!({"phone": "13812345678", "asked": "退款第五天没到", "answer": "明天中午前回电", "reason_id": REASON, "outcome": "unsolved"});
    let row = desk.agent.post("/inquiry-records", call).await.ok();
    assert_eq!((&row["customer_id"], &row["customer_name"], &row["way"]), (&customer["id"], &json!("韩女士"), &json!("phone")));
    assert_eq!((&row["phone"], &row["reason"]), (&json!("138****5678"), &json!("售后 / 退款")));
    assert!(!row.to_string().contains("12345678"), "{row}");
    // Whom the agent may not see is not found by their number.
    let other = desk.stranger.post("/inquiry-records", json!({"phone": "13812345678", "asked": "问价格"})).await.ok();
    assert_eq!((&other["customer_id"], &other["customer_name"]), (&Value::Null, &json!("")));
    let of_customer = desk.agent.get(&format!("/inquiry-records?customer={}", customer["id"].as_str().unwrap())).await.ok();
    assert_eq!(of_customer["items"], json!([row]));

    let post = |body: Value| desk.agent.post("/inquiry-records", body);
    for (body, field, code) in [
        (json!({"asked": " "}), "asked", "required"),
        (json!({"asked": "x".repeat(1_001)}), "asked", "too_long"),
        (json!({"asked": "x", "phone": "12345"}), "phone", "malformed"),
        (json!({"asked": "x", "way": "conversation"}), "way", "not_allowed"),
        (json!({"asked": "x", "at": 99_000_000_000_000_i64}), "at", "in_the_future"),
        (json!({"asked": "x", "at": 0}), "at", "too_old"),
        (json!({"asked": "x", "reason_id": "wur_0000000000000000000000000z"}), "reason_id", "unknown"),
        (json!({"asked": "x", "owner_id": desk.admin.id()}), "owner_id", "unknown_field"),
    ] {
        post(body).await.refused_field(field, code);
    }
    assert_eq!(desk.agent.get("/inquiry-records").await.ok()["items"].as_array().unwrap().len(), 1);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", row["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["action"], "inquiries.record_created");
    assert!(!trail.to_string().contains("韩女士") && !trail.to_string().contains("退款第五天"), "{trail}");
}

async fn r054_a_signed_day_is_frozen_and_what_comes_later_stands_on_the_next(db: TestDb) {
    let desk = desk(db).await;
    let first = desk.log(&desk.agent, "问营业时间").await;
    desk.log(&desk.agent, "问停车").await;
    desk.log(&desk.stranger, "别组的事").await;
    let day = first["day"].as_str().unwrap().to_owned();
    let sheet = desk.supervisor.get(&desk.sheet(&day)).await.ok();
    assert_eq!((&sheet["totals"]["inquiries"], &sheet["may_sign"], &sheet["unit_name"]), (&json!(2), &json!(true), &json!("热线组")));
    assert_eq!(sheet["totals"]["by_channel"], json!([{"way": "phone", "channel": null, "inquiries": 2}]));
    // An agent's own rows make no sheet, and another team's is not there.
    desk.agent.get(&desk.sheet(&day)).await.refused(404, "not_found");
    desk.stranger.get(&desk.sheet(&day)).await.refused(404, "not_found");
    let sign = format!("/daily-records/{day}/signature");
    let signing = |inquiries: i64| json!({"unit_id": desk.team, "inquiries": inquiries, "note": "已逐条核对"});
    desk.agent.post(&sign, signing(2)).await.refused(404, "not_found");
    desk.supervisor.post(&sign, signing(1)).await.refused(409, "inquiries.rows_came");
    let signed = desk.supervisor.post(&sign, signing(2)).await.ok();
    assert_eq!((&signed["signature"]["signed_by_name"], &signed["signature"]["note"]), (&json!("supervisor"), &json!("已逐条核对")));
    desk.supervisor.post(&sign, signing(2)).await.refused(409, "inquiries.signed");

    let late = desk.log(&desk.agent, "收工前又一个").await;
    assert_ne!(late["day"], day);
    assert!(late["day"].as_str().unwrap() > day.as_str());
    desk.agent.patch(&path(&first, ""), json!({"version": 1, "asked": "改"})).await.refused(409, "inquiries.signed");
    let correction = json!({"version": 1, "reason": "听录音核对", "outcome": "solved"});
    desk.agent.post(&path(&first, "/correction"), correction.clone()).await.refused(403, "forbidden");
    desk.supervisor.post(&path(&late, "/correction"), correction.clone()).await.refused(409, "inquiries.not_signed");
    let corrected = desk.supervisor.post(&path(&first, "/correction"), correction).await.ok();
    assert_eq!((&corrected["outcome"], &corrected["corrections"], &corrected["version"]), (&json!("solved"), &json!(1), &json!(2)));
    let versions = desk.supervisor.get(&path(&first, "/versions")).await.ok();
    assert_eq!((&versions[0]["reason"], &versions[0]["data"]["outcome"]), (&json!("听录音核对"), &json!("unknown")));
    let sheet = desk.supervisor.get(&desk.sheet(&day)).await.ok();
    assert_eq!((&sheet["totals"]["solved"], &sheet["corrected"], &sheet["signature"]["inquiries"]), (&json!(1), &json!(1), &json!(2)));
    let days = desk.supervisor.get(&format!("/daily-records?from={day}&to={day}")).await.ok();
    assert_eq!((days.as_array().unwrap().len(), &days[0]["signature"]["note"]), (1, &json!("已逐条核对")));
    assert_eq!(desk.agent.get(&format!("/daily-records?from={day}&to={day}")).await.ok(), json!([]));
}

async fn r054_the_file_says_what_the_screen_says_and_no_cell_is_a_formula(db: TestDb) {
    let desk = desk(db).await;
    let call = json!({"customer_name": "=HYPERLINK(\"http://x\")", "asked": "@SUM(A1), \"引号\"", "phone": "13812345678"});
    let row = desk.agent.post("/inquiry-records", call).await.ok();
    let day = row["day"].as_str().unwrap();
    let file = format!("/daily-records/{day}/export?unit={}", desk.team);
    desk.agent.get(&file).await.refused(404, "not_found");
    let text = desk.supervisor.request(reqwest::Method::GET, &file).send().await.unwrap().text().await.unwrap();
    assert!(text.starts_with('\u{feff}'));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[2].contains("\"'=HYPERLINK(\"\"http://x\"\")\",\"138****5678\""), "{}", lines[2]);
    assert!(lines[2].contains("\"'@SUM(A1), \"\"引号\"\"\""), "{}", lines[2]);
    let sheet = desk.supervisor.get(&desk.sheet(day)).await.ok();
    assert!(text.contains(&format!("\"合计\",\"{}\"", sheet["totals"]["inquiries"])), "{text}");
    let trail = desk.admin.get("/audit-entries?action=inquiries.day_exported").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    desk.supervisor.get(&desk.sheet("2026-1-1")).await.refused_field("day", "malformed");
}

async fn r066_the_day_is_printed_with_every_row_and_the_line_to_sign(db: TestDb) {
    let desk = desk(db).await;
    let call = json!({"customer_name": "=1+1", "asked": "保养多久一次", "answer": "五千公里", "phone": "13812345678"});
    let row = desk.agent.post("/inquiry-records", call).await.ok();
    let day = row["day"].as_str().unwrap();
    let file = async |format: &str| {
        let path = format!("/daily-records/{day}/export?unit={}&format={format}", desk.team);
        let answer = desk.supervisor.request(reqwest::Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    };
    let pdf = file("pdf").await;
    assert!(pdf.starts_with(b"%PDF-"));
    if let Ok(folder) = std::env::var("ZHIKE_SHOW") {
        std::fs::write(format!("{folder}/daily.pdf"), pdf).unwrap();
    }
    let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(file("xlsx").await)).unwrap();
    let name = calamine::Reader::sheet_names(&book)[0].clone();
    assert!(name.starts_with("每日咨询内容记录"));
    let range = calamine::Reader::worksheet_range(&mut book, &name).unwrap();
    let all: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in ["=1+1", "138****5678", "保养多久一次", "五千公里", "联系电话"] {
        assert!(all.iter().any(|cell| cell == text), "{text}: {all:?}");
    }
    assert_eq!(calamine::Reader::worksheet_formula(&mut book, &name).unwrap().used_cells().count(), 0);
}

async fn an_erased_customer_leaves_the_row_and_no_word(db: TestDb) {
    let desk = desk(db).await;
    let customer = desk.agent.post("/customers", json!({"name": "韩女士", "phone": "13812345678"})).await.ok();
    let call = json!({"customer_id": customer["id"], "asked": "我的退款呢", "outcome": "unsolved"});
    let row = desk.agent.post("/inquiry-records", call).await.ok();
    desk.agent.patch(&path(&row, ""), json!({"version": 1, "answer": "已催财务"})).await.ok();
    let id = customer["id"].as_str().unwrap();
    let export = desk.admin.get(&format!("/customers/{id}/export?reason=本人要求")).await.ok();
    assert!(export.to_string().contains("我的退款呢") && export.to_string().contains("13812345678"), "{export}");
    desk.admin.post(&format!("/customers/{id}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let after = desk.agent.get(&path(&row, "")).await.ok();
    assert_eq!((&after["asked"], &after["answer"], &after["customer_name"], &after["phone"]), (&json!(""), &json!(""), &json!(""), &Value::Null));
    assert_eq!((&after["outcome"], &after["day"]), (&json!("unsolved"), &row["day"]));
    let versions = desk.agent.get(&path(&row, "/versions")).await.ok();
    assert_eq!(versions[0]["data"], json!({}));
}

}
