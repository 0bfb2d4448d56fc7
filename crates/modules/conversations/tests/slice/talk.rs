//! What both sides rely on in a conversation.

use kernel::{Origin, Reach};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

/// A running product, its web chat's public key, a supervisor and an agent.
async fn department(db: testkit::TestDb) -> (TestApp, String, Person, Person) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    (app, channel.public_key, admin, agent)
}

/// A visitor writes; the conversation is given to the agent. Answers the visitor's socket and token, and the conversation's id.
async fn talk(app: &TestApp, key: &str, admin: &Person, agent: &Person) -> (Socket, String, String) {
    let (mut visitor, ready) = app.visitor_socket(key, None).await;
    let token = ready["token"].as_str().unwrap().to_owned();
    visitor.send(json!({"t": "send", "client_id": "v1", "text": "镀晶三天就花了"})).await;
    let ready = visitor.until(|frame| frame["t"] == "ready").await;
    let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
    assert_eq!(ready["messages"][0]["text"], "镀晶三天就花了");
    admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    (visitor, token, id)
}

/// What people said; lines of what happened stand between.
fn texts(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter().filter(|message| message["kind"] != "event");
    items.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// Reads on to what somebody says.
async fn said(socket: &mut Socket) -> Value {
    socket.until(|frame| frame["kind"] == "message.posted" && frame["data"]["kind"] != "event").await
}

on_both! { http::schema(&modules());

async fn a_visitor_writes_and_comes_back_answered(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut visitor, token, id) = talk(&app, &key, &admin, &agent).await;
    let mut desk = app.staff_socket(&agent).await;
    let snapshot = desk.watch(&format!("conversation:{id}")).await;
    assert_eq!(snapshot["data"]["messages"][1]["text"], "镀晶三天就花了");
    assert_eq!(snapshot["data"]["conversation"]["assignee_id"], agent.id());

    agent.post(&format!("/conversations/{id}/messages"), json!({"client_id": "a1", "text": "马上为您处理"})).await.ok();
    let answer = said(&mut visitor).await;
    assert_eq!((&answer["data"]["text"], &answer["data"]["author"]), (&json!("马上为您处理"), &json!("agent")));
    visitor.send(json!({"t": "read", "seq": answer["seq"]})).await;
    assert_eq!(desk.fact("message.read").await["data"]["by"], "customer");
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "谢谢"})).await;
    let ack = visitor.until(|frame| frame["t"] == "ack").await;
    assert_eq!(ack["client_id"], "v2");
    let told = said(&mut desk).await;
    assert_eq!((&told["seq"], &told["data"]["text"]), (&ack["seq"], &json!("谢谢")));

    // Back after a broken line: the same person, the same thread, only what is new.
    let (mut back, ready) = app.visitor_socket(&key, Some(&token)).await;
    assert_eq!((&ready["conversation"]["id"], &ready["seq"]), (&json!(id), &ack["seq"]));
    agent.post(&format!("/conversations/{id}/closure"), json!({"note": "已解决"})).await.ok();
    back.fact("conversation.closed").await;
    back.send(json!({"t": "send", "client_id": "v3", "text": "还有一个问题"})).await;
    let next = back.until(|frame| frame["t"] == "ready").await;
    assert_ne!(next["conversation"]["id"], json!(id));
    app.finish().await;
}

async fn said_twice_is_kept_once_and_answered_alike(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    let again = json!({"t": "send", "client_id": "v2", "text": "在吗"});
    visitor.send(again.clone()).await;
    let first = visitor.until(|frame| frame["t"] == "ack").await;
    visitor.send(again).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "ack").await, first);
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "别的话"})).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "refused").await["code"], "invalid");

    let path = format!("/conversations/{id}/messages");
    let answer = json!({"client_id": "a1", "text": "在的"});
    let (one, two) = tokio::join!(agent.post(&path, answer.clone()), agent.post(&path, answer));
    assert_eq!(one.ok()["seq"], two.ok()["seq"]);
    assert_eq!(texts(&agent.get(&path).await.ok()), ["镀晶三天就花了", "在吗", "在的"]);
    app.finish().await;
}

async fn one_connections_messages_keep_their_order_and_numbers_have_no_gap(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    let mut desk = app.staff_socket(&agent).await;
    let from = desk.watch(&format!("conversation:{id}")).await["seq"].as_i64().unwrap();
    for n in 0..200 {
        visitor.send(json!({"t": "send", "client_id": format!("n{n}"), "text": format!("第{n}句")})).await;
    }
    for n in 0..200_i64 {
        let fact = said(&mut desk).await;
        assert_eq!((fact["seq"].as_i64().unwrap(), &fact["data"]["text"]), (from + n + 1, &json!(format!("第{n}句"))));
    }
    let path = format!("/conversations/{id}/messages?after={from}&limit=200");
    assert_eq!(texts(&agent.get(&path).await.ok()).len(), 200);
    app.finish().await;
}

