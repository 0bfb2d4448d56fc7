//! What people rely on who bear much.

use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

const MINUTE: i64 = 60_000;

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
        routing::module(),
        relief::module(),
    ]
}

struct Desk {
    app: TestApp,
    admin: Person,
    lead: Person,
    agent: Person,
    stranger: Person,
    key: String,
    /// Whoever has no connection for long is sent away.
    _here: testkit::Socket,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let system = app.system();
    let channel = app.app.db().write(&system, channels::api::default_web_chat).await.unwrap();
    let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, stranger) = (app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "在线组"), None, None, &[&lead, &agent]).await;
    admin.unit(("team", "技术组"), None, None, &[&stranger]).await;
    // The day of the counts is the organisation's; the clock of tests stands in its morning.
    let here = app.staff_socket(&agent).await;
    Desk { app, admin, lead, agent, stranger, key: channel.public_key, _here: here }
}

impl Desk {
    /// Somebody comes and is given to the agent.
    async fn contact(&self) -> String {
        let (_visitor, ready) = self.app.visitor_writes(&self.key, "在吗").await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": self.agent.id()})).await.ok();
        self.app.settle().await;
        id
    }

    async fn close(&self, id: &str) {
        self.agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
        self.app.settle().await;
    }

    async fn ready(&self) {
        self.agent.put("/presence", json!({"state": "ready"})).await.ok();
    }

    async fn presence(&self) -> Value {
        self.agent.get("/presence").await.ok()
    }

    async fn mark(&self, id: &str) -> Value {
        let body = json!({"kind": "insult", "word": "一直在骂"});
        self.agent.post(&format!("/conversations/{id}/abuse"), body).await.ok()
    }

    async fn mine(&self) -> Value {
        self.app.settle().await;
        self.agent.get("/relief").await.ok()
    }

    /// Time goes by, and what the schedule does each minute is done.
    async fn minutes(&self, minutes: i64) {
        self.app.app.clock().advance(minutes * MINUTE);
        let system = self.app.system();
        self.app.app.db().append(&system, |tx| relief::api::end_due(tx, 50)).await.unwrap();
        self.app.settle().await;
    }

