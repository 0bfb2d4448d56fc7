//! Mailboxes that are opened by tokens: a provider of our own, and Dovecot and Postfix who believe it.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::post};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{MailServer, Person, TestApp, on_both};

use crate::house::{World as _, conversations, messages, modules, said, unique, until, wish};

/// What the mail server of the test command believes.
const KEY: &[u8] = b"zhike-test-key-zhike-test-key-00";

/// A provider of tokens.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// For whose mailbox.
    user: String,
    /// What was told of the verifier.
    challenge: String,
    refreshed: usize,
    revoked: bool,
    away: bool,
}

impl Provider {
    async fn start(user: &str) -> (Self, String) {
        let provider = Self::default();
        provider.0.lock().unwrap().user = user.to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/token", post(token)).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (provider, address)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

async fn token(State(provider): State<Provider>, body: String) -> (StatusCode, axum::Json<Value>) {
    let pairs: std::collections::HashMap<String, String> =
        reqwest::Url::parse(&format!("http://x/?{body}")).unwrap().query_pairs().into_owned().collect();
    let said = |name: &str| pairs.get(name).cloned().unwrap_or_default();
    let no =
        |error: &str| (StatusCode::BAD_REQUEST, axum::Json(json!({"error": error, "error_description": "as told"})));
    provider.with(|memory| {
        if memory.away {
            return (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({})));
        }
        if said("client_id") != "zhike" || said("client_secret") != "geheim" {
            return no("invalid_client");
        }
        match said("grant_type").as_str() {
            "authorization_code" => {
                let told = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(said("code_verifier")));
                if said("code") != "good" || told != memory.challenge || !said("redirect_uri").ends_with("/callbacks/mail") {
                    return no("invalid_grant");
                }
            }
            "refresh_token" => {
                // Each is good once: whoever comes with the one before was overtaken.
                if memory.revoked || said("refresh_token") != format!("refresh-{}", memory.refreshed) {
                    return no("invalid_grant");
                }
                memory.refreshed += 1;
            }
            _ => return no("unsupported_grant_type"),
        }
        let refresh = format!("refresh-{}", memory.refreshed);
        // So short that each use asks for another, early.
        let given = json!({"access_token": signed(&memory.user), "token_type": "Bearer", "expires_in": 300, "refresh_token": refresh});
        (StatusCode::OK, axum::Json(given))
    })
}

