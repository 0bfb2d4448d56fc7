//! What people rely on of accounts, sessions and roles.

use serde_json::json;
use testkit::{TestApp, on_both};

mod directory;
mod oidc;
mod second_factor;

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module()]
}

on_both! { http::schema(&modules());

async fn a_person_signs_in_and_out_and_nobody_else_gets_in(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let role = admin.get("/roles").await.ok()[0]["id"].clone();
    let user = json!({"login": "Su.He", "name": "苏禾", "role_id": role, "locale": "zh-CN", "password": "long enough 1"});
    admin.post("/users", user.clone()).await.ok();
    admin.post("/users", user).await.refused(409, "access.login_taken");

    let nobody = app.anonymous();
    nobody.get("/session").await.refused(401, "unauthenticated");
    nobody.post("/session", json!({"login": "su.he", "password": "wrong"})).await.refused_field("password", "wrong_login_or_password");
    nobody.post("/session", json!({"login": "no.such", "password": "wrong"})).await.refused_field("password", "wrong_login_or_password");
    let response = nobody.request(reqwest::Method::POST, "/session").json(&json!({"login": "SU.HE", "password": "long enough 1"})).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("zhike_session=") && response.headers()["set-cookie"].to_str().unwrap().contains("HttpOnly"));

    let with = |method, path: &str| nobody.request(method, path).header("cookie", &cookie);
    let me = testkit::Person::reply(with(reqwest::Method::GET, "/session")).await.ok();
    assert_eq!(me["user"]["name"], "苏禾");
    assert!(me.to_string().find("argon2").is_none());
    let trail = admin.get(&format!("/audit-entries?action=access.signed_in&subject={}", me["user"]["id"].as_str().unwrap())).await.ok();
    assert_eq!((&trail["items"][0]["actor_id"], &trail["items"][0]["actor_name"]), (&me["user"]["id"], &json!("苏禾")));
    // A page of another site sends the cookie, but cannot send the header.
    testkit::Person::reply(with(reqwest::Method::DELETE, "/session")).await.refused(403, "forbidden");
    testkit::Person::reply(with(reqwest::Method::DELETE, "/session").header("x-zhike", "1")).await.ok();
    testkit::Person::reply(with(reqwest::Method::GET, "/session")).await.refused(401, "unauthenticated");
}

async fn what_a_newer_release_allows_reaches_the_first_roles_once(db: TestDb) {
    const LATER: &[http::Permission] = &[http::Permission::reaching("later.read")];
    let later = http::Module::new("later").permissions(LATER);
    let app = TestApp::start(db, modules().into_iter().chain([later]).collect()).await;
    let origin = kernel::Origin::system("upgrade");
    app.app.db().write(&origin, |tx| access::api::create_first_roles(tx, &http::Catalogue(Vec::new()))).await.unwrap();
    let admin = app.person("administrator").await;
    admin.post("/roles", json!({"name": "质检", "grants": {}})).await.ok();
    let upgrade = async || {
        let catalogue = app.app.part::<http::Catalogue>();
        let grant = move |tx: &mut store::Tx<'_>| access::api::grant_new_permissions(tx, &catalogue);
        app.app.db().write(&origin, grant).await.expect("it comes up");
    };
    let grants = async || {
        let roles = admin.get("/roles").await.ok();
        let of = |name: &str| roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["grants"]["later.read"].clone();
        ["agent", "supervisor", "质检"].map(of)
    };
    assert_eq!(grants().await, [json!(null), json!(null), json!(null)]);
    upgrade().await;
    assert_eq!(grants().await, [json!("own"), json!("team"), json!(null)]);
    let roles = admin.get("/roles").await.ok();
    let agent = roles.as_array().unwrap().iter().find(|role| role["name"] == "agent").unwrap();
    let path = format!("/roles/{}", agent["id"].as_str().unwrap());
    admin.patch(&path, json!({"version": agent["version"], "grants": {}})).await.ok();
    // The next start: what was taken away is not given again.
    upgrade().await;
    assert_eq!(grants().await, [json!(null), json!("team"), json!(null)]);
    app.finish().await;
}

async fn guessing_slows_down_even_for_the_right_password(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let role = admin.get("/roles").await.ok()[0]["id"].clone();
    admin.post("/users", json!({"login": "lin", "name": "林", "role_id": role, "locale": "zh-CN", "password": "long enough 1"})).await.ok();
    let nobody = app.anonymous();
    for _ in 0..5 {
        nobody.post("/session", json!({"login": "lin", "password": "guess"})).await.refused(422, "invalid");
    }
    let right = json!({"login": "lin", "password": "long enough 1"});
    nobody.post("/session", right.clone()).await.refused(429, "limited");
    app.db.clock.advance(1_001);
    nobody.post("/session", right).await.ok();
}

