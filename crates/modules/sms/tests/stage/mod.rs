//! A channel of text messages on its stage, and what is asked of it.

use std::time::Duration;

use kernel::{CustomerId, Timestamp};
use serde_json::{Value, json};
use testkit::{Person, Reply, TestApp, TestDb};

use crate::counterpart::{HttpGateway, Smsc};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const ALICE: &str = "+8613812345678";

pub(crate) fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        customers::module(),
        privacy::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(vec![sms::carrier()]),
        openchannel::module(),
        sms::module(),
    ]
}

/// A channel of text messages, whichever way it speaks.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) admin: Person,
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) secret: String,
    pub(crate) gateway: HttpGateway,
    pub(crate) client: reqwest::Client,
}

impl Stage {
    pub(crate) async fn http(db: TestDb) -> Self {
        let gateway = HttpGateway::default();
        let details = json!({"url": gateway.listen().await, "inside": true, "prefix": "【青禾】"});
        let mut stage = Self::set(db, json!({"name": "短信", "driver": "http", "details": details}), gateway).await;
        let made = stage.admin.post(&format!("/channels/{}/identity-secret", stage.id), json!({})).await.ok();
        stage.secret = text(&made["secret"]);
        stage.gateway.trusts(&stage.secret);
        stage
    }

    /// One whose line leads to this SMSC, signed in.
    pub(crate) async fn smpp(db: TestDb, smsc: &Smsc) -> Self {
        let details = json!({
            "host": "127.0.0.1", "port": smsc.port, "inside": true, "system_id": "zhike", "password": "secret",
            "number": "10690001", "alphabet": "gsm7",
        });
        let wish = json!({"name": "短信", "driver": "smpp", "details": details});
        let stage = Self::set(db, wish, HttpGateway::default()).await;
        stage.connected().await;
        stage
    }

    pub(crate) async fn set(db: TestDb, wish: Value, gateway: HttpGateway) -> Self {
        let app = TestApp::start(db, modules()).await;
        let admin = app.person("administrator").await;
        let made = admin.post("/sms-gateways", wish).await.ok();
        let (id, path) = (text(&made["id"]), text(&made["path"]));
        Self { app, admin, id, path, secret: String::new(), gateway, client: reqwest::Client::new() }
    }

    pub(crate) async fn view(&self) -> Value {
        self.admin.get(&format!("/sms-gateways/{}", self.id)).await.ok()
    }

    pub(crate) async fn connected(&self) {
        until("a line", async || (!self.view().await["link"]["connected_at"].is_null()).then_some(())).await;
    }

    pub(crate) async fn change(&self, change: Value) -> Reply {
        let mut change = change;
        change["version"] = self.view().await["version"].clone();
        self.admin.patch(&format!("/sms-gateways/{}", self.id), change).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.app.clock().now()
    }

    /// Calls a door as the gateway does.
    pub(crate) async fn call(&self, door: &str, body: Value) -> Reply {
        self.app.db.clock.advance(1);
        let body = body.to_string();
        let mark = outbound::sign(std::slice::from_ref(&self.secret), self.now(), body.as_bytes());
        self.call_with(door, &self.now().to_string(), &mark, body).await
    }

    pub(crate) async fn call_with(&self, door: &str, timestamp: &str, mark: &str, body: String) -> Reply {
        let url = format!("http://{}{}/{door}", self.app.address, self.path);
        let request = self.client.post(url).header("content-type", "application/json").body(body);
        Person::reply(request.header("x-zhike-timestamp", timestamp).header("x-zhike-signature", mark)).await
    }

    /// A text message comes by the gateway; answers the conversation, if it stands in one.
    pub(crate) async fn hear(&self, from: &str, id: &str, words: &str) -> String {
        text(&self.call("messages", json!({"id": id, "from": from, "text": words})).await.ok()["conversation_id"])
    }

    /// A colleague says something, and what may be carried is.
    pub(crate) async fn say(&self, conversation: &str, words: &str) -> Value {
        let hex = kernel::hex(&words.as_bytes()[..words.len().min(30)]);
        let path = format!("/conversations/{conversation}/messages");
        let said = self.admin.post(&path, json!({"client_id": hex, "text": words})).await.ok();
        self.app.settle().await;
        said
    }

    /// How what was said last stands, and why.
    pub(crate) async fn last(&self, conversation: &str) -> (String, String) {
        let found = self.admin.get(&format!("/conversations/{conversation}/deliveries")).await.ok();
        let last = &found["deliveries"][0];
        (text(&last["state"]), text(&last["why_code"]))
    }

    pub(crate) async fn limits(&self, conversation: &str) -> Value {
        self.admin.get(&format!("/conversations/{conversation}/deliveries")).await.ok()["limits"].clone()
    }

    pub(crate) async fn transcript(&self, conversation: &str) -> Vec<Value> {
        let found = self.admin.get(&format!("/conversations/{conversation}/messages")).await.ok();
        found["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn events(&self, conversation: &str) -> Vec<String> {
        self.transcript(conversation).await.iter().map(|one| text(&one["data"]["event"])).collect()
    }

    pub(crate) async fn conversations(&self) -> Vec<Value> {
        self.admin.get("/conversations").await.ok()["items"].as_array().unwrap().clone()
    }

    /// The texts of what the customers of all conversations said.
    pub(crate) async fn heard(&self) -> Vec<String> {
        let mut heard = Vec::new();
        for conversation in self.conversations().await {
            for one in self.transcript(&text(&conversation["id"])).await {
                if one["author"] == "customer" {
                    heard.push(text(&one["text"]));
                }
            }
        }
        heard
    }

    pub(crate) async fn opt_outs(&self) -> Vec<Value> {
        self.admin.get("/sms-opt-outs").await.ok()["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn reports(&self) -> Vec<String> {
        let view = self.view().await;
        view["reports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", text(&one["way"]), text(&one["code"])))
            .collect()
    }

    pub(crate) async fn customer(&self, phone: &str) -> CustomerId {
        let made = self.admin.post("/customers", json!({"name": "韩女士", "phone": phone})).await.ok();
        text(&made["id"]).parse().unwrap()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("{what} did not come about"))
}
