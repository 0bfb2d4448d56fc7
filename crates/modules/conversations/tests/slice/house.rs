//! A running product and its web chat, as whoever comes from outside meets them.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp};

use crate::modules;

/// A running product and its web chat, set so.
pub(crate) struct House {
    pub(crate) app: TestApp,
    pub(crate) admin: Person,
    pub(crate) path: String,
    pub(crate) key: String,
}

impl House {
    pub(crate) async fn with(db: testkit::TestDb, settings: Value) -> Self {
        let app = TestApp::start(db, modules()).await;
        let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
        let admin = app.person("administrator").await;
        let path = format!("/channels/{}", channel.id);
        admin.patch(&path, json!({"version": 1, "settings": settings})).await.ok();
        Self { app, admin, path, key: channel.public_key }
    }

    /// Says hello with these fields besides the channel; answers the first frame.
    pub(crate) async fn hello(&self, more: Value) -> (Socket, Value) {
        self.hello_from(None, more).await
    }

    pub(crate) async fn hello_from(&self, page: Option<&str>, more: Value) -> (Socket, Value) {
        let headers: Vec<_> = page.map(|page| ("origin", page)).into_iter().collect();
        let url = format!("ws://{}/widget/ws", self.app.address);
        let mut socket = Socket::connect_with(&url, &headers).await;
        let mut hello = json!({"t": "hello", "channel": self.key});
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        socket.send(hello).await;
        let first = socket.next().await.expect("an answer");
        (socket, first)
    }

    pub(crate) fn outside(&self, method: reqwest::Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let request = reqwest::Client::new().request(method, format!("http://{}{path}", self.app.address));
        if token.is_empty() { request } else { request.bearer_auth(token) }
    }
}
