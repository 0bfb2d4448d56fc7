//! Carrying out, signing, summing up, asking again; back, late, and in other hands.

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use testkit::{Person, on_both};

use crate::{House, house, modules, path, unmet};

/// The head of a PNG that says it is so large.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(b"\0\0\0\0IEND\xaeB`\x82");
    bytes
}

async fn upload(person: &Person, name: &'static str, bytes: Vec<u8>) -> testkit::Reply {
    let part = multipart::Part::bytes(bytes).file_name(name);
    Person::reply(person.request(Method::POST, "/files").multipart(multipart::Form::new().part("file", part))).await
}

impl House {
    pub(crate) async fn done(&self) -> Value {
        let one = self.at_implementation().await;
        let body = json!({"what": "周日总店返工，退款到账", "told": "电话告知"});
        self.agent.put(&path(&one, "/implementation"), body).await.ok()
    }
}

on_both! { http::schema(&modules());

async fn r085_r094_r095_the_whole_way_from_intake_to_archive(db: TestDb) {
    let house = house(db).await;
    let one = house.done().await;
    assert_eq!(unmet(&one), ["sign_off"]);
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    let sign = path(&one, "/sign-off");
    house.agent.put(&sign, json!({"kind": "screen"})).await.refused_field("file_id", "required");
    house.agent.put(&sign, json!({"kind": "oral"})).await.refused_field("words", "required");
    let file = upload(&house.agent, "签字.png", png(600, 200)).await.ok();
    // Nobody signs with a file that somebody else sent.
    house.smith.put(&sign, json!({"kind": "screen", "file_id": file["id"]})).await.refused_field("file_id", "unknown");
    let signed = house.agent.put(&sign, json!({"kind": "screen", "file_id": file["id"]})).await.ok();
    assert_eq!(unmet(&signed), ["feedback"]);
    assert!(signed["signature"]["url"].as_str().unwrap().contains("mark="), "{signed}");
    house.agent.put(&path(&one, "/feedback"), json!({"score": 9})).await.refused_field("score", "out_of_range");
    house.agent.put(&path(&one, "/feedback"), json!({"score": 4, "words": "这次满意"})).await.ok();
    let summing = house.complete(&house.agent, &one).await;
    assert_eq!((&summing["step"], &summing["owner_id"]), (&json!("summary"), &json!(house.supervisor.id())));
    let summary = json!({"words": "工艺记录缺失", "countermeasures": "烤灯计时纳入开工点检"});
    house.agent.put(&path(&one, "/summary"), summary.clone()).await.refused(403, "forbidden");
    house.supervisor.put(&path(&one, "/summary"), summary).await.ok();
    let last = house.complete(&house.supervisor, &one).await;
    assert_eq!((&last["step"], &last["next"], unmet(&last)), (&json!("revisit"), &json!("archived"), vec!["revisited"]));
    // Asked again within three days, to the close of the third.
    let due = last["due_at"].as_i64().unwrap() - house.now();
    assert!((3 * 86_400_000 - 86_400_000..=4 * 86_400_000).contains(&due), "{due}");
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.agent.put(&path(&one, "/revisit"), json!({"outcome": "content", "words": "好"})).await.refused_field("score", "required");
    house.agent.put(&path(&one, "/revisit"), json!({"outcome": "content", "score": 5, "words": "没再发雾"})).await.ok();
    let archived = house.complete(&house.agent, &one).await;
    assert_eq!((&archived["step"], &archived["overdue"]), (&json!("archived"), &json!(false)));
    assert!(archived["runs"].as_array().unwrap().iter().all(|run| run["left_at"].is_i64()));
    house.agent.post(&path(&one, "/return"), json!({"step": "judgement", "reason": "再看看"})).await.refused(409, "complaints.closed");
    house.agent.put(&path(&one, "/feedback"), json!({"score": 1})).await.refused(409, "complaints.closed");
    for person in [&house.agent, &house.supervisor, &house.smith, &house.head] {
        assert_eq!(house.tasks(person, "complaints.step").await, 0);
    }
}

async fn r094_a_huge_signature_is_refused_before_it_is_decoded(db: TestDb) {
    let house = house(db).await;
    let one = house.done().await;
    upload(&house.agent, "巨.png", png(30_000, 30_000)).await.refused_field("file", "too_many_pixels");
    let wide = upload(&house.agent, "宽.png", png(5_000, 200)).await.ok();
    house.agent.put(&path(&one, "/sign-off"), json!({"kind": "screen", "file_id": wide["id"]})).await.refused_field("file_id", "too_large");
    let text = upload(&house.agent, "签字.txt", "我同意".into()).await.ok();
    house.agent.put(&path(&one, "/sign-off"), json!({"kind": "paper", "file_id": text["id"]})).await.refused_field("file_id", "type_refused");
    house.agent.put(&path(&one, "/sign-off"), json!({"kind": "anonymous", "words": "匿名"})).await.refused_field("kind", "not_allowed");
}

async fn r094_an_unreachable_one_closes_after_three_attempts_and_a_second_reader(db: TestDb) {
    let house = house(db).await;
    let one = house.done().await;
    let signed = house.agent.put(&path(&one, "/sign-off"), json!({"kind": "unreachable", "words": "电话停机"})).await.ok();
    assert_eq!(unmet(&signed), ["attempts", "second_reader"]);
    for n in 0..3 {
        let words = json!({"words": format!("第 {} 次电话未接", n + 1)});
        house.agent.post(&path(&one, "/attempts"), words.clone()).await.ok();
        house.agent.post(&path(&one, "/attempts"), words).await.refused(409, "complaints.too_soon");
        house.app.app.clock().advance(31 * 60_000);
    }
    let tried = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!(unmet(&tried), ["second_reader"]);
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": true})).await.ok();
    let gone = house.complete(&house.agent, &one).await;
    // Counted apart: what it closed by stays on it.
    assert_eq!((&gone["step"], &gone["sign_off"]["kind"]), (&json!("summary"), &json!("unreachable")));
}

async fn going_back_needs_a_reason_and_undoes_what_came_after(db: TestDb) {
    let house = house(db).await;
    let one = house.done().await;
    house.agent.put(&path(&one, "/sign-off"), json!({"kind": "oral", "words": "录音 03:12"})).await.ok();
    house.agent.post(&path(&one, "/return"), json!({"step": "solution", "reason": " "})).await.refused_field("reason", "required");
    house.agent.post(&path(&one, "/return"), json!({"step": "revisit", "reason": "跳过"})).await.refused(409, "complaints.not_back");
    let back = house.agent.post(&path(&one, "/return"), json!({"step": "solution", "reason": "顾客改主意"})).await.ok();
    assert_eq!((&back["step"], &back["sign_off"], &back["directive"]), (&json!("solution"), &Value::Null, &Value::Null));
    let run = back["runs"].as_array().unwrap().iter().find(|run| run["returned"].is_string()).unwrap();
    assert_eq!((&run["step"], &run["returned"]), (&json!("implementation"), &json!("顾客改主意")));
    assert_eq!(back["back"], json!(["intake", "judgement", "investigation"]));
}

async fn r088_a_late_step_is_told_to_the_lead_and_too_many_hands_are_red(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    // Half an hour of business time.
    assert_eq!(one["due_at"].as_i64().unwrap() - one["registered_at"].as_i64().unwrap(), 30 * 60_000);
    house.app.app.clock().advance(31 * 60_000);
    let found = house.supervisor.get("/complaints?overdue=true").await.ok();
    assert_eq!((&found["items"][0]["id"], &found["items"][0]["overdue"]), (&one["id"], &json!(true)));
    let system = kernel::Origin::system("test");
    house.app.app.db().write(&system, |tx| tasks::api::remind(tx, 100)).await.unwrap();
    house.app.settle().await;
    assert_eq!(house.tasks(&house.supervisor, "complaints.alert").await, 1);
    let course = house.agent.get(&path(&one, "")).await.ok();
    assert!(course["course"].as_array().unwrap().iter().any(|step| step["kind"] == "overdue"));

    let hand = path(&one, "/handover");
    house.agent.post(&hand, json!({"owner_id": house.head.id(), "reason": ""})).await.refused_field("reason", "required");
    let mut last = Value::Null;
    for owner in [&house.supervisor, &house.head, &house.smith, &house.agent] {
        last = house.supervisor.post(&hand, json!({"owner_id": owner.id(), "reason": "更合适"})).await.ok();
        assert_eq!((&last["owner_id"], house.tasks(owner, "complaints.step").await), (&json!(owner.id()), 1));
    }
    assert_eq!(last["hands"], json!({"value": 4, "most": 3, "over": true}));
}

async fn what_an_owner_has_who_leaves_goes_to_their_lead(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    house.admin.post(&format!("/users/{}/suspension", house.agent.id()), json!({})).await.ok();
    house.app.settle().await;
    let now = house.supervisor.get(&path(&one, "")).await.ok();
    assert_eq!((&now["owner_id"], &now["handler_id"]), (&json!(house.supervisor.id()), &json!(house.supervisor.id())));
    assert_eq!(house.tasks(&house.supervisor, "complaints.step").await, 1);
}

async fn an_erased_customer_leaves_figures_and_no_words(db: TestDb) {
    let house = house(db).await;
    let one = house.done().await;
    let path_of = format!("/customers/{}", house.customer);
    house.admin.post(&format!("{path_of}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let gone = house.admin.get(&path(&one, "")).await.ok();
    for words in ["镀晶才三天", "跑两趟", "退款到账"] {
        assert!(!gone.to_string().contains(words), "{words} in {gone}");
    }
    assert_eq!((&gone["category"], &gone["cost"], &gone["step"]), (&json!("质量 / 镀晶"), &json!(118_000), &json!("implementation")));
}

}
