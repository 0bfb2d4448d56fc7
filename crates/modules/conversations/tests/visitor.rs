//! What a visitor, and whoever only says to be one, can count on.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(std::env::temp_dir().join("zhike-visitor-files")).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
    ]
}

/// What is at this path outside the API: status, headers that matter, body.
async fn outside(app: &TestApp, path: &str) -> (u16, String, Value) {
    let answer = reqwest::get(format!("http://{}{path}", app.address)).await.expect("an answer");
    let cache = answer.headers().get("cache-control").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), cache.unwrap_or_default(), answer.json().await.unwrap_or(Value::Null))
}

on_both! { http::schema(&modules());

async fn anybody_may_know_how_a_channel_presents_itself_and_nothing_else(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    assert_eq!(outside(&app, "/widget/channels/default").await.0, 404);
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let admin = app.person("administrator").await;
    let settings = json!({"title": "星途客服", "pre_chat": {"enabled": true, "fields": [{"key": "name", "label": "称呼", "kind": "text", "required": true}]},
        "invitations": [{"id": "cart", "text": "需要帮忙吗？", "url_contains": "/cart", "after_seconds": 20, "once_days": 7}]});
    let body = json!({"version": 1, "settings": settings, "allowed_origins": ["https://shop.example.com"]});
    admin.patch(&format!("/channels/{}", channel.id), body).await.ok();
    let (status, cache, config) = outside(&app, &format!("/widget/channels/{}", channel.public_key)).await;
    assert_eq!((status, cache.as_str()), (200, "public, max-age=30"));
    assert_eq!((&config["title"], &config["pre_chat"]["fields"][0]["label"]), (&json!("星途客服"), &json!("称呼")));
    assert_eq!((&config["invitations"][0]["id"], &config["waiting"], &config["estimated_ms"]), (&json!("cart"), &json!(0), &Value::Null));
    assert!(config["open"].is_boolean() && config["time_zone"].is_string());
    for hidden in ["id", "name", "allowed_origins", "version", "created_at", "secrets"] {
        assert!(config.get(hidden).is_none(), "{hidden} in {config}");
    }
    assert_eq!(outside(&app, "/widget/channels/default").await.2["public_key"], config["public_key"]);
    assert_eq!(outside(&app, "/widget/channels/wk_nobody").await.0, 404);
    app.finish().await;
}

}
