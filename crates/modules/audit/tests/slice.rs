//! What a reader of the trail relies on.

use serde_json::json;
use testkit::{TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module()]
}

on_both! { http::schema(&modules());

async fn an_entry_says_who_what_when_from_where_and_what_changed(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let change = admin.request(reqwest::Method::PATCH, &format!("/users/{}", agent.id()));
    let change = change.header("user-agent", "console/1").header("x-request-id", "req-7").json(&json!({"version": 1, "name": "苏禾"}));
    testkit::Person::reply(change).await.ok();
    let entry = admin.get(&format!("/audit-entries?subject={}&action=access.user_changed", agent.id())).await.ok()["items"][0].clone();
    assert_eq!((&entry["actor_id"], &entry["actor_kind"], &entry["subject_kind"]), (&json!(admin.id()), &json!("staff"), &json!("user")));
    assert_eq!((&entry["ip"], &entry["user_agent"], &entry["request_id"]), (&json!("127.0.0.1"), &json!("console/1"), &json!("req-7")));
    let before: serde_json::Value = serde_json::from_str(entry["before"].as_str().unwrap()).unwrap();
    let after: serde_json::Value = serde_json::from_str(entry["after"].as_str().unwrap()).unwrap();
    assert_eq!((&before["name"], &after["name"], &after["login"]), (&json!("agent"), &json!("苏禾"), &json!(null)));
    app.finish().await;
}

async fn the_trail_is_narrowed_paged_and_closed_to_others(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    for n in 0..5 {
        app.db.clock.advance(1_000);
        admin.post("/tokens", json!({"name": format!("t{n}")})).await.ok();
    }
    let path = format!("/audit-entries?actor={}&action=access.token_created&limit=2", admin.id());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{path}{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["at"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(seen.len() == 5 && seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");
    assert_eq!(admin.get(&format!("{path}&from={}", seen[1])).await.ok()["items"].as_array().unwrap().len(), 2);
    agent.get("/audit-entries").await.refused(403, "forbidden");
    app.anonymous().get("/audit-entries").await.refused(401, "unauthenticated");
    admin.get("/audit-entries?who=me").await.refused(422, "invalid");
    app.finish().await;
}

async fn what_is_refused_leaves_no_entry(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    admin.patch(&format!("/users/{}", agent.id()), json!({"version": 9, "name": "x"})).await.refused(409, "access.stale");
    let entries = admin.get(&format!("/audit-entries?subject={}&action=access.user_changed", agent.id())).await.ok();
    assert_eq!(entries["items"], json!([]));
    app.finish().await;
}

}