async fn a_suspended_account_is_out_at_once_and_the_last_administrator_stays(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    agent.get("/session").await.ok();
    agent.get("/users").await.refused(403, "forbidden");
    admin.post(&format!("/users/{}/suspension", agent.id()), json!({})).await.ok();
    agent.get("/session").await.refused(401, "unauthenticated");
    admin.delete(&format!("/users/{}/suspension", agent.id())).await.ok();
    agent.get("/session").await.ok();
    admin.post(&format!("/users/{}/suspension", admin.id()), json!({})).await.refused(409, "access.not_your_own");
    let roles = admin.get("/roles").await.ok();
    let agents = roles.as_array().unwrap().iter().find(|role| role["name"] == "agent").unwrap()["id"].clone();
    admin.patch(&format!("/users/{}", admin.id()), json!({"version": 1, "role_id": agents})).await.refused(409, "access.last_administrator");
}

async fn nobody_grants_more_than_they_have(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    admin.post("/roles", json!({"name": "账号管理", "grants": {"access.manage": "all"}})).await.ok();
    admin.post("/roles", json!({"name": "x", "grants": {"no.such": "all"}})).await.refused_field("grants.no.such", "unknown");
    let roles = admin.get("/roles").await.ok();
    let id = |name: &str| roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].clone();
    let clerk = app.person("agent").await;
    admin.patch(&format!("/users/{}", clerk.id()), json!({"version": 1, "role_id": id("账号管理")})).await.ok();
    clerk.post("/roles", json!({"name": "y", "grants": {"audit.read": "all"}})).await.refused_field("grants.audit.read", "beyond_your_own");
    let user = json!({"login": "mole", "name": "m", "role_id": id("administrator"), "locale": "en", "password": "long enough 1"});
    clerk.post("/users", user).await.refused_field("role_id", "beyond_your_own");
    clerk.post(&format!("/users/{}/password", admin.id()), json!({"password": "long enough 2"})).await.refused_field("role_id", "beyond_your_own");
}

async fn every_change_of_an_account_is_on_the_trail_without_secrets(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    admin.patch(&format!("/users/{}", agent.id()), json!({"version": 1, "name": "陶"})).await.ok();
    admin.patch(&format!("/users/{}", agent.id()), json!({"version": 1, "name": "陶2"})).await.refused(409, "access.stale");
    let trail = admin.get(&format!("/audit-entries?subject={}", agent.id())).await.ok();
    let newest = &trail["items"][0];
    assert_eq!((&newest["action"], &newest["actor_id"]), (&json!("access.user_changed"), &json!(admin.id())));
    assert!(newest["after"].as_str().unwrap().contains("陶") && !trail.to_string().contains("argon2"));
    agent.get("/audit-entries").await.refused(403, "forbidden");
}

async fn a_repeated_post_is_done_once(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let send = |name: &'static str| {
        let request = admin.request(reqwest::Method::POST, "/tokens").header("idempotency-key", "k1").json(&json!({"name": name}));
        testkit::Person::reply(request)
    };
    let first = send("one").await.ok();
    assert_eq!(send("one").await.ok(), first);
    send("two").await.refused(422, "http.idempotency_key_reused");
    assert_eq!(admin.get("/tokens").await.ok().as_array().unwrap().len(), 2);
}

async fn hostile_requests_are_refused_by_name(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let nobody = app.anonymous();
    nobody.post("/session", json!({"login": "a", "password": "b", "admin": true})).await.refused_field("admin", "unknown_field");
    nobody.post("/session", json!({"login": "a"})).await.refused_field("password", "required");
    let raw = |body: Vec<u8>| testkit::Person::reply(nobody.request(reqwest::Method::POST, "/session").header("content-type", "application/json").body(body));
    raw(vec![b'['; 10_000]).await.refused(422, "invalid");
    raw(b"{\"login\":\"\xff\xfe\"}".to_vec()).await.refused_field("body", "malformed_json");
    assert_eq!(raw(vec![b' '; 2 << 20]).await.status, 413);
    let forged = nobody.request(reqwest::Method::GET, "/session").bearer_auth("zk_forged");
    testkit::Person::reply(forged).await.refused(401, "unauthenticated");
    nobody.get("/no-such-thing").await.refused(404, "not_found");
}

}
