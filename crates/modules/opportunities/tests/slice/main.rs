//! What people rely on of opportunities.

mod found;
mod pursued;

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        documents::module(None),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        imports::module(vec![orders::target()]),
        channels::module(),
        conversations::module(),
        inquiries::module(),
        orders::module(),
        segments::module(),
        opportunities::module(),
    ]
}

/// A team with its supervisor and two agents, and an agent of another team.
struct Desk {
    app: TestApp,
    admin: Person,
    supervisor: Person,
    agent: Person,
    colleague: Person,
    stranger: Person,
    channel: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, supervisor) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, colleague, stranger) =
        (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "热线组"), None, None, &[&supervisor, &agent, &colleague]).await;
    admin.unit(("team", "在线组"), None, None, &[&stranger]).await;
    Desk { app, admin, supervisor, agent, colleague, stranger, channel: channel.public_key }
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

impl Desk {
    /// A stranger says this; answers the conversation as staff see it.
    async fn says(&self, text: &str) -> Value {
        let (_socket, ready) = self.app.visitor_writes(&self.channel, text).await;
        self.app.app.clock().advance(60_000);
        self.admin.get(&format!("/conversations/{}", id(&ready["conversation"]))).await.ok()
    }

    /// What is looked for: three customers in thirty days.
    async fn rule(&self, change: Value) -> Value {
        let mut body = json!({"service": "空调清洗", "words": ["洗空调", "空调清洗"], "sold_as": ["KT-QX"],
            "threshold": 3, "window_days": 30, "each_value": 19_900, "currency": "CNY", "active": true});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let rule = self.supervisor.post("/opportunity-rules", body).await.ok();
        self.app.settle().await;
        rule
    }

    async fn look(&self, rule: &Value) -> Value {
        let looked = self.supervisor.post(&format!("/opportunity-rules/{}/look", id(rule)), json!({})).await.ok();
        self.app.settle().await;
        looked
    }

    /// Everything the administrator sees.
    async fn all(&self) -> Vec<Value> {
        self.admin.get("/opportunities").await.ok()["items"].as_array().unwrap().clone()
    }

    async fn evidence(&self, person: &Person, opportunity: &Value) -> Vec<Value> {
        let path = format!("/opportunities/{}/evidence", id(opportunity));
        person.get(&path).await.ok()["items"].as_array().unwrap().clone()
    }

    /// An order of this customer's; answers its id.
    async fn buys(&self, customer: &Value, code: &str) -> Value {
        let placed_at = self.app.app.clock().now().millis() - 86_400_000;
        let order = json!({"number": format!("{code}-{}", customer.as_str().unwrap()), "customer": {"id": customer}, "placed_at": placed_at,
            "total": 19_900, "lines": [{"code": code, "what": "上门服务", "quantity": 1, "amount": 19_900}]});
        self.admin.post("/orders", json!({"source": "shop", "orders": [order]})).await.ok();
        let orders = self.admin.get(&format!("/orders?customer={}", customer.as_str().unwrap())).await.ok();
        orders["items"][0]["id"].clone()
    }
}
