//! What systems that are told of facts rely on.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const HOURS: i64 = 3_600_000;

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
        webhooks::module(),
    ]
}

/// What the other side was called with: timestamp, marks, body.
type Heard = (String, String, String);

/// The other side: hears, and answers as it was told to; else 200.
#[derive(Clone, Default)]
struct OtherSide {
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl OtherSide {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/facts", listener.local_addr().unwrap());
        let side = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let side = side.clone();
                tokio::spawn(async move {
                    let mut raw = String::new();
                    while !raw.ends_with('}') {
                        let mut piece = [0; 4_096];
                        let count = stream.read(&mut piece).await.unwrap_or(0);
                        if count == 0 {
                            return;
                        }
                        raw.push_str(std::str::from_utf8(&piece[..count]).unwrap());
                    }
                    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
                    let find = |name: &str| {
                        let mut all = head.lines().filter_map(|line| line.split_once(": "));
                        all.find(|(key, _)| *key == name).map_or(String::new(), |(_, value)| value.to_owned())
                    };
                    let heard = (find("x-zhike-timestamp"), find("x-zhike-signature"), body.to_owned());
                    side.heard.lock().unwrap().push(heard);
                    let answer = side.answers.lock().unwrap().pop_front().unwrap_or("200 OK");
                    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        url
    }

    fn told(&self) -> Vec<Value> {
        self.heard.lock().unwrap().iter().map(|(_, _, body)| serde_json::from_str(body).unwrap()).collect()
    }

    /// What was told, `kind subject`, of this thing.
    fn of(&self, subject: &str) -> Vec<String> {
        let told = self.told().into_iter().filter(|one| one["subject"] == subject);
        told.map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    }
}

struct Stage {
    app: TestApp,
    admin: Person,
    path: String,
    secret: String,
    side: OtherSide,
}

impl Stage {
    async fn set(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let admin = app.person("administrator").await;
        let side = OtherSide::default();
        let wish = json!({"name": "CRM", "url": side.listen().await, "inside": true, "kinds": ["customer.created", "customer.changed", "channel.changed"]});
        let made = admin.post("/webhooks", wish).await.ok();
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let secret = admin.post(&format!("{path}/secret"), json!({})).await.ok()["secret"].as_str().unwrap().to_owned();
        Self { app, admin, path, secret, side }
    }

    async fn customer(&self, name: &str) -> String {
        self.admin.post("/customers", json!({"name": name})).await.ok()["id"].as_str().unwrap().to_owned()
    }

    async fn rename(&self, id: &str, name: &str) {
        let before = self.admin.get(&format!("/customers/{id}")).await.ok();
        let version = before["version"].as_i64().or_else(|| before["customer"]["version"].as_i64()).unwrap();
        self.admin.patch(&format!("/customers/{id}"), json!({"version": version, "name": name})).await.ok();
    }

    async fn calls(&self, state: &str) -> Vec<Value> {
        self.admin.get(&format!("{}/calls?state={state}", self.path)).await.ok()["items"].as_array().unwrap().clone()
    }
}

on_both! { http::schema(&modules());

async fn what_happens_is_told_signed_and_in_the_order_of_each_thing(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.customer("韩女士").await;
    for name in ["韩一", "韩二", "韩三"] {
        stage.rename(&id, name).await;
    }
    stage.app.settle().await;
    assert_eq!(stage.side.of(&id), ["customer.created", "customer.changed", "customer.changed", "customer.changed"]);
    let (timestamp, marks, body) = stage.side.heard.lock().unwrap()[0].clone();
    assert!(outbound::is_signed(std::slice::from_ref(&stage.secret), &timestamp, body.as_bytes(), &marks));
    assert!(!body.contains('韩'), "{body}");
    let versions: Vec<_> = stage.side.told().iter().filter_map(|one| one["data"]["version"].as_i64()).collect();
    assert!(versions.is_sorted() && versions.len() == 3, "{versions:?}");
    // Other things are not asked for.
    stage.admin.post("/tasks", json!({"title": "x"})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.side.told().len(), 4);
    assert_eq!((stage.calls("sent").await.len(), stage.calls("waiting").await.len()), (4, 0));
    stage.app.finish().await;
}

async fn what_is_not_taken_is_tried_again_and_holds_up_that_thing_alone(db: TestDb) {
    let stage = Stage::set(db).await;
    stage.side.answers.lock().unwrap().extend(["500 Oops"]);
    let one = stage.customer("一").await;
    stage.app.settle().await;
    stage.rename(&one, "一一").await;
    let two = stage.customer("二").await;
    stage.app.settle().await;
    assert_eq!((stage.side.of(&one).len(), stage.side.of(&two).len()), (1, 1));
    let waiting = stage.calls("waiting").await;
    assert!(waiting.iter().any(|call| call["why_code"] == "http" && call["attempts"] == 1), "{waiting:?}");
    stage.app.db.clock.advance(2 * HOURS);
    stage.app.settle().await;
    assert_eq!(stage.side.of(&one), ["customer.created", "customer.created", "customer.changed"]);
    let ids: Vec<_> = stage.side.told().iter().filter(|told| told["subject"] == one).map(|told| told["id"].clone()).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");

    // Given up, seen, and made again by a person.
    stage.side.answers.lock().unwrap().extend(["503 Busy"; 8]);
    let three = stage.customer("三").await;
    for _ in 0..8 {
        stage.app.settle().await;
        stage.app.db.clock.advance(2 * HOURS);
    }
    let dead = stage.calls("dead").await;
    assert_eq!((dead.len(), &dead[0]["subject"], &dead[0]["why"]), (1, &json!(three), &json!("503")));
    assert_eq!(stage.admin.get(&stage.path).await.ok()["dead"], 1);
    let retry = format!("/webhook-calls/{}/retry", dead[0]["id"].as_str().unwrap());
    stage.app.person("agent").await.post(&retry, json!({})).await.refused(403, "forbidden");
    stage.admin.post(&retry, json!({})).await.ok();
    stage.app.settle().await;
    assert!(stage.calls("dead").await.is_empty());
    stage.admin.post(&retry, json!({})).await.refused(409, "webhooks.not_dead");
    stage.app.finish().await;
}

async fn what_waits_while_it_is_paused_is_told_when_it_is_resumed(db: TestDb) {
    let stage = Stage::set(db).await;
    stage.side.answers.lock().unwrap().push_back("500 Oops");
    let id = stage.customer("一").await;
    stage.app.settle().await;
    let set = async |version: i64, state: &str| {
        stage.admin.patch(&stage.path, json!({"version": version, "details": {"state": state}})).await.ok()
    };
    set(1, "paused").await;
    stage.rename(&id, "二").await;
    stage.app.db.clock.advance(2 * HOURS);
    stage.app.settle().await;
    assert_eq!(stage.side.of(&id).len(), 1);
    stage.admin.patch(&stage.path, json!({"version": 1, "details": {"name": "x"}})).await.refused(409, "webhooks.stale");
    set(2, "active").await;
    stage.app.settle().await;
    // What happened meanwhile was not asked for.
    assert_eq!(stage.side.of(&id), ["customer.created", "customer.created"]);
    let gone = stage.admin.delete(&stage.path).await;
    gone.ok();
    stage.rename(&id, "三").await;
    stage.app.settle().await;
    assert_eq!(stage.side.told().len(), 2);
    stage.admin.get(&stage.path).await.refused(404, "not_found");
    stage.app.finish().await;
}

async fn a_webhook_is_set_up_by_those_who_may_and_tried_before_it_is_used(db: TestDb) {
    let stage = Stage::set(db).await;
    for (wish, field, code) in [
        (json!({"url": "https://a.example", "kinds": ["customer.created"]}), "name", "required"),
        (json!({"name": "x", "kinds": ["customer.created"]}), "url", "required"),
        (json!({"name": "x", "url": "http://a.example", "kinds": ["customer.created"]}), "url", "https_required"),
        (json!({"name": "x", "url": "https://10.0.0.1", "kinds": ["customer.created"]}), "url", "forbidden_address"),
        (json!({"name": "x", "url": "https://a.example"}), "kinds", "required"),
        (json!({"name": "x", "url": "https://a.example", "kinds": ["message.posted"]}), "kinds[0]", "unknown"),
        (json!({"name": "x", "url": "https://a.example", "kinds": ["customer.created"], "no": 1}), "no", "unknown_field"),
    ] {
        stage.admin.post("/webhooks", wish).await.refused_field(field, code);
    }
    let agent = stage.app.person("agent").await;
    agent.get("/webhooks").await.refused(403, "forbidden");
    agent.post(&format!("{}/secret", stage.path), json!({})).await.refused(403, "forbidden");
    let probe = format!("{}/probe", stage.path);
    assert_eq!(stage.admin.post(&probe, json!({})).await.ok()["trouble"], Value::Null);
    assert_eq!(stage.side.told()[0]["type"], "probe");
    let new = stage.admin.post(&format!("{}/secret", stage.path), json!({})).await.ok()["secret"].as_str().unwrap().to_owned();
    stage.admin.post(&probe, json!({})).await.ok();
    let (timestamp, marks, body) = stage.side.heard.lock().unwrap()[1].clone();
    for secret in [&stage.secret, &new] {
        assert!(outbound::is_signed(std::slice::from_ref(secret), &timestamp, body.as_bytes(), &marks));
    }
    let trail = stage.admin.get("/audit-entries").await.ok().to_string();
    assert!(trail.contains("webhooks.created") && trail.contains("webhooks.tried") && !trail.contains(&new));
    assert!(!stage.admin.get("/webhooks").await.ok().to_string().contains(&new));
    stage.app.finish().await;
}
}
