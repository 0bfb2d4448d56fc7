//! What people rely on of intake, first contacts, owners and market reports.

use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn modules() -> Vec<http::Module> {
    vec![
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
        stewards::module(),
    ]
}

/// A team: who leads it, two who work in it, and whoever may do everything.
struct Desk {
    app: TestApp,
    admin: Person,
    lead: Person,
    agent: Person,
    other: Person,
}

impl Desk {
    async fn set(db: testkit::TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
        let (agent, other) = (app.person("agent").await, app.person("agent").await);
        admin.unit(("department", "客服"), None, Some(&lead), &[&agent, &other]).await;
        Self { app, admin, lead, agent, other }
    }

    /// The same time some days later, with that day's duties. It is a Friday at first.
    async fn days_later(&self, days: i64) {
        self.app.app.clock().advance(days * DAY);
        self.by_the_clock().await;
    }

    /// What the schedules do, done now.
    async fn by_the_clock(&self) {
        let system = self.app.system();
        let due = self.app.app.db().write(&system, |tx| {
            stewards::api::begin_today(tx)?;
            stewards::api::remind(tx, 200)?;
            tasks::api::remind(tx, 200)
        });
        due.await.unwrap();
        self.app.settle().await;
    }

    /// How many duties of this kind somebody has.
    async fn duties(&self, of: &Person, kind: &str) -> usize {
        self.tasks(of, "open").await.iter().filter(|task| task["subject_kind"] == kind).count()
    }

