//! What people rely on of units, posts and members.

use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

store::sql! {
    FACTS = "SELECT count(*) FROM facts WHERE kind = $1";
}

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), people::module()]
}

async fn unit(by: &Person, name: &str, kind: &str, parent: &Value) -> Value {
    by.post("/units", json!({"name": name, "kind": kind, "parent_id": parent})).await.ok()
}

async fn place(by: &Person, who: &Person, unit: &Value) {
    by.put(&format!("/members/{}", who.id()), json!({"unit_id": unit["id"], "post_id": null})).await.ok();
}

fn path(unit: &Value, rest: &str) -> String {
    format!("/units/{}{rest}", unit["id"].as_str().unwrap())
}

/// The ids of those whom this person sees.
async fn seen(by: &Person) -> Vec<String> {
    let list = by.get("/members?limit=200").await.ok();
    list["items"].as_array().unwrap().iter().map(|member| member["user_id"].as_str().unwrap().to_owned()).collect()
}

/// 客服部 with 热线组 and 在线组 below it, and 门店部.
struct Department {
    service: Value,
    calls: Value,
    chats: Value,
    shops: Value,
}

async fn department(admin: &Person) -> Department {
    let service = unit(admin, "客服部", "department", &Value::Null).await;
    let calls = unit(admin, "热线组", "team", &service["id"]).await;
    let chats = unit(admin, "在线组", "team", &service["id"]).await;
    let shops = unit(admin, "门店部", "department", &Value::Null).await;
    Department { service, calls, chats, shops }
}

on_both! { http::schema(&modules());

async fn r004_who_is_responsible_for_what_is_said_by_the_head_and_whom_to_ask_follows(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, head, agent) = (app.person("administrator").await, app.person("head").await, app.person("agent").await);
    let (tech, other) = (app.person("agent").await, app.person("agent").await);
    let Department { service, chats, .. } = department(&admin).await;
    let mut posts = Vec::new();
    for name in ["客服主管", "客服专员", "技术支持"] {
        posts.push(admin.post("/posts", json!({"name": name})).await.ok()["id"].clone());
    }
    place(&admin, &head, &service).await;
    place(&admin, &agent, &chats).await;
    admin.put(&format!("/members/{}", tech.id()), json!({"unit_id": chats["id"], "post_id": posts[2]})).await.ok();
    admin.put(&format!("/members/{}", other.id()), json!({"unit_id": chats["id"], "post_id": posts[1]})).await.ok();
    let proposed = agent.get("/responsibilities").await.ok();
    assert_eq!((&proposed["kept"], proposed["responsibilities"].as_array().unwrap().len()), (&json!(false), 18));
    assert_eq!(agent.get("/responsibilities/technical/holders").await.ok(), json!([]), "a proposal binds nobody");

    let put = async |by: &Person, version: i64, all: &Value| by.put("/responsibilities", json!({"version": version, "responsibilities": all})).await;
    put(&agent, 0, &proposed["responsibilities"]).await.refused(403, "forbidden");
    let kept = put(&head, 0, &proposed["responsibilities"]).await.ok();
    assert_eq!((&kept["kept"], &kept["version"]), (&json!(true), &json!(1)));
    put(&head, 0, &proposed["responsibilities"]).await.refused(409, "people.stale");
    let holders = agent.get("/responsibilities/technical/holders").await.ok();
    let part = |who: &Person| holders.as_array().unwrap().iter().find(|one| one["user_id"] == who.id()).map(|one| one["part"].clone());
    assert_eq!((part(&tech), part(&other)), (Some(json!("R")), Some(json!("I"))));
    agent.get("/responsibilities/no_such/holders").await.refused(404, "not_found");

    // What cannot stand is named, activity by activity.
    let without = |activity: &str, part: &str| {
        let all = proposed["responsibilities"].as_array().unwrap().iter();
        Value::Array(all.filter(|one| !(one["activity"] == activity && one["part"] == part)).cloned().collect())
    };
    put(&head, 1, &without("inquiry", "A")).await.refused_field("responsibilities.inquiry", "nobody_accountable");
    put(&head, 1, &without("complaint", "R")).await.refused_field("responsibilities.complaint", "nobody_responsible");
    put(&head, 1, &json!([])).await.refused_field("responsibilities.strategy", "nobody_responsible");
    let mut twice = proposed["responsibilities"].as_array().unwrap().clone();
    twice.push(json!({"activity": "technical", "post_id": posts[1], "part": "A"}));
    put(&head, 1, &Value::Array(twice.clone())).await.refused_field("responsibilities.technical", "several_accountable");
    put(&head, 1, &Value::Array(twice)).await.refused_field("responsibilities.technical", "repeated");
    let strange = json!([{"activity": "strategy", "post_id": "pst_01jd3k5v2pf6z8q0w4x7y9abcd", "part": "AR"}]);
    put(&head, 1, &strange).await.refused_field("responsibilities", "unknown");
    let trail = admin.get("/audit-entries?action=people.responsibilities_changed").await.ok();
    assert!(trail["items"][0]["after"].as_str().unwrap().contains("technical · 技术支持"));
}

