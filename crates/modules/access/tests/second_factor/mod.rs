//! What people rely on of the second factor.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, Reply, TestApp, on_both};

use super::modules;

const PASSWORD: &str = "long enough 1";

/// What the person's app shows, so many steps from now.
fn shown(app: &TestApp, enrolment: &Value, steps: i64) -> String {
    let secret = enrolment["secret"].as_str().expect("a secret");
    let mut bits = String::new();
    for letter in secret.chars() {
        bits += &format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).expect("base32"));
    }
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(app.db.clock.now().millis() / 30_000 + steps).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    format!("{:06}", (u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff) % 1_000_000)
}

/// Somebody with a browser: what they ask carries their cookie.
struct Browser {
    nobody: Person,
    cookie: String,
}

impl Browser {
    fn new(app: &TestApp) -> Self {
        Self { nobody: app.anonymous(), cookie: String::new() }
    }

    async fn ask(&mut self, method: Method, path: &str, body: Value) -> Reply {
        let request = self.nobody.request(method, path).header("cookie", &self.cookie).header("x-zhike", "1");
        let request = if body.is_null() { request } else { request.json(&body) };
        let (client, request) = request.build_split();
        let response = client.execute(request.expect("a request")).await.expect("an answer");
        if let Some(cookie) = response.headers().get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        Reply { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, body).await
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.ask(Method::GET, path, Value::Null).await
    }

    async fn sign_in(&mut self, login: &str) -> Reply {
        self.cookie.clear();
        self.post("/session", json!({"login": login, "password": PASSWORD})).await
    }

    /// Signs in and shows the code; answers what that came to.
    async fn sign_in_with(&mut self, login: &str, code: &str) -> Reply {
        let step = self.sign_in(login).await;
        assert_eq!((step.status.as_u16(), &step.body["step"]), (202, &json!("code")), "{}", step.body);
        self.post("/session/second-factor", json!({"challenge": step.body["challenge"], "code": code})).await
    }

    /// Sets the second factor up; answers the enrolment and the recovery codes.
    async fn enrol(&mut self, app: &TestApp) -> (Value, Vec<String>) {
        let enrolment = self.post("/second-factor", json!({"password": PASSWORD})).await.ok();
        let code = shown(app, &enrolment, 0);
        let codes =
            self.post("/second-factor/confirmation", json!({"code": code})).await.ok()["recovery_codes"].clone();
        (enrolment, serde_json::from_value(codes).expect("codes"))
    }
}

