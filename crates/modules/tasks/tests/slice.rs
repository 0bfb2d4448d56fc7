//! What people rely on of tasks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use access::{Place, Placement};
use kernel::{Result, UnitId, UserId};
use serde_json::{Value, json};
use store::{Tx, sql};
use tasks::api::{Assignee, Due, NewTask, Subject};
use testkit::{Person, TestApp, on_both};

sql! {
    // Not as listeners read them: those wait for every transaction of the server, other tests' too.
    COUNT = "SELECT count(*) FROM facts WHERE kind = $1";
}

/// Where people stand, as the test says.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<HashMap<UserId, Place>>>);

impl Placement for Places {
    fn place(&self, _tx: &mut Tx<'_>, user: UserId) -> Result<Place> {
        Ok(self.0.lock().unwrap().get(&user).cloned().unwrap_or_default())
    }
}

impl Places {
    fn put(&self, person: &Person, unit: UnitId) {
        let place = Place { unit: Some(unit), team: vec![unit], department: vec![unit] };
        self.0.lock().unwrap().insert(person.id.unwrap(), place);
    }
}

fn modules(places: &Places) -> Vec<http::Module> {
    let guard: Box<dyn Placement> = Box::new(places.clone());
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        http::Module::new("placement").part(guard),
    ]
}

/// A supervisor and an agent of one team, and an agent of another.
struct Team {
    app: TestApp,
    supervisor: Person,
    agent: Person,
    stranger: Person,
    unit: UnitId,
}

async fn team(db: testkit::TestDb) -> Team {
    let places = Places::default();
    let app = TestApp::start(db, modules(&places)).await;
    let (supervisor, agent, stranger) =
        (app.person("supervisor").await, app.person("agent").await, app.person("agent").await);
    let unit = || UnitId::new(app.app.clock().now(), app.app.db().rng());
    let (here, there) = (unit(), unit());
    places.put(&supervisor, here);
    places.put(&agent, here);
    places.put(&stranger, there);
    Team { app, supervisor, agent, stranger, unit: here }
}

fn path(task: &Value, rest: &str) -> String {
    format!("/tasks/{}{rest}", task["id"].as_str().unwrap())
}

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect()
}

/// How many facts of this kind there are so far.
async fn facts(app: &TestApp, kind: &'static str) -> i64 {
    let read = app.app.db().read(&app.system(), move |tx| tx.one::<(i64,)>(&COUNT, store::params![kind])).await;
    read.unwrap().0
}

