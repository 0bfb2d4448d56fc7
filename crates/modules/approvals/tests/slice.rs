//! What people rely on of approvals, limits and delegations.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use access::{Place, Placement};
use approvals::{ApprovalKind, ApprovalState, api::Ask};
use kernel::{Actor, Money, Origin, Reach, Result, Staff, UnitId, UserId};
use serde_json::{Value, json};
use store::{Tx, sql};
use testkit::{Person, TestApp, on_both};

sql! {
    // Not as listeners read them: those wait for every transaction of the server, other tests' too.
    KINDS = "SELECT kind FROM facts WHERE subject = $1 ORDER BY seq";
}

/// Where people stand, as the test says.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<HashMap<UserId, Place>>>);

impl Placement for Places {
    fn place(&self, _tx: &mut Tx<'_>, user: UserId) -> Result<Place> {
        Ok(self.0.lock().unwrap().get(&user).cloned().unwrap_or_default())
    }
}

fn modules(places: &Places) -> Vec<http::Module> {
    let guard: Box<dyn Placement> = Box::new(places.clone());
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        approvals::module(),
        http::Module::new("placement").part(guard),
    ]
}

/// A department with two teams. Agents may grant 200 yuan, supervisors 1,000, heads 10,000.
struct House {
    app: TestApp,
    places: Places,
    admin: Person,
    head: Person,
    supervisor: Person,
    agent: Person,
    team: UnitId,
    other_team: UnitId,
    department: Vec<UnitId>,
}

impl House {
    async fn open(db: testkit::TestDb) -> Self {
        let places = Places::default();
        let app = TestApp::start(db, modules(&places)).await;
        let unit = || UnitId::new(app.app.clock().now(), app.app.db().rng());
        let department = vec![unit(), unit(), unit()];
        let (team, other_team) = (department[1], department[2]);
        let [admin, head, supervisor, agent] = [
            app.person("administrator").await,
            app.person("head").await,
            app.person("supervisor").await,
            app.person("agent").await,
        ];
        let house = Self { app, places, admin, head, supervisor, agent, team, other_team, department };
        house.put(&house.head, house.department[0]);
        house.put(&house.supervisor, team);
        house.put(&house.agent, team);
        house.limit(&[("agent", 20_000), ("supervisor", 100_000), ("head", 1_000_000)], None).await;
        house
    }

    fn put(&self, person: &Person, unit: UnitId) {
        let team = if unit == self.department[0] { self.department.clone() } else { vec![unit] };
        let place = Place { unit: Some(unit), team, department: self.department.clone() };
        self.places.0.lock().unwrap().insert(person.id.unwrap(), place);
    }

    async fn joins(&self, role: &'static str, unit: UnitId) -> Person {
        let person = self.app.person(role).await;
        self.put(&person, unit);
        person
    }

    /// Sets the limits for compensation, and above how much two must agree.
    async fn limit(&self, limits: &[(&str, i64)], above: Option<i64>) {
        let roles = self.admin.get("/roles").await.ok();
        let id = |name: &str| roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].clone();
        let limits: Vec<_> = limits
            .iter()
            .map(|(role, amount)| json!({"role_id": id(role), "kind": "compensation", "currency": "CNY", "amount": amount}))
            .collect();
        let two: Vec<_> =
            above.iter().map(|above| json!({"kind": "compensation", "currency": "CNY", "above": above})).collect();
        let version = self.admin.get("/authority-limits").await.ok()["version"].clone();
        self.admin
            .put("/authority-limits", json!({"version": version, "limits": limits, "two_person": two}))
            .await
            .ok();
    }

    /// The end of a day from now.
    fn tomorrow(&self) -> i64 {
        self.app.app.clock().now().plus_millis(24 * 3_600_000).millis()
    }

    /// The kinds of facts about this approval, in order.
    async fn facts(&self, approval: &Value) -> Vec<String> {
        let id = approval["id"].as_str().unwrap().to_owned();
        let read =
            self.app.app.db().read(&self.app.system(), move |tx| tx.all::<(String,)>(&KINDS, store::params![id])).await;
        read.unwrap().into_iter().map(|(kind,)| kind).collect()
    }

    /// The states of the tasks about this approval.
    async fn tasks(&self, approval: &Value) -> Vec<String> {
        let page = self.admin.get(&format!("/tasks?subject={}", approval["id"].as_str().unwrap())).await.ok();
        page["items"].as_array().unwrap().iter().map(|task| task["state"].as_str().unwrap().to_owned()).collect()
    }
}

