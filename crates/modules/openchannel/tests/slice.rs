//! What systems that plug in rely on, and what nobody else may do.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use kernel::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{Person, Reply, TestApp, TestDb, on_both};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const MINUTE: i64 = 60_000;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(vec![openchannel::carrier()]),
        openchannel::module(),
    ]
}

/// What the other side was called with.
#[derive(Clone, Debug)]
struct Heard {
    timestamp: String,
    signature: String,
    body: String,
}

/// The system behind the channel: hears, and answers as it was told to; else 200.
#[derive(Clone, Default)]
struct OtherSide {
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl OtherSide {
    /// Listens; answers its address.
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let side = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let side = side.clone();
                tokio::spawn(async move {
                    let mut raw = Vec::new();
                    let (head, length) = loop {
                        let mut piece = [0; 4_096];
                        let count = stream.read(&mut piece).await.unwrap_or(0);
                        raw.extend_from_slice(&piece[..count]);
                        let text = String::from_utf8_lossy(&raw).into_owned();
                        if let Some((head, _)) = text.split_once("\r\n\r\n") {
                            let length: usize = header(head, "content-length").parse().unwrap_or(0);
                            if raw.len() >= head.len() + 4 + length || count == 0 {
                                break (head.to_owned(), length);
                            }
                        } else if count == 0 {
                            return;
                        }
                    };
                    let body = String::from_utf8_lossy(&raw[head.len() + 4..head.len() + 4 + length]).into_owned();
                    let (timestamp, signature) =
                        (header(&head, "x-zhike-timestamp"), header(&head, "x-zhike-signature"));
                    side.heard.lock().unwrap().push(Heard { timestamp, signature, body });
                    let answer = side.answers.lock().unwrap().pop_front().unwrap_or("200 OK");
                    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        url
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// The texts of the messages, as often as they came.
    fn texts(&self) -> Vec<String> {
        let said = self.heard().into_iter().map(|heard| serde_json::from_str::<Value>(&heard.body).unwrap());
        said.map(|said| said["message"]["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn header(head: &str, name: &str) -> String {
    let found = head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

struct Stage {
    app: TestApp,
    admin: Person,
    id: String,
    path: String,
    secret: String,
    side: OtherSide,
    client: reqwest::Client,
}

impl Stage {
    async fn set(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let admin = app.person("administrator").await;
        let side = OtherSide::default();
        let wish = json!({"name": "小程序", "callback_url": side.listen().await, "inside": true});
        let channel = admin.post("/open-channels", wish).await.ok();
        let (id, path) = (text(&channel["id"]), text(&channel["path"]));
        let secret = admin.post(&format!("/channels/{id}/identity-secret"), json!({})).await.ok();
        Self { app, admin, id, path, secret: text(&secret["secret"]), side, client: reqwest::Client::new() }
    }

    fn now(&self) -> Timestamp {
        self.app.app.clock().now()
    }

    /// Calls a door as the other side does.
    async fn call(&self, door: &str, body: Value) -> Reply {
        let body = body.to_string();
        let mark = outbound::sign(std::slice::from_ref(&self.secret), self.now(), body.as_bytes());
        self.call_with(door, &self.now().to_string(), &mark, body).await
    }

    async fn call_with(&self, door: &str, timestamp: &str, mark: &str, body: impl Into<reqwest::Body>) -> Reply {
        let url = format!("http://{}{}/{door}", self.app.address, self.path);
        let request = self.client.post(url).header("content-type", "application/json").body(body.into());
        Person::reply(request.header("x-zhike-timestamp", timestamp).header("x-zhike-signature", mark)).await
    }

    /// The customer says something; answers the conversation.
    async fn hear(&self, user: &str, id: &str, words: &str) -> String {
        let said = json!({"id": id, "user": {"id": user}, "text": words});
        text(&self.call("messages", said).await.ok()["conversation_id"])
    }

    async fn say(&self, conversation: &str, words: &str) -> Value {
        let path = format!("/conversations/{conversation}/messages");
        self.admin.post(&path, json!({"client_id": hex(words), "text": words})).await.ok()
    }

    /// What became of what was said, the first first.
    async fn deliveries(&self, conversation: &str) -> Vec<Value> {
        let found = self.admin.get(&format!("/conversations/{conversation}/deliveries")).await.ok();
        found["deliveries"].as_array().unwrap().iter().rev().cloned().collect()
    }

    async fn transcript(&self, conversation: &str) -> Vec<Value> {
        let found = self.admin.get(&format!("/conversations/{conversation}/messages")).await.ok();
        found["items"].as_array().unwrap().clone()
    }

    /// What the channel's page says of how calls went: `way code detail`.
    async fn reports(&self) -> Vec<String> {
        let view = self.admin.get(&format!("/open-channels/{}", self.id)).await.ok();
        let one = |one: &Value| format!("{} {} {}", text(&one["way"]), text(&one["code"]), text(&one["detail"]));
        view["reports"].as_array().unwrap().iter().map(one).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn hex(text: &str) -> String {
    kernel::hex(&text.as_bytes()[..text.len().min(30)])
}

fn said(words: &str) -> Value {
    json!({"id": "m1", "user": {"id": "u1"}, "text": words})
}

on_both! { http::schema(&modules());

async fn what_is_said_on_either_side_reaches_the_other(db: TestDb) {
    let stage = Stage::set(db).await;
    let first = json!({
        "id": "m1", "user": {"id": "u1", "name": "韩女士", "phone": "138 1234 5678"},
        "text": "订单到哪了", "attributes": {"订单": "20261120"},
    });
    let kept = stage.call("messages", first).await.ok();
    let id = text(&kept["conversation_id"]);
    assert_eq!((&kept["opened"], &kept["repeated"]), (&json!(true), &json!(false)));
    let conversation = stage.admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!((&conversation["channel_kind"], &conversation["customer_name"]), (&json!("open"), &json!("韩女士")));
    assert_eq!(conversation["attributes"]["订单"], "20261120");

    let sent = stage.say(&id, "在路上了，明天到。").await;
    stage.app.settle().await;
    let heard = stage.side.heard();
    let [call] = &heard[..] else { panic!("{heard:?}") };
    assert!(outbound::is_signed(std::slice::from_ref(&stage.secret), &call.timestamp, call.body.as_bytes(), &call.signature));
    let told: Value = serde_json::from_str(&call.body).unwrap();
    let delivery = stage.deliveries(&id).await[0].clone();
    assert_eq!((&told["type"], &told["id"], &told["user_id"], &told["seq"]), (&json!("message"), &delivery["id"], &json!("u1"), &sent["seq"]));
    assert_eq!((&told["message"]["kind"], &told["message"]["text"]), (&json!("text"), &json!("在路上了，明天到。")));

    // What became of it; never back, and nothing of others.
    for (state, stands) in [("read", "read"), ("delivered", "read"), ("failed", "read")] {
        let receipts = json!({"receipts": [{"id": delivery["id"], "state": state}]});
        stage.app.db.clock.advance(1);
        assert_eq!(stage.call("receipts", receipts).await.ok()["states"][0]["state"], stands);
    }
    let other = json!({"receipts": [{"id": "dlv_01jd3k5v2pf6z8q0w4x7y9abcd", "state": "read"}]});
    assert_eq!(stage.call("receipts", other).await.ok()["states"][0]["state"], Value::Null);
    stage.call("typing", json!({"user_id": "u1", "text": "好的"})).await.ok();
    stage.call("typing", json!({"user_id": "nobody"})).await.ok();
    assert_eq!(stage.call("departures", json!({"user_id": "u1"})).await.ok()["conversation_id"], json!(id));
    assert_eq!(stage.admin.get(&format!("/conversations/{id}")).await.ok()["state"], "closed");
    stage.app.db.clock.advance(1);
    assert_eq!(stage.call("departures", json!({"user_id": "u1"})).await.ok()["conversation_id"], Value::Null);
    assert_ne!(stage.hear("u1", "m2", "还有一件事").await, id);
    stage.app.finish().await;
}

async fn forged_old_and_repeated_calls_are_refused_and_nothing_is_kept(db: TestDb) {
    let stage = Stage::set(db).await;
    let (body, now) = (said("你好").to_string(), stage.now());
    let sign = |secret: &str, at: Timestamp, body: &str| outbound::sign(&[secret.to_owned()], at, body.as_bytes());
    let good = sign(&stage.secret, now, &body);
    for (timestamp, mark, body) in [
        (now.to_string(), String::new(), body.clone()),
        (now.to_string(), "v1=00".into(), body.clone()),
        (now.to_string(), sign("other", now, &body), body.clone()),
        (now.to_string(), good.clone(), body.replace("你好", "您好")),
        (now.plus_millis(1).to_string(), good.clone(), body.clone()),
        (String::new(), good.clone(), body.clone()),
    ] {
        stage.call_with("messages", &timestamp, &mark, body).await.refused(401, "unauthenticated");
    }
    // A key nobody has is answered alike, and so is one of another kind of channel.
    let web = stage.admin.post("/channels", json!({"kind": "web_chat", "name": "网站"})).await.ok();
    for key in ["wk_0", web["public_key"].as_str().unwrap()] {
        let url = format!("http://{}/open/{key}/messages", stage.app.address);
        let request = stage.client.post(url).header("content-type", "application/json").body(body.clone());
        let request = request.header("x-zhike-timestamp", now.to_string()).header("x-zhike-signature", &good);
        Person::reply(request).await.refused(401, "unauthenticated");
    }
    for off in [-6 * MINUTE, 6 * MINUTE] {
        let at = now.plus_millis(off);
        let refused = stage.call_with("messages", &at.to_string(), &sign(&stage.secret, at, &body), body.clone()).await;
        assert_eq!(refused.refused(409, "openchannel.clock_off")["params"]["off_ms"], -off);
    }
    assert_eq!(stage.admin.get("/conversations").await.ok()["items"], json!([]));

    // The very same call again is no second one; signed anew, it is answered as before.
    stage.call_with("messages", &now.to_string(), &good, body.clone()).await.ok();
    stage.call_with("messages", &now.to_string(), &good, body.clone()).await.refused(409, "openchannel.replayed");
    stage.app.db.clock.advance(1);
    assert_eq!(stage.call("messages", said("你好")).await.ok()["repeated"], true);
    let reports = stage.reports().await;
    for told in ["in ok ", "in signature ", "in replayed "] {
        assert!(reports.iter().any(|one| one == told), "{told} in {reports:?}");
    }
    assert!(reports.iter().any(|one| one.starts_with("in clock_off off_ms")), "{reports:?}");

    // What failed may be said again as it was.
    stage.admin.patch(&format!("/open-channels/{}", stage.id), json!({"version": 1, "state": "paused"})).await.ok();
    let (body, at) = (json!({"id": "m9", "user": {"id": "u9"}, "text": "在吗"}).to_string(), stage.now());
    let mark = sign(&stage.secret, at, &body);
    stage.call_with("messages", &at.to_string(), &mark, body.clone()).await.refused(409, "conversations.channel_paused");
    stage.admin.patch(&format!("/open-channels/{}", stage.id), json!({"version": 2, "state": "active"})).await.ok();
    stage.call_with("messages", &at.to_string(), &mark, body).await.ok();
    stage.app.finish().await;
}

async fn bad_input_names_the_field(db: TestDb) {
    let stage = Stage::set(db).await;
    for (body, field, code) in [
        (json!({"id": "m", "user": {"id": "u"}, "text": "x", "html": "<b>"}), "html", "unknown_field"),
        (json!({"id": "m", "user": {"id": "u", "vip": true}, "text": "x"}), "user.vip", "unknown_field"),
        (json!({"id": "m", "text": "x"}), "user", "required"),
        (json!({"id": "m", "user": {"id": ""}, "text": "x"}), "user", "required"),
        (json!({"id": "", "user": {"id": "u"}, "text": "x"}), "id", "required"),
        (json!({"id": "m", "user": {"id": "u"}, "text": "长".repeat(5_001)}), "text", "too_long"),
        (json!({"id": "m", "user": {"id": "u"}}), "text", "required"),
        (json!({"id": "m", "user": {"id": "u", "phone": "123"}, "text": "x"}), "phone", "malformed"),
        (json!({"id": "m", "user": {"id": "u"}, "files": ["x"]}), "files[0]", "wrong_type"),
        (json!({"id": "m", "user": {"id": "u"}, "files": ["fil_01jd3k5v2pf6z8q0w4x7y9abcd"]}), "file_id", "unknown"),
        (json!({"id": "m", "user": {"id": "u"}, "text": "x", "attributes": {"a": "长".repeat(501)}}), "attributes.a", "malformed"),
    ] {
        stage.app.db.clock.advance(1);
        stage.call("messages", body).await.refused_field(field, code);
    }
    stage.call("receipts", json!({"receipts": []})).await.refused_field("receipts", "out_of_range");
    let many = vec![json!({"id": "dlv_01jd3k5v2pf6z8q0w4x7y9abcd", "state": "read"}); 101];
    stage.call("receipts", json!({"receipts": many})).await.refused_field("receipts", "out_of_range");
    let long = vec![b' '; (1 << 20) + 1];
    stage.call_with("messages", "0", "", long).await.refused(413, "invalid");
    assert_eq!(stage.admin.get("/conversations").await.ok()["items"], json!([]));

    // What is called must be what may be called.
    for (url, inside, code) in [
        ("http://shop.example.com/hook", false, "https_required"),
        ("https://127.0.0.1/hook", false, "forbidden_address"),
        ("http://169.254.169.254/latest", true, "forbidden_address"),
        ("https://me:pw@shop.example.com", false, "has_credentials"),
        ("javascript:alert(1)", true, "malformed"),
    ] {
        let wish = json!({"name": "x", "callback_url": url, "inside": inside});
        stage.admin.post("/open-channels", wish).await.refused_field("callback_url", code);
    }
    stage.app.finish().await;
}

async fn what_the_other_side_does_not_take_is_tried_again_in_order(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    stage.side.answers.lock().unwrap().extend(["500 Oops", "503 Busy", "200 OK", "422 No", "200 OK"]);
    for words in ["一", "二", "三"] {
        stage.say(&id, words).await;
    }
    stage.app.settle().await;
    assert_eq!(stage.side.texts(), ["一"]);
    assert_eq!(stage.deliveries(&id).await[0]["why_code"], "http");
    for _ in 0..2 {
        stage.app.db.clock.advance(120 * MINUTE);
        stage.app.settle().await;
    }
    assert_eq!(stage.side.texts(), ["一", "一", "一", "二", "三"]);
    let ids: Vec<_> = stage.side.heard().iter().map(|heard| text(&serde_json::from_str::<Value>(&heard.body).unwrap()["id"])).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
    let states = stage.deliveries(&id).await;
    assert_eq!(states.iter().map(|one| text(&one["state"])).collect::<Vec<_>>(), ["sent", "failed", "sent"]);
    assert_eq!(states[1]["why_code"], "refused");

    // One that is never taken is given up, seen, and sent again by a person.
    stage.side.answers.lock().unwrap().extend(["500 Oops"; 8]);
    stage.say(&id, "四").await;
    for _ in 0..8 {
        stage.app.settle().await;
        stage.app.db.clock.advance(120 * MINUTE);
    }
    let failed = stage.deliveries(&id).await[3].clone();
    assert_eq!((&failed["state"], &failed["attempts"]), (&json!("failed"), &json!(8)));
    assert!(stage.transcript(&id).await.iter().any(|one| one["data"]["event"] == "delivery_failed"));
    stage.admin.post(&format!("/deliveries/{}/retry", text(&failed["id"])), json!({})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.deliveries(&id).await[3]["state"], "sent");
    let reports = stage.reports().await;
    assert!(reports.iter().any(|one| one.starts_with("out http_500")), "{reports:?}");
    stage.app.finish().await;
}

async fn files_go_both_ways_and_only_those_that_are_taken(db: TestDb) {
    let stage = Stage::set(db).await;
    let bytes = "订单号,金额\n1,20\n".as_bytes();
    let digest: String = kernel::hex(Sha256::digest(bytes));
    let wish = |name: &str, size: usize, sha256: &str| json!({"user": {"id": "u1"}, "name": name, "size": size, "sha256": sha256});
    stage.call("files", wish("a.csv", 21 << 20, &digest)).await.refused_field("size", "out_of_range");
    stage.call("files", wish("a.csv", 1, "zz")).await.refused_field("sha256", "malformed");
    let put = async |path: &str, bytes: &[u8]| {
        Person::reply(stage.client.put(format!("http://{}{path}", stage.app.address)).body(bytes.to_vec())).await
    };
    let place = stage.call("files", wish("a.csv", bytes.len(), &digest)).await.ok();
    let path = text(&place["path"]);
    put(&path, b"another").await.refused_field("sha256", "mismatch");
    let forged = path.replace("/uploads/", "/uploads/e");
    put(&forged, bytes).await.refused(401, "unauthenticated");
    let file = put(&path, bytes).await.ok();
    // Nobody else's message takes it along.
    let with = |id: &str, user: &str| json!({"id": id, "user": {"id": user}, "text": "见附件", "files": [file["file_id"]]});
    stage.call("messages", with("m0", "u2")).await.refused_field("file_id", "unknown");
    let id = text(&stage.call("messages", with("m1", "u1")).await.ok()["conversation_id"]);
    let kinds: Vec<_> = stage.transcript(&id).await.iter().filter(|one| one["kind"] != "event").map(|one| text(&one["kind"])).collect();
    assert_eq!(kinds, ["text", "file"]);
    // What runs is not taken, whatever it is called.
    let page = b"<!doctype html><script>alert(1)</script>";
    let digest: String = kernel::hex(Sha256::digest(page));
    stage.app.db.clock.advance(1);
    let place = stage.call("files", wish("a.txt", page.len(), &digest)).await.ok();
    put(&text(&place["path"]), page).await.refused_field("file", "type_refused");
    stage.app.db.clock.advance(11 * MINUTE);
    put(&path, bytes).await.refused(401, "unauthenticated");

    // And back: by a link that needs no signing in.
    let part = reqwest::multipart::Part::text("客户须知").file_name("须知.txt");
    let form = reqwest::multipart::Form::new().part("file", part);
    let sent = Person::reply(stage.admin.request(Method::POST, "/files").multipart(form)).await.ok();
    let body = json!({"client_id": "f", "text": "", "file_id": sent["id"]});
    stage.admin.post(&format!("/conversations/{id}/messages"), body).await.ok();
    stage.app.settle().await;
    let told: Value = serde_json::from_str(&stage.side.heard()[0].body).unwrap();
    assert_eq!((&told["message"]["kind"], &told["message"]["file"]["name"]), (&json!("file"), &json!("须知.txt")));
    let link = format!("http://{}{}", stage.app.address, text(&told["message"]["file"]["path"]));
    assert_eq!(stage.client.get(&link).send().await.unwrap().text().await.unwrap(), "客户须知");
    stage.app.db.clock.advance(25 * 60 * MINUTE);
    assert_eq!(stage.client.get(&link).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    stage.app.finish().await;
}

async fn a_renewed_secret_leaves_the_one_before_it_good_for_a_day(db: TestDb) {
    let mut stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    let renew = format!("/channels/{}/identity-secret", stage.id);
    let new = text(&stage.admin.post(&renew, json!({})).await.ok()["secret"]);
    let old = std::mem::replace(&mut stage.secret, new.clone());
    stage.say(&id, "在").await;
    stage.app.settle().await;
    let call = stage.side.heard()[0].clone();
    for secret in [&old, &new] {
        assert!(outbound::is_signed(std::slice::from_ref(secret), &call.timestamp, call.body.as_bytes(), &call.signature));
    }
    stage.hear("u1", "m2", "新").await;
    stage.secret = old;
    stage.hear("u1", "m3", "旧").await;
    stage.app.db.clock.advance(24 * 60 * MINUTE);
    stage.call("messages", said("过期")).await.refused(401, "unauthenticated");
    // No answer of the API gives it back.
    assert!(!stage.admin.get(&format!("/open-channels/{}", stage.id)).await.ok().to_string().contains(&new));
    stage.app.finish().await;
}

async fn a_channel_is_set_up_by_those_who_may_and_tried_before_it_is_used(db: TestDb) {
    let stage = Stage::set(db).await;
    let path = format!("/open-channels/{}", stage.id);
    let agent = stage.app.person("agent").await;
    agent.get(&path).await.ok();
    agent.patch(&path, json!({"version": 1, "name": "x"})).await.refused(403, "forbidden");
    agent.post("/open-channels", json!({"name": "x"})).await.refused(403, "forbidden");
    agent.post(&format!("{path}/probe"), json!({})).await.refused(403, "forbidden");
    stage.app.anonymous().get("/open-channels").await.refused(401, "unauthenticated");

    assert_eq!(stage.admin.post(&format!("{path}/probe"), json!({})).await.ok()["trouble"], Value::Null);
    assert!(stage.side.heard()[0].body.contains("\"type\":\"probe\""));
    stage.side.answers.lock().unwrap().push_back("403 Forbidden");
    let tried = stage.admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!((&tried["trouble"], &tried["detail"]), (&json!("http"), &json!("403 {}")));

    let changed = stage.admin.patch(&path, json!({"version": 1, "name": "微店", "callback_url": "", "inside": false})).await.ok();
    assert_eq!((&changed["name"], &changed["callback_url"]), (&json!("微店"), &Value::Null));
    stage.admin.patch(&path, json!({"version": 1, "name": "y"})).await.refused(409, "openchannel.stale");
    assert_eq!(stage.admin.post(&format!("{path}/probe"), json!({})).await.ok()["trouble"], "no_callback");
    let id = stage.hear("u1", "m1", "在吗").await;
    stage.say(&id, "在").await;
    stage.app.settle().await;
    assert_eq!(stage.deliveries(&id).await[0]["why_code"], "no_callback");
    let listed = stage.admin.get("/open-channels").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let trail = stage.admin.get("/audit-entries").await.ok().to_string();
    for told in ["openchannel.created", "openchannel.changed", "openchannel.tried"] {
        assert!(trail.contains(told), "{told}");
    }
    assert!(!trail.contains(&stage.secret));
    stage.app.finish().await;
}
}
