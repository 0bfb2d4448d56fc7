//! What a visitor, and whoever only says to be one, can count on.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::Origin;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::Sha256;
use store::Tx;
use testkit::{Person, Socket, TestApp, on_both};

use crate::{house::House, modules};

impl House {
    async fn secret(&self) -> String {
        let made = self.admin.post(&format!("{}/identity-secret", self.path), json!({})).await.ok();
        made["secret"].as_str().unwrap().to_owned()
    }

    async fn upload(&self, token: &str, name: &str, bytes: Vec<u8>) -> testkit::Reply {
        let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
        Person::reply(self.outside(reqwest::Method::POST, "/widget/files", token).multipart(form)).await
    }

    async fn fetch(&self, token: &str, id: &Value, more: &str) -> (u16, Vec<u8>) {
        let path = format!("/widget/files/{}{more}", id.as_str().unwrap());
        let answer = self.outside(reqwest::Method::GET, &path, token).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    /// How many customers and conversations there are.
    async fn written(&self) -> [usize; 2] {
        let count = async |path| self.admin.get(path).await.ok()["items"].as_array().map_or(0, Vec::len);
        [count("/customers").await, count("/conversations").await]
    }
}

fn mark(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hash(secret: &str, id: &str) -> Value {
    let hash: String = kernel::hex(mark(secret, id));
    json!({"id": id, "hash": hash})
}

fn jwt(secret: &str, claims: &Value) -> Value {
    let text = [json!({"alg": "HS256"}), claims.clone()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    json!({"jwt": format!("{text}.{}", URL_SAFE_NO_PAD.encode(mark(secret, &text)))})
}

/// Says something; answers the `ready` of the conversation it opens.
async fn begins(socket: &mut Socket, client_id: &str, text: &str) -> Value {
    socket.send(json!({"t": "send", "client_id": client_id, "text": text})).await;
    socket.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

on_both! { http::schema(&modules());

async fn anybody_may_know_how_a_channel_presents_itself_and_nothing_else(db: TestDb) {
    let invitation = json!({"id": "cart", "text": "需要帮忙吗？", "url_contains": "/cart", "after_seconds": 20, "once_days": 7});
    let field = json!({"key": "name", "label": "称呼", "kind": "text", "required": true});
    let settings = json!({"title": "星途客服", "pre_chat": {"enabled": true, "fields": [field]}, "invitations": [invitation]});
    let house = House::with(db, settings).await;
    house.secret().await;
    let get = async |path: &str| house.outside(reqwest::Method::GET, path, "").send().await.unwrap();
    let answer = get(&format!("/widget/channels/{}", house.key)).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (200, &"public, max-age=30".parse().unwrap()));
    let config: Value = answer.json().await.unwrap();
    assert_eq!((&config["title"], &config["pre_chat"]["fields"][0]["label"]), (&json!("星途客服"), &json!("称呼")));
    assert_eq!((&config["invitations"][0]["id"], &config["waiting"], &config["estimated_ms"]), (&json!("cart"), &json!(0), &Value::Null));
    assert!(config["open"].is_boolean() && config["time_zone"].is_string());
    for hidden in ["id", "name", "allowed_origins", "version", "created_at", "secret"] {
        assert!(config.get(hidden).is_none(), "{hidden} in {config}");
    }
    assert_eq!(get("/widget/channels/default").await.status(), 200);
    assert_eq!(get("/widget/channels/wk_nobody").await.status(), 404);
    house.app.finish().await;
}

async fn a_channel_that_requires_proof_gives_nothing_without_it(db: TestDb) {
    let house = House::with(db, json!({})).await;
    // A stranger from before the channel asked for proof.
    let (_, stranger) = house.hello(json!({})).await;
    let channel = house.admin.get(&house.path).await.ok();
    let asks = json!({"version": channel["version"], "settings": {"identity": "required"}});
    house.admin.patch(&house.path, asks).await.ok();
    let secret = house.secret().await;
    let (nothing, token) = (house.written().await, stranger["token"].clone());
    let now = house.app.app.clock().now().millis() / 1_000;
    let none = {
        let text = [json!({"alg": "none"}), json!({"sub": "7", "exp": now + 60})].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        json!({"jwt": format!("{text}.")})
    };
    for (more, code) in [
        (json!({}), "identity_required"),
        (json!({"token": token}), "identity_required"),
        (json!({"identity": {"id": "7"}}), "identity_refused"),
        (json!({"identity": hash("other", "7")}), "identity_refused"),
        (json!({"identity": none}), "identity_refused"),
        (json!({"identity": jwt(&secret, &json!({"sub": "7", "exp": now - 61}))}), "identity_refused"),
        (json!({"identity": jwt(&secret, &json!({"sub": "7", "exp": now + 90_000}))}), "identity_refused"),
        (json!({"identity": jwt("other", &json!({"sub": "7", "exp": now + 60}))}), "identity_refused"),
    ] {
        let (mut socket, first) = house.hello(more.clone()).await;
        assert_eq!((&first["t"], &first["code"], &first["token"]), (&json!("error"), &json!(code), &Value::Null), "{more}");
        socket.send(json!({"t": "send", "client_id": "a", "text": "在吗"})).await;
        assert_eq!(socket.next().await.unwrap()["code"], "unauthenticated");
    }
    house.upload(text(&token), "a.txt", b"hello".to_vec()).await.refused(401, "unauthenticated");
    house.upload("", "a.txt", b"hello".to_vec()).await.refused(401, "unauthenticated");
    assert_eq!(house.written().await, nothing);

    // With it, the same person on every device, and only with it.
    let (mut one, ready) = house.hello(json!({"identity": hash(&secret, "7")})).await;
    assert_eq!((&ready["t"], &ready["identified"]), (&json!("ready"), &json!(true)));
    let begun = begins(&mut one, "v1", "我的订单到哪了").await;
    let claims = json!({"sub": "7", "exp": now + 600, "name": "韩女士"});
    let (_, two) = house.hello(json!({"identity": jwt(&secret, &claims)})).await;
    assert_eq!((&two["customer"], &two["conversation"]["id"]), (&begun["customer"], &begun["conversation"]["id"]));
    let (_, stolen) = house.hello(json!({"token": begun["token"]})).await;
    assert_eq!(stolen["code"], "identity_required");
    house.upload(text(&begun["token"]), "a.txt", b"hello".to_vec()).await.ok();
    let (_, other) = house.hello(json!({"identity": hash(&secret, "8"), "token": begun["token"]})).await;
    assert!(other["conversation"].is_null() && other["customer"] != begun["customer"], "{other}");
    house.app.finish().await;
}

async fn a_renewed_secret_leaves_the_one_before_good_for_a_day(db: TestDb) {
    let house = House::with(db, json!({"identity": "optional"})).await;
    let identified = async |secret: &str| house.hello(json!({"identity": hash(secret, "7")})).await.1["t"] == "ready";
    let first = house.secret().await;
    let second = house.secret().await;
    assert!(identified(&first).await && identified(&second).await);
    house.app.db.clock.advance(24 * 3_600_000);
    assert!(!identified(&first).await && identified(&second).await);
    let third = house.secret().await;
    assert!(!identified(&first).await && identified(&second).await && identified(&third).await);
    // Shown once, on the trail without the secret.
    let agent = house.app.person("agent").await;
    agent.post(&format!("{}/identity-secret", house.path), json!({})).await.refused(403, "forbidden");
    let trail = house.admin.get("/audit-entries?action=channels.identity_secret_renewed").await.ok().to_string();
    assert!(trail.contains("identity_secret_renewed") && !trail.contains(&third) && !trail.contains(&second));
    let snippet = house.admin.get(&format!("{}/snippet", house.path)).await.ok();
    assert!(text(&snippet["html"]).contains(&format!("data-channel=\"{}\"", house.key)) && snippet["identity_secret_since"].is_number());
    assert!(!snippet.to_string().contains(&third));
    house.app.finish().await;
}

async fn a_stranger_who_is_proven_keeps_what_they_began(db: TestDb) {
    let house = House::with(db, json!({"identity": "optional"})).await;
    let secret = house.secret().await;
    let (mut socket, _) = house.hello(json!({})).await;
    let begun = begins(&mut socket, "v1", "有现货吗").await;
    let token = begun["token"].clone();
    // They sign in on the site.
    let (_, signed_in) = house.hello(json!({"token": token, "identity": hash(&secret, "7")})).await;
    assert_eq!(signed_in["conversation"]["id"], begun["conversation"]["id"]);
    assert_eq!((&signed_in["identified"], &signed_in["messages"][0]["text"]), (&json!(true), &json!("有现货吗")));
    // From now on the stranger's token is nobody's: it proves nothing.
    let (_, thief) = house.hello(json!({"token": token, "conversation": begun["conversation"]["id"]})).await;
    assert!(thief["conversation"].is_null() && thief["customer"] != signed_in["customer"], "{thief}");
    house.upload(text(&token), "a.txt", b"x y z".to_vec()).await.refused(401, "unauthenticated");
    // Signed out on the same connection: a new stranger, who hears nothing more of it.
    let (mut browser, _) = house.hello(json!({"identity": hash(&secret, "7")})).await;
    browser.send(json!({"t": "hello", "channel": house.key})).await;
    let out = browser.next().await.unwrap();
    assert!(out["t"] == "ready" && out["conversation"].is_null() && out["identified"] == json!(false), "{out}");
    let id = text(&begun["conversation"]["id"]);
    house.admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "a1", "text": "有的"})).await.ok();
    browser.send(json!({"t": "ping"})).await;
    assert_eq!(browser.next().await.unwrap()["t"], "pong");

    // Another stranger turns out to be the same customer, whose conversation is over: theirs goes on.
    house.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    let (mut phone, _) = house.hello(json!({})).await;
    let second = begins(&mut phone, "p1", "手机上再问一句").await;
    let (mut phone, joined) = house.hello(json!({"token": second["token"], "identity": hash(&secret, "7")})).await;
    assert_eq!((&joined["conversation"]["id"], &joined["customer"]), (&second["conversation"]["id"], &signed_in["customer"]));
    phone.send(json!({"t": "send", "client_id": "p2", "text": "还在吗"})).await;
    assert_eq!(phone.until(|frame| frame["t"] == "ack").await["client_id"], "p2");
    // A third, while that one is open: it is the customer's, and the stranger's ends.
    let (mut desk, _) = house.hello(json!({})).await;
    let third = begins(&mut desk, "d1", "又是我").await;
    let (_, joined) = house.hello(json!({"token": third["token"], "identity": hash(&secret, "7")})).await;
    assert_eq!(joined["conversation"]["id"], second["conversation"]["id"]);
    let ended = house.admin.get(&format!("/conversations/{}", text(&third["conversation"]["id"]))).await.ok();
    assert_eq!(ended["state"], "closed");
    // Somebody else who signs in on a proven customer's browser takes nothing over.
    let (_, other) = house.hello(json!({"token": joined["token"], "identity": hash(&secret, "8")})).await;
    assert!(other["conversation"].is_null() && other["customer"] != joined["customer"], "{other}");
    house.app.finish().await;
}

async fn what_is_asked_before_the_chat_goes_where_it_belongs(db: TestDb) {
    let fields = json!([
        {"key": "name", "label": "称呼", "kind": "text", "required": true},
        {"key": "mobile", "label": "手机", "kind": "phone"},
        {"key": "topic", "label": "咨询", "kind": "select", "options": ["售前", "售后"], "required": true}]);
    let invitations = json!([{"id": "cart", "text": "需要帮忙吗？"}]);
    let house = House::with(db, json!({"pre_chat": {"enabled": true, "fields": fields}, "invitations": invitations})).await;
    for (given, field) in [
        (json!({"name": "韩女士", "topic": "别的"}), "fields.topic"),
        (json!({"name": "韩女士", "topic": "售后", "mobile": "12"}), "fields.mobile"),
    ] {
        let (_, first) = house.hello(json!({"fields": given})).await;
        assert_eq!((&first["t"], &first["code"], &first["params"][0]["field"]), (&json!("error"), &json!("invalid"), &json!(field)));
    }
    // Not answered: nothing is opened.
    let (mut silent, _) = house.hello(json!({})).await;
    silent.send(json!({"t": "send", "client_id": "a", "text": "在吗"})).await;
    let refused = silent.next().await.unwrap();
    assert_eq!((&refused["t"], &refused["params"][0]["field"]), (&json!("refused"), &json!("fields.name")));
    assert_eq!(house.written().await, [0, 0]);

    let given = json!({"name": "韩女士", "topic": "售后", "mobile": "138 1234 5678", "cart": "2 件"});
    let page = json!({"url": "https://shop.example.com/cart", "title": "购物车"});
    let (mut socket, _) = house.hello(json!({"fields": given, "page": page, "locale": "zh-CN"})).await;
    for invitation in ["cart", "cart", "no_such"] {
        socket.send(json!({"t": "invited", "id": invitation})).await;
    }
    let begun = begins(&mut socket, "v1", "退货").await;
    let path = format!("/conversations/{}", text(&begun["conversation"]["id"]));
    let kept = house.admin.get(&path).await.ok();
    assert_eq!((&kept["customer_name"], &kept["page"]["url"], &kept["page"]["locale"]), (&json!("韩女士"), &page["url"], &json!("zh-CN")));
    assert_eq!(kept["attributes"], json!({"topic": "售后", "cart": "2 件"}));
    let customer = house.admin.get(&format!("/customers/{}", text(&kept["customer_id"]))).await.ok();
    assert!(text(&customer["phone"]).contains("5678") && text(&customer["phone"]).contains('*'), "{customer}");
    // The line is written behind the first message, by a transaction of its own.
    let invited = async || {
        let said = house.admin.get(&format!("{path}/messages")).await.ok();
        said["items"].as_array().unwrap().iter().filter(|message| message["data"]["event"] == "invited").count()
    };
    while invited().await == 0 {}
    assert_eq!(invited().await, 1);
    assert!(!begun.to_string().contains("invited"), "{begun}");
    socket.send(json!({"t": "page", "url": "javascript:alert(1)", "title": "x"})).await;
    socket.send(json!({"t": "page", "url": "https://shop.example.com/pay", "title": "付款"})).await;
    let mut desk = house.app.staff_socket(&house.admin).await;
    while desk.watch(&path.replacen("/conversations/", "conversation:", 1)).await["data"]["conversation"]["page"]["title"] != "付款" {
        desk.fact("conversation.changed").await;
    }
    house.app.finish().await;
}

async fn a_visitor_types_takes_back_rates_and_leaves(db: TestDb) {
    let house = House::with(db, json!({})).await;
    let (mut visitor, _) = house.hello(json!({})).await;
    let begun = begins(&mut visitor, "v1", "在吗").await;
    let id = text(&begun["conversation"]["id"]).to_owned();
    let mut desk = house.app.staff_socket(&house.admin).await;
    desk.watch(&format!("conversation:{id}")).await;
    visitor.send(json!({"t": "typing", "text": "我想退"})).await;
    assert_eq!(desk.fact("customer.typing").await["data"]["text"], "我想退");
    // Who looks is told to colleagues; the customer hears of typing, which comes after it, and of nothing before.
    house.admin.post(&format!("/conversations/{id}/viewing"), json!({})).await.ok();
    let looks = desk.fact("agent.viewing").await["data"].clone();
    assert_eq!((looks["user_id"].as_str(), &looks["here"]), (Some(house.admin.id().to_string().as_str()), &json!(true)));
    house.admin.delete(&format!("/conversations/{id}/viewing")).await.ok();
    assert_eq!(desk.fact("agent.viewing").await["data"]["here"], false);
    house.admin.post(&format!("/conversations/{id}/typing"), json!({})).await.ok();
    assert_eq!(visitor.until(|frame| frame["t"] == "fact" && frame["kind"].as_str().is_some_and(|kind| kind.starts_with("agent."))).await["kind"], "agent.typing");
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "我的密码是 1234", "quote_seq": begun["messages"][0]["seq"]})).await;
    let said = desk.fact("message.posted").await;
    assert_eq!(said["data"]["quote_seq"], begun["messages"][0]["seq"]);
    visitor.send(json!({"t": "recall", "seq": said["seq"]})).await;
    assert_eq!(desk.fact("message.recalled").await["data"]["text"], "");
    visitor.send(json!({"t": "recall", "seq": 99})).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "error").await["code"], "not_found");
    // Where they stand, as whoever computes the queue tells it.
    let place = conversations::Place { position: 3, ahead: 2, estimated_ms: Some(90_000), since: house.app.app.clock().now() };
    let conversation = id.parse().unwrap();
    let tells = move |tx: &mut Tx<'_>| conversations::api::tell_place(tx, conversation, &place);
    house.app.app.db().write(&house.app.system(), tells).await.unwrap();
    let queue = visitor.until(|frame| frame["t"] == "queue").await;
    assert_eq!((&queue["position"], &queue["ahead"], &queue["estimated_ms"]), (&json!(3), &json!(2), &json!(90_000)));
    visitor.send(json!({"t": "rate", "score": 9})).await;
    assert_eq!(visitor.until(|frame| frame["t"] == "error").await["code"], "invalid");
    visitor.send(json!({"t": "rate", "solved": true, "score": 5, "tags": ["回复及时"], "comment": "谢谢"})).await;
    visitor.until(|frame| frame["t"] == "rated").await;
    visitor.send(json!({"t": "leave"})).await;
    visitor.fact("conversation.closed").await;
    let kept = house.admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!((&kept["state"], &kept["rating"]["score"]), (&json!("closed"), &json!(5)));
    house.app.finish().await;
}