on_both! { http::schema(&modules(&Places::default()));

async fn a_duty_goes_its_way_and_every_step_is_on_the_trail(db: TestDb) {
    let Team { app, supervisor, agent, .. } = team(db).await;
    let admin = app.person("administrator").await;
    let task = supervisor.post("/tasks", json!({"title": "  给王女士回电 ", "owner_id": agent.id(), "due_minutes": 30})).await.ok();
    assert_eq!((&task["title"], &task["state"], &task["source"]), (&json!("给王女士回电"), &json!("open"), &json!("manual")));
    assert_eq!((&task["owner_id"], &task["owner_name"]), (&json!(agent.id()), &json!("agent")));
    // Ten o'clock on a Friday: half an hour later is still business time.
    assert_eq!(task["due_at"].as_i64().unwrap() - task["created_at"].as_i64().unwrap(), 30 * 60_000);

    let changed = agent.patch(&path(&task, ""), json!({"version": 1, "detail": "下午三点以后"})).await.ok();
    assert_eq!((&changed["detail"], &changed["version"]), (&json!("下午三点以后"), &json!(2)));
    agent.patch(&path(&task, ""), json!({"version": 1, "title": "x"})).await.refused(409, "tasks.stale");
    let done = agent.post(&path(&task, "/completion"), json!({"result": "已回电，客户满意"})).await.ok();
    assert_eq!((&done["state"], &done["done_by"], &done["result"]), (&json!("done"), &json!(agent.id()), &json!("已回电，客户满意")));
    agent.post(&path(&task, "/completion"), json!({})).await.refused(409, "tasks.not_open");
    agent.post(&path(&task, "/reopening"), json!({"reason": ""})).await.refused_field("reason", "required");
    let again = supervisor.post(&path(&task, "/reopening"), json!({"reason": "客户又来电"})).await.ok();
    assert_eq!((&again["state"], &again["result"], &again["done_at"]), (&json!("open"), &Value::Null, &Value::Null));
    agent.post(&path(&task, "/cancellation"), json!({"reason": "重复"})).await.ok();

    let trail = admin.get(&format!("/audit-entries?subject={}", task["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["tasks.cancelled", "tasks.reopened", "tasks.completed", "tasks.changed", "tasks.created"]);
    assert_eq!(trail["items"][1]["reason"], "客户又来电");
    for kind in ["task.created", "task.changed", "task.completed", "task.reopened", "task.cancelled"] {
        assert_eq!(facts(&app, kind).await, 1, "{kind}");
    }
}

async fn what_lies_outside_ones_reach_is_not_there(db: TestDb) {
    let Team { supervisor, agent, stranger, unit, app } = team(db).await;
    let task = supervisor.post("/tasks", json!({"title": "组内的事", "owner_id": agent.id()})).await.ok();
    stranger.get(&path(&task, "")).await.refused(404, "not_found");
    stranger.post(&path(&task, "/completion"), json!({})).await.refused(404, "not_found");
    stranger.post(&path(&task, "/taking"), json!({})).await.refused(404, "not_found");
    assert!(titles(&stranger.get("/tasks").await.ok()).is_empty());
    app.anonymous().get("/tasks").await.refused(401, "unauthenticated");

    agent.post("/tasks", json!({"title": "x", "owner_id": supervisor.id()})).await.refused_field("owner_id", "not_allowed");
    supervisor.post("/tasks", json!({"title": "x", "owner_id": stranger.id()})).await.refused_field("owner_id", "not_allowed");
    stranger.post("/tasks", json!({"title": "x", "unit_id": unit})).await.refused_field("unit_id", "not_allowed");
    // What one made oneself one goes on seeing, and may call off, whoever has it now.
    let mine = agent.post("/tasks", json!({"title": "我提的"})).await.ok();
    supervisor.post(&path(&mine, "/reassignment"), json!({"owner_id": supervisor.id(), "reason": "我来"})).await.ok();
    agent.get(&path(&mine, "")).await.ok();
    agent.post(&path(&mine, "/completion"), json!({})).await.refused(403, "forbidden");
    agent.post(&path(&mine, "/cancellation"), json!({"reason": "不用了"})).await.ok();
}

async fn a_pooled_task_is_taken_by_one_of_two_who_reach_for_it(db: TestDb) {
    let Team { app, supervisor, agent, unit, .. } = team(db).await;
    let head = app.person("administrator").await;
    let task = supervisor.post("/tasks", json!({"title": "谁有空", "unit_id": unit})).await.ok();
    assert_eq!((&task["owner_id"], &task["unit_id"]), (&Value::Null, &json!(unit)));
    assert_eq!(supervisor.get("/tasks/counts").await.ok()["pooled"], 1);
    // An agent's reach ends at what they own: another's pool is not theirs to take from.
    agent.post(&path(&task, "/taking"), json!({})).await.refused(404, "not_found");
    let taking = path(&task, "/taking");
    let (one, two) = tokio::join!(supervisor.post(&taking, json!({})), head.post(&taking, json!({})));
    let (won, lost) = if one.status.is_success() { (one, two) } else { (two, one) };
    lost.refused(409, "tasks.taken");
    let won = won.ok();
    assert_eq!(won["unit_id"], json!(unit), "it stays the unit's work");
    assert_eq!(titles(&head.get("/tasks?pooled=true").await.ok()), [""; 0]);

    supervisor.post(&path(&task, "/reassignment"), json!({"reason": "x"})).await.refused_field("owner_id", "required");
    supervisor.post(&path(&task, "/reassignment"), json!({"owner_id": agent.id()})).await.refused_field("reason", "required");
    let given = supervisor.post(&path(&task, "/reassignment"), json!({"owner_id": agent.id(), "reason": "你更熟"})).await.ok();
    assert_eq!(given["owner_id"], json!(agent.id()));
    assert_eq!(titles(&agent.get("/tasks?owner=me").await.ok()), ["谁有空"]);
}

async fn overdue_is_told_once_and_again_after_a_new_due_date(db: TestDb) {
    let Team { app, agent, .. } = team(db).await;
    let soon = app.app.clock().now().plus_millis(60_000);
    let task = agent.post("/tasks", json!({"title": "一分钟内", "due_at": soon})).await.ok();
    agent.post("/tasks", json!({"title": "没有期限"})).await.ok();
    let system = app.system();
    let remind = || app.app.db().write(&system, |tx| tasks::api::remind(tx, 100));
    assert_eq!(remind().await.unwrap(), 0);
    app.db.clock.advance(60_001);
    assert_eq!(agent.get(&path(&task, "")).await.ok()["overdue"], true);
    // The product's own job may be faster, or at it at the same time.
    for told in [remind(), remind()] {
        told.await.unwrap();
    }
    assert_eq!(facts(&app, "task.overdue").await, 1);
    assert_eq!(titles(&agent.get("/tasks?overdue=true").await.ok()), ["一分钟内"]);

    agent.patch(&path(&task, ""), json!({"version": 1, "due_at": soon})).await.refused_field("due_at", "in_the_past");
    let later = app.app.clock().now().plus_millis(60_000);
    agent.patch(&path(&task, ""), json!({"version": 1, "due_at": later})).await.refused(409, "tasks.stale");
    agent.patch(&path(&task, ""), json!({"version": 2, "due_at": later})).await.ok();
    // Now nobody but the schedule does it: minutes pass until it has.
    for _ in 0..400 {
        if facts(&app, "task.overdue").await == 2 {
            break;
        }
        app.db.clock.advance(60_000);
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(facts(&app, "task.overdue").await, 2);
    agent.post(&path(&task, "/completion"), json!({})).await.ok();
    assert!(titles(&agent.get("/tasks?overdue=true").await.ok()).is_empty());
}

async fn a_list_goes_page_by_page_in_either_order(db: TestDb) {
    let Team { app, supervisor, agent, unit, .. } = team(db).await;
    let now = app.app.clock().now();
    for (title, minutes) in [("丙", 3), ("甲", 1), ("乙", 2)] {
        supervisor.post("/tasks", json!({"title": title, "owner_id": agent.id(), "due_at": now.plus_millis(minutes * 60_000)})).await.ok();
        app.db.clock.advance(1);
    }
    supervisor.post("/tasks", json!({"title": "Call BACK", "unit_id": unit})).await.ok();
    for (list, expected) in [
        ("sort=due", vec!["甲", "乙", "丙", "Call BACK"]),
        ("sort=due&owner=me", vec![]),
        ("sort=created", vec!["Call BACK", "乙", "甲", "丙"]),
        ("sort=due&q=back", vec!["Call BACK"]),
        ("pooled=true", vec!["Call BACK"]),
        ("state=done", vec![]),
    ] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = supervisor.get(&format!("/tasks?limit=2&{list}{cursor}")).await.ok();
            seen.extend(titles(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, expected, "{list}");
    }
    let by_owner = supervisor.get(&format!("/tasks?sort=due&owner={}", agent.id())).await.ok();
    assert_eq!(titles(&by_owner), ["甲", "乙", "丙"]);
    for narrowed in [format!("unit={unit}"), format!("owner={}", agent.id()), "subject=x".into(), "state=open".into()] {
        for sort in ["due", "created"] {
            supervisor.get(&format!("/tasks?sort={sort}&{narrowed}")).await.ok();
        }
    }
    let by_unit = supervisor.get(&format!("/tasks?sort=due&unit={unit}")).await.ok();
    assert_eq!(titles(&by_unit).len(), 4);
    app.db.clock.set(now.plus_millis(90_000));
    let counts = agent.get("/tasks/counts").await.ok();
    assert_eq!(counts, json!({"open": 3, "overdue": 1, "due_today": 2, "pooled": 0}));
    // Friday, Shanghai: what is due the day after is not due today.
    agent.post("/tasks", json!({"title": "明天", "due_at": now.plus_millis(14 * 3_600_000)})).await.ok();
    assert_eq!(agent.get("/tasks/counts").await.ok()["due_today"], 2);
}

async fn a_module_makes_one_task_a_key_and_closes_it_with_its_subject(db: TestDb) {
    let Team { app, supervisor, unit, .. } = team(db).await;
    let new = move || NewTask {
        source: "approvals",
        key: Some("k1".into()),
        title: "客户等了三天".into(),
        detail: None,
        assignee: Assignee::Pool(Some(unit)),
        subject: Some(Subject::new("approval", "apr_1")),
        due: Some(Due::BusinessMs(3_600_000)),
        by_hand: false,
    };
    let system = app.system();
    let make = || app.app.db().write(&system, move |tx| tasks::api::create(tx, new()));
    let (first, second) = tokio::join!(make(), make());
    let first = first.unwrap();
    assert_eq!(first.id, second.unwrap().id);
    let task = json!({"id": first.id});
    assert_eq!(titles(&supervisor.get("/tasks?subject=apr_1").await.ok()), ["客户等了三天"]);
    supervisor.post(&path(&task, "/completion"), json!({})).await.refused(409, "tasks.not_by_hand");
    supervisor.post(&path(&task, "/cancellation"), json!({"reason": "x"})).await.refused(409, "tasks.not_by_hand");

    let close = |source: &'static str| {
        let subject = Subject::new("approval", "apr_1");
        app.app.db().write(&system, move |tx| tasks::api::complete_for(tx, source, &subject, Some("同意")))
    };
    assert_eq!(close("complaints").await.unwrap(), 0, "another's tasks are not its own");
    assert_eq!((close("approvals").await.unwrap(), close("approvals").await.unwrap()), (1, 0));
    assert_eq!(make().await.unwrap().id, first.id, "a key names one task for ever");
    let open = app.app.db().read(&app.db.system(), |tx| tasks::api::open_for(tx, &Subject::new("approval", "apr_1"))).await.unwrap();
    assert!(open.is_empty());
}

async fn hostile_requests_are_refused_and_nothing_is_made(db: TestDb) {
    let Team { agent, .. } = team(db).await;
    agent.post("/tasks", json!({"title": " \n "})).await.refused_field("title", "required");
    agent.post("/tasks", json!({"title": "长".repeat(201)})).await.refused_field("title", "too_long");
    agent.post("/tasks", json!({"title": "a\u{0}b"})).await.refused_field("title", "control_character");
    agent.post("/tasks", json!({"title": "x", "state": "done"})).await.refused_field("state", "unknown_field");
    agent.post("/tasks", json!({"title": "x", "due_minutes": 0})).await.refused_field("due_minutes", "out_of_range");
    agent.post("/tasks", json!({"title": "x", "due_minutes": i64::MAX})).await.refused_field("due_minutes", "out_of_range");
    agent.post("/tasks", json!({"title": "x", "due_minutes": 5, "due_at": i64::MAX})).await.refused_field("due_minutes", "not_allowed");
    agent.post("/tasks", json!({"title": "x", "owner_id": "usr_0000000000000000000000000z"})).await.refused_field("owner_id", "unknown");
    agent.get("/tasks?owner=nobody").await.refused_field("owner", "malformed");
    agent.get("/tasks?sort=title").await.refused(422, "invalid");
    agent.get("/tasks?limit=201").await.refused_field("limit", "out_of_range");
    agent.get("/tasks?cursor=x").await.refused_field("cursor", "malformed");
    agent.get("/tasks/tsk_1").await.refused(404, "not_found");
    agent.get("/tasks/usr_0000000000000000000000000z").await.refused(404, "not_found");
    assert!(titles(&agent.get("/tasks").await.ok()).is_empty());
    agent.post("/tasks", json!({"title": "<script>alert(1)</script>"})).await.ok();
    assert_eq!(titles(&agent.get("/tasks?q=%27%20OR%201%3D1").await.ok()), [""; 0]);
}

}
