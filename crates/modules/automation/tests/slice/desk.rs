//! Two agents and whoever runs the place, with a web chat.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb};

use crate::modules;

pub(crate) struct Desk {
    pub(crate) app: TestApp,
    pub(crate) key: String,
    pub(crate) admin: Person,
    pub(crate) agent: Person,
    pub(crate) other: Person,
}

pub(crate) async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, agent, other) =
        (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    Desk { app, key: channel.public_key, admin, agent, other }
}

impl Desk {
    /// A conversation that this person has.
    pub(crate) async fn given(&self, to: &Person, text: &str) -> (Socket, String) {
        let (socket, ready) = self.app.visitor_writes(&self.key, text).await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": to.id()})).await.ok();
        (socket, id)
    }

    pub(crate) async fn row(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}")).await.ok()
    }
}
