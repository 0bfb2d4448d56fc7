//! Bad input through the whole product: the right refusal, and nothing is written.

use kernel::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use store::{Tx, params, sql};
use testkit::{Person, Socket, TestApp, on_both};

use crate::product;

sql! {
    FACTS = "SELECT count(*) FROM facts";
    ENTRIES = "SELECT count(*) FROM audit_entries";
    MESSAGES = "SELECT count(*) FROM messages";
}

/// How much there is.
async fn written(app: &TestApp) -> [i64; 3] {
    let count = |tx: &mut Tx<'_>| {
        let mut counts = [0; 3];
        for (count, statement) in counts.iter_mut().zip([&FACTS, &ENTRIES, &MESSAGES]) {
            (*count,) = tx.one::<(i64,)>(statement, params![])?;
        }
        Ok(counts)
    };
    app.app.db().read(&app.system(), count).await.expect("counts")
}

/// A visitor who has written once, and whose conversation an agent has.
async fn talk(app: &TestApp, text: &str) -> (Socket, Value, Person, String) {
    let channel = app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let (visitor, ready) = app.visitor_writes(&channel.public_key, text).await;
    let path = format!("/conversations/{}/assignment", ready["conversation"]["id"].as_str().expect("an id"));
    admin.post(&path, json!({"assignee_id": agent.id()})).await.ok();
    (visitor, ready, agent, channel.public_key)
}

/// The client ids of what people said, without the lines of what happened.
fn said(page: &Value) -> Vec<&str> {
    let all = page["items"].as_array().into_iter().flatten().filter(|message| message["kind"] != "event");
    all.filter_map(|message| message["client_id"].as_str()).collect()
}

fn messages(ready: &Value) -> String {
    format!("/conversations/{}/messages", ready["conversation"]["id"].as_str().expect("an id"))
}

