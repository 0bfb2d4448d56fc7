//! What people rely on of shared out customers.

use customers::{ListKey, ListedCustomer, Listing, Source, SourceKind, Stage, Taken};
use kernel::{Origin, Timestamp};
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        profiles::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        segments::module(),
        allocation::module(),
    ]
}

struct Desk {
    app: TestApp,
    head: Person,
    team: Vec<Person>,
}

impl Desk {
    async fn set(db: testkit::TestDb, people: usize) -> Self {
        let app = TestApp::start(db, modules()).await;
        let head = app.person("administrator").await;
        let mut team = Vec::new();
        for _ in 0..people {
            team.push(app.person("agent").await);
        }
        Self { app, head, team }
    }

    /// So many nobody looks after.
    async fn customers(&self, from: usize, count: usize, stage: Stage) {
        let row = |n: usize| ListedCustomer {
            name: Some(format!("客户{n}{}", if n.is_multiple_of(2) { " EV" } else { "" })),
            phone: Some(format!("138{n:08}")),
            stage: Some(stage),
            ..ListedCustomer::default()
        };
        let rows: Vec<_> = (from..from + count).map(row).collect();
        let at = Timestamp::from_millis(1);
        let source = Source { kind: SourceKind::Import, at, by: None, import_id: None };
        let origin = Origin::system("test");
        let taken = self.app.app.db().write(&origin, move |tx| {
            let listing = Listing { key: ListKey::Phone, source: source.clone(), rehearsal: false };
            customers::api::take_in(tx, &listing, &rows)
        });
        assert!(taken.await.unwrap().iter().all(|taken| *taken == Taken::Created));
    }

    fn plan(&self, keep: &str) -> Value {
        let people: Vec<_> = self.team.iter().map(|one| json!({"user_id": one.id()})).collect();
        json!({"who": {"looked_after": "all"}, "keep": keep, "people": people})
    }

    async fn run(&self, plan: Value) -> Value {
        let run = self.head.post("/allocation-runs", plan).await.ok();
        self.app.settle().await;
        self.read(&run).await
    }

    async fn read(&self, run: &Value) -> Value {
        self.head.get(&path(run, "")).await.ok()
    }

    async fn turn(&self, run: &Value, verb: &str) -> Value {
        self.head.post(&path(run, verb), json!({})).await.ok();
        self.app.settle().await;
        self.read(run).await
    }

    async fn held(&self) -> Vec<usize> {
        let mut held = Vec::new();
        for one in &self.team {
            let list = self.head.get(&format!("/customers?limit=200&owner={}", one.id())).await.ok();
            held.push(list["items"].as_array().unwrap().len());
        }
        held.sort_unstable();
        held
    }
}

fn path(run: &Value, rest: &str) -> String {
    let id = run["id"].as_str().unwrap();
    if rest.is_empty() {
        format!("/allocation-runs/{id}")
    } else {
        format!("/allocation-runs/{id}/{rest}")
    }
}