fn yuan(yuan: i64) -> Value {
    json!({"kind": "compensation", "amount": yuan * 100, "currency": "CNY", "reason": "等了三天\n两次来电"})
}

fn path(approval: &Value, rest: &str) -> String {
    format!("/approvals/{}{rest}", approval["id"].as_str().unwrap())
}

async fn decide(person: &Person, approval: &Value, decision: &str) -> testkit::Reply {
    person.post(&path(approval, "/decision"), json!({"decision": decision, "comment": "按规定"})).await
}

fn ids(page: &Value) -> Vec<&Value> {
    page["items"].as_array().unwrap().iter().map(|row| &row["id"]).collect()
}

on_both! { http::schema(&modules(&Places::default()));

async fn h06_beyond_the_limit_it_waits_for_the_supervisor_and_the_agent_sees_that_it_does(db: TestDb) {
    let house = House::open(db).await;
    let House { agent, supervisor, .. } = &house;
    let within = agent.post("/approvals", yuan(200)).await.ok();
    assert_eq!((&within["state"], &within["needed"], &within["steps"]), (&json!("approved"), &json!(0), &json!([])));
    assert_eq!(house.facts(&within).await, ["approval.asked", "approval.decided"]);
    assert!(house.tasks(&within).await.is_empty(), "nobody has to decide it");

    let beyond = agent.post("/approvals", yuan(300)).await.ok();
    assert_eq!((&beyond["state"], &beyond["outstanding"], &beyond["may_decide"]), (&json!("pending"), &json!(1), &json!(false)));
    // Ten o'clock on a Friday: four hours of business time end after lunch.
    assert!(beyond["due_at"].as_i64().unwrap() >= beyond["created_at"].as_i64().unwrap() + 4 * 3_600_000);
    let mine = agent.get("/approvals?mine=true&state=pending").await.ok();
    assert_eq!(ids(&mine), [&beyond["id"]]);
    assert_eq!(house.tasks(&beyond).await, ["open"]);
    let pool = supervisor.get("/tasks?pooled=true").await.ok();
    assert_eq!(pool["items"][0]["title"], "等了三天 两次来电");
    supervisor.post(&format!("/tasks/{}/completion", pool["items"][0]["id"].as_str().unwrap()), json!({})).await.refused(409, "tasks.not_by_hand");

    assert_eq!(ids(&supervisor.get("/approvals?to_decide=true").await.ok()), [&beyond["id"]]);
    let done = decide(supervisor, &beyond, "approve").await.ok();
    assert_eq!((&done["state"], &done["outstanding"]), (&json!("approved"), &json!(0)));
    assert_eq!((&done["steps"][0]["decided_by"], &done["steps"][0]["decided_by_name"]), (&json!(supervisor.id()), &json!("supervisor")));
    assert_eq!(agent.get(&path(&beyond, "")).await.ok()["state"], "approved");
    assert_eq!(house.tasks(&beyond).await, ["done"]);
    assert_eq!(house.facts(&beyond).await, ["approval.asked", "approval.decided"]);
    assert!(ids(&supervisor.get("/approvals?to_decide=true").await.ok()).is_empty());
    let trail = house.admin.get(&format!("/audit-entries?subject={}", beyond["id"].as_str().unwrap())).await.ok();
    assert_eq!((&trail["items"][0]["action"], &trail["items"][0]["reason"]), (&json!("approvals.decided"), &json!("按规定")));
}

async fn only_whose_limit_and_reach_cover_it_decides(db: TestDb) {
    let house = House::open(db).await;
    let stranger = house.joins("supervisor", house.other_team).await;
    let peer = house.joins("agent", house.team).await;
    let high = house.agent.post("/approvals", yuan(2_000)).await.ok();
    decide(&stranger, &high, "approve").await.refused(404, "not_found");
    decide(&peer, &high, "approve").await.refused(404, "not_found");
    stranger.get(&path(&high, "")).await.refused(404, "not_found");
    decide(&house.agent, &high, "approve").await.refused(403, "forbidden");
    decide(&house.supervisor, &high, "approve").await.refused(409, "approvals.beyond_limit");
    decide(&house.supervisor, &high, "reject").await.refused(409, "approvals.beyond_limit");
    assert!(ids(&house.supervisor.get("/approvals?to_decide=true").await.ok()).is_empty());
    assert_eq!(ids(&house.head.get("/approvals?to_decide=true").await.ok()), [&high["id"]]);
    house.head.post(&path(&high, "/decision"), json!({"decision": "reject"})).await.refused_field("comment", "required");
    assert_eq!(decide(&house.head, &high, "reject").await.ok()["state"], "rejected");
    decide(&house.head, &high, "approve").await.refused(409, "approvals.not_pending");
    // Nobody has a limit in this currency: it waits, and nobody can decide it yet.
    let foreign = json!({"kind": "compensation", "amount": 1, "currency": "USD", "reason": "x"});
    let foreign = house.agent.post("/approvals", foreign).await.ok();
    decide(&house.head, &foreign, "approve").await.refused(409, "approvals.beyond_limit");
}

async fn nobody_approves_their_own_request_by_any_path(db: TestDb) {
    let house = House::open(db).await;
    let (supervisor, head) = (&house.supervisor, &house.head);
    let deputy = house.joins("agent", house.team).await;
    let own = supervisor.post("/approvals", yuan(1_001)).await.ok();
    decide(supervisor, &own, "approve").await.refused(409, "approvals.own_request");
    // With a higher limit meanwhile, it is still one's own.
    house.limit(&[("supervisor", 500_000), ("head", 500_000)], None).await;
    decide(supervisor, &own, "approve").await.refused(409, "approvals.own_request");
    // Through somebody who stands in for the applicant.
    let hand_over = |to: &Person| json!({"delegate_id": to.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()});
    supervisor.post("/delegations", hand_over(&deputy)).await.ok();
    decide(&deputy, &own, "approve").await.refused(409, "approvals.own_request");
    assert_eq!(deputy.get(&path(&own, "")).await.ok()["may_decide"], false);
    // By the applicant, standing in for somebody who may.
    head.post("/delegations", hand_over(supervisor)).await.ok();
    decide(supervisor, &own, "approve").await.refused(409, "approvals.own_request");
    supervisor.post(&path(&own, "/decision"), json!({"decision": "approve", "in_name_of": head.id()})).await.refused(409, "approvals.own_request");
    let deputys = deputy.post("/approvals", yuan(300)).await.ok();
    decide(&deputy, &deputys, "approve").await.refused(409, "approvals.own_request");
    supervisor.post("/delegations", hand_over(supervisor)).await.refused_field("delegate_id", "not_allowed");
    assert_eq!(decide(head, &own, "approve").await.ok()["state"], "approved");
}

async fn a_delegate_decides_in_the_others_name_for_a_while_and_both_are_recorded(db: TestDb) {
    let house = House::open(db).await;
    let (supervisor, agent) = (&house.supervisor, &house.agent);
    let deputy = house.joins("agent", house.other_team).await;
    let third = house.joins("agent", house.other_team).await;
    let ask = || agent.post("/approvals", yuan(300));
    let [first, second] = [ask().await.ok(), ask().await.ok()];
    decide(&deputy, &first, "approve").await.refused(404, "not_found");
    deputy.post("/delegations", json!({"delegate_id": third.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()})).await.refused(403, "forbidden");
    let points_only = json!({"delegate_id": third.id(), "kinds": ["points"], "ends_at": house.tomorrow()});
    supervisor.post("/delegations", points_only).await.ok();
    decide(&third, &first, "approve").await.refused(404, "not_found");

    let starts = house.app.app.clock().now().plus_millis(60_000);
    let given = json!({"delegate_id": deputy.id(), "kinds": ["compensation"], "starts_at": starts, "ends_at": house.tomorrow()});
    let given = supervisor.post("/delegations", given).await.ok();
    decide(&deputy, &first, "approve").await.refused(404, "not_found");
    house.app.db.clock.advance(60_000);
    assert_eq!(deputy.get("/delegations").await.ok()["items"][0]["active"], true);
    assert_eq!(deputy.get("/approvals?to_decide=true").await.ok()["items"].as_array().unwrap().len(), 2);
    let done = decide(&deputy, &first, "approve").await.ok();
    let step = &done["steps"][0];
    assert_eq!((&step["decided_by"], &step["in_name_of"]), (&json!(deputy.id()), &json!(supervisor.id())));
    assert_eq!(step["in_name_of_name"], "supervisor");
    deputy.get(&path(&first, "")).await.ok();

    // No chains: a deputy who may decide on their own account hands on that account only.
    let second_supervisor = house.joins("supervisor", house.other_team).await;
    supervisor.post("/delegations", json!({"delegate_id": second_supervisor.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()})).await.ok();
    let chain = json!({"delegate_id": third.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()});
    second_supervisor.post("/delegations", chain).await.ok();
    decide(&third, &second, "approve").await.refused(404, "not_found");

    // Over when taken back, and only its giver takes it back.
    let gone = format!("/delegations/{}", given["id"].as_str().unwrap());
    deputy.delete(&gone).await.refused(404, "not_found");
    assert_eq!(supervisor.delete(&gone).await.status, 204);
    decide(&deputy, &second, "approve").await.refused(404, "not_found");
    // Over when its time is.
    decide(&second_supervisor, &second, "approve").await.ok();
    let last = ask().await.ok();
    house.app.db.clock.advance(24 * 3_600_000);
    decide(&second_supervisor, &last, "approve").await.refused(404, "not_found");
}

async fn a_suspended_delegators_authority_ends_with_them(db: TestDb) {
    let house = House::open(db).await;
    let deputy = house.joins("agent", house.team).await;
    let own = house.agent.post("/approvals", yuan(300)).await.ok();
    house.supervisor.post("/delegations", json!({"delegate_id": deputy.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()})).await.ok();
    house.admin.post(&format!("/users/{}/suspension", house.supervisor.id()), json!({})).await.ok();
    decide(&deputy, &own, "approve").await.refused(404, "not_found");
}

async fn above_the_threshold_two_different_people_must_agree(db: TestDb) {
    let house = House::open(db).await;
    house.limit(&[("agent", 20_000), ("supervisor", 100_000), ("head", 1_000_000)], Some(50_000)).await;
    let (supervisor, head) = (&house.supervisor, &house.head);
    let one = house.agent.post("/approvals", yuan(500)).await.ok();
    assert_eq!(one["needed"], 1, "up to the threshold one is enough");
    let two = house.agent.post("/approvals", yuan(501)).await.ok();
    assert_eq!(two["needed"], 2);
    let once = decide(supervisor, &two, "approve").await.ok();
    assert_eq!((&once["state"], &once["outstanding"]), (&json!("pending"), &json!(1)));
    decide(supervisor, &two, "approve").await.refused(409, "approvals.same_person");
    // Neither the same person on another authority, nor another person on the same.
    head.post("/delegations", json!({"delegate_id": supervisor.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()})).await.ok();
    decide(supervisor, &two, "approve").await.refused(409, "approvals.same_person");
    let deputy = house.joins("agent", house.team).await;
    supervisor.post("/delegations", json!({"delegate_id": deputy.id(), "kinds": ["compensation"], "ends_at": house.tomorrow()})).await.ok();
    decide(&deputy, &two, "approve").await.refused(409, "approvals.same_person");
    assert_eq!(house.tasks(&two).await, ["open"]);
    let twice = decide(head, &two, "approve").await.ok();
    assert_eq!((&twice["state"], twice["steps"].as_array().unwrap().len()), (&json!("approved"), 2));
    assert_eq!(house.tasks(&two).await, ["done"]);
    assert_eq!(house.facts(&two).await, ["approval.asked", "approval.decided"]);
    // One's own limit does not replace the two; and a head's own request needs two others.
    let heads = head.post("/approvals", yuan(600)).await.ok();
    assert_eq!((&heads["state"], &heads["needed"]), (&json!("pending"), &json!(2)));
    decide(head, &heads, "approve").await.refused(409, "approvals.own_request");
}

async fn of_two_decisions_at_once_one_wins_and_the_other_is_told(db: TestDb) {
    let house = House::open(db).await;
    for _ in 0..8 {
        let asked = house.agent.post("/approvals", yuan(300)).await.ok();
        let (yes, no) = tokio::join!(decide(&house.supervisor, &asked, "approve"), decide(&house.head, &asked, "reject"));
        let (won, lost) = if yes.status.is_success() { (yes, no) } else { (no, yes) };
        lost.refused(409, "approvals.not_pending");
        let won = won.ok();
        let after = house.agent.get(&path(&asked, "")).await.ok();
        assert_eq!((&after["state"], after["steps"].as_array().unwrap().len()), (&won["state"], 1));
        assert_eq!(house.facts(&asked).await, ["approval.asked", "approval.decided"]);
    }
}

async fn only_the_applicant_takes_a_request_back_and_only_while_it_waits(db: TestDb) {
    let house = House::open(db).await;
    let asked = house.agent.post("/approvals", yuan(300)).await.ok();
    house.supervisor.post(&path(&asked, "/withdrawal"), json!({})).await.refused(409, "approvals.not_the_applicant");
    let back = house.agent.post(&path(&asked, "/withdrawal"), json!({})).await.ok();
    assert_eq!(back["state"], "withdrawn");
    assert_eq!(house.tasks(&asked).await, ["cancelled"]);
    assert_eq!(house.facts(&asked).await, ["approval.asked", "approval.withdrawn"]);
    decide(&house.supervisor, &asked, "approve").await.refused(409, "approvals.not_pending");
    house.agent.post(&path(&asked, "/withdrawal"), json!({})).await.refused(409, "approvals.not_pending");
}

async fn a_module_asks_once_a_key_and_hears_where_it_stands(db: TestDb) {
    let house = House::open(db).await;
    let staff = Staff {
        id: house.agent.id.unwrap(),
        name: "agent".into(),
        unit: Some(house.team),
        team: vec![house.team],
        department: house.department.clone(),
        grants: HashMap::from([("feedback.close".to_owned(), Reach::Own)]),
    };
    let origin = Arc::new(Origin { actor: Actor::Staff(Arc::new(staff)), ip: None, user_agent: None, request_id: "t".into() });
    let ask = |points: i64| {
        let ask = Ask {
            source: "feedback",
            key: Some("fbk_1/points".into()),
            kind: ApprovalKind::Points,
            amount: Money(points),
            currency: None,
            reason: "补积分".into(),
            subject: Some(("feedback".into(), "fbk_1".into())),
            due: None,
        };
        house.app.app.db().write(&origin, move |tx| approvals::api::ask(tx, ask.clone()))
    };
    let (one, two) = tokio::join!(ask(500), ask(500));
    let one = one.unwrap();
    assert_eq!((one.id, one.state, one.unit_id), (two.unwrap().id, ApprovalState::Pending, Some(house.team)));
    let found = house.agent.get("/approvals?subject=fbk_1").await.ok();
    assert_eq!(ids(&found).len(), 1);
    let stands = house.app.app.db().read(&origin, move |tx| approvals::api::standing(tx, one.id)).await.unwrap();
    assert_eq!(stands.state, ApprovalState::Pending);
    let refused = house.app.app.db().write(&house.app.system(), move |tx| {
        let ask = Ask { source: "feedback", key: None, kind: ApprovalKind::Points, amount: Money(1), currency: None, reason: "x".into(), subject: None, due: None };
        approvals::api::ask(tx, ask)
    }).await;
    assert!(matches!(refused, Err(kernel::Error::Unauthenticated)), "the product itself asks for nothing");
}

async fn limits_are_set_whole_by_those_who_may_and_never_over_anothers_change(db: TestDb) {
    let house = House::open(db).await;
    let seen = house.agent.get("/authority-limits").await.ok();
    assert_eq!((&seen["version"], seen["limits"].as_array().unwrap().len()), (&json!(1), 3));
    let empty = |version: i64| json!({"version": version, "limits": [], "two_person": []});
    house.head.put("/authority-limits", empty(1)).await.refused(403, "forbidden");
    house.admin.put("/authority-limits", empty(0)).await.refused(409, "approvals.stale");
    let (one, two) = tokio::join!(house.admin.put("/authority-limits", empty(1)), house.admin.put("/authority-limits", empty(1)));
    assert_ne!(one.status.is_success(), two.status.is_success());
    let role = seen["limits"][0]["role_id"].clone();
    let with = |limits: Value| json!({"version": 2, "limits": limits, "two_person": []});
    let row = |kind: &str, currency: Value, amount: i64| json!({"role_id": role, "kind": kind, "currency": currency, "amount": amount});
    for (limits, field, code) in [
        (json!([row("points", json!("CNY"), 5)]), "limits[0].currency", "malformed"),
        (json!([row("credit", Value::Null, 5)]), "limits[0].currency", "malformed"),
        (json!([row("points", Value::Null, -1)]), "limits[0].amount", "out_of_range"),
        (json!([row("points", Value::Null, 1), row("points", Value::Null, 2)]), "limits[1].kind", "repeated"),
    ] {
        house.admin.put("/authority-limits", with(limits)).await.refused_field(field, code);
    }
    let after = house.agent.post("/approvals", yuan(1)).await.ok();
    assert_eq!(after["state"], "pending", "without a limit nothing is granted by oneself");
}

async fn hostile_requests_are_refused_by_name(db: TestDb) {
    let house = House::open(db).await;
    let agent = &house.agent;
    let with = |field: &str, value: Value| { let mut body = yuan(300); body[field] = value; body };
    agent.post("/approvals", with("amount", json!(0))).await.refused_field("amount", "out_of_range");
    agent.post("/approvals", with("amount", json!(-5))).await.refused_field("amount", "out_of_range");
    agent.post("/approvals", with("amount", json!(i64::MAX))).await.refused_field("amount", "out_of_range");
    agent.post("/approvals", with("amount", json!(1.5))).await.refused(422, "invalid");
    agent.post("/approvals", with("currency", json!("元"))).await.refused_field("currency", "malformed");
    agent.post("/approvals", with("reason", json!(" "))).await.refused_field("reason", "required");
    agent.post("/approvals", with("state", json!("approved"))).await.refused_field("state", "unknown_field");
    agent.post("/approvals", with("applicant_id", json!(house.head.id()))).await.refused_field("applicant_id", "unknown_field");
    agent.post("/approvals", with("subject_id", json!("cnv_1"))).await.refused_field("subject_id", "required");
    house.app.anonymous().get("/approvals").await.refused(401, "unauthenticated");
    agent.get("/approvals/apr_1").await.refused(404, "not_found");
    assert!(ids(&agent.get("/approvals").await.ok()).is_empty());
    let now = house.app.app.clock().now();
    let until = |ends_at: i64| json!({"delegate_id": agent.id(), "kinds": ["points"], "ends_at": ends_at});
    house.supervisor.post("/delegations", until(now.millis())).await.refused_field("ends_at", "in_the_past");
    house.supervisor.post("/delegations", until(i64::MAX)).await.refused_field("ends_at", "out_of_range");
    house.supervisor.post("/delegations", json!({"delegate_id": agent.id(), "kinds": [], "ends_at": house.tomorrow()})).await.refused_field("kinds", "required");
    house.supervisor.post("/delegations", json!({"delegate_id": "usr_0000000000000000000000000z", "kinds": ["points"], "ends_at": house.tomorrow()})).await.refused_field("delegate_id", "unknown");
}

}
