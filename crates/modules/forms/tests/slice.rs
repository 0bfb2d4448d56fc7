//! What people rely on of forms' own fields.

use serde_json::{Value, json};
use testkit::{TestApp, on_both};

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
        forms::module(),
    ]
}

fn field(label: &str, kind: &str) -> Value {
    json!({"label": label, "kind": kind})
}

on_both! { http::schema(&modules());

async fn r066_a_field_is_added_kept_and_retired_but_never_gone(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let first = agent.get("/forms/complaint").await.ok();
    assert_eq!((&first["version"], &first["fields"], &first["may_design"]), (&json!(0), &json!([]), &json!(false)));
    let choice = json!({"label": "车型", "kind": "choice", "choices": [{"label": "轿车"}, {"label": "越野车"}]});
    let wanted = json!({"version": 0, "fields": [field(" 车牌号 ", "text"), choice]});
    agent.put("/forms/complaint", wanted.clone()).await.refused(403, "forbidden");
    let saved = admin.put("/forms/complaint", wanted.clone()).await.ok();
    assert_eq!((&saved["version"], &saved["fields"][0]["label"]), (&json!(1), &json!("车牌号")));
    assert_ne!(saved["fields"][0]["id"], "");
    admin.put("/forms/complaint", wanted).await.refused(409, "forms.stale");
    // Another form is its own.
    assert_eq!(agent.get("/forms/praise").await.ok()["version"], 0);

    let mut fields = saved["fields"].clone();
    fields[0]["kind"] = json!("number");
    admin.put("/forms/complaint", json!({"version": 1, "fields": fields})).await.refused(409, "forms.kind_stays");
    // Left out, it is retired; a choice too.
    let mut car = saved["fields"][1].clone();
    car["choices"].as_array_mut().unwrap().pop();
    let second = admin.put("/forms/complaint", json!({"version": 1, "fields": [car]})).await.ok();
    let fields = second["fields"].as_array().unwrap();
    assert_eq!((fields.len(), &fields[0]["choices"][1]["retired"], &fields[1]["retired"]), (2, &json!(true), &json!(true)));
    assert_eq!((&fields[0]["id"], &fields[1]["id"]), (&saved["fields"][1]["id"], &saved["fields"][0]["id"]));
    let trail = admin.get("/audit-entries?subject=complaint").await.ok();
    assert_eq!(trail["items"][0]["action"], "forms.saved");
}

async fn r066_what_is_wrong_with_a_form_is_named(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let put = async |fields: Value| admin.put("/forms/opinion", json!({"version": 0, "fields": fields})).await;
    put(json!([field("", "text")])).await.refused_field("fields[0].label", "required");
    put(json!([field("甲", "text"), field("甲", "date")])).await.refused_field("fields[1].label", "repeated");
    put(json!([field("甲", "choice")])).await.refused_field("fields[0].choices", "required");
    put(json!([{"label": "甲", "kind": "text", "choices": [{"label": "x"}]}])).await.refused_field("fields[0].choices", "not_allowed");
    put(json!([{"label": "甲", "kind": "choices", "choices": [{"label": "x"}, {"label": "x"}]}])).await.refused_field("fields[0].choices", "repeated");
    put((0..61).map(|n| field(&format!("{n}"), "text")).collect()).await.refused_field("fields", "too_many");
    admin.get("/forms/other").await.refused(404, "not_found");
    app.anonymous().get("/forms/opinion").await.refused(401, "unauthenticated");
}

}