/// A token as the mail server reads it.
fn signed(user: &str) -> String {
    let now = kernel::Clock::system().now().millis() / 1_000;
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "HS256", "typ": "JWT"}));
    let body = part(json!({"sub": user, "iat": now - 5, "nbf": now - 5, "exp": now + 600}));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{head}.{body}").as_bytes());
    format!("{head}.{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Comes back from the provider in this browser; answers where that leads.
async fn come_back(app: &TestApp, query: &str, cookie: &str) -> String {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let address = format!("http://{}/callbacks/mail?{query}", app.address);
    let answer = client.get(address).header(header::COOKIE, cookie).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

/// Sets out: what the provider is asked, and the browser's cookie.
async fn set_out(admin: &Person, path: &str) -> (reqwest::Url, String) {
    let answer = admin.request(Method::POST, &format!("{path}/authorization")).json(&json!({})).send().await.unwrap();
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    (body["url"].as_str().unwrap().parse().unwrap(), cookie)
}

fn asked(url: &reqwest::Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

on_both! { http::schema(&modules());

async fn a_mailbox_is_opened_by_a_token_that_is_renewed_until_its_provider_says_no(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let (desk, customer) = (format!("{}@zhike.test", unique("token")), format!("{}@shop.test", unique("wu")));
    let (provider, address) = Provider::start(&desk).await;
    let mut wish = wish(&server, &desk);
    wish.as_object_mut().unwrap().remove("imap_password");
    wish["auth"] = json!("oauth");
    wish["oauth"] = json!({
        "provider": "other", "authorize_url": format!("{address}/authorize"), "token_url": format!("{address}/token"), "client_id": "zhike",
        "client_secret": "geheim", "scopes": "imap smtp", "origin": "https://desk.example.com", "inside": true,
    });
    let made = admin.post("/mailboxes", wish).await.ok();
    let path = format!("/mailboxes/{}", made["id"].as_str().unwrap());
    assert_eq!((&made["grant"]["state"], &made["grant"]["redirect_uri"]), (&json!("none"), &json!("https://desk.example.com/callbacks/mail")));
    until("the hindrance", async || (admin.get(&path).await.ok()["fetch"]["trouble"] == "grant").then_some(())).await;
    agent.post(&format!("{path}/authorization"), json!({})).await.refused(403, "forbidden");

    // There and back: once, in the browser that set out, and only with a code the provider knows.
    let (url, cookie) = set_out(&admin, &path).await;
    assert_eq!((asked(&url, "code_challenge_method").as_str(), asked(&url, "login_hint")), ("S256", desk.clone()));
    let state = asked(&url, "state");
    assert!(come_back(&app, &format!("state={state}&code=good"), "zhike_mail_journey=other").await.ends_with("grant=over"));
    assert!(come_back(&app, &format!("state={state}&code=good"), &cookie).await.ends_with("grant=over"), "a journey is over once");
    let (url, cookie) = set_out(&admin, &path).await;
    provider.with(|memory| memory.challenge = asked(&url, "code_challenge"));
    let refused = come_back(&app, &format!("state={}&code=bad", asked(&url, "state")), &cookie).await;
    assert!(refused.ends_with("grant=refused"), "{refused}");
    let (url, cookie) = set_out(&admin, &path).await;
    provider.with(|memory| memory.challenge = asked(&url, "code_challenge"));
    let done = come_back(&app, &format!("state={}&code=good", asked(&url, "state")), &cookie).await;
    assert!(done.contains(made["id"].as_str().unwrap()) && done.ends_with("grant=done"), "{done}");

    // Both servers take the token, and new ones after it.
    until("the first fetch", async || (!admin.get(&path).await.ok()["fetch"]["succeeded_at"].is_null()).then_some(())).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <o-{customer}>\nSubject: x\n\nhello\n")).await;
    let id = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(said(&messages(&admin, &id).await), ["hello"]);
    admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "r1", "text": "您好"})).await.ok();
    until("the answer", async || server.inbox(&customer).into_iter().next()).await;
    let probe = admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!((&probe["imap"]["trouble"], &probe["smtp"]["trouble"]), (&Value::Null, &Value::Null), "{probe}");
    assert!(provider.with(|memory| memory.refreshed) >= 2);

    // A provider that is away for a while ends nothing.
    provider.with(|memory| memory.away = true);
    let probe = admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!(probe["imap"]["trouble"], Value::Null, "{probe}");
    assert_eq!(admin.get(&path).await.ok()["grant"]["state"], "granted");

    // One that says no is shown, and told to whoever sets mailboxes up.
    provider.with(|memory| (memory.away, memory.revoked) = (false, true));
    admin.post(&format!("{path}/probe"), json!({})).await.ok();
    let probe = admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!((&probe["imap"]["trouble"], &probe["smtp"]["trouble"]), (&json!("grant"), &json!("grant")));
    let lost = admin.get(&path).await.ok();
    assert_eq!(lost["grant"]["state"], "lost");
    assert!(lost["grant"]["detail"].as_str().unwrap().contains("invalid_grant"), "{lost}");
    let tasks = admin.get("/tasks").await.ok();
    assert!(tasks["items"].as_array().unwrap().iter().any(|task| task["source"] == "mail.grant"), "{tasks}");
    let trail = admin.get("/audit-entries?limit=100").await.ok().to_string();
    assert!(trail.contains("mail.grant_lost") && trail.contains("mail.granted"), "{trail}");
    for text in [made.to_string(), lost.to_string(), admin.get("/mailboxes").await.ok().to_string(), trail] {
        assert!(!text.contains("geheim") && !text.contains("refresh-") && !text.contains("eyJ"), "{text}");
    }

    // Signing in again mends it, and what was told is done.
    provider.with(|memory| (memory.revoked, memory.refreshed) = (false, 0));
    let (url, cookie) = set_out(&admin, &path).await;
    provider.with(|memory| memory.challenge = asked(&url, "code_challenge"));
    come_back(&app, &format!("state={}&code=good", asked(&url, "state")), &cookie).await;
    let mended = admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!(mended["imap"]["trouble"], Value::Null, "{mended}");
    let open = admin.get("/tasks?state=open").await.ok();
    assert!(!open["items"].as_array().unwrap().iter().any(|task| task["source"] == "mail.grant"), "{open}");

    // What was given for one server is shown to no other.
    let version = admin.get(&path).await.ok()["version"].clone();
    let moved = admin.patch(&path, json!({"version": version, "details": {"imap_host": "127.0.0.1"}})).await.ok();
    assert_eq!(moved["grant"]["state"], "none");
    let back = json!({"version": moved["version"], "details": {"auth": "password"}});
    admin.patch(&path, back).await.refused_field("imap_password", "required");
}

}
