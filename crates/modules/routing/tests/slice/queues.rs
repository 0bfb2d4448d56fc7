//! The marks and days of queues, what people's states were, and who passes on what.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

async fn department(db: testkit::TestDb) -> (TestApp, String) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    (app, channel.public_key)
}

/// A visitor who waits, and their conversation.
async fn arrived(app: &TestApp, key: &str, text: &str) -> (Socket, Value) {
    let (socket, ready) = app.visitor_writes(key, text).await;
    (socket, ready["conversation"].clone())
}

fn at(one: &Value, verb: &str) -> String {
    format!("/conversations/{}/{verb}", one["id"].as_str().unwrap())
}

async fn queues(admin: &Person) -> Vec<Value> {
    admin.get("/queues").await.ok().as_array().unwrap().clone()
}

on_both! { http::schema(&modules());

async fn the_mark_of_the_default_queue_moves_and_there_is_always_one(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let first = queues(&admin).await[0].clone();
    let second = admin.post("/queues", json!({"name": "售前"})).await.ok();
    let path = |queue: &Value| format!("/queues/{}", queue["id"].as_str().unwrap());
    admin.patch(&path(&first), json!({"version": first["version"], "is_default": false})).await.refused_field("is_default", "not_allowed");
    admin.delete(&path(&first)).await.refused(409, "routing.default_queue");
    let moved = admin.patch(&path(&second), json!({"version": second["version"], "is_default": true})).await.ok();
    assert_eq!(moved["is_default"], true);
    assert_eq!(queues(&admin).await.iter().filter(|queue| queue["is_default"] == true).count(), 1);
    let (_customer, _) = arrived(&app, &key, "你好").await;
    let conversations = admin.get("/conversations").await.ok();
    assert_eq!(conversations["items"][0]["queue_id"], second["id"]);
    admin.delete(&path(&first)).await;
    assert_eq!(queues(&admin).await.len(), 1);
    // A new one may take it at once.
    let third = admin.post("/queues", json!({"name": "售后", "is_default": true})).await.ok();
    assert_eq!(third["is_default"], true);
    assert_eq!(queues(&admin).await.iter().filter(|queue| queue["is_default"] == true).count(), 1);
    let trail = admin.get("/audit-entries?action=routing.queue_changed").await.ok();
    assert!(trail["items"].as_array().is_some_and(|all| all.len() >= 3), "{trail}");
    app.finish().await;
}

async fn a_deleted_queue_keeps_what_it_did_today(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let first = queues(&admin).await[0].clone();
    let other = admin.post("/queues", json!({"name": "售前", "is_default": true, "target_seconds": 20})).await.ok();
    let (_one, conversation) = arrived(&app, &key, "一").await;
    let agent = app.person("agent").await;
    admin.post(&at(&conversation, "assignment"), json!({"assignee_id": agent.id()})).await.ok();
    app.settle().await;
    let before = admin.get("/desk").await.ok();
    assert_eq!((&before["total"]["offered"], &before["total"]["answered"]), (&json!(1), &json!(1)));
    admin.patch(&format!("/queues/{}", first["id"].as_str().unwrap()), json!({"version": 2, "is_default": true})).await.ok();
    assert_eq!(admin.delete(&format!("/queues/{}", other["id"].as_str().unwrap())).await.status, 204);
    let after = admin.get("/desk").await.ok();
    for field in ["offered", "answered", "answered_in_target", "wait_ms", "service_level"] {
        assert_eq!(before["total"][field], after["total"][field], "{field}");
    }
    let row = after["queues"].as_array().unwrap().iter().find(|row| row["queue_id"] == other["id"]).cloned().unwrap();
    assert_eq!((&row["name"], &row["deleted"], &row["offered"]), (&json!("售前"), &json!(true), &json!(1)));
    assert_eq!((&row["waiting"], &row["ready"], &row["target_seconds"]), (&json!(0), &json!(0), &json!(20)));
    // Tomorrow it is gone.
    app.db.clock.advance(24 * 3_600_000);
    assert_eq!(admin.get("/desk").await.ok()["queues"].as_array().map(Vec::len), Some(1));
    app.finish().await;
}

async fn spells_are_read_by_whoever_may_watch_and_narrowed_by_person_and_time(db: TestDb) {
    let (app, _) = department(db).await;
    let (one, two, admin) = (app.person("agent").await, app.person("agent").await, app.person("administrator").await);
    let started = app.app.clock().now();
    for state in ["ready", "not_ready", "ready"] {
        one.put("/presence", json!({"state": state})).await.ok();
        app.db.clock.advance(60_000);
    }
    two.put("/presence", json!({"state": "ready"})).await.ok();
    let items = |page: Value| page["items"].as_array().unwrap().clone();
    let all = items(admin.get("/presence-spells").await.ok());
    assert_eq!(all.len(), 4);
    assert_eq!((&all[0]["user_id"], &all[0]["until"]), (&json!(two.id()), &Value::Null));
    assert_eq!((&all[2]["state"], &all[2]["name"]), (&json!("not_ready"), &json!("agent")));
    assert_eq!(all[3]["until"].as_i64().unwrap() - all[3]["since"].as_i64().unwrap(), 60_000);
    // An agent sees their own.
    assert_eq!(items(one.get("/presence-spells").await.ok()).len(), 3);
    assert_eq!(items(one.get("/presence-spells?user=me").await.ok()).len(), 3);
    assert_eq!(items(one.get(&format!("/presence-spells?user={}", two.id())).await.ok()).len(), 0);
    let within = format!("/presence-spells?user={}&from={}&to={}", one.id(), started.millis() + 60_001, started.millis() + 119_999);
    let found = items(admin.get(&within).await.ok());
    assert_eq!(found.iter().map(|spell| spell["state"].clone()).collect::<Vec<_>>(), [json!("not_ready")]);
    // Page by page, each once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/presence-spells?limit=1{cursor}")).await.ok();
        seen.extend(items(page.clone()).iter().map(|spell| spell["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all.iter().map(|spell| spell["id"].clone()).collect::<Vec<_>>());
    app.anonymous().get("/presence-spells").await.refused(401, "unauthenticated");
    admin.get("/presence-spells?user=x").await.refused_field("user", "malformed");
    app.finish().await;
}

async fn whoever_passes_on_what_somebody_moved_meanwhile_hears_it(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let (one, two, three) = (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    for agent in [&two, &three] {
        agent.put("/presence", json!({"state": "ready", })).await.ok();
    }
    let (mut customer, conversation) = arrived(&app, &key, "你好").await;
    let given = admin.post(&at(&conversation, "assignment"), json!({"assignee_id": one.id()})).await.ok();
    // What is said meanwhile is no hindrance.
    customer.send(json!({"t": "send", "client_id": "v2", "text": "还在吗"})).await;
    customer.until(|frame| frame["t"] == "ack").await;
    let wish = |to: &Person, seen: &Value| json!({"user_id": to.id(), "seen_seq": seen, "force": true});
    let moved = admin.post(&at(&conversation, "transfer"), wish(&two, &given["last_seq"])).await.ok();
    assert_eq!(moved["assignee_id"], two.id());
    let refused = admin.post(&at(&conversation, "transfer"), wish(&three, &given["last_seq"])).await;
    assert_eq!(refused.refused(409, "routing.taken_meanwhile")["params"]["name"], "agent");
    assert_eq!(admin.get(&format!("/conversations/{}", conversation["id"].as_str().unwrap())).await.ok()["assignee_id"], two.id());
    let again = admin.post(&at(&conversation, "transfer"), wish(&three, &moved["last_seq"])).await.ok();
    assert_eq!(again["assignee_id"], three.id());
    app.finish().await;
}

}