async fn two_tabs_that_open_at_once_share_one_conversation(db: TestDb) {
    let (app, key, ..) = department(db).await;
    let (mut one, ready) = app.visitor_socket(&key, None).await;
    let (mut two, _) = app.visitor_socket(&key, ready["token"].as_str()).await;
    one.send(json!({"t": "send", "client_id": "t1", "text": "一"})).await;
    two.send(json!({"t": "send", "client_id": "t2", "text": "二"})).await;
    let (one, two) = (one.until(|frame| frame["t"] == "ready").await, two.until(|frame| frame["t"] == "ready").await);
    assert_eq!(one["conversation"]["id"], two["conversation"]["id"]);
    app.finish().await;
}

async fn nobody_reads_or_writes_in_anothers_conversation(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (_visitor, token, id) = talk(&app, &key, &admin, &agent).await;
    let other = app.person("agent").await;
    other.get(&format!("/conversations/{id}")).await.refused(404, "not_found");
    other.get(&format!("/conversations/{id}/messages")).await.refused(404, "not_found");
    other.post(&format!("/conversations/{id}/messages"), json!({"client_id": "x", "text": "x"})).await.refused(404, "not_found");
    other.post(&format!("/conversations/{id}/closure"), json!({})).await.refused(404, "not_found");
    app.anonymous().get(&format!("/conversations/{id}")).await.refused(401, "unauthenticated");
    let mut socket = app.staff_socket(&other).await;
    socket.send(json!({"t": "subscribe", "topic": format!("conversation:{id}")})).await;
    assert_eq!(socket.until(|frame| frame["t"] == "error").await["code"], "not_found");
    let other_end = if token.ends_with('0') { '1' } else { '0' };
    let forged = format!("{}{other_end}", &token[..token.len() - 1]);
    // A forged token is a stranger, who starts with nothing.
    let (mut stranger, ready) = app.visitor_socket(&key, Some(&forged)).await;
    assert_eq!(ready["conversation"], Value::Null);
    stranger.send(json!({"t": "subscribe", "topic": format!("conversation:{id}")})).await;
    assert_eq!(stranger.until(|frame| frame["t"] == "error").await["t"], "error");
    assert_eq!(other.get("/conversations").await.ok()["items"], json!([]));
    app.finish().await;
}

async fn bad_messages_are_refused_and_nothing_is_written(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (_, _, id) = talk(&app, &key, &admin, &agent).await;
    let path = format!("/conversations/{id}/messages");
    for (body, field, code) in [
        (json!({"client_id": "", "text": "x"}), "client_id", "malformed"),
        (json!({"client_id": "好", "text": "x"}), "client_id", "malformed"),
        (json!({"client_id": "a", "text": "   "}), "text", "required"),
        (json!({"client_id": "a", "text": "长".repeat(5_001)}), "text", "too_long"),
        (json!({"client_id": "a", "text": "x\u{0}"}), "text", "control_character"),
        (json!({"client_id": "a", "text": "x", "author": "system"}), "author", "unknown_field"),
    ] {
        agent.post(&path, body).await.refused_field(field, code);
    }
    let hostile = "<script>alert(1)</script>";
    agent.post(&path, json!({"client_id": "a", "text": hostile})).await.ok();
    assert_eq!(texts(&agent.get(&path).await.ok()), ["镀晶三天就花了", hostile]);
    agent.get("/conversations/cnv_nonsense").await.refused(404, "not_found");
    agent.get("/conversations?limit=0").await.refused_field("limit", "out_of_range");
    agent.get("/conversations?cursor=x").await.refused_field("cursor", "malformed");
    app.finish().await;
}

async fn a_file_goes_along_only_from_who_uploaded_it(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    let part = reqwest::multipart::Part::text("保养单").file_name("保养单.txt").mime_str("text/plain").unwrap();
    let upload = agent.request(reqwest::Method::POST, "/files").multipart(reqwest::multipart::Form::new().part("file", part));
    let file = Person::reply(upload).await.ok()["id"].clone();
    let path = format!("/conversations/{id}/messages");
    let sent = agent.post(&path, json!({"client_id": "f1", "text": "", "file_id": file})).await.ok();
    assert_eq!((&sent["kind"], &sent["file_id"]), (&json!("file"), &file));
    assert_eq!(said(&mut visitor).await["data"]["file_id"], file);
    admin.post(&path, json!({"client_id": "f2", "text": "", "file_id": file})).await.refused_field("file_id", "unknown");
    visitor.send(json!({"t": "send", "client_id": "f3", "text": "", "file_id": file})).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "refused").await["params"][0]["field"], "file_id");
    // Lists show a file without words by its name, until it is taken back.
    let one = format!("/conversations/{id}");
    assert_eq!(agent.get(&one).await.ok()["preview"], "保养单.txt");
    agent.post(&format!("{path}/{}/recall", sent["seq"]), json!({})).await.ok();
    assert_eq!(agent.get(&one).await.ok()["preview"], "");
    app.finish().await;
}

async fn the_trial_page_of_a_new_installation_finds_a_channel(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (_visitor, ready) = app.visitor_socket("default", None).await;
    assert_eq!(ready["conversation"], Value::Null);
    app.finish().await;
}

