//! What people rely on of retention terms.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

const DAY: i64 = 86_400_000;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        inquiries::module(),
        retention::module(),
    ]
}

struct Desk {
    app: TestApp,
    key: String,
    admin: Person,
    agent: Person,
}

impl Desk {
    async fn set(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
        let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
        Self { app, key: channel.public_key, admin, agent }
    }

    /// A conversation in which something was said to and fro, which goes on, and what proves whose it is.
    async fn talk(&self, asked: &str) -> (String, String) {
        let (_visitor, ready) = self.app.visitor_writes(&self.key, asked).await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": self.agent.id()})).await.ok();
        let said = json!({"client_id": "a1", "text": "已为您登记"});
        self.agent.post(&format!("/conversations/{id}/messages"), said).await.ok();
        (ready["token"].as_str().unwrap().to_owned(), id)
    }

    async fn close(&self, id: &str) {
        self.agent.post(&format!("/conversations/{id}/closure"), json!({"note": "电话已记"})).await.ok();
        self.app.settle().await;
    }

    async fn texts(&self, id: &str) -> Vec<String> {
        let messages = self.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        let said = messages["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "text");
        said.map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    }

    async fn term(&self, kind: &str, channel: &str) -> Value {
        let all = self.admin.get("/retention-terms").await.ok();
        let found = all.as_array().unwrap().iter().find(|one| one["kind"] == kind && one["channel"] == channel);
        found.unwrap_or_else(|| panic!("{kind} by {channel}: {all}")).clone()
    }

    async fn night(&self) {
        retention::api::remove(&self.app.app, &self.app.system()).await.unwrap();
        self.app.settle().await;
    }

    fn days_pass(&self, days: i64) {
        self.app.app.clock().advance(days * DAY);
    }
}

on_both! { http::schema(&modules());

async fn pipl_what_was_said_goes_when_its_time_is_over_and_what_is_unfinished_stays(db: TestDb) {
    let desk = Desk::set(db).await;
    let (_ended, over) = desk.talk("我的门锁打不开，电话 13812345678").await;
    desk.close(&over).await;
    let (token, held) = desk.talk("退款还没到").await;
    desk.close(&held).await;
    // Whoever writes again has something unfinished.
    let (mut back, _) = desk.app.visitor_socket(&desk.key, Some(&token)).await;
    back.send(json!({"t": "send", "client_id": "v2", "text": "还是没到"})).await;
    back.until(|frame| frame["t"] == "ready" && frame["conversation"]["closed_at"].is_null()).await;

    let unset = desk.term("conversations", "web_chat").await;
    assert_eq!((&unset["days"], &unset["version"]), (&Value::Null, &json!(0)));
    desk.days_pass(40);
    desk.night().await;
    assert_eq!(desk.texts(&over).await.len(), 2, "without a term nothing goes");

    let due = desk.admin.get("/retention-terms/conversations/due?channel=web_chat&days=30").await.ok();
    assert_eq!(due["records"], 2);
    assert_eq!(desk.admin.get("/retention-terms/conversations/due?channel=web_chat&days=41").await.ok()["records"], 0);
    let body = json!({"version": 0, "channel": "web_chat", "days": 30});
    let set = desk.admin.put("/retention-terms/conversations", body.clone()).await.ok();
    assert_eq!((&set["days"], &set["version"]), (&json!(30), &json!(1)));
    desk.admin.put("/retention-terms/conversations", body).await.refused(409, "retention.stale");
    desk.night().await;

    assert_eq!(desk.texts(&over).await, ["", ""]);
    assert_eq!(desk.texts(&held).await, ["退款还没到", "已为您登记"]);
    assert_eq!(desk.admin.get("/search?q=门锁").await.ok()["items"], json!([]));
    let row = desk.admin.get(&format!("/conversations/{over}")).await.ok();
    assert!(row["emptied_at"].is_i64() && row["closed_at"].is_i64(), "{row}");
    assert_eq!((&row["preview"], &row["assignee_id"]), (&json!(""), &json!(desk.agent.id())));
    let term = desk.term("conversations", "web_chat").await;
    assert_eq!((&term["emptied"], &term["held"]), (&json!(1), &json!(1)));
    let trail = desk.admin.get("/audit-entries?action=retention.emptied").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1, "{trail}");

    // Done again it comes to the same; what is of another channel has no term.
    desk.night().await;
    assert_eq!(desk.term("conversations", "web_chat").await["emptied"], 1);
    assert_eq!(desk.term("conversations", "email").await["days"], Value::Null);
    desk.app.finish().await;
}

async fn pipl_inquiry_records_have_a_term_of_their_own(db: TestDb) {
    let desk = Desk::set(db).await;
    let record = desk.agent.post("/inquiry-records", json!({"asked": "门锁怎么换电池", "phone": "13812345678"})).await.ok();
    desk.admin.put("/retention-terms/inquiries", json!({"version": 0, "days": 365})).await.ok();
    desk.days_pass(364);
    desk.night().await;
    let path = format!("/inquiry-records/{}", record["id"].as_str().unwrap());
    assert_eq!(desk.agent.get(&path).await.ok()["asked"], "门锁怎么换电池");
    desk.days_pass(2);
    desk.night().await;
    assert_eq!(desk.agent.get(&path).await.ok()["asked"], "");
    assert_eq!(desk.term("inquiries", "").await["emptied"], 1);
    desk.app.finish().await;
}

async fn a_term_that_cannot_be_is_refused_and_nobody_else_sets_one(db: TestDb) {
    let desk = Desk::set(db).await;
    let set = async |kind: &str, body: Value| desk.admin.put(&format!("/retention-terms/{kind}"), body).await;
    set("inquiries", json!({"version": 0, "days": 29})).await.refused_field("days", "out_of_range");
    set("inquiries", json!({"version": 0, "days": 3_651})).await.refused_field("days", "out_of_range");
    set("inquiries", json!({"version": 0, "channel": "web_chat", "days": 90})).await.refused_field("channel", "unknown");
    set("conversations", json!({"version": 0, "days": 90})).await.refused_field("channel", "unknown");
    set("everything", json!({"version": 0, "days": 90})).await.refused(404, "not_found");
    desk.agent.get("/retention-terms").await.refused(403, "forbidden");
    desk.agent.put("/retention-terms/inquiries", json!({"version": 0, "days": 90})).await.refused(403, "forbidden");
    assert_eq!(desk.term("inquiries", "").await["version"], 0);
    desk.app.finish().await;
}

}