on_both! { product::schema();

async fn bodies_that_are_none_are_refused_with_a_code(db: TestDb) {
    let app = product::start(db).await;
    let (_visitor, ready, agent, _) = talk(&app, "你好").await;
    let (path, before) = (messages(&ready), written(&app).await);
    let deep = format!(r#"{{"client_id":"a","text":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let long = json!({"client_id": "a", "text": "长".repeat(5_001)}).to_string();
    for (body, status, code) in [
        (br#"{"client_id":"a","text":"x","seq":9}"#.to_vec(), 422, "invalid"),
        (b"{\"client_id\":\"a\",\"text\":\"\xff\xfe\"}".to_vec(), 422, "invalid"),
        (b"{\"client_id\":\"a\",\"text\":\"\xed\xa0\x80\"}".to_vec(), 422, "invalid"),
        (deep.into_bytes(), 422, "invalid"),
        (long.into_bytes(), 422, "invalid"),
        (br#"{"client_id":"a","client_id":"b","text":"x"}"#.to_vec(), 422, "invalid"),
        (b"".to_vec(), 422, "invalid"),
        (vec![b' '; (1 << 20) + 1], 413, "invalid"),
    ] {
        let request = agent.request(Method::POST, &path).header("content-type", "application/json");
        Person::reply(request.body(body)).await.refused(status, code);
    }
    agent.post(&path, json!({"client_id": 7, "text": "x"})).await.refused_field("client_id", "wrong_type");
    Person::reply(agent.request(Method::DELETE, &path)).await.refused(405, "invalid");
    Person::reply(agent.request(Method::POST, &path).body("{}")).await.refused(415, "invalid");
    agent.get(&format!("{path}?after=1&nonsense=1")).await.refused_field("nonsense", "unknown_field");
    assert_eq!(written(&app).await, before);
    app.finish().await;
}

async fn forged_credentials_are_nobodys(db: TestDb) {
    let app = product::start(db).await;
    let (_visitor, ready, agent, key) = talk(&app, "你好").await;
    let (path, before) = (messages(&ready), written(&app).await);
    let token = agent.token().expect("a token");
    let other = if token.ends_with('0') { '1' } else { '0' };
    for forged in [format!("{}{other}", &token[..token.len() - 1]), token.to_uppercase(), "zk_".into(), "' OR 1=1 --".into()] {
        let request = app.anonymous().request(Method::POST, &path).bearer_auth(forged).json(&json!({"client_id": "a", "text": "x"}));
        Person::reply(request).await.refused(401, "unauthenticated");
    }
    let cookie = app.anonymous().request(Method::POST, &path).header("cookie", "zhike_session=00").header("x-zhike", "1");
    Person::reply(cookie.json(&json!({"client_id": "a", "text": "x"}))).await.refused(401, "unauthenticated");
    // A visitor's token with another signature, or another customer inside, is a stranger's.
    let token = ready["token"].as_str().expect("a token");
    let middle = token.len() / 2;
    let swapped = if &token[middle..=middle] == "a" { "b" } else { "a" };
    for forged in [format!("{}{swapped}{}", &token[..middle], &token[middle + 1..]), format!("{token}x"), String::new(), "好".repeat(3_000)] {
        let (_stranger, hello) = app.visitor_socket(&key, Some(&forged)).await;
        assert!(hello["conversation"].is_null() && hello["customer"] != ready["customer"], "{hello}");
    }
    assert_eq!(written(&app).await, before);
    app.finish().await;
}

async fn a_visitor_comes_near_nobody_elses_conversation(db: TestDb) {
    let app = product::start(db).await;
    let (_victim, theirs, agent, key) = talk(&app, "我的订单号是 1001").await;
    let id = theirs["conversation"]["id"].clone();
    let (mut thief, hello) = app.visitor_socket(&key, None).await;
    let before = written(&app).await;
    // Neither by naming it in the greeting, nor by asking for its topic.
    for conversation in [id.clone(), json!(format!("{}' OR '1'='1", id.as_str().expect("an id"))), json!("cnv_x")] {
        thief.send(json!({"t": "hello", "channel": key, "token": hello["token"], "conversation": conversation, "since": 0})).await;
        assert!(thief.until(|frame| frame["t"] == "ready").await["conversation"].is_null());
    }
    thief.send(json!({"t": "subscribe", "topic": format!("conversation:{}", id.as_str().expect("an id"))})).await;
    assert_eq!(thief.until(|frame| frame["t"] == "error").await["code"], "wire.malformed");
    thief.send(json!({"t": "send", "client_id": "t1", "text": "x", "conversation": id})).await;
    assert_eq!(thief.until(|frame| frame["t"] == "error").await["code"], "wire.malformed");
    assert_eq!(written(&app).await, before);
    // What they say themselves goes elsewhere.
    thief.send(json!({"t": "send", "client_id": "t1", "text": "x"})).await;
    let own = thief.until(|frame| frame["t"] == "ready").await;
    assert_ne!(own["conversation"]["id"], id);
    assert_eq!(said(&agent.get(&messages(&theirs)).await.ok()), ["v1"]);
    app.finish().await;
}

async fn what_is_said_again_is_answered_again_and_kept_once(db: TestDb) {
    let app = product::start(db).await;
    let (mut visitor, ready, agent, key) = talk(&app, "你好").await;
    let path = messages(&ready);
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
    let first = visitor.until(|frame| frame["t"] == "ack").await;
    let before = written(&app).await;
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "ack").await, first);
    agent.post(&path, json!({"client_id": "v2", "text": "在吗"})).await.refused(422, "invalid");
    assert_eq!(written(&app).await, before);
    // Closed before the acknowledgement was heard: said again, it is still the one message.
    agent.post(&path.replace("/messages", "/closure"), json!({})).await.ok();
    // What follows from that, follows.
    app.settle().await;
    let before = written(&app).await;
    let (mut back, hello) = app.visitor_socket(&key, ready["token"].as_str()).await;
    assert!(hello["conversation"].is_null(), "{hello}");
    back.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
    assert_eq!(back.until(|frame| frame["t"] == "ack").await, first);
    assert_eq!(written(&app).await, before);
    // Also once another conversation is open.
    back.send(json!({"t": "send", "client_id": "v3", "text": "新的问题"})).await;
    let next = back.until(|frame| frame["t"] == "ready").await;
    assert_ne!(next["conversation"]["id"], ready["conversation"]["id"]);
    back.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
    assert_eq!(back.until(|frame| frame["t"] == "ack").await, first);
    app.finish().await;
}

async fn who_was_away_hears_how_the_conversation_ended(db: TestDb) {
    let app = product::start(db).await;
    let (visitor, ready, agent, key) = talk(&app, "你好").await;
    drop(visitor);
    let path = messages(&ready);
    agent.post(&path, json!({"client_id": "a1", "text": "已经为您办好"})).await.ok();
    agent.post(&path.replace("/messages", "/closure"), json!({})).await.ok();
    let (mut back, _) = app.visitor_socket(&key, None).await;
    let hello = json!({"t": "hello", "channel": key, "token": ready["token"], "conversation": ready["conversation"]["id"], "since": ready["seq"]});
    back.send(hello).await;
    let told = back.until(|frame| frame["kind"] == "message.posted" && frame["data"]["kind"] == "text").await;
    assert_eq!(told["data"]["text"], "已经为您办好");
    back.fact("conversation.closed").await;
    back.send(json!({"t": "send", "client_id": "v2", "text": "谢谢"})).await;
    let next = back.until(|frame| frame["t"] == "ready").await;
    assert_ne!(next["conversation"]["id"], ready["conversation"]["id"]);
    app.finish().await;
}

async fn a_clock_set_back_loses_and_doubles_nothing(db: TestDb) {
    let app = product::start(db).await;
    let (mut visitor, ready, agent, _) = talk(&app, "你好").await;
    let path = messages(&ready);
    let now = app.app.clock().now();
    for (number, hours) in [(1, -2), (2, -48), (3, 24 * 365), (4, -24 * 365)] {
        app.db.clock.set(Timestamp::from_millis(now.millis() + hours * 3_600_000));
        visitor.send(json!({"t": "send", "client_id": format!("w{number}"), "text": format!("第{number}句")})).await;
        let ack = visitor.until(|frame| frame["t"] == "ack").await;
        let answer = agent.post(&path, json!({"client_id": format!("b{number}"), "text": "好"})).await.ok();
        assert!(answer["seq"].as_i64() > ack["seq"].as_i64());
    }
    assert_eq!(said(&agent.get(&path).await.ok()), ["v1", "w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4"]);
    app.db.clock.set(now);
    app.finish().await;
}

}
