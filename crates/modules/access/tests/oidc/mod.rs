//! What people rely on of signing in by an identity provider.

mod counterpart;

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

use self::counterpart::{CLIENT, Counterpart, Marking, SECRET};
use super::modules;

/// A browser: it keeps its cookies, and says where it was led.
struct Browser {
    nobody: Person,
    client: reqwest::Client,
    cookies: HashMap<String, String>,
}

impl Browser {
    fn new(app: &TestApp) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { nobody: app.anonymous(), client, cookies: HashMap::new() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, String, Value) {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (_, request) = request.header("cookie", cookies.join("; ")).header("x-zhike", "1").build_split();
        let answer = self.client.execute(request.unwrap()).await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, location.unwrap_or_default(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn api(&mut self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.nobody.request(method, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn who(&mut self) -> Option<String> {
        let (_, session) = self.api(Method::GET, "/session", Value::Null).await;
        session["user"]["login"].as_str().map(str::to_owned)
    }

    /// To the provider and back; answers where that leads.
    async fn goes(&mut self, app: &TestApp, provider: &Value, there: &Counterpart) -> String {
        let back = self.sets_out(provider, there).await;
        self.comes_back(app, provider, &back).await
    }

    async fn sets_out(&mut self, provider: &Value, there: &Counterpart) -> HashMap<String, String> {
        let body = json!({"provider_id": provider["id"], "next": "/tasks"});
        let (status, way) = self.api(Method::POST, "/session/journeys", body).await;
        assert_eq!(status, 200, "{way}");
        there.sign_in(way["url"].as_str().unwrap())
    }

    async fn comes_back(&mut self, app: &TestApp, provider: &Value, back: &HashMap<String, String>) -> String {
        let address = format!("http://{}/callbacks/oidc/{}", app.address, provider["id"].as_str().unwrap());
        let address = reqwest::Url::parse_with_params(&address, back).unwrap();
        let (status, to, body) = self.send(self.client.get(address)).await;
        assert_eq!(status, 303, "{body}");
        to
    }
}

fn details(there: &Counterpart) -> Value {
    json!({"name": "统一认证", "issuer": there.issuer, "client_id": CLIENT, "client_secret": SECRET, "origin": "https://desk.example.com/", "inside": true})
}

async fn role(admin: &Person, name: &str) -> Value {
    let roles = admin.get("/roles").await.ok();
    roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].clone()
}

/// A provider that makes accounts of agents.
async fn provider(admin: &Person, there: &Counterpart) -> Value {
    let mut details = details(there);
    (details["creates"], details["role_id"]) = (json!(true), role(admin, "agent").await);
    admin.post("/identity-providers", details).await.ok()
}

async fn set(admin: &Person, provider: &Value, details: Value) -> Value {
    let path = format!("/identity-providers/{}", provider["id"].as_str().unwrap());
    let version = admin.get(&path).await.ok()["version"].clone();
    admin.patch(&path, json!({"version": version, "details": details})).await.ok()
}

/// What the trail says last of who was not let in.
async fn why(admin: &Person) -> String {
    let trail = admin.get("/audit-entries?action=access.provider_refused&limit=1").await.ok();
    trail["items"][0]["after"].as_str().unwrap_or_default().to_owned()
}

on_both! { http::schema(&modules());

async fn somebody_unknown_gets_an_account_once_and_is_known_by_what_never_changes(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let provider = provider(&admin, &there).await;
    assert_eq!(provider["redirect_uri"], format!("https://desk.example.com/callbacks/oidc/{}", provider["id"].as_str().unwrap()));
    assert!(provider["has_secret"] == true && !provider.to_string().contains(SECRET));
    let mut su = Browser::new(&app);
    let (_, ways) = su.api(Method::GET, "/session/providers", Value::Null).await;
    assert_eq!(ways["providers"][0]["name"], "统一认证");
    assert_eq!(su.goes(&app, &provider, &there).await, "/tasks");
    assert_eq!(su.who().await.as_deref(), Some("su.he"));
    let (_, session) = su.api(Method::GET, "/session", Value::Null).await;
    assert_eq!((&session["user"]["name"], &session["user"]["locale"], &session["role"]["name"]), (&json!("苏禾"), &json!("en"), &json!("agent")));
    let trail = admin.get(&format!("/audit-entries?subject={}", session["user"]["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["access.signed_in", "access.identity_linked", "access.user_created"]);
    assert!(trail["items"][0]["after"].as_str().unwrap().contains("identity_provider"));

    // Another name, another mail, new keys, another way to mark: the same person.
    for (claim, value) in [("preferred_username", json!("admin")), ("email", json!("x@example.com")), ("name", json!("别名"))] {
        there.says(claim, value);
    }
    there.rotates();
    there.marks(Marking::EdDsa);
    let mut again = Browser::new(&app);
    assert_eq!(again.goes(&app, &provider, &there).await, "/tasks");
    assert_eq!(again.who().await.as_deref(), Some("su.he"));
    // The same names, another person: not them.
    there.says("sub", json!("sub-2"));
    there.says("preferred_username", json!("SU.HE"));
    let mut other = Browser::new(&app);
    assert_eq!(other.goes(&app, &provider, &there).await, "/sign-in?trouble=login_taken");
    assert_eq!(other.who().await, None);
    there.says("preferred_username", json!("不 行"));
    assert_eq!(other.goes(&app, &provider, &there).await, "/sign-in?trouble=no_login");

    // No password opens an account that has none, and signing out ends our session.
    for password in ["", "none", "long enough 1"] {
        let (status, _) = other.api(Method::POST, "/session", json!({"login": "su.he", "password": password})).await;
        assert_eq!(status, 422, "{password}");
    }
    assert_eq!(su.api(Method::DELETE, "/session", Value::Null).await.0, 204);
    assert_eq!(su.who().await, None);
    app.finish().await;
}

async fn nobody_unknown_comes_in_unless_told_and_no_mail_opens_an_account_unless_told_and_verified(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let user = json!({"login": "su@example.com", "name": "苏", "role_id": role(&admin, "agent").await, "locale": "zh-CN", "password": "long enough 1"});
    let user = admin.post("/users", user).await.ok();
    let provider = admin.post("/identity-providers", details(&there)).await.ok();
    let mut su = Browser::new(&app);
    assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=unknown_person");
    assert!(why(&admin).await.contains("su@example.com"));
    set(&admin, &provider, json!({"matches_mail": true})).await;
    for unverified in [json!(false), json!(null), json!("yes")] {
        there.says("email_verified", unverified);
        assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=unknown_person");
    }
    there.forgets("email_verified");
    assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=unknown_person");
    there.says("email_verified", json!(true));
    there.says("email", json!("SU@example.com"));
    assert_eq!(su.goes(&app, &provider, &there).await, "/tasks");
    assert_eq!(su.who().await.as_deref(), Some("su@example.com"));
    // A suspended account stays out, however it comes.
    admin.post(&format!("/users/{}/suspension", user["id"].as_str().unwrap()), json!({})).await.ok();
    let mut late = Browser::new(&app);
    assert_eq!(late.goes(&app, &provider, &there).await, "/sign-in?trouble=suspended");
    assert_eq!(late.who().await, None);
    // Nor does a paused provider let anybody in, or one that was sent out before.
    admin.delete(&format!("/users/{}/suspension", user["id"].as_str().unwrap())).await.ok();
    let back = late.sets_out(&provider, &there).await;
    set(&admin, &provider, json!({"state": "paused"})).await;
    assert_eq!(late.comes_back(&app, &provider, &back).await, "/sign-in?trouble=journey_over");
    let (status, _) = late.api(Method::POST, "/session/journeys", json!({"provider_id": provider["id"]})).await;
    assert_eq!(status, 404);
    app.finish().await;
}

async fn what_is_not_meant_for_us_here_and_now_is_refused(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let provider = provider(&admin, &there).await;
    let mut su = Browser::new(&app);
    let now = app.db.clock.now().millis() / 1_000;
    for (claim, lie, code) in [
        ("nonce", json!("another"), "wrong_nonce"),
        ("aud", json!("another"), "wrong_audience"),
        ("aud", json!([CLIENT, "another"]), "wrong_audience"),
        ("azp", json!("another"), "wrong_audience"),
        ("iss", json!("https://another.example"), "wrong_issuer"),
        ("exp", json!(now - 61), "expired_token"),
        ("iat", json!(now + 120), "expired_token"),
        ("sub", json!(""), "malformed_token"),
    ] {
        there.says(claim, lie.clone());
        assert_eq!(su.goes(&app, &provider, &there).await, format!("/sign-in?trouble={code}"), "{claim} {lie}");
        if claim == "sub" { there.says("sub", json!("sub-1")) } else { there.forgets(claim) }
    }
    for (marking, code) in [
        (Marking::None, "unknown_algorithm"),
        (Marking::Hmac, "unknown_algorithm"),
        (Marking::WrongKey, "wrong_signature"),
        (Marking::StrangeKey, "unknown_key"),
    ] {
        there.marks(marking);
        assert_eq!(su.goes(&app, &provider, &there).await, format!("/sign-in?trouble={code}"));
    }
    there.marks(Marking::Es256);

    // Another browser with the same address, a state that was used, another provider's, an old one.
    let back = su.sets_out(&provider, &there).await;
    assert_eq!(Browser::new(&app).comes_back(&app, &provider, &back).await, "/sign-in?trouble=journey_over");
    let back = su.sets_out(&provider, &there).await;
    let other = admin.post("/identity-providers", details(&there)).await.ok();
    assert_eq!(su.comes_back(&app, &other, &back).await, "/sign-in?trouble=journey_over");
    let mut back = su.sets_out(&provider, &there).await;
    back.insert("state".into(), "forged".into());
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=journey_over");
    let back = su.sets_out(&provider, &there).await;
    app.db.clock.advance(15 * 60_000);
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=journey_over");
    // Whoever mixes providers up says another name; a code is good once; a provider may say no.
    let mut back = su.sets_out(&provider, &there).await;
    back.insert("iss".into(), "https://another.example".into());
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=wrong_issuer");
    let mut back = su.sets_out(&provider, &there).await;
    back.remove("iss");
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=wrong_issuer");
    let first = su.sets_out(&provider, &there).await;
    let mut second = su.sets_out(&provider, &there).await;
    second.insert("code".into(), first["code"].clone());
    // The verifier of the second journey does not open the code of the first.
    assert_eq!(su.comes_back(&app, &provider, &second).await, "/sign-in?trouble=code_refused");
    let mut back = su.sets_out(&provider, &there).await;
    back.remove("code");
    back.insert("error".into(), "access_denied".into());
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=refused_there");
    assert!(why(&admin).await.contains("access_denied"));
    assert_eq!(su.who().await, None);
    let back = su.sets_out(&provider, &there).await;
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/tasks");
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/sign-in?trouble=journey_over");
    app.finish().await;
}

async fn our_second_factor_is_asked_for_unless_the_provider_is_trusted_with_it(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let provider = provider(&admin, &there).await;
    admin.put("/sign-in-rules", json!({"version": 0, "second_factor": "everybody"})).await.ok();
    let mut su = Browser::new(&app);
    let to = su.goes(&app, &provider, &there).await;
    let (page, step) = to.split_once('#').unwrap();
    assert_eq!((page, su.who().await), ("/sign-in?next=%2Ftasks", None));
    let challenge = step.split('&').find_map(|pair| pair.strip_prefix("challenge=")).unwrap();
    assert!(step.starts_with("step=enrol&"));
    let (status, enrolment) = su.api(Method::POST, "/session/enrolment", json!({"challenge": challenge})).await;
    assert!(status == 200 && enrolment["secret"].is_string());
    set(&admin, &provider, json!({"second_factor": false})).await;
    assert_eq!(su.goes(&app, &provider, &there).await, "/tasks");
    assert_eq!(su.who().await.as_deref(), Some("su.he"));
    // Somebody without a password sets one up without.
    let (status, _) = su.api(Method::POST, "/second-factor", json!({"password": ""})).await;
    assert_eq!(status, 200);
    app.finish().await;
}

async fn somebody_links_their_own_account_and_nobody_elses(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let provider = admin.post("/identity-providers", details(&there)).await.ok();
    for login in ["su", "lin"] {
        let user = json!({"login": login, "name": login, "role_id": role(&admin, "agent").await, "locale": "zh-CN", "password": "long enough 1"});
        admin.post("/users", user).await.ok();
    }
    let sign_in = |login: &str| json!({"login": login, "password": "long enough 1"});
    let mut su = Browser::new(&app);
    su.api(Method::POST, "/session", sign_in("su")).await;
    let link = json!({"provider_id": provider["id"]});
    let (_, way) = su.api(Method::POST, "/identities", link.clone()).await;
    let back = there.sign_in(way["url"].as_str().unwrap());
    // Meanwhile somebody else sits there.
    let own = su.cookies["zhike_session"].clone();
    su.api(Method::POST, "/session", sign_in("lin")).await;
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/settings/second-factor?trouble=another_person");
    su.cookies.insert("zhike_session".into(), own);
    let (_, way) = su.api(Method::POST, "/identities", link.clone()).await;
    let back = there.sign_in(way["url"].as_str().unwrap());
    assert_eq!(su.comes_back(&app, &provider, &back).await, "/settings/second-factor?linked=1");
    let (_, identities) = su.api(Method::GET, "/identities", Value::Null).await;
    assert_eq!((&identities["identities"][0]["name"], &identities["has_password"]), (&json!("su@example.com"), &json!(true)));
    let mut other = Browser::new(&app);
    assert_eq!(other.goes(&app, &provider, &there).await, "/tasks");
    assert_eq!(other.who().await.as_deref(), Some("su"));
    // What is linked is linked once.
    let mut lin = Browser::new(&app);
    lin.api(Method::POST, "/session", sign_in("lin")).await;
    let (_, way) = lin.api(Method::POST, "/identities", link).await;
    let back = there.sign_in(way["url"].as_str().unwrap());
    assert_eq!(lin.comes_back(&app, &provider, &back).await, "/settings/second-factor?trouble=linked_elsewhere");
    let path = format!("/identities/{}", identities["identities"][0]["id"].as_str().unwrap());
    assert_eq!(lin.api(Method::DELETE, &path, Value::Null).await.0, 404);
    assert_eq!(su.api(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(other.goes(&app, &provider, &there).await, "/sign-in?trouble=unknown_person");
    app.finish().await;
}

async fn a_provider_is_set_up_by_who_manages_accounts_and_says_in_words_what_is_wrong(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let there = Counterpart::start(app.db.clock.clone()).await;
    agent.get("/identity-providers").await.refused(403, "forbidden");
    agent.post("/identity-providers", details(&there)).await.refused(403, "forbidden");
    let with = |field: &str, value: Value| {
        let mut details = details(&there);
        details[field] = value;
        details
    };
    for (field, value, code) in [
        ("name", json!(" "), "required"),
        ("issuer", json!(""), "required"),
        ("issuer", json!("ftp://id.example"), "malformed"),
        ("issuer", json!("https://me:pw@id.example"), "has_credentials"),
        ("inside", json!(false), "https_required"),
        ("client_id", json!(""), "required"),
        ("origin", json!("desk.example.com"), "malformed"),
        ("origin", json!("https://desk.example.com/path"), "malformed"),
        ("scopes", json!("profile  email"), "malformed"),
        ("unit_id", json!("unt_01jd3k5v2pf6z8q0w4x7y9abcd"), "unknown"),
        ("role_id", role(&admin, "administrator").await, "not_for_everybody"),
    ] {
        let refused = admin.post("/identity-providers", with(field, value)).await;
        refused.refused_field(if field == "inside" { "issuer" } else { field }, code);
    }
    admin.post("/identity-providers", with("creates", json!(true))).await.refused_field("role_id", "required");
    let provider = admin.post("/identity-providers", details(&there)).await.ok();
    let path = format!("/identity-providers/{}", provider["id"].as_str().unwrap());
    let moved = json!({"version": 1, "details": {"issuer": "https://id.example"}});
    admin.patch(&path, moved).await.refused_field("client_secret", "required");
    admin.patch(&path, json!({"version": 0, "details": {"name": "x"}})).await.refused(409, "access.stale");
    // One that has no secret has none to show to another.
    let open = admin.post("/identity-providers", with("client_secret", json!(""))).await.ok();
    assert_eq!(open["has_secret"], false);
    set(&admin, &open, json!({"issuer": "https://id.example"})).await;

    let probe = async |app: &TestApp| {
        let _ = app;
        let answer = admin.post(&format!("{path}/probe"), json!({})).await.ok();
        answer["trouble"].as_str().unwrap_or("fine").to_owned()
    };
    agent.post(&format!("{path}/probe"), json!({})).await.refused(403, "forbidden");
    assert_eq!(probe(&app).await, "fine");
    there.calls_itself(Some("https://another.example"));
    assert_eq!(probe(&app).await, "wrong_issuer");
    there.calls_itself(None);
    there.knows_pkce(vec!["plain"]);
    assert_eq!(probe(&app).await, "no_pkce");
    there.knows_pkce(vec!["S256"]);
    set(&admin, &provider, json!({"client_secret": "wrong"})).await;
    assert_eq!(probe(&app).await, "client_refused");
    let mut su = Browser::new(&app);
    assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=client_refused");
    let nobody = json!({"issuer": there.issuer.replace("/realm", "/elsewhere"), "client_secret": SECRET});
    set(&admin, &provider, nobody).await;
    assert_eq!(probe(&app).await, "http");
    let (status, answer) = su.api(Method::POST, "/session/journeys", json!({"provider_id": provider["id"]})).await;
    assert_eq!((status, &answer["code"]), (409, &json!("access.provider_unreachable")));
    assert!(why(&admin).await.contains("404"));
    let trail = admin.get("/audit-entries?limit=200").await.ok().to_string();
    assert!(trail.contains("access.provider_secret_changed") && !trail.contains(SECRET));
    admin.delete(&path).await.ok();
    admin.get(&path).await.refused(404, "not_found");
    app.finish().await;
}

async fn what_the_token_does_not_say_is_asked_beside_and_believed_of_the_same_person_alone(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, there) = (app.person("administrator").await, Counterpart::start(app.db.clock.clone()).await);
    let provider = provider(&admin, &there).await;
    there.forgets("preferred_username");
    let mut su = Browser::new(&app);
    assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=no_login");
    there.tells_beside(json!({"sub": "another", "preferred_username": "boss"}));
    assert_eq!(su.goes(&app, &provider, &there).await, "/sign-in?trouble=malformed_token");
    there.tells_beside(json!({"sub": "sub-1", "preferred_username": "su.he", "name": "不是"}));
    assert_eq!(su.goes(&app, &provider, &there).await, "/tasks");
    let (_, session) = su.api(Method::GET, "/session", Value::Null).await;
    assert_eq!((&session["user"]["login"], &session["user"]["name"]), (&json!("su.he"), &json!("苏禾")));
    app.finish().await;
}

}
