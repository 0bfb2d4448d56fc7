//! What people rely on of customers.

mod lists;
mod suggestions;

use access::{Place, Placement};
use customers::api;
use kernel::{ChannelId, CustomerId, Error, Result, UnitId, UserId};
use serde_json::{Value, json};
use store::{Search, Tx};
use testkit::{Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), customers::module()]
}

fn channel(number: u8) -> ChannelId {
    format!("chn_0000000000000000000000000{number}").parse().unwrap()
}

/// Everybody stands in one team.
struct OneTeam;

impl Placement for OneTeam {
    fn place(&self, _tx: &mut Tx<'_>, _user: UserId) -> Result<Place> {
        let unit: UnitId = "unt_00000000000000000000000005".parse().unwrap();
        Ok(Place { unit: Some(unit), team: vec![unit], department: vec![unit] })
    }
}

fn in_one_team() -> Vec<http::Module> {
    let placement: Box<dyn Placement> = Box::new(OneTeam);
    modules().into_iter().chain([http::Module::new("places").part(placement)]).collect()
}

async fn enter(person: &Person, name: &str, phone: &str) -> Value {
    person.post("/customers", json!({"name": name, "phone": phone, "email": "Wang@Example.com"})).await.ok()
}

fn id(customer: &Value) -> &str {
    customer["id"].as_str().unwrap()
}

async fn meet(app: &TestApp, external_id: &'static str, name: Option<&'static str>) -> customers::Customer {
    app.app.db().write(&app.system(), move |tx| api::for_identity(tx, channel(1), external_id, name)).await.unwrap()
}

async fn found(app: &TestApp, query: &'static str) -> Vec<String> {
    let search = move |tx: &mut Tx<'_>| {
        tx.search(&Search { kind: api::SEARCH_KIND, words: query, labels: &[], before: None, limit: 20 }, |_, _| {
            Ok(true)
        })
    };
    app.app.db().read(&app.system(), search).await.unwrap().into_iter().map(|hit| hit.reference).collect()
}