async fn account(admin: &Person, login: &str, role: &str) -> String {
    let roles = admin.get("/roles").await.ok();
    let role = roles.as_array().unwrap().iter().find(|one| one["name"] == role).unwrap()["id"].clone();
    let user = json!({"login": login, "name": login, "role_id": role, "locale": "en", "password": PASSWORD});
    admin.post("/users", user).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn actions(admin: &Person, user: &str) -> Vec<String> {
    let trail = admin.get(&format!("/audit-entries?subject={user}")).await.ok();
    trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

on_both! { http::schema(&modules());

async fn who_has_a_second_factor_signs_in_in_two_steps_and_a_code_is_good_once(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let id = account(&admin, "su", "agent").await;
    let mut su = Browser::new(&app);
    // Without one all is as ever.
    assert_eq!(su.sign_in("su").await.ok()["user"]["second_factor"], false);
    su.post("/second-factor", json!({"password": "wrong"})).await.refused_field("password", "wrong_password");
    su.post("/second-factor/confirmation", json!({"code": "123456"})).await.refused(409, "access.second_factor_off");
    let enrolment = su.post("/second-factor", json!({"password": PASSWORD})).await.ok();
    assert!(enrolment["uri"].as_str().unwrap().starts_with("otpauth://totp/Zhike:su?secret="));
    su.post("/second-factor/confirmation", json!({"code": "000000"})).await.refused_field("code", "wrong_code");
    // What is begun and not confirmed locks nobody out.
    assert_eq!(Browser::new(&app).sign_in("su").await.status, 200);
    let mut other = Browser::new(&app);
    other.sign_in("su").await.ok();
    let confirmed = su.post("/second-factor/confirmation", json!({"code": shown(&app, &enrolment, 0)})).await.ok();
    assert_eq!(confirmed["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(su.get("/second-factor").await.ok()["recovery_codes_left"], 10);
    su.post("/second-factor", json!({"password": PASSWORD})).await.refused(409, "access.second_factor_on");
    other.get("/session").await.refused(401, "unauthenticated");

    app.db.clock.advance(30_000);
    let mut again = Browser::new(&app);
    let step = again.sign_in("su").await;
    assert_eq!((step.status.as_u16(), &step.body["step"], again.cookie.as_str()), (202, &json!("code"), ""));
    again.get("/session").await.refused(401, "unauthenticated");
    let challenge = step.body["challenge"].clone();
    let code = shown(&app, &enrolment, 0);
    again.post("/session/second-factor", json!({"challenge": "forged", "code": code})).await.refused_field("challenge", "sign_in_anew");
    // A challenge to show a code is none to set up another.
    again.post("/session/enrolment", json!({"challenge": challenge})).await.refused_field("challenge", "sign_in_anew");
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let session = again.post("/session/second-factor", json!({"challenge": challenge, "code": spaced})).await.ok();
    assert_eq!((&session["user"]["login"], &session["user"]["second_factor"]), (&json!("su"), &json!(true)));
    again.get("/session").await.ok();
    // Neither the step nor the code is good again, nor an older code.
    again.post("/session/second-factor", json!({"challenge": challenge, "code": code})).await.refused_field("challenge", "sign_in_anew");
    let mut thief = Browser::new(&app);
    thief.sign_in_with("su", &code).await.refused_field("code", "wrong_code");
    thief.sign_in_with("su", &shown(&app, &enrolment, -1)).await.refused_field("code", "wrong_code");
    // A clock that goes half a minute ahead is good; a minute is not.
    thief.sign_in_with("su", &shown(&app, &enrolment, 2)).await.refused_field("code", "wrong_code");
    thief.sign_in_with("su", &shown(&app, &enrolment, 1)).await.ok();
    let actions = actions(&admin, &id).await;
    assert_eq!(actions.iter().filter(|action| *action == "access.second_factor_refused").count(), 3);
    assert!(actions.contains(&"access.second_factor_set_up".to_owned()));
    let trail = admin.get("/audit-entries?limit=200").await.ok().to_string();
    assert!(!trail.contains(enrolment["secret"].as_str().unwrap()) && trail.contains("second_factor"));
    app.finish().await;
}

async fn guessed_codes_slow_down_whatever_challenge_they_come_with_and_a_step_is_over_after_a_while(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    account(&admin, "su", "agent").await;
    let mut su = Browser::new(&app);
    su.sign_in("su").await.ok();
    let (enrolment, _) = su.enrol(&app).await;
    app.db.clock.advance(60_000);
    let mut guesser = Browser::new(&app);
    for _ in 0..5 {
        guesser.sign_in_with("su", "000000").await.refused_field("code", "wrong_code");
    }
    guesser.sign_in_with("su", &shown(&app, &enrolment, 0)).await.refused(429, "limited");
    app.db.clock.advance(1_001);
    let step = guesser.sign_in("su").await;
    app.db.clock.advance(15 * 60_000);
    let late = json!({"challenge": step.body["challenge"], "code": shown(&app, &enrolment, 0)});
    guesser.post("/session/second-factor", late).await.refused_field("challenge", "sign_in_anew");
    // Neither a new password nor a suspension leaves a step open.
    let step = guesser.sign_in("su").await;
    let id = su.get("/session").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/users/{id}/password"), json!({"password": "another enough 2"})).await.ok();
    let late = json!({"challenge": step.body["challenge"], "code": shown(&app, &enrolment, 0)});
    guesser.post("/session/second-factor", late).await.refused_field("challenge", "sign_in_anew");
    app.finish().await;
}

async fn a_recovery_code_opens_once_and_new_ones_end_the_old(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    account(&admin, "su", "agent").await;
    let mut su = Browser::new(&app);
    su.sign_in("su").await.ok();
    let (enrolment, codes) = su.enrol(&app).await;
    assert!(codes.iter().all(|code| code.len() == 19));
    su.sign_in_with("su", &codes[0].to_uppercase()).await.ok();
    su.sign_in_with("su", &codes[0]).await.refused_field("code", "wrong_code");
    su.sign_in_with("su", &codes[1].replace('-', "")).await.ok();
    assert_eq!(su.get("/second-factor").await.ok()["recovery_codes_left"], 8);
    su.post("/second-factor/recovery-codes", json!({"code": "nonsense"})).await.refused_field("code", "wrong_code");
    app.db.clock.advance(30_000);
    let again = su.post("/second-factor/recovery-codes", json!({"code": shown(&app, &enrolment, 0)})).await.ok();
    su.sign_in_with("su", &codes[2]).await.refused_field("code", "wrong_code");
    su.sign_in_with("su", again["recovery_codes"][0].as_str().unwrap()).await.ok();
    app.finish().await;
}

async fn a_password_is_changed_and_the_second_factor_taken_off_only_with_a_code(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let id = account(&admin, "su", "agent").await;
    let mut su = Browser::new(&app);
    su.sign_in("su").await.ok();
    let (enrolment, codes) = su.enrol(&app).await;
    let change = |code: Value| json!({"old": PASSWORD, "new": "another enough 2", "code": code});
    su.post("/session/password", json!({"old": PASSWORD, "new": "another enough 2"})).await.refused_field("code", "required");
    su.post("/session/password", change(json!("000000"))).await.refused_field("code", "wrong_code");
    app.db.clock.advance(30_000);
    su.post("/session/password", change(json!(shown(&app, &enrolment, 0)))).await.ok();
    su.post("/second-factor/removal", json!({"code": "000000"})).await.refused_field("code", "wrong_code");
    su.post("/second-factor/removal", json!({"code": codes[0]})).await.ok();
    su.post("/second-factor/removal", json!({"code": codes[1]})).await.refused(409, "access.second_factor_off");
    let login = su.post("/session", json!({"login": "su", "password": "another enough 2"})).await;
    assert_eq!(login.status, 200);
    assert!(actions(&admin, &id).await.contains(&"access.second_factor_taken_off".to_owned()));
    app.finish().await;
}

async fn who_must_have_a_second_factor_sets_it_up_before_anything_else(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    account(&admin, "su", "agent").await;
    account(&admin, "lin", "supervisor").await;
    let rules = |version: i64, whom: &str, roles: Value| json!({"version": version, "second_factor": whom, "role_ids": roles});
    let roles = admin.get("/roles").await.ok();
    let agents = roles.as_array().unwrap().iter().find(|role| role["name"] == "agent").unwrap()["id"].clone();
    agent.get("/sign-in-rules").await.refused(403, "forbidden");
    agent.put("/sign-in-rules", rules(0, "nobody", json!([]))).await.refused(403, "forbidden");
    assert_eq!(admin.get("/sign-in-rules").await.ok()["second_factor"], "nobody");
    admin.put("/sign-in-rules", rules(0, "roles", json!([]))).await.refused_field("role_ids", "required");
    admin.put("/sign-in-rules", rules(0, "roles", json!(["rol_01jd3k5v2pf6z8q0w4x7y9abcd"]))).await.refused_field("role_ids", "unknown");
    let mut before = Browser::new(&app);
    before.sign_in("su").await.ok();
    admin.put("/sign-in-rules", rules(0, "roles", json!([agents]))).await.ok();
    admin.put("/sign-in-rules", rules(0, "roles", json!([agents]))).await.refused(409, "access.stale");

    // Who is at work goes on; programs with a token are asked nothing.
    before.get("/session").await.ok();
    agent.get("/session").await.ok();
    let mut lin = Browser::new(&app);
    assert_eq!(lin.sign_in("lin").await.status, 200);
    let mut su = Browser::new(&app);
    let step = su.sign_in("su").await;
    assert_eq!((step.status.as_u16(), &step.body["step"], su.cookie.as_str()), (202, &json!("enrol"), ""));
    let challenge = step.body["challenge"].clone();
    let with = |code: &str| json!({"challenge": challenge, "code": code});
    su.post("/session/enrolment/confirmation", with("000000")).await.refused(409, "access.second_factor_off");
    su.post("/session/second-factor", with("000000")).await.refused_field("challenge", "sign_in_anew");
    let enrolment = su.post("/session/enrolment", json!({"challenge": challenge})).await.ok();
    su.post("/session/enrolment/confirmation", with("000000")).await.refused_field("code", "wrong_code");
    su.get("/session").await.refused(401, "unauthenticated");
    let entered = su.post("/session/enrolment/confirmation", with(&shown(&app, &enrolment, 0))).await.ok();
    assert_eq!((entered["recovery_codes"].as_array().unwrap().len(), &entered["session"]["user"]["login"]), (10, &json!("su")));
    su.get("/session").await.ok();
    su.post("/session/enrolment", json!({"challenge": challenge})).await.refused_field("challenge", "sign_in_anew");
    let code = json!({"code": entered["recovery_codes"][0]});
    su.post("/second-factor/removal", code).await.refused(409, "access.second_factor_required");
    before.get("/session").await.refused(401, "unauthenticated");
    admin.put("/sign-in-rules", rules(1, "everybody", json!([agents]))).await.ok();
    assert_eq!(lin.sign_in("lin").await.body["step"], "enrol");
    assert_eq!(admin.get("/sign-in-rules").await.ok()["role_ids"], json!([]));
    app.finish().await;
}

async fn an_administrator_takes_it_off_for_who_lost_it_and_the_person_is_told(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let (id, boss) = (account(&admin, "su", "agent").await, account(&admin, "boss", "administrator").await);
    let mut su = Browser::new(&app);
    su.sign_in("su").await.ok();
    let path = format!("/users/{id}/second-factor");
    admin.delete(&path).await.refused(409, "access.second_factor_off");
    su.enrol(&app).await;
    agent.delete(&path).await.refused(403, "forbidden");
    agent.get(&path).await.refused(403, "forbidden");
    assert!(admin.get(&path).await.ok()["confirmed_at"].is_number());
    admin.delete(&path).await.ok();
    su.get("/session").await.refused(401, "unauthenticated");
    su.sign_in("su").await.ok();
    let view = su.get("/second-factor").await.ok();
    assert!(view["reset_at"].is_number() && view["confirmed_at"].is_null() && view["recovery_codes_left"] == 0);
    assert_eq!(actions(&admin, &id).await[1], "access.second_factor_reset");
    su.enrol(&app).await;
    assert!(su.get("/second-factor").await.ok()["reset_at"].is_null());
    // One's own is turned off with a code alone, and nobody takes it off for somebody who may do more.
    let mut own = Browser::new(&app);
    own.sign_in("boss").await.ok();
    own.enrol(&app).await;
    own.ask(Method::DELETE, &format!("/users/{boss}/second-factor"), Value::Null).await.refused(409, "access.own_second_factor");
    let clerks = admin.post("/roles", json!({"name": "账号管理", "grants": {"access.manage": "all"}})).await.ok();
    admin.patch(&format!("/users/{}", agent.id()), json!({"version": 1, "role_id": clerks["id"]})).await.ok();
    agent.delete(&format!("/users/{boss}/second-factor")).await.refused_field("role_id", "beyond_your_own");
    app.finish().await;
}

}
