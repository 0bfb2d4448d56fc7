//! Whatever can be read answers on a filled installation: a new operation is held to it from its first
//! day, and its module's part of the demo story with it.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{Person, Reply, TestApp, TestDb};

use crate::{bodies::Maker, demo, product};

/// What takes a visitor's own token, is no answer but a connection, or is about what the story has none of:
/// `visitors` and the slices try it.
const ELSEWHERE: [&str; 18] = [
    "/api/v1/batches/{id}/rows",
    "/api/v1/customer-exports/{id}/file",
    "/api/v1/mailboxes/{id}/unreadable-mails/{mail}/raw",
    "/api/v1/privacy-requests/{id}/copy",
    "/api/v1/ws",
    "/callbacks/mail",
    "/callbacks/oidc/{id}",
    "/callbacks/wechat/{id}",
    "/complain",
    "/points",
    "/points/mine",
    "/points/{token}",
    "/progress/mine",
    "/progress/{token}",
    "/rate/{token}",
    "/suggest",
    "/widget/files/{id}",
    "/widget/ws",
];
/// Lists of one's own, and of what failed, where whoever asks has nothing, the mails of a chat, what that one chat is
/// linked with, what a model that is off was asked, who was looked for, and whom a steward forgot: those of a new
/// module do not belong here.
const EMPTY: [&str; 11] = [
    "/assistant/questions",
    "/batches",
    "/conversations/{id}/links",
    "/conversations/{id}/mails",
    "/delegations",
    "/duplicate-searches",
    "/jobs",
    "/mailboxes/{id}/unreadable-mails",
    "/offers",
    "/record-updates/missing",
    "/tokens",
];

/// Ids of whatever an answer shows, by prefix, the first of each kind; and what else paths are made of.
fn harvest(answer: &Value, ids: &mut BTreeMap<String, String>) {
    match answer {
        Value::Object(fields) => {
            if let (Some(seq), false) = (fields.get("seq"), fields.get("conversation_id").is_none()) {
                ids.entry("seq".into()).or_insert_with(|| seq.to_string());
            }
            if let Some(key) = fields.get("public_key").and_then(Value::as_str) {
                ids.entry("public_key".into()).or_insert_with(|| key.to_owned());
            }
            fields.values().for_each(|value| harvest(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| harvest(item, ids)),
        Value::String(text) => {
            if let Some((prefix, digits)) = text.split_once('_')
                && (prefix.len(), digits.len()) == (3, 26)
            {
                ids.entry(prefix.to_owned()).or_insert_with(|| text.clone());
            }
        }
        _ => {}
    }
}

/// What stands outside the API of staff, as anybody asks for it.
async fn outside(app: &TestApp, path: &str) -> Reply {
    Person::reply(reqwest::Client::new().get(format!("http://{}{path}", app.address))).await
}

async fn ask(app: &TestApp, description: &Value) -> (Vec<String>, Vec<String>) {
    let admin = app.person("administrator").await;
    // Somebody who sends files.
    let conversations = demo::all(&admin, "/conversations?").await;
    let mut ids = BTreeMap::new();
    for conversation in &conversations {
        let id = conversation["id"].as_str().unwrap_or_default();
        let messages = admin.get(&format!("/conversations/{id}/messages?limit=200")).await.ok();
        if messages.to_string().contains("\"fil_") {
            ids.insert("cnv".to_owned(), id.to_owned());
            harvest(&messages, &mut ids);
            break;
        }
    }
    // Somebody who wrote, and may be somebody else too.
    let pairs = admin.get("/merge-suggestions").await.ok();
    for pair in pairs["items"].as_array().into_iter().flatten() {
        for side in ["one", "other"] {
            let id = pair[side]["id"].as_str().unwrap_or_default();
            let line = admin.get(&format!("/customers/{id}/timeline")).await.ok();
            if line["items"][0].is_object() {
                ids.insert("cus".to_owned(), id.to_owned());
            }
        }
    }
    let channels = admin.get("/channels").await.ok();
    let of_kind =
        |kind| channels["items"].as_array().into_iter().flatten().find(|channel| channel["kind"] == kind).expect("one");
    harvest(of_kind("web_chat"), &mut ids);
    let id_of = |kind| of_kind(kind)["id"].as_str().unwrap_or_default().to_owned();
    let (open, texted) = (id_of("open"), id_of("sms"));
    // One that came by mail.
    let mailed = conversations.iter().find(|one| one["channel_id"] == of_kind("email")["id"]).expect("a mail");
    let mails = format!("/conversations/{}/mails", mailed["id"].as_str().unwrap_or_default());
    harvest(&admin.get(&mails).await.ok(), &mut ids);
    // One that was taken back.
    let imports = demo::all(&admin, "/imports?").await;
    let undone = imports.iter().find(|one| one["state"] == "undone").expect("one that was taken back");
    ids.insert("imp".to_owned(), undone["id"].as_str().unwrap_or_default().to_owned());
    // Who has most: their tier rose, and somebody adjusted what they have.
    harvest(&admin.get("/loyalty-members?order=balance&limit=1").await.ok(), &mut ids);
    let (mut wrong, mut todo): (Vec<String>, Vec<_>) =
        (Vec::new(), description["paths"].as_object().into_iter().flatten().collect());
    todo.retain(|(path, item)| !item["get"].is_null() && !ELSEWHERE.contains(&path.as_str()));
    loop {
        let before = todo.len();
        let mut later = Vec::new();
        for (path, item) in todo {
            let maker = Maker { description, ids: &ids, number: 1 };
            let key = ids.get("public_key").filter(|_| path.starts_with("/widget/"));
            let at = match key {
                Some(key) => Some(path.replace("{public_key}", key)),
                None if path.contains("/open-channels/{id}") => {
                    Some(path.replace("/api/v1", "").replace("{id}", &open))
                }
                None if path.contains("/sms-gateways/{id}") => {
                    Some(path.replace("/api/v1", "").replace("{id}", &texted))
                }
                None => maker.path(path, &item["get"]),
            };
            let Some(at) = at else {
                later.push((path, item));
                continue;
            };
            let reply = if at.starts_with("/widget/") {
                outside(app, &at).await
            } else {
                admin.get(&at).await
            };
            let name = path.trim_start_matches("/api/v1");
            let empty = reply.body.as_array().or_else(|| reply.body["items"].as_array()).is_some_and(Vec::is_empty);
            if !reply.status.is_success() {
                wrong.push(format!("{at}: {} {}", reply.status, reply.body));
            } else if empty && !EMPTY.contains(&name) && !name.ends_with("/versions") {
                wrong.push(format!("{at} shows nothing"));
            }
            harvest(&reply.body, &mut ids);
        }
        todo = later;
        if todo.len() == before || todo.is_empty() {
            return (wrong, todo.into_iter().map(|(path, _)| path.clone()).collect());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_get_operation_answers_on_the_demo_story() {
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    demo::told(&app).await.expect("the story");
    app.settle().await;
    let description: Value = serde_json::from_str(&(app.openapi)().to_json().expect("JSON")).expect("JSON");
    let (wrong, unasked) = ask(&app, &description).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unasked.is_empty(), "nothing in the story is what these are about: {unasked:?}");
    app.finish().await;
}
