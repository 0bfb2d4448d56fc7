//! What a stranger's browser may try at the doors outside the API: refused, and nothing stays.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use testkit::{Person, Reply, Socket, TestApp, on_both};

use crate::product;

async fn upload(app: &TestApp, token: &str, name: &str, bytes: Vec<u8>) -> Reply {
    let form =
        Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()).mime_str("image/png").expect("a type"));
    let request = reqwest::Client::new().post(format!("http://{}/widget/files", app.address));
    Person::reply(request.bearer_auth(token).multipart(form)).await
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    [head, &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0pixels"].concat()
}

async fn visitor(app: &TestApp) -> (Socket, Value, String) {
    let channel = app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let (socket, ready) = app.visitor_socket(&channel.public_key, None).await;
    (socket, ready, channel.public_key)
}

on_both! { product::schema();

async fn the_first_customers_of_an_installation_may_all_come_at_once(db: TestDb) {
    let app = product::start(db).await;
    let mut first = Vec::new();
    for _ in 0..12 {
        first.push(visitor(&app).await.0);
    }
    // The queue all of them wait in is made by the first word that is said.
    let say = |mut socket: Socket| async move {
        socket.send(json!({"t": "send", "client_id": "v1", "text": "你好"})).await;
        socket.until(|frame| frame["t"] == "error" || frame["conversation"].is_object()).await
    };
    for frame in futures_util::future::join_all(first.into_iter().map(say)).await {
        assert!(frame["conversation"].is_object(), "{frame}");
    }
    app.finish().await;
}

async fn hostile_files_of_visitors_are_refused_by_what_their_bytes_are(db: TestDb) {
    let app = product::start(db).await;
    let (_socket, ready, _) = visitor(&app).await;
    let token = ready["token"].as_str().expect("a token");
    for (name, bytes, code) in [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), "type_refused"),
        ("a.png", b"<?xml version='1.0'?><svg onload='alert(1)'/>".to_vec(), "type_refused"),
        ("a.png", b"<!doctype html><script>alert(1)</script>".to_vec(), "type_refused"),
        ("a.png", [&png(1, 1)[..], b"PK\x05\x06", &[0; 18]].concat(), "type_refused"),
        ("a.gif", b"GIF89a\x01\0\x01\0/*<script>alert(1)</script>*/".to_vec(), "type_refused"),
        ("a.jpg", [b"MZ\x90\0".as_slice(), &[0; 1_000]].concat(), "type_refused"),
        ("a.png", png(30_000, 30_000), "too_many_pixels"),
        ("a.png", Vec::new(), "empty_file"),
    ] {
        upload(&app, token, name, bytes).await.refused_field("file", code);
    }
    upload(&app, token, "a.png", [png(10, 10), vec![7; 40 << 20]].concat()).await.refused(413, "invalid");
    for forged in [format!("{token}0"), token.replacen("v1", "i1", 1), "x".repeat(5_000), "' OR 1=1 --".into()] {
        upload(&app, &forged, "a.txt", b"hello".to_vec()).await.refused(401, "unauthenticated");
    }
    // A colleague's token is no visitor's, and a visitor's none of the API's.
    let agent = app.person("agent").await;
    upload(&app, agent.token().expect("a token"), "a.txt", b"hello".to_vec()).await.refused(401, "unauthenticated");
    let request = app.anonymous().request(reqwest::Method::GET, "/conversations").bearer_auth(token);
    Person::reply(request).await.refused(401, "unauthenticated");
    // A picture whose header is all there is has no thumbnail, and takes nothing down.
    let broken = upload(&app, token, "a.png", png(4_000, 4_000)).await.ok();
    let path = format!("http://{}/widget/files/{}?size=thumb", app.address, broken["id"].as_str().expect("an id"));
    for _ in 0..3 {
        Person::reply(reqwest::Client::new().get(&path).bearer_auth(token)).await.refused(409, "files.no_thumbnail");
    }
    app.finish().await;
}

async fn only_pages_the_channel_names_may_frame_the_widget(db: TestDb) {
    let app = product::start(db).await;
    let (_socket, _, key) = visitor(&app).await;
    let admin = app.person("administrator").await;
    let channel = admin.get("/channels").await.ok()["items"][0].clone();
    let path = format!("/channels/{}", channel["id"].as_str().expect("an id"));
    let origins = json!({"version": channel["version"], "allowed_origins": ["https://shop.example.com"]});
    admin.patch(&path, origins).await.ok();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = server::frame::routes().with_state(app.app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let frame = async |query: &str| reqwest::get(format!("http://{address}/widget/frame{query}")).await.expect("an answer");
    let found = frame(&format!("?channel={key}")).await;
    let policy = found.headers()["content-security-policy"].to_str().expect("text");
    assert!(policy.ends_with("frame-ancestors 'self' https://shop.example.com") && !policy.contains("unsafe"), "{policy}");
    assert!(found.headers().get("x-frame-options").is_none());
    for wrong in ["?channel=wk_nobody", "", "?channel=%27%20OR%201=1", "?other=1"] {
        assert_eq!(frame(wrong).await.status(), 404, "{wrong}");
    }
    app.finish().await;
}

async fn frames_that_are_none_end_nobodys_talk_but_their_own(db: TestDb) {
    let app = product::start(db).await;
    let (mut other, _, key) = visitor(&app).await;
    other.send(json!({"t": "send", "client_id": "v1", "text": "你好"})).await;
    let theirs = other.until(|frame| frame["t"] == "ready").await;
    let (mut thief, _) = app.visitor_socket(&key, None).await;
    // What is about a conversation is about one's own: here there is none.
    for frame in [
        json!({"t": "recall", "seq": 2}),
        json!({"t": "rate", "score": 1}),
        json!({"t": "leave"}),
        json!({"t": "stop_waiting"}),
    ] {
        thief.send(frame.clone()).await;
        assert_eq!(thief.next().await.expect("an answer")["code"], "not_found", "{frame}");
    }
    for frame in [
        json!({"t": "recall", "seq": 2, "conversation": theirs["conversation"]["id"]}),
        json!({"t": "typing", "text": {}}),
        json!({"t": "hello", "channel": key, "identity": {"id": "7", "proven": true}}),
        json!({"t": "hello", "channel": key, "fields": {"name": ["x"]}}),
    ] {
        thief.send(frame.clone()).await;
        assert_eq!(thief.next().await.expect("an answer")["code"], "wire.malformed", "{frame}");
    }
    let fields: serde_json::Map<_, _> = (0..31).map(|number| (format!("f{number}"), json!("x"))).collect();
    thief.send(json!({"t": "hello", "channel": key, "fields": fields})).await;
    assert_eq!(thief.next().await.expect("an answer")["code"], "invalid");
    // Where nobody asks for proof, a claim is nothing.
    thief.send(json!({"t": "hello", "channel": key, "identity": {"id": "7", "hash": "00"}})).await;
    assert_eq!(thief.next().await.expect("an answer")["identified"], false);
    thief.send(json!({"t": "hello", "channel": "wk_nobody"})).await;
    assert_eq!(thief.next().await.expect("an answer")["code"], "not_found");
    other.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
    assert_eq!(other.until(|frame| frame["t"] == "ack").await["client_id"], "v2");
    app.finish().await;
}

}
