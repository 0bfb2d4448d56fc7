//! Colleagues who take part while the owner stays.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

use crate::modules;

/// An agent with a conversation, technical support, and somebody who has nothing to do with it.
struct Desk {
    app: TestApp,
    admin: Person,
    owner: Person,
    tech: Person,
    other: Person,
    /// The conversation's path.
    path: String,
    customer: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, owner) = (app.person("administrator").await, app.person("agent").await);
    let (tech, other) = (app.person("agent").await, app.person("agent").await);
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "网关一直重启").await;
    let path = format!("/conversations/{}", ready["conversation"]["id"].as_str().unwrap());
    let given = admin.post(&format!("{path}/assignment"), json!({"assignee_id": owner.id()})).await.ok();
    let customer = given["customer_id"].as_str().unwrap().to_owned();
    Desk { app, admin, owner, tech, other, path, customer }
}

impl Desk {
    fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    async fn invite(&self, body: Value) -> testkit::Reply {
        let mut invitation = json!({"user_id": self.tech.id(), "words": "看看日志"});
        invitation.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        self.owner.post(&format!("{}/participants", self.path), invitation).await
    }

    async fn say(&self, person: &Person, kind: &str, id: &str) -> testkit::Reply {
        person
            .post(&format!("{}/messages", self.path), json!({"client_id": id, "text": "固件太旧", "kind": kind}))
            .await
    }

    fn part(&self, person: &Person) -> String {
        format!("{}/participants/{}/departure", self.path, person.id())
    }

    async fn tasks(&self, person: &Person, state: &str) -> Vec<Value> {
        let page = person.get(&format!("/tasks?owner=me&state={state}")).await.ok();
        page["items"].as_array().unwrap().clone()
    }
}

