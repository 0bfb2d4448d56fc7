//! What people rely on of signing in with the password of their organisation's directory: a real one, OpenLDAP.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, Reply, Slapd, TestApp, on_both};

use super::modules;

const ADMIN: &str = "long enough 1";

/// Somebody of the directory: their password is their login, turned round.
fn person(uid: &str, number: u8, more: &str) -> String {
    let password: String = uid.chars().rev().collect();
    format!(
        "dn: uid={uid},ou=people,dc=qinghe,dc=example\nobjectClass: inetOrgPerson\nobjectClass: securityPrincipal\nuid: {uid}\ncn: Person {uid}\nsn: {uid}\nmail: {uid}@qinghe.example\nou: 一线\nuserPassword: {password}\nentryUUID: 00000000-0000-4000-8000-0000000000{number:02}\n{more}\n"
    )
}

fn group(name: &str, members: &[&str]) -> String {
    let members: Vec<_> =
        members.iter().map(|uid| format!("member: uid={uid},ou=people,dc=qinghe,dc=example\n")).collect();
    format!(
        "dn: cn={name},ou=groups,dc=qinghe,dc=example\nobjectClass: groupOfNames\ncn: {name}\n{}\n",
        members.concat()
    )
}

/// Su He and Lin Yao of the desk, He Ping of the leads besides, and Zhou Min of neither.
fn everybody() -> String {
    let people =
        [person("su.he", 1, ""), person("lin.yao", 2, ""), person("he.ping", 3, ""), person("zhou.min", 4, "")];
    people.concat() + &group("desk", &["su.he", "lin.yao", "he.ping"]) + &group("leads", &["he.ping"])
}

async fn sign_in(app: &TestApp, login: &str, password: &str) -> Reply {
    app.anonymous().post("/session", json!({"login": login, "password": password})).await
}

/// Their own password.
async fn comes(app: &TestApp, login: &str) -> Reply {
    sign_in(app, login, &login.to_lowercase().chars().rev().collect::<String>()).await
}

async fn role(admin: &Person, name: &str) -> Value {
    let roles = admin.get("/roles").await.ok();
    roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].clone()
}

async fn details(admin: &Person, there: &Slapd) -> Value {
    json!({
        "name": "青禾员工目录", "host": "127.0.0.1", "port": there.secure_port, "security": "tls", "inside": true, "certificate": there.pem(),
        "bind_name": "cn=zhike,dc=qinghe,dc=example", "password": "geheim",
        "base": "ou=people,dc=qinghe,dc=example", "department_attribute": "ou", "required_group": "",
        "creates": true, "role_id": role(admin, "agent").await,
    })
}

async fn set(admin: &Person, directory: &Value, details: Value) -> Value {
    let path = format!("/directories/{}", directory["id"].as_str().unwrap());
    let version = admin.get(&path).await.ok()["version"].clone();
    admin.patch(&path, json!({"version": version, "details": details})).await.ok()
}

async fn probe(admin: &Person, directory: &Value, trial: Value) -> Value {
    admin.post(&format!("/directories/{}/probe", directory["id"].as_str().unwrap()), trial).await.ok()
}

/// What the trail says last of who was not let in.
async fn why(admin: &Person) -> String {
    let trail = admin.get("/audit-entries?action=access.directory_refused&limit=1").await.ok();
    trail["items"][0]["after"].as_str().unwrap_or_default().to_owned()
}

/// Looks for who left, as each night does.
async fn look(app: &TestApp, admin: &Person, directory: &Value) -> Value {
    let path = format!("/directories/{}", directory["id"].as_str().unwrap());
    admin.post(&format!("{path}/check"), json!({})).await.ok();
    app.settle().await;
    admin.get(&path).await.ok()["check"].clone()
}

