//! What people rely on when something stands in the way.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

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
        escalations::module(),
    ]
}

/// A team with its lead and an agent, technical support in another, and a conversation of the agent's.
struct Desk {
    app: TestApp,
    admin: Person,
    lead: Person,
    agent: Person,
    tech: Person,
    stranger: Person,
    post: Value,
    conversation: String,
    customer: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, tech, stranger) = (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "在线组"), None, Some(&lead), &[&agent]).await;
    let team = admin.unit(("team", "技术组"), None, None, &[&stranger]).await;
    let post = admin.post("/posts", json!({"name": "技术支持"})).await.ok();
    let body = json!({"unit_id": team["id"], "post_id": post["id"]});
    admin.put(&format!("/members/{}", tech.id()), body).await.ok();
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "支付页打不开").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    let assignment = format!("/conversations/{conversation}/assignment");
    let given = admin.post(&assignment, json!({"assignee_id": agent.id()})).await.ok();
    let customer = given["customer_id"].as_str().unwrap().to_owned();
    Desk { app, admin, lead, agent, tech, stranger, post, conversation, customer }
}

impl Desk {
    /// A fault of the site: technical support at once, the lead after 30 minutes, the administrator after 60.
    async fn ladder(&self, clock: &str) -> Value {
        let levels = json!([
            {"after_minutes": 0, "to": "post", "post_id": self.post["id"]},
            {"after_minutes": 30, "to": "lead"},
            {"after_minutes": 60, "to": "person", "user_id": self.admin.id()}
        ]);
        let body = json!({"name": "网站故障", "severity": "critical", "clock": clock, "levels": levels});
        self.admin.post("/escalation-ladders", body).await.ok()
    }

    async fn raise(&self, ladder: &Value) -> Value {
        let body = json!({"ladder_id": ladder["id"], "what": "支付页打不开", "conversation_id": self.conversation});
        self.agent.post("/escalations", body).await.ok()
    }

    async fn minutes(&self, minutes: i64) {
        self.app.app.clock().advance(minutes * 60_000);
        // What the schedule does each minute.
        let system = Origin::system("escalations.climb");
        self.app.app.db().write(&system, |tx| escalations::api::climb(tx, 50)).await.unwrap();
    }

    async fn tasks(&self, person: &Person, state: &str) -> Vec<Value> {
        let page = person.get(&format!("/tasks?owner=me&state={state}")).await.ok();
        page["items"].as_array().unwrap().clone()
    }
}