on_both! { http::schema(&modules());

async fn r004_the_owner_stays_and_technical_support_gets_a_task(db: TestDb) {
    let desk = desk(db).await;
    desk.tech.get(&desk.path).await.refused(404, "not_found");
    let shared = desk.invite(json!({"due_minutes": 30})).await.ok();
    assert_eq!((&shared["assignee_id"], &shared["participants"][0]["user_id"]), (&json!(desk.owner.id()), &json!(desk.tech.id())));
    let tasks = desk.tasks(&desk.tech, "open").await;
    let task = &tasks[0];
    assert_eq!((&task["source"], &task["title"], &task["subject_id"]), (&json!("conversations.collaboration"), &json!("看看日志"), &json!(desk.id())));
    assert_eq!(task["due_at"].as_i64().unwrap() - task["created_at"].as_i64().unwrap(), 30 * 60_000);

    // They see it live and in their list, and leave notes; the customer they write to only when the owner lets them.
    let mut socket = desk.app.staff_socket(&desk.tech).await;
    socket.watch(&format!("conversation:{}", desk.id())).await;
    desk.say(&desk.owner, "text", "o1").await.ok();
    socket.fact("message.posted").await;
    assert_eq!(desk.tech.get("/conversations").await.ok()["items"][0]["id"], desk.id());
    assert_eq!(desk.tech.get(&format!("/conversations?participant={}", desk.tech.id())).await.ok()["items"][0]["id"], desk.id());
    desk.say(&desk.tech, "note", "t1").await.ok();
    desk.say(&desk.tech, "text", "t2").await.refused(409, "conversations.notes_only");
    let allowed = format!("{}/participants/{}", desk.path, desk.tech.id());
    desk.tech.patch(&allowed, json!({"may_reply": true})).await.refused(404, "not_found");
    desk.owner.patch(&allowed, json!({"may_reply": true})).await.ok();
    desk.say(&desk.tech, "text", "t2").await.ok();

    // What belongs to the owner stays the owner's; of the customer they see no more than this.
    desk.tech.post(&format!("{}/closure", desk.path), json!({})).await.refused(404, "not_found");
    desk.tech.post(&format!("{}/assignment", desk.path), json!({"assignee_id": desk.tech.id()})).await.refused(404, "not_found");
    desk.tech.put(&format!("{}/tags", desk.path), json!({"tags": []})).await.refused(404, "not_found");
    desk.other.get(&desk.path).await.refused(404, "not_found");

    // Done: the task is, and they see it no more, live neither.
    desk.tech.post(&desk.part(&desk.tech), json!({"words": "升级固件后正常"})).await.ok();
    socket.until(|frame| frame["t"] == "closed" || frame["kind"] == "participant.left" || frame["code"] == "not_found").await;
    desk.tech.get(&desk.path).await.refused(404, "not_found");
    desk.say(&desk.tech, "note", "t3").await.refused(404, "not_found");
    assert_eq!(desk.tech.get("/conversations").await.ok()["items"], json!([]));
    let done = desk.tasks(&desk.tech, "done").await;
    assert_eq!(done[0]["result"], "升级固件后正常");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", desk.id())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    for action in ["conversations.participant_joined", "conversations.participant_changed", "conversations.participant_left"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
}

async fn r004_the_owner_takes_somebody_out_and_the_end_is_the_end_of_the_task(db: TestDb) {
    let desk = desk(db).await;
    desk.invite(json!({})).await.ok();
    desk.invite(json!({})).await.refused(409, "conversations.takes_part");
    desk.owner.post(&desk.part(&desk.tech), json!({})).await.ok();
    assert_eq!(desk.tasks(&desk.tech, "cancelled").await.len(), 1);
    desk.tech.get(&desk.path).await.refused(404, "not_found");
    desk.owner.post(&desk.part(&desk.tech), json!({})).await.refused(404, "not_found");

    desk.invite(json!({"words": "再看一次"})).await.ok();
    desk.owner.post(&format!("{}/closure", desk.path), json!({})).await.ok();
    desk.app.settle().await;
    assert_eq!((desk.tasks(&desk.tech, "open").await.len(), desk.tasks(&desk.tech, "done").await.len()), (0, 1));
    // What they took part in to its end they may read again.
    desk.tech.get(&desk.path).await.ok();
    desk.invite(json!({"user_id": desk.other.id()})).await.refused(409, "conversations.closed");
}

async fn r004_whoever_closes_the_task_leaves_and_whoever_is_given_it_comes(db: TestDb) {
    let desk = desk(db).await;
    desk.invite(json!({})).await.ok();
    let task = desk.tasks(&desk.tech, "open").await[0]["id"].as_str().unwrap().to_owned();
    desk.admin.post(&format!("/tasks/{task}/reassignment"), json!({"owner_id": desk.other.id(), "reason": "休假"})).await.ok();
    desk.app.settle().await;
    desk.tech.get(&desk.path).await.refused(404, "not_found");
    assert_eq!(desk.other.get(&desk.path).await.ok()["participants"][0]["user_id"], desk.other.id());
    desk.other.post(&format!("/tasks/{task}/completion"), json!({"result": "已处理"})).await.ok();
    desk.app.settle().await;
    desk.other.get(&desk.path).await.refused(404, "not_found");
    assert_eq!(desk.owner.get(&desk.path).await.ok()["participants"], json!([]));
}

async fn r004_whom_a_note_names_takes_part_and_has_a_task(db: TestDb) {
    let desk = desk(db).await;
    let note = json!({"client_id": "n1", "text": "@技术 看一下重启原因", "kind": "note", "mentions": [desk.tech.id()]});
    let messages = format!("{}/messages", desk.path);
    let kept = desk.owner.post(&messages, note.clone()).await.ok();
    assert_eq!(kept["data"]["mentions"][0]["id"], desk.tech.id());
    // Said again, because the answer was lost: the same note, one task.
    assert_eq!(desk.owner.post(&messages, note).await.ok()["seq"], kept["seq"]);
    assert_eq!(desk.tech.get(&desk.path).await.ok()["participants"][0]["may_reply"], false);
    assert_eq!(desk.tasks(&desk.tech, "open").await.len(), 1);
    // Whoever only takes part names those who are there, and brings in nobody.
    let naming = |id: &str, whom: &Person| json!({"client_id": id, "text": "@", "kind": "note", "mentions": [whom.id()]});
    desk.tech.post(&messages, naming("n2", &desk.owner)).await.ok();
    assert_eq!(desk.tasks(&desk.owner, "open").await.len(), 1);
    desk.tech.post(&messages, naming("n3", &desk.other)).await.refused_field("mentions[0]", "not_allowed");
    desk.other.post(&messages, naming("n4", &desk.other)).await.refused(404, "not_found");
    desk.other.get(&desk.path).await.refused(404, "not_found");
    // The customer is told nothing of it: only notes name colleagues.
    let loud = json!({"client_id": "n5", "text": "@", "mentions": [desk.tech.id()]});
    desk.owner.post(&messages, loud).await.refused_field("mentions", "not_allowed");
    let many: Vec<_> = (0..11).map(|_| desk.tech.id()).collect();
    desk.owner.post(&messages, json!({"client_id": "n6", "text": "@", "kind": "note", "mentions": many})).await.refused_field("mentions", "too_many");
}

async fn r004_whom_one_may_ask_in_are_those_who_may_see_conversations(db: TestDb) {
    let desk = desk(db).await;
    let found = desk.owner.get("/conversation-candidates").await.ok();
    let ids: Vec<_> = found.as_array().unwrap().iter().map(|one| one["user_id"].as_str().unwrap()).collect();
    assert!(ids.contains(&desk.tech.id().as_str()), "{ids:?}");
    let role = desk.admin.post("/roles", json!({"name": "仓库", "grants": {"tasks.read": "own"}})).await.ok();
    let user = desk.admin.get(&format!("/users/{}", desk.other.id())).await.ok();
    let change = json!({"version": user["version"], "role_id": role["id"]});
    desk.admin.patch(&format!("/users/{}", desk.other.id()), change).await.ok();
    let found = desk.owner.get("/conversation-candidates").await.ok();
    assert!(!found.to_string().contains(&desk.other.id()), "{found}");
    desk.invite(json!({"user_id": desk.other.id()})).await.refused(409, "conversations.cannot_take_part");
    desk.invite(json!({"user_id": desk.owner.id()})).await.refused(409, "conversations.has_it");
    desk.invite(json!({"user_id": "usr_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("user_id", "unknown");
    desk.invite(json!({"words": " "})).await.refused_field("words", "required");
    desk.invite(json!({"due_minutes": 0})).await.refused_field("due_minutes", "out_of_range");
    let stolen = json!({"user_id": desk.tech.id(), "words": "我也看看"});
    desk.tech.post(&format!("{}/participants", desk.path), stolen).await.refused(404, "not_found");
    // What somebody took part in is forgotten with the customer; who did stays.
    desk.invite(json!({"words": "王女士的路由"})).await.ok();
    desk.admin.post(&format!("/customers/{}/erasure", desk.customer), json!({"reason": "本人要求"})).await.ok();
    let page = desk.owner.get(&format!("{}/messages", desk.path)).await.ok();
    assert!(!page.to_string().contains("王女士"), "{page}");
}

}
