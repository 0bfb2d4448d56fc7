//! What becomes of the place of whoever leaves a message.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

/// A visitor who waits, and what they were told when they began to.
async fn arrived(app: &TestApp, key: &str, text: &str) -> (Socket, Value) {
    app.visitor_writes(key, text).await
}

on_both! { http::schema(&modules());

async fn a_message_left_is_offered_to_nobody_and_counts_for_no_queue(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let key = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap().public_key;
    let agent: Person = app.person("agent").await;
    let mut desk = app.staff_socket(&agent).await;
    desk.watch(&format!("user:{}", agent.id())).await;
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    // Offered already, and given up: the offer ends, and nobody is asked again.
    let (mut one, _) = arrived(&app, &key, "一").await;
    assert_eq!(desk.fact("offer.made").await["data"]["preview"], "一");
    one.send(json!({"t": "stop_waiting"})).await;
    one.fact("conversation.left_message").await;
    desk.fact("offer.ended").await;
    let (mut two, begun) = arrived(&app, &key, "二").await;
    assert_eq!(begun["queue"]["position"], 1);
    let offer = desk.fact("offer.made").await;
    assert_eq!(offer["data"]["preview"], "二");
    let acceptance = format!("/offers/{}/acceptance", offer["data"]["id"].as_str().unwrap());
    agent.post(&acceptance, json!({})).await.ok();
    two.fact("conversation.assigned").await;
    app.settle().await;
    let total = app.person("administrator").await.get("/desk").await.ok()["total"].clone();
    for (field, count) in [("offered", 1), ("answered", 1), ("abandoned", 0), ("waiting", 0)] {
        assert_eq!(total[field], count, "{field} in {total}");
    }
    assert_eq!(agent.get("/offers").await.ok(), json!([]));
    app.finish().await;
}

async fn who_left_a_message_and_is_there_again_waits_again(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let key = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap().public_key;
    let (mut one, _) = arrived(&app, &key, "一").await;
    // Who waits already waits once.
    one.send(json!({"t": "wait_again"})).await;
    one.send(json!({"t": "stop_waiting"})).await;
    one.fact("conversation.left_message").await;
    one.send(json!({"t": "wait_again"})).await;
    one.fact("conversation.requeued").await;
    let queues = app.person("administrator").await.get("/queues").await.ok();
    assert_eq!(queues[0]["waiting"], 1, "{queues}");
    let agent: Person = app.person("agent").await;
    let mut desk = app.staff_socket(&agent).await;
    desk.watch(&format!("user:{}", agent.id())).await;
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    let offer = desk.fact("offer.made").await;
    assert_eq!(offer["data"]["preview"], "一");
    let acceptance = format!("/offers/{}/acceptance", offer["data"]["id"].as_str().unwrap());
    let conversation = agent.post(&acceptance, json!({})).await.ok();
    // The message is not answered yet: the task has come along, and is done with the answer.
    assert_eq!(agent.get("/tasks?owner=me&state=open").await.ok()["items"].as_array().map(Vec::len), Some(1));
    let path = format!("/conversations/{}/messages", conversation["id"].as_str().unwrap());
    agent.post(&path, json!({"client_id": "a", "text": "在的"})).await.ok();
    app.settle().await;
    assert_eq!(agent.get("/tasks?owner=me&state=open").await.ok()["items"], json!([]));
    let lines = agent.get(&path).await.ok().to_string();
    assert_eq!((lines.matches("left_message").count(), lines.matches("came_back").count()), (1, 1));
    app.finish().await;
}

async fn what_nobody_has_yet_is_seen_and_taken_by_those_who_serve_its_queue(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let key = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap().public_key;
    let (admin, serves, other) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let queue = admin.get("/queues").await.ok()[0].clone();
    let path = format!("/queues/{}", queue["id"].as_str().unwrap());
    admin.patch(&path, json!({"version": queue["version"], "member_ids": [serves.id()]})).await.ok();
    let (mut one, _) = arrived(&app, &key, "请回电").await;
    one.send(json!({"t": "stop_waiting"})).await;
    one.fact("conversation.left_message").await;
    let tasks = |page: Value| page["items"].as_array().unwrap().clone();
    let theirs = tasks(serves.get("/tasks?state=open&pooled=true").await.ok());
    assert_eq!(theirs.len(), 1);
    assert_eq!((&theirs[0]["title"], &theirs[0]["queue_id"]), (&json!("请回电"), &queue["id"]));
    assert_eq!(serves.get("/tasks/counts").await.ok()["pooled"], 1);
    assert_eq!((tasks(other.get("/tasks?state=open").await.ok()).len(), &other.get("/tasks/counts").await.ok()["pooled"]), (0, &json!(0)));
    let task = format!("/tasks/{}", theirs[0]["id"].as_str().unwrap());
    other.get(&task).await.refused(404, "not_found");
    other.post(&format!("{task}/taking"), json!({})).await.refused(404, "not_found");
    serves.get(&task).await.ok();
    // What one may take is not yet one's own to close.
    serves.post(&format!("{task}/completion"), json!({})).await.refused(403, "forbidden");
    assert_eq!(serves.post(&format!("{task}/taking"), json!({})).await.ok()["owner_id"], serves.id());
    assert_eq!(serves.get("/tasks/counts").await.ok()["open"], 1);
    app.finish().await;
}

}