async fn a_file_is_for_those_who_take_part(db: TestDb) {
    let house = House::with(db, json!({})).await;
    let (mut visitor, hello) = house.hello(json!({})).await;
    let token = text(&hello["token"]).to_owned();
    let file = house.upload(&token, "照片.png", png(1_000, 500)).await.ok();
    let (mut other, stranger) = house.hello(json!({})).await;
    let theirs = text(&stranger["token"]);
    assert_eq!(house.fetch(theirs, &file["id"], "").await.0, 404);
    assert_eq!(house.fetch("", &file["id"], "").await.0, 401);
    assert_eq!(house.fetch(&format!("{token}0"), &file["id"], "").await.0, 401);
    // Nor may they send it as theirs.
    other.send(json!({"t": "send", "client_id": "x", "text": "", "file_id": file["id"]})).await;
    assert_eq!(other.until(|frame| frame["t"] == "refused").await["params"][0]["field"], "file_id");
    visitor.send(json!({"t": "send", "client_id": "v1", "text": "", "file_id": file["id"]})).await;
    let begun = visitor.until(|frame| frame["t"] == "ready").await;
    assert_eq!(begun["messages"][0]["file_id"], file["id"]);
    assert_eq!(house.fetch(&token, &file["id"], "").await, (200, png(1_000, 500)));
    let (status, small) = house.fetch(&token, &file["id"], "?size=thumb").await;
    let small = image::load_from_memory(&small).expect("an image");
    assert_eq!((status, small.width(), small.height()), (200, 480, 240));
    assert_eq!(house.fetch(&token, &file["id"], "?size=thumb").await.0, 200);
    assert_eq!(house.fetch(&token, &file["id"], "?token=x").await.0, 422);
    // What a colleague sends into the conversation, and not what they merely uploaded.
    let part = |name: &'static str| Form::new().part("file", Part::text("保养单").file_name(name));
    let sent = Person::reply(house.admin.request(reqwest::Method::POST, "/files").multipart(part("保养单.txt"))).await.ok();
    assert_eq!(house.fetch(&token, &sent["id"], "").await.0, 404);
    let path = format!("/conversations/{}/messages", text(&begun["conversation"]["id"]));
    house.admin.post(&path, json!({"client_id": "a1", "text": "", "file_id": sent["id"]})).await.ok();
    assert_eq!(house.fetch(&token, &sent["id"], "").await.0, 200);
    assert_eq!(house.fetch(theirs, &sent["id"], "").await.0, 404);
    let (status, body) = house.fetch(&token, &sent["id"], "?size=thumb").await;
    assert_eq!((status, serde_json::from_slice::<Value>(&body).unwrap()["code"].clone()), (409, json!("files.no_thumbnail")));
    house.app.finish().await;
}