/// A session of somebody of the directory, as a cookie.
async fn cookie(app: &TestApp, login: &str) -> String {
    let password: String = login.chars().rev().collect();
    let body = json!({"login": login, "password": password});
    let answer = app.anonymous().request(Method::POST, "/session").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn with(app: &TestApp, cookie: &str) -> u16 {
    let request = app.anonymous().request(Method::GET, "/session").header("cookie", cookie);
    Person::reply(request).await.status.as_u16()
}

on_both! { http::schema(&modules());

async fn somebody_of_the_directory_gets_an_account_and_stays_the_same_by_what_never_changes(db: TestDb) {
    let Some(mut there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let made = admin.post("/directories", details(&admin, &there).await).await.ok();
    assert!(made["has_password"] == true && !made.to_string().contains("geheim"));
    assert_eq!(probe(&admin, &made, json!({"login": "su.he"})).await["person"]["name"], "Person su.he");

    let session = comes(&app, "Su.He").await.ok();
    assert_eq!((&session["user"]["login"], &session["user"]["name"], &session["role"]["name"]), (&json!("su.he"), &json!("Person su.he"), &json!("agent")));
    let id = session["user"]["id"].as_str().unwrap();
    let linked = admin.get(&format!("/users/{id}/identities")).await.ok();
    assert_eq!((&linked["identities"][0]["issuer"], &linked["identities"][0]["name"]), (&made["id"], &json!("su.he@qinghe.example")));
    let trail = admin.get(&format!("/audit-entries?subject={id}")).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["access.signed_in", "access.identity_linked", "access.user_created"]);
    assert!(!trail.to_string().contains("eh.us"), "no password stands on the trail");

    // Somebody of another name is the same; somebody else of the same name is not.
    there.replace(&(person("su.wen", 1, "") + &person("su.he", 9, "")));
    assert_eq!(comes(&app, "su.wen").await.ok()["user"]["id"], id);
    comes(&app, "su.he").await.refused(409, "access.directory_login_taken");
    assert!(why(&admin).await.contains("login_taken"));
}

async fn a_wrong_or_an_empty_password_and_a_filter_in_the_login_open_nothing(db: TestDb) {
    let Some(there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let made = admin.post("/directories", details(&admin, &there).await).await.ok();
    for (login, password) in [("su.he", ""), ("su.he", "wrong"), ("no.such", "wrong"), ("zhike", "geheim"), ("*", "eh.us"), ("su.*", "eh.us"), ("su.he)(uid=*", "eh.us"), ("uid=su.he", "eh.us")] {
        sign_in(&app, login, password).await.refused_field("password", "wrong_login_or_password");
    }
    // Guessing is slowed down as it is for passwords of our own, also for who is nobody.
    for login in ["lin.yao", "nobody.at.all"] {
        for _ in 0..5 {
            sign_in(&app, login, "wrong").await.refused_field("password", "wrong_login_or_password");
        }
    }
    comes(&app, "lin.yao").await.refused(429, "limited");
    app.db.clock.advance(3_600_000);
    comes(&app, "lin.yao").await.ok();
    // Directly, by a name made of the login.
    let direct = json!({"binding": "direct", "bind_name": "uid={login},ou=people,dc=qinghe,dc=example"});
    set(&admin, &made, direct).await;
    app.db.clock.advance(3_600_000);
    sign_in(&app, "su.he", "").await.refused_field("password", "wrong_login_or_password");
    sign_in(&app, "su.he", "wrong").await.refused_field("password", "wrong_login_or_password");
    comes(&app, "su.he").await.ok();
    // A filter that calls somebody else by the same login does not let one in as them.
    set(&admin, &made, json!({"filter": "(&(objectClass=person)(!(uid={login}))(uid=he.ping))"})).await;
    comes(&app, "su.he").await.refused_field("password", "wrong_login_or_password");
}

async fn roles_follow_groups_and_who_is_in_none_stays_out(db: TestDb) {
    let Some(mut there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, leads) = ("cn=desk,ou=groups,dc=qinghe,dc=example", "CN=leads, ou=groups, dc=qinghe, dc=example");
    let made = admin.post("/directories", details(&admin, &there).await).await.ok();
    let mapped = json!({"required_group": desk, "group_roles": [{"group": leads, "role_id": role(&admin, "supervisor").await}]});
    set(&admin, &made, mapped).await;
    let found = probe(&admin, &made, json!({"login": "he.ping"})).await;
    assert_eq!((&found["trouble"], &found["person"]["groups"]), (&Value::Null, &json!([desk, leads])));

    let lead = comes(&app, "he.ping").await.ok();
    assert_eq!(lead["role"]["name"], "supervisor");
    assert_eq!(comes(&app, "su.he").await.ok()["role"]["name"], "agent");
    comes(&app, "zhou.min").await.refused(409, "access.directory_not_in_group");

    // Groups change. On first arrival alone the role stays; at each sign-in it follows.
    let people = [person("su.he", 1, ""), person("he.ping", 3, "")].concat();
    there.replace(&(people + &group("desk", &["su.he", "he.ping"]) + &group("leads", &["su.he"])));
    assert_eq!(comes(&app, "he.ping").await.ok()["role"]["name"], "supervisor");
    set(&admin, &made, json!({"roles_at": "each"})).await;
    assert_eq!(comes(&app, "he.ping").await.ok()["role"]["name"], "agent");
    assert_eq!(comes(&app, "su.he").await.ok()["role"]["name"], "supervisor");
    // The administrator's role is given by hand alone.
    let administrator = role(&admin, "administrator").await;
    let path = format!("/directories/{}", made["id"].as_str().unwrap());
    let version = admin.get(&path).await.ok()["version"].clone();
    let details = json!({"group_roles": [{"group": desk, "role_id": administrator}]});
    admin.patch(&path, json!({"version": version, "details": details})).await.refused_field("group_roles", "not_for_everybody");
    // Who has no group that says a role, where there is none for all, is not let in.
    there.replace(&(person("new.one", 7, "") + &group("desk", &["new.one"]) + &group("leads", &["su.he"])));
    set(&admin, &made, json!({"role_id": ""})).await;
    comes(&app, "new.one").await.refused(409, "access.directory_no_role");
}

async fn who_left_is_shown_out_at_night_and_a_directory_gone_wrong_shows_nobody_out(db: TestDb) {
    let Some(mut there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let mut wanted = details(&admin, &there).await;
    wanted["required_group"] = json!("cn=desk,ou=groups,dc=qinghe,dc=example");
    let made = admin.post("/directories", wanted).await.ok();
    let (su, lin, he) = (cookie(&app, "su.he").await, cookie(&app, "lin.yao").await, cookie(&app, "he.ping").await);
    let checked = look(&app, &admin, &made).await;
    assert_eq!((&checked["asked"], &checked["gone"], &checked["trouble"]), (&json!(3), &json!(0), &Value::Null));

    // Su He is closed off there, Lin Yao left the desk.
    let people = [person("su.he", 1, "userAccountControl: 514\n"), person("lin.yao", 2, ""), person("he.ping", 3, "")].concat();
    there.replace(&(people + &group("desk", &["su.he", "he.ping"])));
    assert_eq!(look(&app, &admin, &made).await["gone"], 2);
    assert_eq!([with(&app, &su).await, with(&app, &lin).await, with(&app, &he).await], [401, 401, 200]);
    comes(&app, "su.he").await.refused(409, "access.directory_disabled");
    comes(&app, "lin.yao").await.refused(409, "access.directory_not_in_group");
    let left = admin.get("/audit-entries?action=access.directory_left").await.ok();
    assert_eq!(left["items"].as_array().unwrap().len(), 2);
    // Where it is told so their accounts are suspended too, once.
    set(&admin, &made, json!({"suspends": true})).await;
    look(&app, &admin, &made).await;
    look(&app, &admin, &made).await;
    let suspended = admin.get("/users?state=suspended").await.ok();
    assert_eq!(suspended["items"].as_array().unwrap().len(), 2);
    assert_eq!(admin.get("/audit-entries?action=access.user_suspended").await.ok()["items"].as_array().unwrap().len(), 2);

    // Each night by itself; and what cannot be found out ends nothing.
    there.stop();
    app.db.clock.advance(24 * 3_600_000);
    app.settle().await;
    let he = cookie_after(&app, &mut there).await;
    there.stop();
    assert_eq!(look(&app, &admin, &made).await["trouble"], "unreachable");
    assert_eq!(with(&app, &he).await, 200);
}

async fn more_than_half_are_never_gone_at_once(db: TestDb) {
    let all: Vec<_> = (10..16_u8).map(|number| person(&format!("agent.{number}"), number, "")).collect();
    let Some(mut there) = Slapd::start(&all.concat()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let made = admin.post("/directories", details(&admin, &there).await).await.ok();
    let mut cookies = Vec::new();
    for number in 10..16 {
        cookies.push(cookie(&app, &format!("agent.{number}")).await);
    }
    there.replace(&all[..1].concat());
    let checked = look(&app, &admin, &made).await;
    assert_eq!((&checked["trouble"], &checked["detail"]), (&json!("too_many_gone"), &json!("5 / 6")));
    assert_eq!(with(&app, &cookies[5]).await, 200);
    there.replace(&all[..3].concat());
    assert_eq!(look(&app, &admin, &made).await["gone"], 3);
    assert_eq!([with(&app, &cookies[5]).await, with(&app, &cookies[0]).await], [401, 200]);
}

async fn a_directory_that_is_gone_keeps_no_administrator_out_and_hears_no_password_of_ours(db: TestDb) {
    let Some(mut there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let made = admin.post("/directories", details(&admin, &there).await).await.ok();
    comes(&app, "su.he").await.ok();
    for (login, name) in [("boss", "administrator"), ("local", "agent")] {
        let body = json!({"login": login, "name": login, "role_id": role(&admin, name).await, "locale": "zh-CN", "password": ADMIN});
        admin.post("/users", body).await.ok();
    }
    // Whom the directory knows comes by its password alone, whatever else they were given.
    let users = admin.get("/users?q=su.he").await.ok();
    let path = format!("/users/{}/password", users["items"][0]["id"].as_str().unwrap());
    admin.post(&path, json!({"password": ADMIN})).await.ok();
    sign_in(&app, "su.he", ADMIN).await.refused_field("password", "wrong_login_or_password");
    comes(&app, "su.he").await.ok();
    there.stop();
    comes(&app, "su.he").await.refused(409, "access.directory_unreachable");
    assert!(why(&admin).await.contains("unreachable"));
    sign_in(&app, "boss", ADMIN).await.ok();
    sign_in(&app, "local", ADMIN).await.ok();
    sign_in(&app, "su.he", ADMIN).await.refused(409, "access.directory_unreachable");
    // Once it is paused, what they were given counts.
    set(&admin, &made, json!({"state": "paused"})).await;
    sign_in(&app, "su.he", ADMIN).await.ok();
}

async fn somebody_links_their_own_account_and_the_second_factor_is_asked_by_the_rules(db: TestDb) {
    let Some(there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let mut wanted = details(&admin, &there).await;
    wanted["creates"] = json!(false);
    let made = admin.post("/directories", wanted).await.ok();
    comes(&app, "su.he").await.refused(409, "access.directory_unknown_person");
    let (agent, other) = (app.person("agent").await, app.person("agent").await);
    let own = agent.get("/identities").await.ok();
    assert_eq!(own["directories"][0]["name"], "青禾员工目录");
    let linking = |password: &str| json!({"directory_id": made["id"], "login": "su.he", "password": password});
    agent.post("/identities/directory", linking("wrong")).await.refused_field("password", "wrong_login_or_password");
    agent.post("/identities/directory", linking("eh.us")).await.ok();
    other.post("/identities/directory", linking("eh.us")).await.refused(409, "access.directory_linked_elsewhere");
    assert_eq!(comes(&app, "su.he").await.ok()["user"]["id"], agent.id());
    admin.put("/sign-in-rules", json!({"version": 0, "second_factor": "everybody"})).await.ok();
    let reply = comes(&app, "su.he").await;
    assert_eq!((reply.status.as_u16(), &reply.body["step"]), (202, &json!("enrol")));
}

async fn what_is_wrong_with_a_directory_is_said(db: TestDb) {
    let Some(mut there) = Slapd::start(&everybody()) else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let good = details(&admin, &there).await;
    let made = admin.post("/directories", good.clone()).await.ok();
    let trouble = async |changed: Value| {
        set(&admin, &made, changed).await;
        let said = probe(&admin, &made, json!({})).await["trouble"].clone();
        set(&admin, &made, good.clone()).await;
        said
    };
    assert_eq!(probe(&admin, &made, json!({})).await["trouble"], Value::Null);
    assert_eq!(trouble(json!({"password": "wrong"})).await, "service_refused");
    assert_eq!(trouble(json!({"certificate": ""})).await, "certificate");
    assert_eq!(trouble(json!({"inside": false})).await, "forbidden_address");
    assert_eq!(trouble(json!({"base": "ou=nowhere,dc=qinghe,dc=example"})).await, "no_base");
    assert_eq!(trouble(json!({"required_group": "cn=nowhere,dc=qinghe,dc=example"})).await, "no_group");
    assert_eq!(trouble(json!({"port": there.port, "password": "geheim"})).await, "unreachable", "no TLS is spoken there");
    assert_eq!(trouble(json!({"port": there.port, "security": "starttls", "password": "geheim"})).await, Value::Null);
    assert_eq!(trouble(json!({"port": there.port, "security": "plain", "password": "geheim"})).await, Value::Null);
    assert_eq!(probe(&admin, &made, json!({"login": "no.such"})).await["trouble"], "not_found");
    assert_eq!(probe(&admin, &made, json!({"login": "su.he", "password": "wrong"})).await["trouble"], "wrong_password");
    set(&admin, &made, json!({"filter": "(|(uid={login})(objectClass=person))"})).await;
    assert_eq!(probe(&admin, &made, json!({"login": "su.he"})).await["trouble"], "ambiguous");
    set(&admin, &made, json!({"filter": "(uid={login})", "id_attribute": "objectGUID"})).await;
    assert_eq!(probe(&admin, &made, json!({"login": "su.he"})).await["trouble"], "no_id");
    there.stop();
    assert_eq!(probe(&admin, &made, json!({})).await["trouble"], "unreachable");

    for (field, value, code) in [
        ("filter", json!("(uid=x)"), "malformed_filter"),
        ("filter", json!("(uid={login}"), "malformed_filter"),
        ("host", json!("a b"), "malformed"),
        ("port", json!(0), "malformed"),
        ("certificate", json!("not one"), "malformed"),
        ("id_attribute", json!("a)(b"), "malformed"),
        ("password", json!(""), "required"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        admin.post("/directories", bad).await.refused_field(field, code);
    }
    let mut bad = good.clone();
    (bad["security"], bad["host"]) = (json!("plain"), json!("ldap.example.com"));
    admin.post("/directories", bad).await.refused_field("security", "plain_elsewhere");
    // A kept password is not shown to another server.
    let version = admin.get(&format!("/directories/{}", made["id"].as_str().unwrap())).await.ok()["version"].clone();
    let moved = json!({"version": version, "details": {"host": "ldap.example.com"}});
    admin.patch(&format!("/directories/{}", made["id"].as_str().unwrap()), moved).await.refused_field("password", "required");
    let agent = app.person("agent").await;
    agent.get("/directories").await.refused(403, "forbidden");
    agent.post(&format!("/directories/{}/probe", made["id"].as_str().unwrap()), json!({})).await.refused(403, "forbidden");
    admin.delete(&format!("/directories/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(admin.get("/directories").await.ok(), json!([]));
}
}

/// He Ping signs in while the directory is there for a moment.
async fn cookie_after(app: &TestApp, there: &mut Slapd) -> String {
    there.resume();
    cookie(app, "he.ping").await
}