    async fn tasks(&self, of: &Person, state: &str) -> Vec<Value> {
        let list = of.get(&format!("/tasks?owner=me&state={state}&limit=200")).await.ok();
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|task| task["source"].as_str().unwrap().starts_with("stewards."))
            .cloned()
            .collect()
    }

    async fn customer(&self, name: &str, owner: Option<&Person>) -> Value {
        let made = self.admin.post("/customers", json!({"name": name})).await.ok();
        let change = json!({"version": made["version"], "owner_id": owner.map(Person::id)});
        let made = self.admin.patch(&format!("/customers/{}", text(&made["id"])), change).await.ok();
        self.app.settle().await;
        made
    }

    async fn intake(&self, of: &Person) -> String {
        text(&of.post("/intake-batches", json!({})).await.ok()["id"]).to_owned()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

on_both! { http::schema(&modules());

async fn r072_r073_what_a_day_brought_is_handed_over_classified_given_to_stewards_and_updated_daily(db: TestDb) {
    let desk = Desk::set(db).await;
    desk.days_later(3).await;
    let duties = desk.tasks(&desk.agent, "open").await;
    assert_eq!((duties.len(), &duties[0]["subject_kind"], &duties[0]["by_hand"]), (1, &json!("intake_day"), &json!(false)));

    let id = desk.intake(&desk.agent).await;
    assert_eq!(desk.intake(&desk.agent).await, id, "a day has one");
    let path = |rest: &str| format!("/intake-batches/{id}{rest}");
    desk.agent.post(&path("/submission"), json!({})).await.refused(409, "stewards.empty");
    let known = desk.customer("老客户", Some(&desk.agent)).await;
    desk.agent.post(&path("/items"), json!({"customer_id": known["id"], "note": "换了地址"})).await.ok();
    desk.agent.post(&path("/items"), json!({"name": "秦岚", "phone": "138 0013 8000", "note": "看过样板间"})).await.ok();
    desk.agent.post(&path("/items"), json!({"name": "秦岚", "phone": "+8613800138000"})).await.refused_field("phone", "duplicate");
    desk.agent.post(&path("/items"), json!({"name": "没有电话"})).await.refused_field("phone", "required");
    let sheet = desk.agent.post(&path("/items"), json!({"name": "重名", "phone": "13800138001"})).await.ok();
    let row = |sheet: &Value, at: usize| sheet["rows"][at]["id"].clone();
    let sheet = desk.agent.delete(&path(&format!("/items/{}", text(&row(&sheet, 2))))).await.ok();
    assert_eq!((sheet["items"].as_i64(), &sheet["rows"][1]["phone"]), (Some(2), &json!("138****8000")));
    desk.lead.post(&path("/classification"), json!({"rows": [{"item_id": row(&sheet, 0), "reason": "x"}]})).await.refused(409, "stewards.not_submitted");
    desk.agent.post(&path("/submission"), json!({})).await.ok();
    desk.agent.post(&path("/items"), json!({"customer_id": known["id"]})).await.refused(409, "stewards.submitted");
    assert_eq!(desk.duties(&desk.agent, "intake_day").await, 0, "the day's duty is done");

    // It is the lead's to classify: a steward for each, and somebody new is a customer.
    desk.app.settle().await;
    assert_eq!(desk.duties(&desk.lead, "intake_batch").await, 1);
    let verdict = |at: usize, kind: &str| json!({"item_id": row(&sheet, at), "client_type": kind, "steward_id": desk.agent.id()});
    desk.agent.post(&path("/classification"), json!({"rows": [verdict(0, "company")]})).await.refused(403, "forbidden");
    let far = json!({"rows": [{"item_id": row(&sheet, 0), "client_type": "company", "steward_id": desk.admin.id()}]});
    desk.lead.post(&path("/classification"), far).await.refused_field("steward_id", "not_allowed");
    let done = desk.lead.post(&path("/classification"), json!({"rows": [verdict(0, "company"), verdict(1, "person")]})).await.ok();
    assert_eq!((&done["state"], &done["rows"][1]["state"]), (&json!("classified"), &json!("accepted")));
    let card = desk.lead.get(&format!("/customers/{}", text(&done["rows"][1]["customer_id"]))).await.ok();
    assert_eq!((&card["name"], &card["phone"]), (&json!("秦岚"), &json!("138****8000")));
    assert_eq!(desk.duties(&desk.lead, "intake_batch").await, 0);

    // The next day both files are to be updated; one is confirmed, one is changed, nothing is left out.
    desk.days_later(1).await;
    let day = |day: Value| (day["stewards"][0]["files"].clone(), day["stewards"][0]["missing"].clone());
    assert_eq!(day(desk.lead.get("/record-updates").await.ok()), (json!(2), json!(2)));
    assert_eq!(desk.duties(&desk.agent, "update_day").await, 1);
    let left = desk.agent.post("/record-updates", json!({"customer_ids": [card["id"]]})).await.ok();
    assert_eq!(left["missing"], json!(1));
    desk.other.post("/record-updates", json!({"customer_ids": [card["id"]]})).await.refused(404, "not_found");
    let missing = desk.agent.get("/record-updates/missing").await.ok();
    assert_eq!((items(&missing).len(), &missing["items"][0]["customer_id"]), (1, &known["id"]));
    let fresh = desk.agent.get(&format!("/customers/{}", text(&known["id"]))).await.ok();
    desk.agent.patch(&format!("/customers/{}", text(&known["id"])), json!({"version": fresh["version"], "note": "新地址"})).await.ok();
    desk.app.settle().await;
    assert_eq!(day(desk.lead.get("/record-updates").await.ok()), (json!(2), json!(0)));
    assert_eq!(desk.duties(&desk.agent, "update_day").await, 0);

    // The day after nobody did: by the evening it is late, and the gap of that day stays to be seen.
    desk.days_later(1).await;
    desk.app.app.clock().advance(12 * HOUR);
    desk.by_the_clock().await;
    let today = desk.lead.get("/record-updates").await.ok();
    assert_eq!(day(today.clone()), (json!(2), json!(2)));
    let late = desk.tasks(&desk.agent, "open").await;
    assert!(late.iter().any(|task| task["subject_kind"] == "update_day" && task["reminded_at"].is_i64()), "{late:?}");
    desk.app.finish().await;
}

async fn r102_a_row_of_another_department_becomes_a_draft_once(db: TestDb) {
    let desk = Desk::set(db).await;
    let row = |key: &str, phone: &str| json!({"key": key, "name": "翠湖花园 贺先生", "phone": phone});
    let feed = json!({"department": "工程部", "rows": [row("GC-1", "13700002001"), row("GC-2", "1370"), row("GC-1", "13700002002")]});
    desk.lead.post("/intake-feed", feed.clone()).await.refused(403, "forbidden");
    let receipt = desk.admin.post("/intake-feed", feed.clone()).await.ok();
    assert_eq!((&receipt["accepted"], &receipt["known"]), (&json!(1), &json!(0)));
    assert_eq!(receipt["refused"], json!([{"row": 2, "key": "GC-2", "field": "phone", "code": "malformed"}, {"row": 3, "key": "GC-1", "field": "key", "code": "duplicate"}]));
    let again = desk.admin.post("/intake-feed", feed).await.ok();
    assert_eq!((&again["accepted"], &again["known"], &again["batch_id"]), (&json!(0), &json!(1), &Value::Null));
    // The same key of another department is another row; a table says the same.
    let table = "编号,姓名,手机,备注\nGC-1,=cmd|' /C calc'!A1,13700002001,已交付\n";
    let receipt = desk.admin.post("/intake-feed", json!({"department": "营销中心", "csv": table})).await.ok();
    assert_eq!(receipt["accepted"], json!(1));

    let batch = format!("/intake-batches/{}", text(&receipt["batch_id"]));
    let sheet = desk.admin.get(&batch).await.ok();
    assert_eq!((&sheet["state"], &sheet["source"], &sheet["rows"][0]["twins"]), (&json!("submitted"), &json!("feed"), &json!([])));
    desk.lead.get(&batch).await.refused(404, "not_found");
    let verdict = json!({"rows": [{"item_id": sheet["rows"][0]["id"], "client_type": "person", "steward_id": desk.agent.id()}]});
    desk.admin.post(&format!("{batch}/classification"), verdict).await.ok();
    // Who has the same number is shown where the other department's row waits.
    let waiting = desk.admin.get("/intake-batches?state=submitted").await.ok();
    let sheet = desk.admin.get(&format!("/intake-batches/{}", text(&waiting["items"][0]["id"]))).await.ok();
    assert_eq!(sheet["rows"][0]["twins"][0]["name"], json!("=cmd|' /C calc'!A1"));
    let refused = json!({"rows": [{"item_id": sheet["rows"][0]["id"], "reason": "同一位"}]});
    let done = desk.admin.post(&format!("/intake-batches/{}/classification", text(&sheet["id"])), refused).await.ok();
    assert_eq!((&done["state"], &done["rows"][0]["state"]), (&json!("classified"), &json!("refused")));
    desk.app.finish().await;
}

async fn r075_x2_who_is_newly_given_is_spoken_to_by_the_close_of_the_seventh_day(db: TestDb) {
    let desk = Desk::set(db).await;
    let customer = desk.customer("秦岚", Some(&desk.agent)).await;
    let second = desk.customer("孟先生", Some(&desk.agent)).await;
    let list = desk.agent.get("/first-contacts?state=open&owner=me").await.ok();
    assert_eq!((items(&list).len(), &list["items"][0]["days"]), (2, &json!(7)));
    let one = items(&list).iter().find(|one| one["customer_id"] == customer["id"]).unwrap().clone();
    let filing = format!("/first-contacts/{}/filing", text(&one["id"]));
    desk.agent.post(&filing, json!({"note": "谈过了"})).await.refused(409, "stewards.no_contact");
    // A colleague's call is none of theirs; their own is.
    let call = json!({"customer_id": customer["id"], "way": "phone", "asked": "首次沟通", "answer": "介绍了服务"});
    desk.other.post("/inquiry-records", call.clone()).await;
    desk.app.settle().await;
    desk.agent.post(&filing, json!({"note": "谈过了"})).await.refused(409, "stewards.no_contact");
    desk.app.app.clock().advance(HOUR);
    desk.agent.post("/inquiry-records", call).await.ok();
    desk.app.settle().await;
    desk.other.post(&filing, json!({"note": "谈过了"})).await.refused(404, "not_found");
    let met = desk.agent.post(&filing, json!({"note": "希望周末联系"})).await.ok();
    assert_eq!((&met["state"], &met["contact_kind"], &met["overdue"]), (&json!("met"), &json!("phone"), &json!(false)));

    // The other is due at the close of the seventh day after: not a moment earlier, and then the lead knows.
    let due = items(&list)[0]["due_at"].as_i64().unwrap();
    let clock = desk.app.app.clock().clone();
    clock.advance(due - 1 - clock.now().millis());
    desk.by_the_clock().await;
    assert_eq!(desk.lead.get("/first-contacts/counts").await.ok(), json!({"open": 1, "overdue": 0, "days": 7}));
    assert!(items(&desk.lead.get("/first-contacts?state=open").await.ok())[0]["reminded_at"].is_i64());
    clock.advance(60_001);
    desk.by_the_clock().await;
    assert_eq!(desk.lead.get("/first-contacts/counts").await.ok(), json!({"open": 1, "overdue": 1, "days": 7}));
    let late = desk.lead.get("/first-contacts?overdue=true").await.ok();
    assert_eq!((items(&late).len(), &late["items"][0]["customer_id"]), (1, &second["id"]));
    let told = desk.tasks(&desk.lead, "open").await;
    assert!(told.iter().any(|task| task["subject_kind"] == "late_first_contact"), "{told:?}");
    desk.app.finish().await;
}

async fn r104_a_customer_has_one_owner_and_a_handover_says_why(db: TestDb) {
    let desk = Desk::set(db).await;
    let customer = desk.customer("秦岚", None).await;
    let path = format!("/account-owners/{}", text(&customer["id"]));
    let to = |person: &Person| json!({"owner_id": person.id()});
    desk.lead.post(&format!("{path}/handover"), json!({"owner_id": desk.agent.id(), "reason": "片区"})).await.refused(409, "stewards.not_owned");
    desk.agent.put(&path, to(&desk.agent)).await.refused(404, "not_found");
    let account = desk.lead.put(&path, to(&desk.agent)).await.ok();
    assert_eq!((&account["owner_id"], &account["handovers"][0]["cause"]), (&json!(desk.agent.id()), &json!("naming")));
    desk.lead.put(&path, to(&desk.other)).await.refused(409, "stewards.owned");
    desk.lead.post(&format!("{path}/handover"), json!({"owner_id": desk.other.id(), "reason": " "})).await.refused_field("reason", "required");
    desk.lead.post(&format!("{path}/handover"), json!({"owner_id": desk.agent.id(), "reason": "片区"})).await.refused(409, "stewards.same_owner");
    let account = desk.lead.post(&format!("{path}/handover"), json!({"owner_id": desk.other.id(), "reason": "换了片区"})).await.ok();
    desk.app.settle().await;
    assert_eq!((&account["owner_id"], &account["handovers"][0]["reason"]), (&json!(desk.other.id()), &json!("换了片区")));
    // Who had them needs not speak to them any more, who has them does; however it came, it is written down.
    let open = desk.lead.get("/first-contacts?state=open").await.ok();
    assert_eq!((items(&open).len(), &open["items"][0]["owner_id"]), (1, &json!(desk.other.id())));
    let card = desk.admin.get(&format!("/customers/{}", text(&customer["id"]))).await.ok();
    desk.admin.patch(&format!("/customers/{}", text(&customer["id"])), json!({"version": card["version"], "owner_id": null})).await.ok();
    desk.app.settle().await;
    let history = desk.admin.get(&path).await.ok();
    let causes: Vec<_> = history["handovers"].as_array().unwrap().iter().map(|row| text(&row["cause"])).collect();
    assert_eq!(causes, ["change", "handover", "naming", "change"]);
    desk.app.finish().await;
}

async fn r104_market_news_are_reported_by_territory_and_read_by_the_head(db: TestDb) {
    let desk = Desk::set(db).await;
    let area = |name: &str, parent: &Value| json!({"name": name, "kind": "area", "parent_id": parent, "manager_id": desk.agent.id()});
    desk.agent.post("/territories", area("华北", &Value::Null)).await.refused(403, "forbidden");
    let north = desk.admin.post("/territories", area("华北", &Value::Null)).await.ok();
    let town = desk.admin.post("/territories", area("保定", &north["id"])).await.ok();
    desk.admin.post("/territories", area("保定", &Value::Null)).await.refused_field("name", "duplicate");
    let below = json!({"version": 1, "parent_id": town["id"]});
    desk.admin.patch(&format!("/territories/{}", text(&north["id"])), below).await.refused(409, "stewards.below_itself");
    let news = json!({"territory_id": town["id"], "kind": "price", "news": "安装费上调一成", "evidence": "调价通知"});
    let report = desk.agent.post("/market-reports", news.clone()).await.ok();
    let mut bare = news;
    bare["evidence"] = json!("");
    desk.agent.post("/market-reports", bare).await.refused_field("evidence", "required");
    let week = desk.admin.get("/market-weeks").await.ok();
    let counts: Vec<_> = week["territories"].as_array().unwrap().iter().map(|one| one["reports"].as_i64().unwrap()).collect();
    assert_eq!((counts, &week["week"]), (vec![0, 1], &report["week"]));
    let path = format!("/market-reports/{}/reading", text(&report["id"]));
    desk.other.post(&path, json!({})).await.refused(404, "not_found");
    desk.agent.post(&path, json!({})).await.refused(403, "forbidden");
    let read = desk.admin.post(&path, json!({"remark": "周会上说"})).await.ok();
    assert_eq!((&read["read_by"], &read["remark"]), (&json!(desk.admin.id()), &json!("周会上说")));
    desk.admin.post(&path, json!({})).await.refused(409, "stewards.read_already");
    assert_eq!(items(&desk.admin.get("/market-reports?unread=true").await.ok()).len(), 0);
    desk.app.finish().await;
}

async fn an_erased_customer_leaves_neither_name_nor_words_here(db: TestDb) {
    let desk = Desk::set(db).await;
    let receipt = desk.admin.post("/intake-feed", json!({"department": "工程部", "rows": [{"key": "GC-1", "name": "秦岚", "phone": "13700002001"}]})).await.ok();
    let batch = format!("/intake-batches/{}", text(&receipt["batch_id"]));
    let sheet = desk.admin.get(&batch).await.ok();
    let verdict = json!({"rows": [{"item_id": sheet["rows"][0]["id"], "client_type": "person", "steward_id": desk.agent.id()}]});
    let done = desk.admin.post(&format!("{batch}/classification"), verdict).await.ok();
    let id = text(&done["rows"][0]["customer_id"]).to_owned();
    desk.admin.put(&format!("/account-owners/{id}"), json!({"owner_id": desk.agent.id()})).await.ok();
    desk.app.settle().await;
    desk.admin.post(&format!("/customers/{id}/erasure"), json!({"reason": "本人要求"})).await.ok();
    desk.app.settle().await;
    let left = format!("{} {}", desk.admin.get(&batch).await.ok(), desk.admin.get("/first-contacts").await.ok());
    assert!(!left.contains("秦岚") && !left.contains("****2001"), "{left}");
    desk.app.finish().await;
}

}
