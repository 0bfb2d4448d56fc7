//! What people rely on of feedback and the wall.

mod course;
mod figures;
mod form;
mod paper;
mod wall;

use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb};

fn modules() -> Vec<http::Module> {
    vec![
        documents::module(None),
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        approvals::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(vec![sms::carrier()]),
        openchannel::module(),
        sms::module(),
        forms::module(),
        complaints::module(),
        feedback::module(),
    ]
}

/// A department with a head, a team with its supervisor and two agents, and somebody of no team; a customer who wrote.
struct House {
    app: TestApp,
    admin: Person,
    head: Person,
    supervisor: Person,
    agent: Person,
    colleague: Person,
    stranger: Person,
    department: String,
    team: String,
    conversation: String,
    customer: String,
}

async fn house(db: TestDb) -> House {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&kernel::Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, head, supervisor) =
        (app.person("administrator").await, app.person("head").await, app.person("supervisor").await);
    let (agent, colleague, stranger) =
        (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    let department = admin.unit(("department", "客服中心"), None, Some(&head), &[]).await;
    let team = admin.unit(("team", "热线组"), Some(&department), Some(&supervisor), &[&agent, &colleague]).await;
    admin.unit(("team", "门店组"), None, None, &[&stranger]).await;
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "今天的小林真耐心，一步步教我装好了").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    let talk = admin.get(&format!("/conversations/{conversation}")).await.ok();
    let customer = talk["customer_id"].as_str().unwrap().to_owned();
    admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    let id = |unit: &Value| unit["id"].as_str().unwrap().to_owned();
    let (department, team) = (id(&department), id(&team));
    House { app, admin, head, supervisor, agent, colleague, stranger, department, team, conversation, customer }
}

fn path(item: &Value, rest: &str) -> String {
    format!("/feedback-items/{}{rest}", item["id"].as_str().unwrap())
}

impl House {
    fn form(&self, kind: &str) -> Value {
        json!({"kind": kind, "conversation_id": self.conversation, "content": "安装说明的字太小，老人看不清", "way": "conversation"})
    }

    async fn taken_in(&self, kind: &str) -> Value {
        self.agent.post("/feedback-items", self.form(kind)).await.ok()
    }

    /// Praise of the agent, taken in by a colleague.
    async fn praised(&self) -> Value {
        let mut new = self.form("praise");
        (new["content"], new["about_id"]) = (json!("小林真耐心"), json!(self.agent.id()));
        self.supervisor.post("/feedback-items", new).await.ok()
    }

    /// How many open tasks of this source somebody has, or could take.
    async fn tasks(&self, person: &Person, source: &str) -> usize {
        let tasks = person.get("/tasks?state=open").await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|one| one["source"] == source).count()
    }
}
