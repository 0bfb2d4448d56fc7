//! What becomes of the place of whoever leaves a message.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(std::env::temp_dir().join("zhike-message-files")).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
    ]
}

/// A visitor who waits, and what they were told when they began to.
async fn arrived(app: &TestApp, key: &str, text: &str) -> (Socket, Value) {
    let (mut socket, _) = app.visitor_socket(key, None).await;
    socket.send(json!({"t": "send", "client_id": "v1", "text": text})).await;
    let ready = socket.until(|frame| frame["t"] == "ready").await;
    (socket, ready)
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

}
