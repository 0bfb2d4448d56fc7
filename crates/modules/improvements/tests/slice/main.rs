//! What people rely on of causes, improvement, costs and won-back customers.

mod actions;
mod figures;
mod months;

use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb};

const DAY: i64 = 86_400_000;

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
        orders::module(),
        improvements::module(),
    ]
}

/// A department with a head, a service team with its supervisor and an agent, a workshop with its head; a customer who
/// wrote, and a category.
struct House {
    app: TestApp,
    admin: Person,
    head: Person,
    supervisor: Person,
    agent: Person,
    stranger: Person,
    smith: Person,
    department: String,
    workshop: String,
    conversation: String,
    customer: String,
    quality: String,
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
    let workshop = admin.unit(("team", "漆面养护部"), Some(&department), Some(&smith), &[]).await;
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "镀晶才三天，一场雨机盖就发雾").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    let talk = admin.get(&format!("/conversations/{conversation}")).await.ok();
    let customer = talk["customer_id"].as_str().unwrap().to_owned();
    admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    let mut rules = admin.get("/complaint-rules").await.ok();
    rules["categories"] = json!([{"name": "质量", "kind": "quality", "children": [{"name": "镀晶"}]}]);
    let rules = admin.put("/complaint-rules", rules).await.ok();
    let quality = rules["categories"][0]["children"][0]["id"].as_str().unwrap().to_owned();
    let id = |unit: &Value| unit["id"].as_str().unwrap().to_owned();
    let (department, workshop) = (id(&department), id(&workshop));
    House {
        app,
        admin,
        head,
        supervisor,
        agent,
        stranger,
        smith,
        department,
        workshop,
        conversation,
        customer,
        quality,
    }
}

fn path(complaint: &Value, rest: &str) -> String {
    format!("/complaints/{}{rest}", complaint["id"].as_str().unwrap())
}

fn analysis_of(complaint: &Value) -> String {
    format!("/complaint-analyses/{}", complaint["id"].as_str().unwrap())
}

fn action_path(action: &Value, rest: &str) -> String {
    format!("/improvement-actions/{}{rest}", action["id"].as_str().unwrap())
}

impl House {
    fn now(&self) -> i64 {
        self.app.app.clock().now().millis()
    }

    fn wait(&self, days: i64) {
        self.app.app.clock().advance(days * DAY);
    }

    async fn registered(&self) -> Value {
        let form = json!({"conversation_id": self.conversation, "content": "镀晶才三天就发雾", "remedy": "重新做好",
            "happened_at": self.now() - 1_000, "way": "conversation", "severity": "serious", "acknowledged": true});
        self.agent.post("/complaints", form).await.ok()
    }

    async fn complete(&self, person: &Person, complaint: &Value) -> Value {
        person.post(&path(complaint, "/completion"), json!({})).await.ok()
    }

    /// At its investigation, founded.
    async fn investigated(&self) -> Value {
        let one = self.registered().await;
        self.complete(&self.agent, &one).await;
        let founded = json!({"grounds": true, "reasonable": true, "upheld": true, "category_id": self.quality,
            "responsible_unit_id": self.workshop, "answer_by": self.now() + DAY});
        self.agent.put(&path(&one, "/judgement"), founded).await.ok();
        self.complete(&self.agent, &one).await
    }

    /// Archived as unfounded, the customer asked again with this outcome.
    async fn archived(&self, revisit: Value) -> Value {
        let one = self.registered().await;
        self.complete(&self.agent, &one).await;
        let judged = json!({"grounds": false, "reasonable": true, "upheld": false, "category_id": self.quality,
            "reason": "no_evidence", "understanding": "understood", "reply": "查看了施工录像，工艺符合标准，感谢您提醒我们"});
        self.agent.put(&path(&one, "/judgement"), judged).await.ok();
        self.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": true})).await.ok();
        self.complete(&self.agent, &one).await;
        if revisit["outcome"] == "unreachable" {
            for _ in 0..3 {
                self.agent.post(&path(&one, "/attempts"), json!({"words": "未接"})).await.ok();
                self.app.app.clock().advance(31 * 60_000);
            }
        }
        self.agent.put(&path(&one, "/revisit"), revisit).await.ok();
        self.complete(&self.agent, &one).await
    }

    fn found(&self, cause: &str) -> Value {
        json!({"version": 0, "cause_id": cause, "responsible_unit_id": self.workshop, "whys": [
            {"question": "为什么发雾？", "answer": "固化只有 12 分钟", "evidence": "烤灯记录"},
            {"question": "为什么只有 12 分钟？", "answer": "没有计时器"}]})
    }

    /// A complaint of this cause.
    async fn of_cause(&self, cause: &str) -> Value {
        let one = self.investigated().await;
        self.smith.put(&analysis_of(&one), self.found(cause)).await.ok();
        one
    }

    /// A cause of the shipped trees.
    async fn cause(&self, at: usize) -> String {
        let causes = self.smith.get("/complaint-causes").await.ok();
        causes["trees"][0]["groups"][0]["causes"][at]["id"].as_str().unwrap().to_owned()
    }

    async fn actions(&self) -> Vec<Value> {
        self.admin.get("/improvement-actions").await.ok()["items"].as_array().unwrap().clone()
    }

    /// Planned and done by whoever leads the workshop.
    async fn done(&self, action: &Value) -> Value {
        let now = self.smith.get(&action_path(action, "")).await.ok();
        let plan = json!({"version": now["version"], "corrective": "返工", "preventive": "装计时器", "steps": [{"what": "采购计时器"}]});
        let planned = self.smith.put(&action_path(action, "/plan"), plan).await.ok();
        let steps = planned["steps"].as_array().unwrap().clone();
        for step in steps.iter().filter(|step| step["done_at"].is_null()) {
            self.smith.post(&action_path(action, "/steps"), json!({"step": step["number"]})).await.ok();
        }
        self.smith.post(&action_path(action, "/completion"), json!({"result": "三台烤灯已装计时器"})).await.ok()
    }

    /// How many open tasks of this source somebody has.
    async fn tasks(&self, person: &Person, source: &str) -> usize {
        let tasks = person.get("/tasks?state=open&owner=me").await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|one| one["source"] == source).count()
    }
}
