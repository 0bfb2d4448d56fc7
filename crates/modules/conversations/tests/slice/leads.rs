//! Visitors who may become customers.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

use crate::modules;

/// An agent who talks with a stranger, and a colleague.
struct Desk {
    app: TestApp,
    admin: Person,
    agent: Person,
    other: Person,
    conversation: Value,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, agent, other) =
        (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "全屋净水怎么选").await;
    let path = format!("/conversations/{}/assignment", ready["conversation"]["id"].as_str().unwrap());
    let conversation = admin.post(&path, json!({"assignee_id": agent.id()})).await.ok();
    Desk { app, admin, agent, other, conversation }
}

impl Desk {
    fn path(&self, rest: &str) -> String {
        format!("/conversations/{}{rest}", self.conversation["id"].as_str().unwrap())
    }

    fn customer(&self, rest: &str) -> String {
        format!("/customers/{}{rest}", self.conversation["customer_id"].as_str().unwrap())
    }

    fn lead(&self) -> Value {
        json!({"name": "韩女士", "phone": "138 0000 1234", "words": "两居室全屋净水，月底量尺"})
    }
}

on_both! { http::schema(&modules());

async fn r063_a_converted_lead_keeps_the_original_chat(db: TestDb) {
    let desk = desk(db).await;
    let customer = desk.agent.get(&desk.customer("")).await.ok();
    assert_eq!((&customer["stage"], &customer["stages"]), (&json!("contact"), &json!([])));
    let lead = desk.agent.post(&desk.path("/lead"), desk.lead()).await.ok();
    assert_eq!((&lead["stage"], &lead["name"], &lead["owner_id"]), (&json!("lead"), &json!("韩女士"), &json!(desk.agent.id())));
    assert_eq!(lead["phone"], "138****1234");
    assert_eq!(desk.agent.get("/customers?stage=lead").await.ok()["items"][0]["id"], lead["id"]);
    assert_eq!(desk.agent.get("/customers?stage=customer").await.ok()["items"], json!([]));

    let converted = desk.agent.post(&desk.customer("/conversion"), json!({"words": "签约净水套装"})).await.ok();
    assert_eq!(converted["stage"], "customer");
    desk.agent.post(&desk.customer("/conversion"), json!({})).await.refused(409, "customers.is_customer");
    desk.agent.post(&desk.path("/lead"), desk.lead()).await.refused(409, "customers.is_customer");

    // Each step is dated, and the talk is still theirs, as it was.
    let customer = desk.agent.get(&desk.customer("")).await.ok();
    let steps = customer["stages"].as_array().unwrap();
    let of = |at: usize, field: &str| steps[at][field].as_str().unwrap_or_default().to_owned();
    assert_eq!((of(0, "before"), of(0, "stage"), of(1, "stage")), ("contact".into(), "lead".into(), "customer".into()));
    assert_eq!((of(0, "reference"), of(0, "words")), (desk.conversation["id"].as_str().unwrap().into(), "两居室全屋净水，月底量尺".into()));
    let talks = desk.agent.get(&format!("/conversations?customer={}", customer["id"].as_str().unwrap())).await.ok();
    assert_eq!(talks["items"][0]["id"], desk.conversation["id"]);
    let page = desk.agent.get(&desk.path("/messages")).await.ok();
    assert!(page.to_string().contains("全屋净水怎么选") && page.to_string().contains("saved_as_lead"), "{page}");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", customer["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["customers.converted", "customers.saved_as_lead"]);
    assert!(!trail.to_string().contains("量尺") && !trail.to_string().contains("1380000"), "{trail}");
}

async fn r063_only_whoever_serves_them_saves_them_and_what_is_malformed_is_none(db: TestDb) {
    let desk = desk(db).await;
    desk.other.post(&desk.path("/lead"), desk.lead()).await.refused(404, "not_found");
    desk.other.post(&desk.customer("/conversion"), json!({})).await.refused(404, "not_found");
    for (change, field, code) in [
        (json!({"words": " "}), "words", "required"),
        (json!({"words": "x".repeat(1_001)}), "words", "too_long"),
        (json!({"phone": "1"}), "phone", "malformed"),
        (json!({"email": "nobody"}), "email", "malformed"),
        (json!({"stage": "customer"}), "stage", "unknown_field"),
    ] {
        let mut body = desk.lead();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.agent.post(&desk.path("/lead"), body).await.refused_field(field, code);
    }
    assert_eq!(desk.agent.get(&desk.customer("")).await.ok()["stage"], "contact");
}

async fn r063_the_one_who_is_kept_of_two_is_no_less_than_the_other_was(db: TestDb) {
    let desk = desk(db).await;
    desk.agent.post(&desk.path("/lead"), desk.lead()).await.ok();
    let known = desk.admin.post("/customers", json!({"name": "韩女士", "stage": "contact"})).await.ok();
    let kept = desk.admin.post(&desk.customer("/merge"), json!({"into": known["id"]})).await.ok();
    assert_eq!((&kept["id"], &kept["stage"]), (&known["id"], &json!("lead")));
    let whole = desk.admin.get(&format!("/customers/{}", known["id"].as_str().unwrap())).await.ok();
    assert_eq!(whole["stages"][0]["reference"], desk.conversation["id"]);
    desk.admin.post(&format!("/customers/{}/erasure", known["id"].as_str().unwrap()), json!({"reason": "本人要求"})).await.ok();
    let whole = desk.admin.get(&format!("/customers/{}", known["id"].as_str().unwrap())).await.ok();
    assert_eq!(whole["stages"][0]["words"], "");
    desk.app.settle().await;
}

}
