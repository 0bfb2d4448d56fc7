//! What people rely on of promises.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

use crate::modules;

/// A team with its supervisor and two agents, and an agent of another team; one conversation of the first agent's.
struct Desk {
    app: TestApp,
    admin: Person,
    supervisor: Person,
    agent: Person,
    colleague: Person,
    stranger: Person,
    conversation: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, supervisor) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, colleague, stranger) =
        (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "热线组"), None, None, &[&supervisor, &agent, &colleague]).await;
    admin.unit(("team", "在线组"), None, None, &[&stranger]).await;
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "包裹丢了，请查一下再告诉我").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    Desk { app, admin, supervisor, agent, colleague, stranger, conversation }
}

impl Desk {
    fn promising(&self, what: &str) -> Value {
        json!({"what": what, "conversation_id": self.conversation, "due_minutes": 30})
    }
}

fn path(promise: &Value, rest: &str) -> String {
    format!("/promises/{}{rest}", promise["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r065_a_promise_is_a_task_and_one_not_kept_in_time_is_a_breach(db: TestDb) {
    let desk = desk(db).await;
    let promise = desk.agent.post("/promises", desk.promising(" 中午前回电 ")).await.ok();
    assert_eq!((&promise["what"], &promise["state"], &promise["broken"]), (&json!("中午前回电"), &json!("open"), &json!(false)));
    // Ten o'clock on a Friday: half an hour later is still business time.
    assert_eq!(promise["due_at"].as_i64().unwrap() - promise["made_at"].as_i64().unwrap(), 30 * 60_000);
    let tasks = desk.agent.get("/tasks?owner=me").await.ok();
    let task = &tasks["items"][0];
    assert_eq!((&task["source"], &task["subject_id"], &task["due_at"]), (&json!("promises"), &promise["id"], &promise["due_at"]));
    let done = format!("/tasks/{}/completion", task["id"].as_str().unwrap());
    desk.agent.post(&done, json!({})).await.refused(409, "tasks.not_by_hand");

    assert_eq!(desk.supervisor.get("/promises/counts").await.ok()["broken_in_reach"], 0);
    desk.app.app.clock().advance(31 * 60_000);
    assert_eq!(desk.agent.get("/promises/counts").await.ok(), json!({"open": 1, "broken": 1, "broken_in_reach": 1}));
    assert_eq!(desk.supervisor.get("/promises?broken=true").await.ok()["items"][0]["id"], promise["id"]);
    let customer = promise["customer_id"].as_str().unwrap();
    assert_eq!(desk.supervisor.get(&format!("/promises?customer={customer}&broken=true")).await.ok()["items"][0]["id"], promise["id"]);
    assert_eq!(desk.stranger.get("/promises").await.ok()["items"], json!([]));
    desk.stranger.get(&path(&promise, "")).await.refused(404, "not_found");
    desk.stranger.post(&path(&promise, "/fulfilment"), json!({})).await.refused(404, "not_found");

    // Kept late, it stays a breach; its task is done with it, and nobody can keep it twice.
    let kept = desk.agent.post(&path(&promise, "/fulfilment"), json!({"result": "已回电"})).await.ok();
    assert_eq!((&kept["state"], &kept["broken"], &kept["result"]), (&json!("kept"), &json!(true), &json!("已回电")));
    desk.agent.post(&path(&promise, "/fulfilment"), json!({})).await.refused(409, "promises.not_open");
    let task = desk.agent.get(&format!("/tasks/{}", task["id"].as_str().unwrap())).await.ok();
    assert_eq!((&task["state"], &task["done_by"]), (&json!("done"), &json!(desk.agent.id())));
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", promise["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["promises.kept", "promises.made"]);
    assert!(!trail.to_string().contains("回电"), "{trail}");
}

async fn r051_what_is_to_be_reported_back_is_not_closed_before_the_feedback(db: TestDb) {
    let desk = desk(db).await;
    let mut new = desk.promising("查明丢件原因并告知客户");
    new["report_back"] = json!(true);
    let promise = desk.agent.post("/promises", new).await.ok();
    let closure = format!("/conversations/{}/closure", desk.conversation);
    desk.agent.post(&closure, json!({})).await.refused(409, "promises.report_back");
    desk.supervisor.post(&closure, json!({})).await.refused(409, "promises.report_back");
    // Nor is its record settled.
    let record = format!("/conversations/{}/inquiry-record", desk.conversation);
    desk.agent.put(&record, json!({"outcome": "solved"})).await.refused(409, "promises.report_back");
    desk.agent.put(&record, json!({"outcome": "unsolved"})).await.ok();
    // The agent cannot talk themselves out of it, nor keep it without a word.
    desk.agent.post(&path(&promise, "/withdrawal"), json!({"reason": "不想查了"})).await.refused(403, "forbidden");
    desk.agent.post(&path(&promise, "/fulfilment"), json!({})).await.refused_field("result", "required");
    desk.agent.post(&path(&promise, "/fulfilment"), json!({"result": "包裹找到了，已告知客户"})).await.ok();
    desk.agent.post(&closure, json!({})).await.ok();
    desk.agent.put(&record, json!({"outcome": "solved"})).await.ok();
}

async fn r051_a_supervisor_may_waive_it_for_a_reason(db: TestDb) {
    let desk = desk(db).await;
    let mut new = desk.promising("查明丢件原因并告知客户");
    new["report_back"] = json!(true);
    let promise = desk.agent.post("/promises", new).await.ok();
    desk.supervisor.post(&path(&promise, "/withdrawal"), json!({"reason": " "})).await.refused_field("reason", "required");
    let gone = desk.supervisor.post(&path(&promise, "/withdrawal"), json!({"reason": "客户来电说已收到"})).await.ok();
    assert_eq!((&gone["state"], &gone["broken"], &gone["result"]), (&json!("withdrawn"), &json!(false), &json!("客户来电说已收到")));
    desk.agent.post(&format!("/conversations/{}/closure", desk.conversation), json!({})).await.ok();
    assert_eq!(desk.agent.get("/tasks?state=open").await.ok()["items"], json!([]));
}

async fn whoever_is_given_the_task_owes_the_promise(db: TestDb) {
    let desk = desk(db).await;
    let promise = desk.agent.post("/promises", desk.promising("到货通知")).await.ok();
    let tasks = desk.agent.get("/tasks?owner=me").await.ok();
    let handing = format!("/tasks/{}/reassignment", tasks["items"][0]["id"].as_str().unwrap());
    desk.supervisor.post(&handing, json!({"owner_id": desk.colleague.id(), "reason": "休假"})).await.ok();
    desk.app.settle().await;
    let after = desk.colleague.get(&path(&promise, "")).await.ok();
    assert_eq!((&after["owner_id"], &after["may_keep"]), (&json!(desk.colleague.id()), &json!(true)));
    desk.agent.get(&path(&promise, "")).await.refused(404, "not_found");
}

async fn a_malformed_promise_is_none(db: TestDb) {
    let desk = desk(db).await;
    let customer = desk.agent.post("/customers", json!({"name": "韩女士"})).await.ok();
    for (change, field, code) in [
        (json!({"what": " "}), "what", "required"),
        (json!({"what": "x".repeat(201)}), "what", "too_long"),
        (json!({"due_minutes": null}), "due_at", "required"),
        (json!({"due_minutes": 0}), "due_minutes", "out_of_range"),
        (json!({"due_at": 1, "due_minutes": null}), "due_at", "in_the_past"),
        (json!({"due_at": 99_000_000_000_000_i64}), "due_minutes", "not_allowed"),
        (json!({"conversation_id": null}), "customer_id", "required"),
        (json!({"conversation_id": null, "customer_id": customer["id"], "report_back": true}), "report_back", "not_allowed"),
        (json!({"owner_id": desk.stranger.id()}), "owner_id", "not_allowed"),
        (json!({"state": "kept"}), "state", "unknown_field"),
    ] {
        let mut body = desk.promising("到货通知");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.agent.post("/promises", body).await.refused_field(field, code);
    }
    desk.stranger.post("/promises", desk.promising("到货通知")).await.refused_field("conversation_id", "unknown");
    assert_eq!(desk.admin.get("/promises").await.ok()["items"], json!([]));
    let id = customer["id"].as_str().unwrap();
    let one = json!({"what": "给韩女士寄样品", "customer_id": id, "due_minutes": 60});
    let promise = desk.agent.post("/promises", one).await.ok();
    desk.admin.post(&format!("/customers/{id}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let after = desk.agent.get(&path(&promise, "")).await.ok();
    assert_eq!((&after["what"], &after["customer_name"], &after["state"]), (&json!(""), &json!(""), &json!("open")));
}

}