on_both! { http::schema(&modules());

async fn r074_thirty_one_customers_among_three_are_eleven_ten_and_ten_and_all_is_taken_back(db: TestDb) {
    let desk = Desk::set(db, 3).await;
    desk.customers(0, 31, Stage::Customer).await;
    let run = desk.run(desk.plan("all")).await;
    assert_eq!((&run["state"], &run["outcome"]["new"], &run["outcome"]["floor"]), (&json!("ready"), &json!(31), &Value::Null));
    assert_eq!(desk.held().await, [0, 0, 0], "a preview changes nothing");

    let applied = desk.turn(&run, "application").await;
    assert_eq!((&applied["state"], &applied["moved"], &applied["skipped"]), (&json!("applied"), &json!(31), &json!(0)));
    assert_eq!(desk.held().await, [10, 10, 11]);
    desk.head.post(&path(&run, "application"), json!({})).await.refused(409, "allocation.applied");

    // One more day, the same again: nobody moves.
    let again = desk.run(desk.plan("nobody")).await;
    assert_eq!((&again["outcome"]["moves"], &again["outcome"]["stay"]), (&json!(0), &json!(31)));

    // What somebody changed since stays as it is.
    let list = desk.head.get(&format!("/customers?owner={}", desk.team[0].id())).await.ok();
    let (id, version) = (list["items"][0]["id"].as_str().unwrap(), &list["items"][0]["version"]);
    desk.head.patch(&format!("/customers/{id}"), json!({"version": version, "owner_id": desk.head.id()})).await.ok();
    let undone = desk.turn(&run, "undoing").await;
    assert_eq!((&undone["state"], &undone["returned"]), (&json!("undone"), &json!(30)));
    assert_eq!(desk.held().await, [0, 0, 0]);
    assert_eq!(desk.head.get(&format!("/customers/{id}")).await.ok()["owner_id"], json!(desk.head.id()));
    desk.head.post(&path(&run, "undoing"), json!({})).await.refused(409, "allocation.not_applied");

    let trail = desk.head.get(&format!("/audit-entries?subject={}", run["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["allocation.undone", "allocation.undoing", "allocation.applied", "allocation.started", "allocation.planned"]);
    assert!(!trail.to_string().contains("客户"), "the trail holds nobody's data");
    desk.app.finish().await;
}

async fn r074_skills_and_kept_owners_go_first_and_the_floor_they_force_is_told(db: TestDb) {
    let desk = Desk::set(db, 3).await;
    desk.customers(0, 12, Stage::Lead).await;
    let skill = desk.head.post("/skills", json!({"name": "EV"})).await.ok();
    let level = |level: i64| json!({"skills": [{"skill_id": skill["id"], "level": level}]});
    desk.head.put(&format!("/person-skills/{}", desk.team[0].id()), level(3)).await.ok();
    desk.head.put(&format!("/person-skills/{}", desk.team[1].id()), level(1)).await.ok();
    let mut plan = desk.plan("nobody");
    plan["needs"] = json!([{"words": "ev", "skill_id": skill["id"], "level": 2}, {"stage": "lead", "words": "EV", "skill_id": skill["id"], "level": 1}]);
    let run = desk.run(plan.clone()).await;
    // Six must go to the one who is good enough; the other six go to the others.
    let loads: Vec<_> = run["outcome"]["people"].as_array().unwrap().iter().map(|load| load["after"].as_i64().unwrap()).collect();
    assert_eq!(loads, [6, 3, 3]);
    let floor = &run["outcome"]["floor"];
    assert_eq!((&floor["most"], &floor["above"]["people"], &floor["above"]["customers"]), (&json!(6), &json!(1), &json!(6)));
    assert_eq!((&floor["least"], &floor["below"]["people"], &floor["below"]["customers"]), (&json!(3), &json!(2), &json!(6)));
    let first = desk.head.get(&path(&run, &format!("moves?limit=1&to_id={}", desk.team[0].id()))).await.ok();
    let class = &first["items"][0]["class"];
    assert_eq!((&first["items"][0]["why"], &class["needs"], &class["able"]), (&json!("new"), &json!([{"skill": "EV", "level": 2}]), &json!(1)));

    // Applied, then the one is away: theirs who need the skill find nobody, and nobody else's move.
    desk.turn(&run, "application").await;
    plan["people"][0]["away"] = json!(true);
    let away = desk.run(plan.clone()).await;
    assert_eq!((&away["outcome"]["nobody_able"], &away["outcome"]["stay"]), (&json!(6), &json!(6)));
    plan["keep"] = json!("all");
    let kept = desk.run(plan).await;
    assert_eq!((&kept["outcome"]["stay"], &kept["outcome"]["moves"]), (&json!(12), &json!(0)));
    desk.app.finish().await;
}

async fn r074_a_segment_or_a_tag_says_who_is_shared_out(db: TestDb) {
    let desk = Desk::set(db, 2).await;
    desk.customers(0, 6, Stage::Lead).await;
    desk.customers(6, 4, Stage::Customer).await;
    let group = desk.head.post("/customer-tags", json!({"name": "需求"})).await.ok();
    let tag = desk.head.post("/customer-tags", json!({"name": "换滤芯", "parent_id": group["id"]})).await.ok();
    let all = desk.head.get("/customers?limit=200").await.ok();
    let of = |stage: &str| -> Vec<String> {
        let rows = all["items"].as_array().unwrap().iter().filter(|row| row["stage"] == stage);
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    for id in of("lead").iter().take(3).chain(of("customer").iter().take(1)) {
        let path = format!("/customers/{id}/tags/{}", tag["id"].as_str().unwrap());
        desk.head.put(&path, json!({})).await.ok();
    }
    let rule = json!({"match": "all", "conditions": [{"attribute": "customers.stage", "test": "is", "values": ["lead"]}]});
    let segment = desk.head.post("/segments", json!({"name": "潜在客户", "rule": rule, "shared": true})).await.ok();
    // What segments are drawn by is gathered for a few seconds.
    desk.app.settle().await;
    desk.app.app.clock().advance(3_000);
    desk.app.settle().await;

    let mut plan = desk.plan("all");
    plan["tag_id"] = tag["id"].clone();
    assert_eq!(desk.run(plan.clone()).await["outcome"]["customers"], 4);
    plan["segment_id"] = segment["id"].clone();
    let both = desk.run(plan.clone()).await;
    assert_eq!((&both["outcome"]["customers"], &both["plan"]["segment_id"]), (&json!(3), &segment["id"]));
    let moves = desk.head.get(&path(&both, "moves")).await.ok();
    let leads = of("lead");
    assert!(moves["items"].as_array().unwrap().iter().all(|row| leads.contains(&row["customer_id"].as_str().unwrap().to_owned())));
    plan["tag_id"] = Value::Null;
    assert_eq!(desk.run(plan.clone()).await["outcome"]["customers"], 6);

    plan["tag_id"] = group["id"].clone();
    desk.head.post("/allocation-runs", plan.clone()).await.refused_field("tag_id", "unknown");
    plan["tag_id"] = Value::Null;
    plan["segment_id"] = json!("seg_00000000000000000000000000");
    desk.head.post("/allocation-runs", plan).await.refused_field("segment_id", "unknown");
    desk.app.finish().await;
}

async fn who_lies_beyond_ones_reach_is_given_nothing_and_gives_nothing_up(db: TestDb) {
    let desk = Desk::set(db, 1).await;
    let supervisor = desk.app.person("supervisor").await;
    supervisor.post("/allocation-runs", desk.plan("all")).await.refused_field("people", "not_allowed");
    desk.team[0].get("/allocation-runs").await.refused(403, "forbidden");
    desk.customers(0, 2, Stage::Customer).await;
    let run = desk.run(desk.plan("all")).await;
    supervisor.get(&path(&run, "")).await.refused(404, "not_found");
    supervisor.post(&path(&run, "application"), json!({})).await.refused(404, "not_found");

    let twice = json!([{"user_id": desk.team[0].id()}, {"user_id": desk.team[0].id()}]);
    let plan = |people: Value| json!({"who": {"looked_after": "all"}, "keep": "all", "people": people});
    desk.head.post("/allocation-runs", plan(twice)).await.refused_field("people", "duplicate");
    desk.head.post("/allocation-runs", plan(json!([]))).await.refused_field("people", "required");
    desk.head.post("/allocation-runs", plan(json!([{"user_id": desk.team[0].id(), "share": 0}]))).await.refused_field("people", "out_of_range");
    desk.head.post("/allocation-runs", plan(json!([{"user_id": desk.team[0].id(), "away": true}]))).await.refused_field("people", "all_away");
    desk.app.finish().await;
}

}
