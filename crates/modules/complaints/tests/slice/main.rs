//! What people rely on of complaints.

mod by_mail;
mod course;
mod forms;
mod intake;
mod page;
mod solution;
mod statistics;

use serde_json::{Value, json};
use testkit::{Person, Reply, TestApp, TestDb};

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
        mail::module(),
        delivery::module(vec![sms::carrier()]),
        openchannel::module(),
        sms::module(),
        ::forms::module(),
        complaints::module(),
    ]
}

/// A department with a head, a service team with its supervisor and two agents, and a workshop with its head; a
/// customer who wrote, and categories.
struct House {
    app: TestApp,
    admin: Person,
    head: Person,
    supervisor: Person,
    agent: Person,
    stranger: Person,
    smith: Person,
    workshop: String,
    conversation: String,
    customer: String,
    said: Value,
    quality: String,
    service: String,
}

async fn house(db: TestDb) -> House {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&kernel::Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, head, supervisor) =
        (app.person("administrator").await, app.person("head").await, app.person("supervisor").await);
    let (agent, stranger, smith) =
        (app.person("agent").await, app.person("agent").await, app.person("supervisor").await);
    let department = admin.unit(("department", "客服中心"), None, Some(&head), &[]).await;
    admin.unit(("team", "热线组"), Some(&department), Some(&supervisor), &[&agent]).await;
    let workshop = admin.unit(("department", "漆面养护部"), None, Some(&smith), &[]).await;
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "镀晶才三天，一场雨机盖就发雾").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    let talk = admin.get(&format!("/conversations/{conversation}")).await.ok();
    let customer = talk["customer_id"].as_str().unwrap().to_owned();
    let said = admin.get(&format!("/conversations/{conversation}/messages")).await.ok();
    let said = said["items"].as_array().unwrap().iter().find(|one| one["kind"] == "text").unwrap()["seq"].clone();
    admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    let mut rules = admin.get("/complaint-rules").await.ok();
    rules["categories"] = json!([
        {"name": "质量", "kind": "quality", "children": [{"name": "镀晶"}, {"name": "钣金"}]},
        {"name": "服务", "kind": "service", "children": [{"name": "态度"}]},
    ]);
    let rules = admin.put("/complaint-rules", rules).await.ok();
    let id = |above: usize| rules["categories"][above]["children"][0]["id"].as_str().unwrap().to_owned();
    let (quality, service) = (id(0), id(1));
    let workshop = workshop["id"].as_str().unwrap().to_owned();
    House {
        app,
        admin,
        head,
        supervisor,
        agent,
        stranger,
        smith,
        workshop,
        conversation,
        customer,
        said,
        quality,
        service,
    }
}

fn path(complaint: &Value, rest: &str) -> String {
    format!("/complaints/{}{rest}", complaint["id"].as_str().unwrap())
}

fn unmet(complaint: &Value) -> Vec<&str> {
    let duties = complaint["duties"].as_array().unwrap().iter();
    duties.filter(|one| one["met"] == false).map(|one| one["duty"].as_str().unwrap()).collect()
}

impl House {
    fn now(&self) -> i64 {
        self.app.app.clock().now().millis()
    }

    fn intake(&self) -> Value {
        json!({
            "conversation_id": self.conversation, "message_seq": self.said, "content": "镀晶才三天，一场雨机盖就发雾，还有一圈圈的印子",
            "remedy": "重新做好，别再让我跑两趟", "happened_at": self.now() - 1_000, "way": "conversation",
            "severity": "serious", "acknowledged": true,
        })
    }

    async fn registered(&self) -> Value {
        self.agent.post("/complaints", self.intake()).await.ok()
    }

    async fn complete(&self, person: &Person, complaint: &Value) -> Value {
        person.post(&path(complaint, "/completion"), json!({})).await.ok()
    }

    fn founded(&self, category: &str) -> Value {
        json!({
            "grounds": true, "reasonable": true, "upheld": true, "category_id": category,
            "responsible_unit_id": self.workshop, "answer_by": self.now() + 86_400_000,
        })
    }

    /// At its solution, founded, investigated.
    async fn at_solution(&self) -> Value {
        let one = self.registered().await;
        self.complete(&self.agent, &one).await;
        self.agent.put(&path(&one, "/judgement"), self.founded(&self.quality)).await.ok();
        self.complete(&self.agent, &one).await;
        let found = json!({"cause": "固化 12 分，标准 20 分", "responsible": "施工技师 0417"});
        self.smith.put(&path(&one, "/investigation"), found).await.ok();
        self.complete(&self.smith, &one).await
    }

    async fn options(&self, complaint: &Value, options: &[(&str, i64, i64)]) -> Reply {
        let option = |(title, cost, compensation): &(&str, i64, i64)| json!({"title": title, "how": "按工艺重做", "cost": cost, "compensation": compensation, "takes": "1 天"});
        let options: Vec<_> = options.iter().map(option).collect();
        let version = self.agent.get(&path(complaint, "")).await.ok()["version"].clone();
        self.agent.put(&path(complaint, "/options"), json!({"version": version, "options": options})).await
    }

    /// With the leader, two options.
    async fn at_leader(&self) -> Value {
        let one = self.at_solution().await;
        self.options(&one, &[("全车返工", 118_000, 0), ("局部返工加退款", 182_000, 134_000)]).await.ok();
        let body = json!({"discussed_with": "漆面养护部、客服部"});
        self.agent.post(&path(&one, "/submission"), body).await.ok()
    }

    /// Decided without money; to be carried out.
    async fn at_implementation(&self) -> Value {
        let one = self.at_leader().await;
        let body = json!({"version": one["version"], "option": 0, "words": "同意方案 A"});
        self.supervisor.post(&path(&one, "/directive"), body).await.ok()
    }

    /// How many open tasks of this source somebody has.
    async fn tasks(&self, person: &Person, source: &str) -> usize {
        let tasks = person.get("/tasks?state=open&owner=me").await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|one| one["source"] == source).count()
    }
}