    /// Whether somebody who waits is offered to the agent: waits for what the desk decides either way.
    async fn offered(&self) -> bool {
        let (_visitor, _) = self.app.visitor_writes(&self.key, "有人吗").await;
        // A bystander who takes work is offered what the agent is not.
        let other = self.app.person("agent").await;
        other.put("/presence", json!({"state": "ready"})).await.ok();
        loop {
            let (mine, theirs) = (self.agent.get("/offers").await.ok(), other.get("/offers").await.ok());
            if mine[0].is_object() || theirs[0].is_object() {
                other.put("/presence", json!({"state": "offline"})).await.ok();
                return mine[0].is_object();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

on_both! { http::schema(&modules());

async fn h11_after_an_abusive_contact_the_agent_gets_the_pause_the_rule_grants_and_is_offered_nothing(db: TestDb) {
    let desk = desk(db).await;
    let talk = desk.contact().await;
    desk.ready().await;
    let marked = desk.mark(&talk).await;
    assert_eq!((&marked["pause"]["cause"], &marked["pause_minutes"]), (&json!("abuse"), &json!(10)));
    assert_eq!(marked["pause"]["until"].as_i64().unwrap() - marked["at"].as_i64().unwrap(), 10 * MINUTE);
    let presence = desk.presence().await;
    assert_eq!((&presence["state"], &presence["reason"]), (&json!("not_ready"), &json!("recovery")));
    // Routing offers nothing until it ends: whoever waits goes to somebody else.
    assert!(!desk.offered().await);
    desk.minutes(9).await;
    assert_eq!(desk.presence().await["reason"], "recovery");
    // It ends by itself.
    desk.minutes(1).await;
    assert_eq!((&desk.presence().await["state"], &desk.mine().await["pause"]), (&json!("ready"), &json!(null)));
    // The counts show to the agent and to who supervises them, and to nobody else.
    let mine = desk.mine().await;
    assert_eq!((&mine["day"]["abusive"], &mine["day"]["contacts"], &mine["day"]["pauses"], &mine["day"]["granted_minutes"]), (&json!(1), &json!(1), &json!(1), &json!(10)));
    let days = desk.lead.get("/relief-days").await.ok();
    assert_eq!((days.as_array().unwrap().len(), &days[0]["user_id"], &days[0]["abusive"]), (1, &json!(desk.agent.id()), &json!(1)));
    assert_eq!(desk.stranger.get("/relief-days").await.ok(), json!([]));
    assert_eq!(desk.stranger.get("/abusive-contacts").await.ok()["items"], json!([]));
    // Marked once; taken back by a supervisor alone, for a reason.
    desk.agent.post(&format!("/conversations/{talk}/abuse"), json!({"kind": "threat", "word": "又来"})).await.refused(409, "relief.marked");
    let back = format!("/abusive-contacts/{}/withdrawal", marked["id"].as_str().unwrap());
    desk.agent.post(&back, json!({"reason": "x"})).await.refused(403, "forbidden");
    desk.lead.post(&back, json!({"reason": " "})).await.refused_field("reason", "required");
    desk.lead.post(&back, json!({"reason": "核对过，不算"})).await.ok();
    desk.lead.post(&back, json!({"reason": "x"})).await.refused(409, "relief.taken_back");
    assert_eq!(desk.mine().await["day"]["abusive"], 0);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", marked["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    assert!(!trail.to_string().contains("骂"), "{trail}");
}

async fn h11_the_agent_may_end_a_pause_sooner_and_a_day_has_its_most(db: TestDb) {
    let desk = desk(db).await;
    let rules = desk.admin.get("/relief-rules").await.ok();
    desk.agent.get("/relief-rules").await.refused(403, "forbidden");
    let mut body = json!({"version": rules["version"], "abuse_minutes": 10, "run_contacts": 0, "run_minutes": 0, "gap_minutes": 5, "break_minutes": 5, "most_minutes": 15});
    desk.admin.put("/relief-rules", body.clone()).await.ok();
    desk.admin.put("/relief-rules", body.clone()).await.refused(409, "relief.stale");
    body["gap_minutes"] = json!(0);
    body["version"] = json!(2);
    desk.admin.put("/relief-rules", body).await.refused_field("gap_minutes", "out_of_range");
    let (one, two, three) = (desk.contact().await, desk.contact().await, desk.contact().await);
    desk.ready().await;
    desk.mark(&one).await;
    desk.minutes(2).await;
    desk.ready().await;
    assert_eq!(desk.mine().await["pause"], json!(null));
    // The time of a pause that was ended sooner wakes nobody who went away since.
    desk.agent.put("/presence", json!({"state": "not_ready", "reason": "用餐"})).await.ok();
    desk.minutes(10).await;
    assert_eq!(desk.presence().await["reason"], "用餐");
    desk.ready().await;
    assert_eq!(desk.mark(&two).await["pause_minutes"], 5);
    desk.minutes(5).await;
    let none = desk.mark(&three).await;
    assert_eq!((&none["pause"], &none["pause_minutes"]), (&json!(null), &json!(0)));
    assert_eq!(desk.presence().await["state"], "ready");
}

async fn h11_contacts_without_a_gap_are_counted_and_a_break_is_offered(db: TestDb) {
    let desk = desk(db).await;
    let rules = json!({"version": 1, "abuse_minutes": 10, "run_contacts": 3, "run_minutes": 0, "gap_minutes": 5, "break_minutes": 7, "most_minutes": 60});
    desk.admin.put("/relief-rules", rules).await.ok();
    desk.ready().await;
    for _ in 0..2 {
        let talk = desk.contact().await;
        desk.close(&talk).await;
        desk.minutes(1).await;
    }
    let mine = desk.mine().await;
    assert_eq!((&mine["run_contacts"], &mine["day"]["back_to_back"], &mine["offer"]), (&json!(2), &json!(1), &json!(null)));
    desk.agent.post("/relief/breaks", json!({})).await.refused(409, "relief.not_offered");
    desk.contact().await;
    let mine = desk.mine().await;
    assert_eq!((&mine["offer"]["minutes"], &mine["offer"]["contacts"], &mine["offer"]["lasting"]), (&json!(7), &json!(3), &json!(2)));
    let taken = desk.agent.post("/relief/breaks", json!({})).await.ok();
    assert_eq!((&taken["pause"]["cause"], &taken["offer"], &taken["run_contacts"]), (&json!("run"), &json!(null), &json!(0)));
    assert_eq!(desk.presence().await["reason"], "recovery");
    desk.minutes(7).await;
    // After a gap it begins anew.
    desk.contact().await;
    assert_eq!((&desk.mine().await["run_contacts"], &desk.mine().await["day"]["longest_run"]), (&json!(1), &json!(3)));
}

async fn h11_a_supervisor_relieves_somebody_and_their_conversations_are_handed_over(db: TestDb) {
    let desk = desk(db).await;
    let (one, two) = (desk.contact().await, desk.contact().await);
    let at = format!("/agents/{}/relief", desk.agent.id());
    let relief = json!({"minutes": 20, "hand_over": true});
    desk.lead.post(&at, relief.clone()).await.refused(409, "relief.not_working");
    desk.ready().await;
    desk.stranger.post(&at, relief.clone()).await.refused(403, "forbidden");
    desk.lead.post(&at, json!({"minutes": 121, "hand_over": false})).await.refused_field("minutes", "out_of_range");
    let relieved = desk.lead.post(&at, relief).await.ok();
    assert_eq!((&relieved["handed_over"], &relieved["pause"]["granted_by"]), (&json!(2), &json!(desk.lead.id())));
    for id in [one, two] {
        assert_eq!(desk.admin.get(&format!("/conversations/{id}")).await.ok()["state"], "queued");
    }
    assert_eq!((&desk.presence().await["reason"], &desk.mine().await["day"]["granted_minutes"]), (&json!("recovery"), &json!(0)));
    // Whoever leaves has no pause any more.
    desk.agent.put("/presence", json!({"state": "offline"})).await.ok();
    assert_eq!(desk.mine().await["pause"], json!(null));
    desk.minutes(20).await;
    assert_eq!(desk.presence().await["state"], "offline");
}

}