async fn r033_what_was_said_is_found_from_one_character_on(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (_, _, id) = talk(&app, &key, &admin, &agent).await;
    for query in ["晶", "镀晶", "鍍晶", "三天就花"] {
        let found = agent.get(&format!("/search?q={query}")).await.ok();
        assert_eq!(found["items"][0]["conversation_id"], json!(id), "{query}");
    }
    assert_eq!(agent.get("/search?q=花镀").await.ok()["items"], json!([]));
    let other = app.person("agent").await;
    assert_eq!(other.get("/search?q=镀晶").await.ok()["items"], json!([]));
    app.finish().await;
}

async fn an_erased_customers_words_are_gone_everywhere(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (_visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    let customer = admin.get(&format!("/conversations/{id}")).await.ok()["customer_id"].as_str().unwrap().to_owned();
    let held = admin.get(&format!("/customers/{customer}/export?reason=本人查询")).await.ok();
    assert_eq!(held["elsewhere"]["conversations"][0]["messages"][1]["text"], "镀晶三天就花了");
    admin.post(&format!("/customers/{customer}/erasure"), json!({"reason": "本人要求"})).await.ok();
    assert_eq!(admin.get("/search?q=镀晶").await.ok()["items"], json!([]));
    assert_eq!(texts(&admin.get(&format!("/conversations/{id}/messages")).await.ok()), [""]);
    let state = app.staff_socket(&admin).await.watch(&format!("conversation:{id}")).await;
    assert!(!state.to_string().contains("镀晶"));
    app.finish().await;
}

async fn the_inbox_tells_the_row_to_those_who_may_see_it(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut all, mut own) = (app.staff_socket(&admin).await, app.staff_socket(&agent).await);
    all.watch("inbox").await;
    own.watch("inbox").await;
    let (mut visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    assert_eq!(all.fact("conversation.changed").await["data"]["id"], json!(id));
    let mine = own.fact("conversation.changed").await;
    assert_eq!((&mine["data"]["id"], &mine["data"]["state"]), (&json!(id), &json!("active")));
    visitor.send(json!({"t": "send", "client_id": "v9", "text": "急"})).await;
    assert_eq!(own.fact("conversation.changed").await["data"]["preview"], "急");
    let other = app.person("agent").await;
    admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": other.id()})).await.ok();
    own.fact("conversation.left").await;
    app.finish().await;
}

async fn r033_applying_the_facts_gives_what_a_fetch_gives(db: TestDb) {
    let (app, key, admin, agent) = department(db).await;
    let (mut visitor, _, id) = talk(&app, &key, &admin, &agent).await;
    let path = format!("/conversations/{id}");
    let action = async {
        visitor.send(json!({"t": "send", "client_id": "v2", "text": "二"})).await;
        visitor.until(|frame| frame["t"] == "ack").await;
        agent.post(&format!("{path}/messages"), json!({"client_id": "a1", "text": "好"})).await.ok();
        visitor.send(json!({"t": "read", "seq": 99})).await;
        let note = agent.post(&format!("{path}/messages"), json!({"client_id": "a2", "kind": "note", "text": "老客户"})).await.ok();
        agent.patch(&format!("{path}/messages/{}", note["seq"]), json!({"text": "老客户,优先"})).await.ok();
        agent.post(&format!("{path}/messages/{}/recall", note["seq"]), json!({})).await.ok();
        agent.put(&format!("{path}/tags"), json!({"tags": ["镀晶", "投诉"]})).await.ok();
        agent.post(&format!("{path}/closure"), json!({"note": "已解决"})).await.ok();
    };
    let apply = |state: &mut Value, fact: &Value| match fact["kind"].as_str().unwrap() {
        "message.posted" | "note.posted" => state["messages"].as_array_mut().unwrap().push(fact["data"].clone()),
        "message.read" => state["conversation"][format!("{}_read_seq", fact["data"]["by"].as_str().unwrap())] = fact["data"]["seq"].clone(),
        "conversation.closed" => state["conversation"]["state"] = json!("closed"),
        "conversation.changed" => fact["data"].as_object().unwrap().iter().for_each(|(name, value)| state["conversation"][name] = value.clone()),
        "message.edited" | "message.recalled" | "note.edited" | "note.recalled" => {
            let messages = state["messages"].as_array_mut().unwrap();
            *messages.iter_mut().find(|message| message["seq"] == fact["data"]["seq"]).unwrap() = fact["data"].clone();
        }
        other => panic!("{other}"),
    };
    let view = |state: &Value| {
        let of = &state["conversation"];
        json!([state["messages"], of["state"], of["wrap_up"], of["tags"], of["rating"]])
    };
    app.verify_action(&admin, &format!("conversation:{id}"), action, apply, view).await;
    app.finish().await;
}

}

/// The grants this suite rests on: what a new installation gives an agent.
#[test]
fn an_agent_reaches_their_own_conversations_only() {
    let module = conversations::module();
    assert!(module.permissions.iter().all(|permission| permission.agent.is_none_or(|reach| reach == Reach::Own)));
}
