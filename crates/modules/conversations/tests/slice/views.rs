//! Conversations that have to do with each other, and views of the list.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

use crate::modules;

struct Desk {
    app: TestApp,
    key: String,
    admin: Person,
    agent: Person,
    other: Person,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, agent, other) =
        (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    Desk { app, key: channel.public_key, admin, agent, other }
}

impl Desk {
    async fn given(&self, to: &Person, text: &str) -> (Socket, String) {
        let (socket, ready) = self.app.visitor_writes(&self.key, text).await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": to.id()})).await.ok();
        (socket, id)
    }

    async fn linked(&self, who: &Person, id: &str) -> Vec<String> {
        let all = who.get(&format!("/conversations/{id}/links")).await.ok();
        all.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn last(&self, id: &str) -> Value {
        let page = self.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        page["items"].as_array().unwrap().last().unwrap()["data"].clone()
    }
}

on_both! { http::schema(&modules());

async fn r036_linked_conversations_both_show_it_as_far_as_one_may_read_them(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "退款").await;
    let (_b, b) = desk.given(&desk.agent, "还是退款").await;
    let (_c, c) = desk.given(&desk.other, "别的事").await;
    let path = |from: &str, to: &str| format!("/conversations/{from}/links/{to}");
    assert!(desk.agent.put(&path(&a, &b), json!(null)).await.status.is_success());
    let lines = desk.admin.get(&format!("/conversations/{a}")).await.ok()["last_seq"].clone();
    // Said twice, from either side, it is said once.
    assert!(desk.agent.put(&path(&b, &a), json!(null)).await.status.is_success());
    assert_eq!(desk.admin.get(&format!("/conversations/{a}")).await.ok()["last_seq"], lines);
    assert_eq!((desk.linked(&desk.agent, &a).await, desk.linked(&desk.agent, &b).await), (vec![b.clone()], vec![a.clone()]));
    assert_eq!((&desk.last(&a).await["event"], &desk.last(&a).await["conversation"]), (&json!("linked"), &json!(b)));
    assert_eq!(desk.last(&b).await["conversation"], json!(a));

    // Neither with what one does not see, nor with itself; and what lies beyond is not shown.
    desk.agent.put(&path(&a, &c), json!(null)).await.refused(404, "not_found");
    desk.other.put(&path(&a, &c), json!(null)).await.refused(404, "not_found");
    desk.agent.put(&path(&a, &a), json!(null)).await.refused(409, "conversations.itself");
    assert!(desk.admin.put(&path(&c, &a), json!(null)).await.status.is_success());
    assert_eq!(desk.linked(&desk.agent, &a).await, std::slice::from_ref(&b));
    assert_eq!(desk.linked(&desk.admin, &a).await.len(), 2);
    desk.other.get(&format!("/conversations/{a}/links")).await.refused(404, "not_found");

    assert!(desk.agent.delete(&path(&b, &a)).await.status.is_success());
    assert!(desk.agent.delete(&path(&b, &a)).await.status.is_success());
    assert_eq!(desk.linked(&desk.agent, &a).await, Vec::<String>::new());
    assert_eq!(desk.last(&a).await["event"], "unlinked");
    let trail = desk.admin.get(&format!("/audit-entries?subject={a}")).await.ok();
    assert!(trail["items"].as_array().unwrap().iter().any(|one| one["action"] == "conversations.linked"), "{trail}");
}

async fn r036_views_are_ones_own_or_everybodys(db: TestDb) {
    let desk = desk(db).await;
    let view = |name: &str, scope: &str| json!({"name": name, "scope": scope, "filter": {"tags": ["退款"], "waiting": true}});
    desk.agent.post("/conversation-views", view("退款", "all")).await.refused(403, "forbidden");
    let own = desk.agent.post("/conversation-views", view("退款", "personal")).await.ok();
    assert_eq!(own["filter"], json!({"queues": [], "tags": ["退款"], "kinds": [], "states": [], "waiting": true, "snoozed": false}));
    desk.agent.post("/conversation-views", view("退款", "personal")).await.refused(409, "conversations.view_taken");
    desk.admin.post("/conversation-views", view("共用", "all")).await.ok();
    let names = |all: Value| all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(desk.other.get("/conversation-views").await.ok()), ["共用"]);
    assert_eq!(names(desk.agent.get("/conversation-views").await.ok()).len(), 2);

    let path = format!("/conversation-views/{}", own["id"].as_str().unwrap());
    let change = json!({"version": 1, "name": "退货", "filter": {"whose": "me"}});
    desk.other.put(&path, change.clone()).await.refused(404, "not_found");
    assert_eq!(desk.agent.put(&path, change.clone()).await.ok()["filter"]["whose"], "me");
    desk.agent.put(&path, change).await.refused(409, "conversations.view_stale");
    for (filter, field, code) in [
        (json!({}), "filter", "required"),
        (json!({"states": ["closed"]}), "filter.states", "not_allowed"),
        (json!({"tags": ["很".repeat(31)]}), "filter.tags", "malformed"),
    ] {
        desk.agent.post("/conversation-views", json!({"name": "x", "scope": "personal", "filter": filter})).await.refused_field(field, code);
    }
    desk.admin.delete(&path).await.refused(404, "not_found");
    assert!(desk.agent.delete(&path).await.status.is_success());
}
}