fn path(escalation: &Value, rest: &str) -> String {
    format!("/escalations/{}{rest}", escalation["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r060_an_unsolved_fault_of_the_site_escalates_at_thirty_minutes(db: TestDb) {
    let desk = desk(db).await;
    let ladder = desk.ladder("wall").await;
    let raised = desk.raise(&ladder).await;
    assert_eq!((&raised["level"], &raised["told"][0]["id"], &raised["late"]), (&json!(1), &json!(desk.tech.id()), &json!(false)));
    assert_eq!(raised["next_at"].as_i64().unwrap() - raised["raised_at"].as_i64().unwrap(), 30 * 60_000);
    let task = &desk.tasks(&desk.tech, "open").await[0];
    assert_eq!((&task["source"], &task["subject_id"], &task["due_at"]), (&json!("escalations"), &raised["id"], &raised["next_at"]));
    // Whoever was told sees it, wherever they belong; nobody else does.
    desk.tech.get(&path(&raised, "")).await.ok();
    desk.stranger.get(&path(&raised, "")).await.refused(404, "not_found");
    desk.stranger.post(&path(&raised, "/solution"), json!({"result": "x"})).await.refused(404, "not_found");
    assert_eq!(desk.stranger.get("/escalations").await.ok()["items"], json!([]));

    desk.minutes(29).await;
    assert!(desk.tasks(&desk.lead, "open").await.is_empty());
    assert_eq!(desk.lead.get("/escalations?late=true").await.ok()["items"], json!([]));
    desk.minutes(1).await;
    assert_eq!(desk.tasks(&desk.lead, "open").await.len(), 1);
    assert_eq!(desk.lead.get("/escalations?late=true").await.ok()["items"][0]["id"], raised["id"]);
    assert_eq!(desk.lead.get("/escalations/counts").await.ok(), json!({"open": 1, "late": 1}));
    // Once told is told once.
    desk.minutes(1).await;
    assert_eq!(desk.tasks(&desk.lead, "open").await.len(), 1);

    // Solved at 31 minutes: nobody else is told, and those who were are done.
    desk.tech.post(&path(&raised, "/words"), json!({"text": "正在回滚"})).await.ok();
    let solved = desk.tech.post(&path(&raised, "/solution"), json!({"result": "回滚后恢复"})).await.ok();
    assert_eq!((&solved["state"], &solved["next_at"], &solved["level"]), (&json!("solved"), &json!(null), &json!(2)));
    desk.minutes(60).await;
    assert!(desk.tasks(&desk.admin, "open").await.is_empty());
    assert_eq!((desk.tasks(&desk.tech, "done").await.len(), desk.tasks(&desk.lead, "done").await.len()), (1, 1));
    desk.agent.post(&path(&raised, "/solution"), json!({"result": "x"})).await.refused(409, "escalations.not_open");

    // Every step is kept, on the trail, and in the conversation for staff.
    let course = desk.agent.get(&path(&raised, "")).await.ok();
    let steps: Vec<_> = course["course"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["raised", "told", "told", "word", "solved"]);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", raised["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["escalations.solved", "escalations.said", "escalations.climbed", "escalations.climbed", "escalations.raised"]);
    assert!(!trail.to_string().contains("支付"), "{trail}");
    let page = desk.agent.get(&format!("/conversations/{}/messages", desk.conversation)).await.ok();
    let lines = page["items"].as_array().unwrap().iter().filter(|line| line["staff_only"] == true);
    let events: Vec<_> = lines.filter_map(|line| line["data"]["event"].as_str()).collect();
    assert_eq!(events.iter().filter(|event| **event == "escalated").count(), 2, "{events:?}");
    assert!(events.contains(&"escalation_solved"), "{events:?}");
}

async fn r060_by_business_time_the_night_does_not_count(db: TestDb) {
    let desk = desk(db).await;
    let ladder = desk.ladder("business").await;
    // Ten o'clock on a Friday, and seven hours and more of business time until the evening.
    desk.minutes(9 * 60).await;
    let raised = desk.raise(&ladder).await;
    let waits = raised["next_at"].as_i64().unwrap() - raised["raised_at"].as_i64().unwrap();
    assert!(waits > 12 * 3_600_000, "{waits}");
    desk.minutes(40).await;
    assert!(desk.tasks(&desk.lead, "open").await.is_empty());
    // After a standstill all levels whose time has come are told, in order.
    desk.minutes(4 * 24 * 60).await;
    let course = desk.agent.get(&path(&raised, "")).await.ok();
    assert_eq!((&course["level"], &course["next_at"]), (&json!(3), &json!(null)));
    assert_eq!(desk.tasks(&desk.admin, "open").await.len(), 1);
}

async fn r060_a_ladder_changed_later_moves_nothing_and_an_archived_one_is_not_chosen(db: TestDb) {
    let desk = desk(db).await;
    let ladder = desk.ladder("wall").await;
    let raised = desk.raise(&ladder).await;
    let at = format!("/escalation-ladders/{}", ladder["id"].as_str().unwrap());
    desk.agent.patch(&at, json!({"version": 1, "name": "x"})).await.refused(403, "forbidden");
    let changed = json!({"version": 1, "levels": [{"after_minutes": 500, "to": "lead"}]});
    desk.admin.patch(&at, changed.clone()).await.ok();
    desk.admin.patch(&at, changed).await.refused(409, "escalations.stale");
    desk.minutes(30).await;
    assert_eq!(desk.agent.get(&path(&raised, "")).await.ok()["level"], 2);
    desk.admin.patch(&at, json!({"version": 2, "archived": true})).await.ok();
    let again = json!({"ladder_id": ladder["id"], "what": "又坏了"});
    desk.agent.post("/escalations", again).await.refused(409, "escalations.archived");
    let gone = desk.agent.post(&path(&raised, "/withdrawal"), json!({"reason": "误报"})).await.ok();
    assert_eq!((&gone["state"], &gone["result"]), (&json!("withdrawn"), &json!("误报")));
    assert!(desk.tasks(&desk.lead, "open").await.is_empty());
    desk.admin.post(&format!("/customers/{}/erasure", desk.customer), json!({"reason": "本人要求"})).await.ok();
    let after = desk.agent.get(&path(&raised, "")).await.ok();
    assert_eq!((&after["what"], &after["course"][0]["text"]), (&json!(""), &json!("")));
}

async fn where_nobody_holds_the_post_it_lies_in_the_pool_and_whoever_takes_it_was_told(db: TestDb) {
    let desk = desk(db).await;
    let empty = desk.admin.post("/posts", json!({"name": "值班经理"})).await.ok();
    let body = json!({"name": "停电", "severity": "major", "clock": "wall", "levels": [{"after_minutes": 0, "to": "post", "post_id": empty["id"]}]});
    let ladder = desk.admin.post("/escalation-ladders", body).await.ok();
    let raised = desk.raise(&ladder).await;
    assert_eq!((&raised["told"], &raised["level"]), (&json!([]), &json!(1)));
    let pooled = desk.lead.get("/tasks?pooled=true&state=open").await.ok();
    let taking = format!("/tasks/{}/taking", pooled["items"][0]["id"].as_str().unwrap());
    desk.lead.post(&taking, json!({})).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.agent.get(&path(&raised, "")).await.ok()["told"][0]["id"], desk.lead.id());
}

async fn a_malformed_escalation_is_none(db: TestDb) {
    let desk = desk(db).await;
    let ladder = desk.ladder("wall").await;
    for (change, field, code) in [
        (json!({"what": " "}), "what", "required"),
        (json!({"what": "x".repeat(201)}), "what", "too_long"),
        (json!({"ladder_id": "esl_01jd3k5v2pf6z8q0w4x7y9abcd"}), "ladder_id", "unknown"),
        (json!({"conversation_id": "cnv_01jd3k5v2pf6z8q0w4x7y9abcd"}), "conversation_id", "unknown"),
        (json!({"severity": "awful"}), "severity", "wrong_type"),
    ] {
        let mut body = json!({"ladder_id": ladder["id"], "what": "打不开"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.agent.post("/escalations", body).await.refused_field(field, code);
    }
    for (levels, field, code) in [
        (json!([]), "levels", "required"),
        (json!([{"after_minutes": 30, "to": "lead"}, {"after_minutes": 30, "to": "lead"}]), "levels[1].after_minutes", "not_rising"),
        (json!([{"after_minutes": 0, "to": "person"}]), "levels[0].user_id", "required"),
        (json!([{"after_minutes": 0, "to": "post", "post_id": "pst_01jd3k5v2pf6z8q0w4x7y9abcd"}]), "levels[0].post_id", "unknown"),
    ] {
        let body = json!({"name": "停电", "severity": "major", "clock": "wall", "levels": levels});
        desk.admin.post("/escalation-ladders", body).await.refused_field(field, code);
    }
}

}
