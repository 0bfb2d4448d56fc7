//! What people rely on of canned replies.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), people::module(), knowledge::module()]
}

fn reply(code: &str, scope: &str) -> Value {
    json!({"code": code, "title": "银行转账", "text": "您好 {{customer.name}},请转至本行账户", "scope": scope})
}

fn path(reply: &Value) -> String {
    format!("/canned-replies/{}", reply["id"].as_str().unwrap())
}

async fn codes(person: &Person) -> Vec<String> {
    let list = person.get("/canned-replies").await.ok();
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

async fn unit(admin: &Person, name: &str, kind: &str, parent: &Value) -> Value {
    admin.post("/units", json!({"name": name, "kind": kind, "parent_id": parent})).await.ok()["id"].clone()
}

async fn place(admin: &Person, who: &Person, unit: &Value) {
    admin.put(&format!("/members/{}", who.id()), json!({"unit_id": unit, "post_id": null})).await.ok();
}

on_both! { http::schema(&modules());

async fn ones_own_replies_are_ones_own(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (agent, other, admin) = (app.person("agent").await, app.person("agent").await, app.person("administrator").await);
    let created = agent.post("/canned-replies", reply(" /ZZ ", "personal")).await.ok();
    assert_eq!((&created["code"], &created["owner_id"], &created["may_change"]), (&json!("zz"), &json!(agent.id()), &json!(true)));
    assert!(created["pinyin"].as_str().unwrap().split(' ').any(|one| one == "yinhangzhuanzhang"));
    assert!(created["initials"].as_str().unwrap().split(' ').any(|one| one == "yxzz"));
    // The same code is somebody else's too; one's own is taken.
    other.post("/canned-replies", reply("zz", "personal")).await.ok();
    agent.post("/canned-replies", reply("zz", "personal")).await.refused(409, "knowledge.code_taken");
    let second = agent.post("/canned-replies", reply("b2", "personal")).await.ok();
    agent.patch(&path(&second), json!({"version": 1, "code": "zz"})).await.refused(409, "knowledge.code_taken");
    other.patch(&path(&created), json!({"version": 1, "title": "x"})).await.refused(404, "not_found");
    other.delete(&path(&created)).await.refused(404, "not_found");
    other.post(&format!("{}/use", path(&created)), json!({})).await.refused(404, "not_found");
    admin.patch(&path(&created), json!({"version": 1, "title": "x"})).await.refused(404, "not_found");
    let changed = agent.patch(&path(&created), json!({"version": 1, "title": "发货"})).await.ok();
    assert_eq!((&changed["pinyin"], &changed["code"]), (&json!("fahuo"), &json!("zz")));
    agent.patch(&path(&created), json!({"version": 1, "title": "x"})).await.refused(409, "knowledge.stale");
    assert_eq!(agent.delete(&path(&second)).await.status, 204);
    assert_eq!(codes(&agent).await, ["zz"]);
    let trail = admin.get(&format!("/audit-entries?subject={}", created["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["action"], "knowledge.canned_reply_changed");
    app.finish().await;
}

async fn a_teams_replies_are_written_by_its_supervisors_and_used_below(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let service = unit(&admin, "客服部", "department", &Value::Null).await;
    let (chats, calls) = (unit(&admin, "在线组", "team", &service).await, unit(&admin, "热线组", "team", &service).await);
    let (supervisor, agent, caller) = (app.person("supervisor").await, app.person("agent").await, app.person("agent").await);
    supervisor.post("/canned-replies", reply("a", "team")).await.refused(409, "knowledge.no_unit");
    place(&admin, &supervisor, &chats).await;
    place(&admin, &agent, &chats).await;
    place(&admin, &caller, &calls).await;
    let team = supervisor.post("/canned-replies", reply("a", "team")).await.ok();
    assert_eq!(team["unit_id"], chats);
    let mut elsewhere = reply("b", "team");
    elsewhere["unit_id"] = calls.clone();
    supervisor.post("/canned-replies", elsewhere.clone()).await.refused(404, "not_found");
    admin.post("/canned-replies", elsewhere).await.ok();
    let mut above = reply("c", "team");
    above["unit_id"] = service.clone();
    admin.post("/canned-replies", above).await.ok();
    agent.post("/canned-replies", reply("d", "team")).await.refused(403, "forbidden");
    supervisor.post("/canned-replies", reply("d", "all")).await.refused(403, "forbidden");
    admin.post("/canned-replies", reply("d", "all")).await.ok();
    assert_eq!((codes(&agent).await, codes(&caller).await), (vec!["a".into(), "c".into(), "d".into()], vec!["b".into(), "c".into(), "d".into()]));
    let seen = agent.get("/canned-replies").await.ok();
    assert_eq!(seen[0]["may_change"], false);
    agent.patch(&path(&team), json!({"version": 1, "title": "x"})).await.refused(403, "forbidden");
    caller.patch(&path(&team), json!({"version": 1, "title": "x"})).await.refused(404, "not_found");
    supervisor.patch(&path(&team), json!({"version": 1, "title": "转账"})).await.ok();
    app.finish().await;
}

async fn an_unchanged_list_is_not_sent_again(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let agent = app.person("agent").await;
    let created = agent.post("/canned-replies", reply("a", "personal")).await.ok();
    let ask = async |tag: &str| {
        let answer = agent.request(Method::GET, "/canned-replies").header("if-none-match", tag).send().await.unwrap();
        (answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap().to_owned())
    };
    let (status, tag) = ask("\"none\"").await;
    assert_eq!((status, ask(&tag).await), (200, (304, tag.clone())));
    assert_eq!(agent.post(&format!("{}/use", path(&created)), json!({})).await.ok(), json!({"uses": 1}));
    assert_eq!(ask(&tag).await.0, 304);
    agent.patch(&path(&created), json!({"version": 1, "text": "好的"})).await.ok();
    let (status, changed) = ask(&tag).await;
    assert_eq!(status, 200);
    agent.delete(&path(&created)).await;
    assert_eq!(ask(&changed).await.0, 200);
    app.finish().await;
}

async fn what_is_malformed_is_refused_and_named(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let agent = app.person("agent").await;
    app.anonymous().post("/canned-replies", reply("a", "personal")).await.refused(401, "unauthenticated");
    for (field, value, code) in [
        ("code", json!("a b"), "malformed"),
        ("code", json!("/"), "required"),
        ("title", json!("一".repeat(61)), "too_long"),
        ("title", json!("两\n行"), "control_character"),
        ("text", json!("一".repeat(2_001)), "too_long"),
        ("text", json!("{{customer.phone}}"), "unknown_variable"),
        ("text", json!("{{?}}"), "malformed_question"),
        ("text", json!("{{"), "unclosed_variable"),
        ("unit_id", json!("unt_01jd3k5v2pf6z8q0w4x7y9abcd"), "not_allowed"),
        ("owner_id", json!("usr_1"), "unknown_field"),
    ] {
        let mut body = reply("a", "personal");
        body[field] = value;
        agent.post("/canned-replies", body).await.refused_field(field, code);
    }
    let named = agent.post("/canned-replies", json!({"code": "a", "title": "a", "text": "{{customer.phone}}", "scope": "personal"})).await;
    assert_eq!(named.body["fields"][0]["params"]["name"], "customer.phone");
    assert_eq!(codes(&agent).await, Vec::<String>::new());
    // Sent twice under one key, it is written once.
    let once = async || {
        let request = agent.request(Method::POST, "/canned-replies").header("idempotency-key", "k1").json(&reply("a", "personal"));
        Person::reply(request).await.ok()["id"].clone()
    };
    assert_eq!(once().await, once().await);
    app.finish().await;
}

}