on_both! { http::schema(&modules());

async fn numbers_go_out_masked_and_are_found_whole(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let agent = app.person("agent").await;
    let wang = enter(&agent, " 王小明 ", "+86 138-1234-5678").await;
    assert_eq!((&wang["name"], &wang["phone"], &wang["email"]), (&json!("王小明"), &json!("138****5678"), &json!("w***@example.com")));
    assert_eq!(wang["owner_id"], json!(agent.id()));
    enter(&agent, "李雷", "13912345678").await;
    for q in ["小明", "13812345678", "138%201234%205678", "%2B8613812345678"] {
        let list = agent.get(&format!("/customers?q={q}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{q}");
        assert!(!list.to_string().contains("12345678") && list["items"][0]["id"] == wang["id"]);
    }
    assert_eq!(agent.get("/customers?q=wang%40example.com").await.ok()["items"].as_array().unwrap().len(), 2);
    for q in ["%25", "%20%27%20OR%201", "%25%25"] {
        assert_eq!(agent.get(&format!("/customers?q={q}")).await.ok()["items"], json!([]), "{q}");
    }
    for query in ["13812345678", "王小明", "wang@example.com 小明"] {
        assert_eq!(found(&app, query).await, [id(&wang)], "{query}");
    }
}

async fn a_list_goes_page_by_page(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let agent = app.person("agent").await;
    for n in 0..5 {
        enter(&agent, &format!("客户{n}"), "").await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = agent.get(&format!("/customers?limit=2{cursor}")).await.ok();
        names.extend(page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["客户4", "客户3", "客户2", "客户1", "客户0"]);
    agent.get("/customers?limit=0").await.refused_field("limit", "out_of_range");
    agent.get("/customers?page=2").await.refused_field("page", "unknown_field");
}

async fn what_lies_beyond_ones_reach_is_not_there(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (one, other) = (app.person("agent").await, app.person("agent").await);
    let wang = enter(&one, "王小明", "13812345678").await;
    let path = format!("/customers/{}", id(&wang));
    assert_eq!(other.get("/customers").await.ok()["items"], json!([]));
    assert_eq!(other.get("/customers?q=13812345678").await.ok()["items"], json!([]));
    other.get(&path).await.refused(404, "not_found");
    other.patch(&path, json!({"version": 1, "name": "x"})).await.refused(404, "not_found");
    other.post(&format!("{path}/unmasking"), json!({"field": "phone", "reason": "好奇"})).await.refused(404, "not_found");
    other.get(&format!("{path}/export?reason=abc")).await.refused(404, "not_found");
    // The one who looks after them may see them, so hears what is wanting.
    one.post(&format!("{path}/erasure"), json!({"reason": "客户要求"})).await.refused(403, "forbidden");
    one.post(&format!("{path}/merge"), json!({"into": id(&wang)})).await.refused(403, "forbidden");
    for nobody in [app.anonymous().get("/customers").await, app.anonymous().get(&path).await] {
        nobody.refused(401, "unauthenticated");
    }
    one.get("/customers/cus_00000000000000000000000000").await.refused(404, "not_found");
    one.get("/customers/nonsense").await.refused(404, "not_found");
}

async fn a_team_shares_its_customers_and_the_strangers(db: TestDb) {
    let app = TestApp::start(db, in_one_team()).await;
    let (agent, supervisor) = (app.person("agent").await, app.person("supervisor").await);
    let wang = enter(&agent, "王小明", "13812345678").await;
    let stranger = meet(&app, "v1", None).await.id.to_string();
    let seen = |page: Value| page["items"].as_array().unwrap().iter().map(|row| id(row).to_owned()).collect::<Vec<_>>();
    let mut both = seen(supervisor.get("/customers").await.ok());
    both.sort();
    assert_eq!(both, { let mut all = vec![id(&wang).to_owned(), stranger.clone()]; all.sort(); all });
    assert_eq!(seen(agent.get("/customers").await.ok()), [id(&wang)]);
    agent.get(&format!("/customers/{stranger}")).await.refused(404, "not_found");
    // A stranger is handed to somebody, who then sees them; and handed back to nobody.
    let path = format!("/customers/{stranger}");
    let handed = supervisor.patch(&path, json!({"version": 1, "owner_id": agent.id()})).await.ok();
    assert!(handed["owner_id"] == json!(agent.id()) && handed["unit_id"] != json!(null));
    agent.get(&path).await.ok();
    let back = supervisor.patch(&path, json!({"version": 2, "owner_id": null})).await.ok();
    assert!(back["owner_id"].is_null() && back["unit_id"].is_null());
    let nobody = format!("usr_{}", &stranger[4..]);
    supervisor.patch(&path, json!({"version": 3, "owner_id": nobody})).await.refused_field("owner_id", "unknown");
}

async fn seeing_a_number_in_clear_is_written_on_a_trail_that_does_not_hold_it(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let wang = enter(&agent, "王小明", "13812345678").await;
    let path = format!("/customers/{}", id(&wang));
    agent.post(&format!("{path}/unmasking"), json!({"field": "phone", "reason": " "})).await.refused_field("reason", "required");
    agent.post(&format!("{path}/unmasking"), json!({"field": "note", "reason": "回电"})).await.refused(422, "invalid");
    let clear = agent.post(&format!("{path}/unmasking"), json!({"field": "phone", "reason": "回电"})).await.ok();
    assert_eq!(clear, json!({"field": "phone", "value": "+8613812345678"}));
    agent.patch(&path, json!({"version": 1, "phone": "13899995678", "note": "电话 13812345678"})).await.ok();
    let export = agent.get(&format!("{path}/export?reason=客户索取")).await.ok();
    assert_eq!(export["customers"][0]["phone"], "+8613899995678");
    let trail = admin.get(&format!("/audit-entries?subject={}", id(&wang))).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["customers.exported", "customers.changed", "customers.unmasked", "customers.created"]);
    assert_eq!((&trail["items"][2]["reason"], &trail["items"][2]["actor_id"]), (&json!("回电"), &json!(agent.id())));
    assert!(trail["items"][1]["after"].as_str().unwrap().contains(r#""changed":["phone","note"]"#));
    for secret in ["12345678", "99995678", "王小明", "wang@"] {
        assert!(!trail.to_string().contains(secret), "{secret}");
    }
}

async fn a_stale_or_hostile_change_is_refused_by_name(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let agent = app.person("agent").await;
    let wang = enter(&agent, "王小明", "13812345678").await;
    let path = format!("/customers/{}", id(&wang));
    agent.patch(&path, json!({"version": 1, "name": "王大明"})).await.ok();
    agent.patch(&path, json!({"version": 1, "name": "王二明"})).await.refused(409, "customers.stale");
    agent.patch(&path, json!({"version": 2, "state": "erased"})).await.refused_field("state", "unknown_field");
    for (field, value, code) in [
        ("name", json!("  "), "required"), ("name", json!("长".repeat(81)), "too_long"), ("name", json!("a\u{202e}b"), "control_character"),
        ("name", json!("a\nb"), "control_character"), ("phone", json!("138; DROP TABLE"), "malformed"), ("email", json!("a@b"), "malformed"),
        ("note", json!("长".repeat(2_001)), "too_long"),
    ] {
        agent.patch(&path, json!({"version": 2, field: value})).await.refused_field(field, code);
    }
    // A script is a name like any other: it goes out as JSON, and screens show it as text.
    let name = "<script>alert(1)</script>";
    assert_eq!(agent.patch(&path, json!({"version": 2, "name": name})).await.ok()["name"], name);
    assert_eq!(agent.patch(&path, json!({"version": 3, "phone": "", "email": ""})).await.ok()["phone"], json!(null));
    assert_eq!(found(&app, "13812345678").await, Vec::<String>::new());
}

async fn a_stranger_met_again_is_the_same_customer(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let first = meet(&app, "v1", None).await;
    assert_eq!(first.name, "");
    app.db.clock.advance(120_000);
    let again = meet(&app, "v1", Some(" 小\u{202e}王\n ")).await;
    assert_eq!((again.id, again.name.as_str()), (first.id, "小王"));
    // A name that is known stays; the other stranger is another customer; another channel too.
    assert_eq!(meet(&app, "v1", Some("骗子")).await.name, "小王");
    assert_ne!(meet(&app, "v2", None).await.id, first.id);
    let elsewhere = app.app.db().write(&app.system(), |tx| api::for_identity(tx, channel(2), "v1", None)).await.unwrap();
    assert_ne!(elsewhere.id, first.id);
    let refused = app.app.db().write(&app.system(), |tx| api::for_identity(tx, channel(1), &"x".repeat(201), None)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    assert_eq!(found(&app, "小王").await, [first.id.to_string()]);
}

async fn two_nodes_meeting_a_stranger_at_once_make_one_customer(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    for round in 0..10 {
        let meetings = (0..8).map(|n| {
            let (db, system) = (app.app.db().clone(), app.system());
            tokio::spawn(async move {
                let work = move |tx: &mut Tx<'_>| api::for_identity(tx, channel(1), &format!("v{round}"), None);
                if n % 2 == 0 { db.write(&system, work).await } else { db.append(&system, work).await }
            })
        });
        let mut ids = Vec::new();
        for meeting in meetings.collect::<Vec<_>>() {
            ids.push(meeting.await.unwrap().unwrap().id);
        }
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    }
    let admin = app.person("administrator").await;
    assert_eq!(admin.get("/customers").await.ok()["items"].as_array().unwrap().len(), 10);
}

async fn merges_lead_on_and_can_be_taken_back_in_any_order(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let mut all = Vec::new();
    for (name, phone) in [("甲", "13800000001"), ("乙", "13800000002"), ("丙", "13800000003")] {
        all.push(enter(&admin, name, phone).await["id"].as_str().unwrap().to_owned());
    }
    let [a, b, c] = [&all[0], &all[1], &all[2]];
    let merge = async |from: &str, into: &str| admin.post(&format!("/customers/{from}/merge"), json!({"into": into})).await;
    merge(a, a).await.refused(409, "customers.itself");
    merge(a, b).await.ok();
    merge(a, c).await.refused(409, "customers.merged");
    // Round and round: b leads nowhere but to itself.
    merge(b, a).await.refused(409, "customers.itself");
    merge(b, c).await.ok();
    let leads = async |from: &String| {
        let from: CustomerId = from.parse().unwrap();
        app.app.db().read(&app.system(), move |tx| api::survivor(tx, from)).await.unwrap().to_string()
    };
    assert_eq!([leads(a).await, leads(b).await, leads(c).await], [c.clone(), c.clone(), c.clone()]);
    let view = admin.get(&format!("/customers/{a}")).await.ok();
    assert_eq!((&view["id"], &view["merged_from"], view["aliases"].as_array().unwrap().len()), (&json!(c), &json!(a), 2));
    let list = admin.get("/customers").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    // The old number finds the person.
    assert_eq!(admin.get("/customers?q=13800000001").await.ok()["items"][0]["id"], json!(c));
    assert_eq!((found(&app, "13800000001").await, found(&app, "乙").await), (vec![c.clone()], vec![c.clone()]));
    let asked: Vec<CustomerId> = all.iter().map(|id| id.parse().unwrap()).collect();
    let names = app.app.db().read(&app.system(), move |tx| api::names(tx, &asked)).await.unwrap();
    assert!(names.len() == 3 && names.values().all(|name| name == "丙"));

    // The middle one goes: what was merged into it goes with it.
    admin.delete(&format!("/customers/{b}/merge")).await.ok();
    assert_eq!([leads(a).await, leads(b).await, leads(c).await], [b.clone(), b.clone(), c.clone()]);
    assert_eq!((found(&app, "13800000001").await, found(&app, "13800000003").await), (vec![b.clone()], vec![c.clone()]));
    admin.delete(&format!("/customers/{b}/merge")).await.refused(409, "customers.not_merged");
    admin.delete(&format!("/customers/{a}/merge")).await.ok();
    assert_eq!(leads(a).await, *a);
    assert_eq!(admin.get("/customers").await.ok()["items"].as_array().unwrap().len(), 3);
    merge(a, "cus_00000000000000000000000000").await.refused_field("into", "unknown");
}

async fn erasure_leaves_an_empty_row_and_no_trace(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let wang = enter(&admin, "王小明", "13812345678").await;
    let met = meet(&app, "v1", Some("小明")).await.id.to_string();
    admin.post(&format!("/customers/{met}/merge"), json!({"into": id(&wang)})).await.ok();
    let path = format!("/customers/{met}");
    admin.post(&format!("{path}/erasure"), json!({})).await.refused_field("reason", "required");
    let gone = admin.post(&format!("{path}/erasure"), json!({"reason": "客户要求删除"})).await.ok();
    assert_eq!((&gone["id"], &gone["name"], &gone["phone"], &gone["state"]), (&wang["id"], &json!(""), &json!(null), &json!("erased")));
    for query in ["王小明", "小明", "13812345678"] {
        assert_eq!(found(&app, query).await, Vec::<String>::new());
    }
    let left = admin.get(&format!("{path}/export?reason=查验")).await.ok();
    assert_eq!(left["identities"], json!([]));
    assert!(!left.to_string().contains("小明") && !left.to_string().contains("example.com"));
    admin.post(&format!("{path}/erasure"), json!({"reason": "再来一次"})).await.refused(409, "customers.erased");
    admin.post(&format!("{path}/unmasking"), json!({"field": "phone", "reason": "看看"})).await.refused(409, "customers.erased");
    admin.patch(&format!("/customers/{}", id(&wang)), json!({"version": 2, "name": "王"})).await.refused(409, "customers.erased");
    // Who comes back comes as a stranger.
    let back = meet(&app, "v1", None).await;
    assert!(back.id.to_string() != met && back.name.is_empty());
}

}