async fn a_page_of_another_origin_comes_not_in(db: TestDb) {
    let house = House::with(db, json!({})).await;
    let version = house.admin.get(&house.path).await.ok()["version"].clone();
    house.admin.patch(&house.path, json!({"version": version, "allowed_origins": ["https://shop.example.com"]})).await.ok();
    for (page, fine) in [
        (None, true),
        (Some(format!("http://{}", house.app.address)), true),
        (Some("https://shop.example.com".into()), true),
        (Some("https://evil.example".into()), false),
        (Some("https://shop.example.com.evil.example".into()), false),
        (Some("null".into()), false),
    ] {
        let (_, first) = house.hello_from(page.as_deref(), json!({})).await;
        assert_eq!(first["t"] == "ready", fine, "{page:?} {first}");
        assert!(fine || first["code"] == "forbidden");
    }
    let (_, hello) = house.hello(json!({})).await;
    let form = Form::new().part("file", Part::text("x").file_name("a.txt"));
    let upload = house.outside(reqwest::Method::POST, "/widget/files", text(&hello["token"])).header("origin", "https://evil.example");
    Person::reply(upload.multipart(form)).await.refused(403, "forbidden");
    house.app.finish().await;
}

async fn two_hundred_behind_one_address_are_not_harmed_by_one_who_floods(db: TestDb) {
    let app = TestApp::start_with(db, http::Limits::default(), modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let mut sockets = Vec::new();
    for _ in 0..200 {
        sockets.push(app.visitor_socket(&channel.public_key, None).await.0);
    }
    let mut abuser = app.visitor_socket(&channel.public_key, None).await.0;
    begins(&mut abuser, "a", "刷屏").await;
    for number in 0..100 {
        abuser.send(json!({"t": "send", "client_id": format!("a{number}"), "text": "刷屏"})).await;
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        begins(socket, "v1", &format!("第{number}位")).await;
        socket.send(json!({"t": "send", "client_id": "v2", "text": "在吗"})).await;
        socket.until(|frame| frame["t"] == "ack").await;
    }
    let mut counts = [0, 0];
    for _ in 0..100 {
        let answer = abuser.until(|frame| frame["t"] == "ack" || frame["t"] == "refused").await;
        if answer["t"] == "refused" {
            assert_eq!((&answer["code"], &answer["params"]["retry_after"]), (&json!("limited"), &json!(1)));
            counts[1] += 1;
        } else {
            counts[0] += 1;
        }
    }
    assert_eq!(counts, [29, 71]);
    app.finish().await;
}

}
