//! What agents and customers rely on of the queue.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(std::env::temp_dir().join("zhike-slice-files")).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
    ]
}

async fn department(db: testkit::TestDb) -> (TestApp, String) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    (app, channel.public_key)
}

/// A visitor who waits.
async fn visitor(app: &TestApp, key: &str, text: &str) -> Socket {
    let (mut socket, _) = app.visitor_socket(key, None).await;
    socket.send(json!({"t": "send", "client_id": "v1", "text": text})).await;
    socket.until(|frame| frame["t"] == "ready").await;
    socket
}

async fn ready(app: &TestApp, capacity: i64) -> (Person, Socket) {
    let agent = app.person("agent").await;
    let mut socket = app.staff_socket(&agent).await;
    socket.watch(&format!("user:{}", agent.id())).await;
    let admin = app.person("administrator").await;
    admin.put(&format!("/presences/{}/capacity", agent.id()), json!({"capacity": capacity})).await.ok();
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    (agent, socket)
}

fn path(offer: &Value, verb: &str) -> String {
    format!("/offers/{}/{verb}", offer["data"]["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn who_waits_is_offered_taken_and_answered(db: TestDb) {
    let (app, key) = department(db).await;
    let mut customer = visitor(&app, &key, "有人吗").await;
    let (agent, mut desk) = ready(&app, 1).await;
    let offer = desk.fact("offer.made").await;
    assert_eq!(offer["data"]["preview"], "有人吗");
    let conversation = agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    assert_eq!((&conversation["state"], &conversation["assignee_id"]), (&json!("active"), &json!(agent.id())));
    assert_eq!(desk.fact("offer.ended").await["data"]["state"], "accepted");
    customer.fact("conversation.assigned").await;
    // The answer was lost: the same request again gives the same answer.
    assert_eq!(agent.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"], conversation["id"]);
    app.finish().await;
}

async fn freed_capacity_is_taken_by_the_longest_waiting(db: TestDb) {
    let (app, key) = department(db).await;
    let (agent, mut desk) = ready(&app, 1).await;
    let _first = visitor(&app, &key, "一").await;
    let offer = desk.fact("offer.made").await;
    let conversation = agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    app.db.clock.advance(1_000);
    let _second = visitor(&app, &key, "二").await;
    app.db.clock.advance(1_000);
    let _third = visitor(&app, &key, "三").await;
    assert_eq!(agent.get("/offers").await.ok(), json!([]));
    agent.post(&format!("/conversations/{}/closure", conversation["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(desk.fact("offer.made").await["data"]["preview"], "二");
    app.finish().await;
}

async fn who_does_not_answer_is_passed_over_and_nothing_is_stuck(db: TestDb) {
    let (app, key) = department(db).await;
    let (sleeper, mut asleep) = ready(&app, 1).await;
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = asleep.fact("offer.made").await;
    let (awake, mut desk) = ready(&app, 1).await;
    app.db.clock.advance(31_000);
    assert_eq!(asleep.fact("offer.ended").await["data"]["state"], "expired");
    assert_eq!(sleeper.get("/presence").await.ok()["reason"], "missed_offer");
    sleeper.post(&path(&offer, "acceptance"), json!({})).await.refused(409, "routing.offer_over");
    let offer = desk.fact("offer.made").await;
    awake.post(&path(&offer, "acceptance"), json!({})).await.ok();
    app.finish().await;
}

async fn refusing_and_leaving_hand_the_customer_on(db: TestDb) {
    let (app, key) = department(db).await;
    let (one, mut desk_one) = ready(&app, 1).await;
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = desk_one.fact("offer.made").await;
    let (two, mut desk_two) = ready(&app, 1).await;
    two.post(&path(&offer, "acceptance"), json!({})).await.refused(404, "not_found");
    one.post(&path(&offer, "refusal"), json!({})).await.ok();
    let offer = desk_two.fact("offer.made").await;
    two.put("/presence", json!({"state": "not_ready", "reason": "meal"})).await.ok();
    assert_eq!(desk_two.fact("offer.ended").await["data"]["state"], "withdrawn");
    two.post(&path(&offer, "acceptance"), json!({})).await.refused(409, "routing.offer_over");
    // Nobody else is left: the first one is asked again.
    desk_one.fact("offer.made").await;
    app.finish().await;
}

async fn presence_is_seen_by_those_who_may_and_the_queue_can_be_set_up(db: TestDb) {
    let (app, _) = department(db).await;
    let (agent, _) = ready(&app, 3).await;
    let admin = app.person("administrator").await;
    let seen = admin.get("/presences").await.ok();
    assert!(seen["items"].as_array().unwrap().iter().any(|one| one["user_id"] == agent.id() && one["state"] == "ready"));
    assert_eq!(app.person("agent").await.get("/presences").await.ok()["items"], json!([]));
    let queue = admin.get("/queues").await.ok()[0].clone();
    let at = format!("/queues/{}", queue["id"].as_str().unwrap());
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 3})).await.refused_field("offer_seconds", "out_of_range");
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 45})).await.ok();
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 50})).await.refused(409, "routing.stale");
    agent.patch(&at, json!({"version": 2, "offer_seconds": 50})).await.refused(403, "forbidden");
    agent.put("/presence", json!({"state": "ready", "capacity": 51})).await.refused_field("capacity", "out_of_range");
    agent.put("/presence", json!({"state": "ready", "capacity": 9})).await.refused(403, "forbidden");
    app.finish().await;
}

async fn caps_hold_while_many_come_and_go_at_once(db: TestDb) {
    let (app, key) = department(db).await;
    let mut agents = Vec::new();
    for _ in 0..3 {
        agents.push(ready(&app, 2).await);
    }
    let mut visitors = Vec::new();
    for n in 0..9 {
        visitors.push(visitor(&app, &key, &format!("第{n}位")).await);
    }
    let mut taken = 0;
    for (agent, desk) in &mut agents {
        for _ in 0..2 {
            let offer = desk.fact("offer.made").await;
            agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
            taken += 1;
        }
        assert_eq!(agent.get("/conversations?state=active").await.ok()["items"].as_array().unwrap().len(), 2);
    }
    let admin = app.person("administrator").await;
    assert_eq!((taken, admin.get("/queues").await.ok()[0]["waiting"].as_i64()), (6, Some(3)));
    app.finish().await;
}

}
