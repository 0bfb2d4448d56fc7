//! What people rely on of channels and visitor tokens.

use channels::api;
use kernel::{Error, Visitor};
use serde_json::{Value, json};
use testkit::{TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), settings::module(), channels::module()]
}

on_both! { http::schema(&modules());

async fn an_administrator_opens_and_pauses_a_channel_and_others_look_on(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let new = json!({"kind": "web_chat", "name": " 官网 ", "settings": {"greeting": "您好", "accent": "#AA00ff"}, "allowed_origins": ["https://Shop.Example.com/"]});
    agent.post("/channels", new.clone()).await.refused(403, "forbidden");
    let channel = admin.post("/channels", new).await.ok();
    assert_eq!((&channel["name"], &channel["state"], &channel["settings"]["accent"]), (&json!("官网"), &json!("active"), &json!("#aa00ff")));
    assert_eq!(channel["allowed_origins"], json!(["https://shop.example.com"]));
    let path = format!("/channels/{}", channel["id"].as_str().unwrap());
    assert_eq!(agent.get(&path).await.ok(), channel);
    agent.patch(&path, json!({"version": 1, "state": "paused"})).await.refused(403, "forbidden");
    let paused = admin.patch(&path, json!({"version": 1, "state": "paused"})).await.ok();
    assert_eq!((&paused["state"], &paused["settings"]), (&json!("paused"), &channel["settings"]));
    admin.patch(&path, json!({"version": 1, "name": "x"})).await.refused(409, "channels.stale");
    assert_eq!(agent.get("/channels").await.ok()["items"], json!([paused]));
    app.anonymous().get("/channels").await.refused(401, "unauthenticated");
    agent.get("/channels/chn_00000000000000000000000000").await.refused(404, "not_found");
    let trail = admin.get(&format!("/audit-entries?subject={}", channel["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["after"], r#"{"state":"paused","version":2}"#);
}

async fn a_new_channel_speaks_the_organisations_language(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let change = json!({"name": "Chenguang", "time_zone": "Asia/Shanghai", "locale": "en"});
    admin.put("/settings/organisation", change).await.ok();
    let channel = admin.post("/channels", json!({"kind": "web_chat", "name": "Shop", "settings": {"title": "问问", "accent": "#112233"}})).await.ok();
    let said = &channel["settings"];
    assert_eq!((&said["title"], &said["greeting"], &said["rating"]["tags"][0]), (&json!("问问"), &json!("Hello, how can we help?"), &json!("Quick answers")));
    app.finish().await;
}

async fn hostile_settings_are_refused_by_name(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"kind": "web_chat", "name": "官网"});
        body[field] = value;
        body
    };
    for (field, value, bad, code) in [
        ("name", json!(" "), "name", "required"),
        ("settings", json!({"accent": "url(//evil)"}), "settings.accent", "malformed"),
        ("settings", json!({"greeting": "长".repeat(501)}), "settings.greeting", "too_long"),
        ("settings", json!({"css": "x"}), "settings.css", "unknown_field"),
        ("allowed_origins", json!(["https://a.example", "javascript:alert(1)"]), "allowed_origins[1]", "malformed"),
        ("allowed_origins", json!(vec!["https://a.example"; 51]), "allowed_origins", "too_large"),
        ("public_key", json!("mine"), "public_key", "unknown_field"),
    ] {
        admin.post("/channels", with(field, value)).await.refused_field(bad, code);
    }
    admin.post("/channels", with("kind", json!("fax"))).await.refused(422, "invalid");
    assert_eq!(admin.get("/channels").await.ok()["items"], json!([]));
}

async fn there_is_one_web_chat_for_whoever_asks_first(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let asks = (0..8).map(|_| {
        let (db, system) = (app.app.db().clone(), app.system());
        tokio::spawn(async move { db.write(&system, api::default_web_chat).await })
    });
    let mut ids = Vec::new();
    for ask in asks.collect::<Vec<_>>() {
        ids.push(ask.await.unwrap().unwrap().id);
    }
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    let channel = app.app.db().read(&app.system(), move |tx| api::get(tx, ids[0])).await.unwrap();
    assert_eq!((channel.name.as_str(), channel.is_active(), channel.allows(None)), (api::FIRST_NAME, true, true));
    let key = channel.public_key.clone();
    assert_eq!(app.app.db().read(&app.system(), move |tx| api::by_public_key(tx, &key)).await.unwrap().id, channel.id);
    let unknown = app.app.db().read(&app.system(), |tx| api::by_public_key(tx, "' OR 1=1 --")).await;
    assert!(matches!(unknown, Err(Error::NotFound)));
    // The paused one steps back behind an active one.
    let admin = app.person("administrator").await;
    admin.patch(&format!("/channels/{}", channel.id), json!({"version": 1, "state": "paused"})).await.ok();
    let other = admin.post("/channels", json!({"kind": "web_chat", "name": "官网"})).await.ok();
    let first = app.app.db().write(&app.system(), api::default_web_chat).await.unwrap();
    assert_eq!(json!(first.id), other["id"]);
}

async fn a_token_is_good_on_every_node_and_nowhere_else(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&app.system(), api::default_web_chat).await.unwrap().id;
    let visitor = Visitor { customer: "cus_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap(), channel };
    let now = app.app.clock().now();
    let visitor = channels::Shown { visitor, proven: false };
    let token = api::visitor_key(&app.app).await.unwrap().issue(visitor, now);
    // Another node remembers nothing, and reads the key from the same database.
    let key = channels::VisitorTokens::default().key(&app.app).await.unwrap();
    assert_eq!(key.verify(&token, now).unwrap(), visitor);
    assert!(matches!(key.verify(&token.replace(&visitor.visitor.customer.to_string(), "cus_00000000000000000000000000"), now), Err(Error::Unauthenticated)));
    assert!(matches!(key.verify(&token, now.plus_millis(181 * 24 * 3_600_000)), Err(Error::Unauthenticated)));
    // It is no key to the console.
    let forged = app.anonymous().request(reqwest::Method::GET, "/channels").bearer_auth(&token);
    testkit::Person::reply(forged).await.refused(401, "unauthenticated");
}

}