async fn whom_an_identity_provider_lets_in_is_placed_in_the_unit_it_says_while_that_is_there(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { chats, calls, .. } = department(&admin).await;
    let provider = |unit: &Value| json!({"name": "统一认证", "issuer": "https://id.example.com", "client_id": "desk", "origin": "https://desk.example.com", "unit_id": unit});
    admin.post("/identity-providers", provider(&chats["id"])).await.ok();
    admin.post(&path(&calls, "/closure"), json!({})).await.ok();
    admin.post("/identity-providers", provider(&calls["id"])).await.refused_field("unit_id", "unknown");
    let settle = async |person: &Person, unit: &Value| {
        let placement = app.app.part::<Box<dyn access::Placement>>();
        let (user, unit) = (person.id().parse().unwrap(), unit["id"].as_str().unwrap().parse().unwrap());
        app.app.db().write(&app.system(), move |tx| placement.settle(tx, user, unit)).await.unwrap();
        access::api::look_again(&app.app);
        person.get("/session").await.ok()["user"]["unit_id"].clone()
    };
    let (anna, bo) = (app.person("agent").await, app.person("agent").await);
    assert_eq!(settle(&anna, &chats).await, chats["id"]);
    assert_eq!(settle(&bo, &calls).await, Value::Null);
    let trail = admin.get(&format!("/audit-entries?subject={}", anna.id())).await.ok();
    assert_eq!(trail["items"][0]["action"], "people.member_moved");
    app.finish().await;
}

async fn an_agents_team_reaches_elsewhere_once_they_are_moved(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { service, calls, chats, .. } = department(&admin).await;
    let (anna, bo, cai) = (app.person("agent").await, app.person("agent").await, app.person("agent").await);
    assert_eq!(seen(&anna).await, [anna.id()], "placed nowhere, one sees oneself");
    place(&admin, &anna, &calls).await;
    place(&admin, &bo, &calls).await;
    place(&admin, &cai, &chats).await;
    assert_eq!(seen(&anna).await, [anna.id(), bo.id()]);
    assert_eq!(anna.get("/session").await.ok()["user"]["unit_id"], calls["id"]);
    // Felt by the very next request.
    place(&admin, &anna, &chats).await;
    assert_eq!(seen(&anna).await, [anna.id(), cai.id()]);
    assert_eq!(anna.get("/session").await.ok()["user"]["unit_id"], chats["id"]);
    // From the department down, everybody; and a supervisor of one team sees the department.
    place(&admin, &anna, &service).await;
    assert_eq!(seen(&anna).await, [anna.id(), bo.id(), cai.id()]);
    let supervisor = app.person("supervisor").await;
    place(&admin, &supervisor, &calls).await;
    assert_eq!(seen(&supervisor).await.len(), 4);
    let row = admin.get("/members?q=AGENT&limit=1").await.ok();
    assert_eq!((&row["items"][0]["unit_name"], &row["items"][0]["state"]), (&json!("客服部"), &json!("active")));
    assert!(row["next_cursor"].is_string());
    assert_eq!(admin.get(&format!("/members?unit={}", chats["id"].as_str().unwrap())).await.ok()["items"].as_array().unwrap().len(), 1);
}

async fn h01_a_team_that_moves_under_another_department_keeps_its_history(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { service, calls, shops, .. } = department(&admin).await;
    let (agent, clerk, supervisor) = (app.person("agent").await, app.person("agent").await, app.person("supervisor").await);
    place(&admin, &agent, &calls).await;
    place(&admin, &clerk, &calls).await;
    place(&admin, &supervisor, &shops).await;
    app.db.clock.advance(1_000);
    place(&admin, &clerk, &service).await;
    assert_eq!(seen(&supervisor).await, [supervisor.id()]);
    let moved = admin.post(&path(&calls, "/move"), json!({"parent_id": shops["id"], "version": 1})).await.ok();
    assert_eq!((&moved["id"], &moved["parent_id"]), (&calls["id"], &shops["id"]));
    // Its members came along, and the new department reaches them.
    assert_eq!(agent.get("/session").await.ok()["user"]["unit_id"], calls["id"]);
    assert_eq!(seen(&supervisor).await, [agent.id(), supervisor.id()]);
    let history = admin.get(&path(&calls, "/history")).await.ok();
    let places: Vec<_> = history["places"].as_array().unwrap().iter().map(|place| place["parent_id"].clone()).collect();
    assert_eq!(places, [service["id"].clone(), shops["id"].clone()]);
    assert_eq!(history["places"][0]["until"], history["places"][1]["since"]);
    let members: Vec<_> = history["memberships"].as_array().unwrap().iter().map(|one| one["until"].is_null()).collect();
    assert_eq!(members, [false, true], "who left stays on record, who stayed was not touched: {history}");
    assert_eq!(supervisor.get(&path(&calls, "/history")).await.ok()["memberships"].as_array().unwrap().len(), 2);
    assert_eq!(clerk.get(&path(&shops, "/history")).await.ok()["memberships"], json!([]));
    let trail = admin.get(&format!("/audit-entries?subject={}", calls["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["action"], "people.unit_moved");
}

async fn the_tree_stays_a_tree(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { service, calls, chats, .. } = department(&admin).await;
    let to = |unit: &Value, version: i64| json!({"parent_id": unit["id"], "version": version});
    admin.post(&path(&service, "/move"), to(&calls, 1)).await.refused(409, "people.below_itself");
    admin.post(&path(&service, "/move"), to(&service, 1)).await.refused(409, "people.below_itself");
    admin.post(&path(&calls, "/move"), to(&chats, 9)).await.refused(409, "people.stale");
    admin.post(&path(&calls, "/move"), json!({"parent_id": "unt_00000000000000000000000000", "version": 1})).await.refused_field("parent_id", "unknown");
    admin.post("/units", json!({"name": "热线组", "kind": "team", "parent_id": service["id"]})).await.refused(409, "people.name_taken");
    admin.post("/units", json!({"name": " ", "kind": "team", "parent_id": null})).await.refused_field("name", "required");
    admin.post("/units", json!({"name": "x", "kind": "squad", "parent_id": null})).await.refused(422, "invalid");
    admin.post("/units", json!({"name": "x", "kind": "team", "parent_id": null, "lead_id": "usr_00000000000000000000000000"})).await.refused_field("lead_id", "unknown");
    let (mut top, mut level) = (chats.clone(), 2);
    while level < 16 {
        top = unit(&admin, "下级", "team", &top["id"]).await;
        level += 1;
    }
    admin.post("/units", json!({"name": "x", "kind": "team", "parent_id": top["id"]})).await.refused(409, "people.too_deep");
    // Two moves at once that would make a ring: one of them is refused.
    let (one, other) = (unit(&admin, "甲", "team", &Value::Null).await, unit(&admin, "乙", "team", &Value::Null).await);
    let (under, over) = (to(&other, 1), to(&one, 1));
    let (one_path, other_path) = (path(&one, "/move"), path(&other, "/move"));
    let (first, second) = tokio::join!(admin.post(&one_path, under), admin.post(&other_path, over));
    assert_eq!(u8::from(first.status.is_success()) + u8::from(second.status.is_success()), 1, "{first:?} {second:?}");
}

async fn a_unit_closes_only_when_it_is_empty_and_can_be_opened_again(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let agent = app.person("agent").await;
    let Department { service, calls, .. } = department(&admin).await;
    place(&admin, &agent, &calls).await;
    admin.post(&path(&service, "/closure"), json!({})).await.refused(409, "people.not_empty");
    admin.post(&path(&calls, "/closure"), json!({})).await.refused(409, "people.not_empty");
    place(&admin, &agent, &service).await;
    admin.post(&path(&calls, "/closure"), json!({})).await.ok();
    admin.post(&path(&calls, "/closure"), json!({})).await.refused(409, "people.closed");
    admin.put(&format!("/members/{}", agent.id()), json!({"unit_id": calls["id"], "post_id": null})).await.refused(409, "people.closed");
    admin.post("/units", json!({"name": "夜班", "kind": "team", "parent_id": calls["id"]})).await.refused(409, "people.closed");
    let names = |list: Value| list["items"].as_array().unwrap().iter().filter(|unit| unit["name"] == "热线组").count();
    assert_eq!((names(admin.get("/units").await.ok()), names(admin.get("/units?closed=true").await.ok())), (0, 1));
    unit(&admin, "热线组", "team", &service["id"]).await;
    admin.delete(&path(&calls, "/closure")).await.refused(409, "people.name_taken");
    admin.patch(&path(&calls, ""), json!({"version": 2, "name": "老热线组"})).await.ok();
    admin.delete(&path(&calls, "/closure")).await.ok();
    place(&admin, &agent, &calls).await;
}

async fn a_head_manages_their_department_and_nothing_beside_it(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { service, calls, shops, .. } = department(&admin).await;
    let (head, agent, stranger) = (app.person("head").await, app.person("agent").await, app.person("agent").await);
    place(&admin, &head, &service).await;
    place(&admin, &stranger, &shops).await;
    place(&head, &agent, &calls).await;
    let nights = unit(&head, "夜班", "team", &calls["id"]).await;
    place(&head, &agent, &nights).await;
    let put = |who: &Person, unit: &Value| { let (head, path, unit) = (head.clone(), format!("/members/{}", who.id()), unit["id"].clone()); async move { head.put(&path, json!({"unit_id": unit, "post_id": null})).await } };
    put(&stranger, &calls).await.refused(404, "not_found");
    put(&agent, &shops).await.refused(404, "not_found");
    put(&head, &shops).await.refused(404, "not_found");
    head.post("/units", json!({"name": "x", "kind": "team", "parent_id": shops["id"]})).await.refused(404, "not_found");
    head.post("/units", json!({"name": "x", "kind": "department", "parent_id": null})).await.refused(404, "not_found");
    head.post(&path(&shops, "/move"), json!({"parent_id": service["id"], "version": 1})).await.refused(404, "not_found");
    head.post(&path(&calls, "/move"), json!({"parent_id": shops["id"], "version": 1})).await.refused(404, "not_found");
    head.patch(&path(&shops, ""), json!({"version": 1, "name": "x"})).await.refused(404, "not_found");
    // A department that became a team would carry its head's reach up to the next department.
    head.patch(&path(&service, ""), json!({"version": 1, "kind": "team"})).await.refused(403, "forbidden");
    head.patch(&path(&service, ""), json!({"version": 1, "lead_id": head.id()})).await.ok();
    let kept = head.patch(&path(&service, ""), json!({"version": 2, "name": "客户服务部"})).await.ok();
    assert_eq!(kept["lead_id"], head.id());
    assert_eq!(head.patch(&path(&service, ""), json!({"version": 3, "lead_id": null})).await.ok()["lead_id"], Value::Null);
    agent.post("/units", json!({"name": "x", "kind": "team", "parent_id": calls["id"]})).await.refused(403, "forbidden");
    agent.put(&format!("/members/{}", agent.id()), json!({"unit_id": calls["id"], "post_id": null})).await.refused(403, "forbidden");
    for list in ["/units", "/members", "/posts"] {
        app.anonymous().get(list).await.refused(401, "unauthenticated");
    }
    head.get("/units/unt_00000000000000000000000000/history").await.refused(404, "not_found");
    head.get("/units/;DROP TABLE units/history").await.refused(404, "not_found");
}

async fn posts_count_who_holds_them_and_stay_in_their_unit(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (agent, other) = (app.person("agent").await, app.person("agent").await);
    let Department { service, calls, shops, .. } = department(&admin).await;
    let post = admin.post("/posts", json!({"name": "热线专员", "unit_id": service["id"], "headcount": 3})).await.ok();
    let everywhere = admin.post("/posts", json!({"name": "实习生"})).await.ok();
    let hold = |who: &Person, unit: &Value, post: &Value| { let (admin, path, body) = (admin.clone(), format!("/members/{}", who.id()), json!({"unit_id": unit["id"], "post_id": post["id"]})); async move { admin.put(&path, body).await } };
    hold(&agent, &shops, &post).await.refused_field("post_id", "post_of_another_unit");
    hold(&agent, &calls, &post).await.ok();
    let held = hold(&other, &shops, &everywhere).await.ok();
    assert_eq!((&held["post_name"], &held["unit_name"]), (&json!("实习生"), &json!("门店部")));
    let posts = admin.get("/posts").await.ok();
    assert_eq!((&posts["items"][0]["members"], &posts["items"][0]["headcount"], &posts["items"][1]["members"]), (&json!(1), &json!(3), &json!(1)));
    admin.post(&format!("/users/{}/suspension", agent.id()), json!({})).await.ok();
    assert_eq!(admin.get("/posts").await.ok()["items"][0]["members"], 0);
    assert_eq!(admin.get("/members?state=suspended").await.ok()["items"].as_array().unwrap().len(), 1);
    admin.patch(&format!("/posts/{}", post["id"].as_str().unwrap()), json!({"version": 1, "name": "热线坐席"})).await.ok();
    admin.patch(&format!("/posts/{}", post["id"].as_str().unwrap()), json!({"version": 1, "name": "x"})).await.refused(409, "people.stale");
    admin.post("/posts", json!({"name": "x", "headcount": -1})).await.refused_field("headcount", "out_of_range");
    admin.post("/posts", json!({"name": "x", "salary": 1})).await.refused_field("salary", "unknown_field");
}

async fn other_modules_ask_for_units_members_and_leads(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let Department { service, calls, chats, .. } = department(&admin).await;
    let (head, lead, agent) = (app.person("head").await, app.person("supervisor").await, app.person("agent").await);
    for (who, unit) in [(&head, &service), (&lead, &calls), (&agent, &calls)] {
        place(&admin, who, unit).await;
    }
    admin.patch(&path(&service, ""), json!({"version": 1, "lead_id": head.id()})).await.ok();
    admin.patch(&path(&calls, ""), json!({"version": 1, "lead_id": lead.id()})).await.ok();
    let top: kernel::UnitId = service["id"].as_str().unwrap().parse().unwrap();
    let (head, lead, agent) = (head.id.unwrap(), lead.id.unwrap(), agent.id.unwrap());
    let (leads, below, everybody, unit) = app.db.db.read(&app.system(), move |tx| {
        let leads = [agent, lead, head].map(|user| people::api::lead_of(tx, user).unwrap());
        Ok((leads, people::api::subtree(tx, top)?, people::api::members(tx, top)?, people::api::unit_of(tx, agent)?))
    }).await.unwrap();
    assert_eq!(leads, [Some(lead), Some(head), None]);
    assert_eq!(below.len(), 3);
    assert!(below.contains(&chats["id"].as_str().unwrap().parse().unwrap()));
    assert_eq!(everybody, [head, lead, agent]);
    assert_eq!(unit.map(|unit| unit.to_string()).as_deref(), calls["id"].as_str());
    let system = app.system();
    let facts = app.db.db.read(&system, |tx| {
        let mut count = |kind: &str| tx.one::<(i64,)>(&FACTS, store::params![kind]);
        Ok((count("unit.changed")?.0, count("member.moved")?.0))
    });
    assert_eq!(facts.await.unwrap(), (6, 3));
}

}
