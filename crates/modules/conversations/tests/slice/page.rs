//! What a page says of its visitor, and whoever will not wait.

use serde_json::{Value, json};
use testkit::{Socket, on_both};

use crate::{house::House, modules};

/// Says something; answers the `ready` of the conversation it opens.
async fn begins(socket: &mut Socket, client_id: &str, text: &str) -> Value {
    socket.send(json!({"t": "send", "client_id": client_id, "text": text})).await;
    socket.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

on_both! { http::schema(&modules());

async fn whoever_will_not_wait_leaves_the_line_and_is_not_forgotten(db: TestDb) {
    let house = House::with(db, json!({})).await;
    let (mut socket, _) = house.hello(json!({})).await;
    let begun = begins(&mut socket, "v1", "等不了了，请回电").await;
    let path = format!("/conversations/{}", text(&begun["conversation"]["id"]));
    socket.send(json!({"t": "stop_waiting"})).await;
    let told = socket.until(|frame| frame["kind"] == "conversation.left_message").await;
    assert_eq!(told["topic"], format!("conversation:{}", text(&begun["conversation"]["id"])));
    let left = house.admin.get(&path).await.ok();
    assert_eq!((&left["state"], &left["after_hours"], &left["assignee_id"]), (&json!("message"), &json!(true), &Value::Null));
    assert_eq!(house.admin.get("/conversations?state=queued").await.ok()["items"], json!([]));
    let counts = house.admin.get("/conversations/counts").await.ok();
    assert_eq!((&counts["queued"], &counts["messages"], &counts["unanswered"]), (&json!(0), &json!(1), &json!(1)));
    let tasks = async || house.admin.get("/tasks?state=open").await.ok()["items"].as_array().unwrap().clone();
    let task = tasks().await;
    assert_eq!((task.len(), &task[0]["title"], &task[0]["subject_id"]), (1, &json!("等不了了，请回电"), &left["id"]));
    assert!(task[0]["due_at"].as_i64() > Some(house.app.app.clock().now().millis()), "{}", task[0]);
    // Said twice it is one message and one task; what is said besides joins it.
    socket.send(json!({"t": "stop_waiting"})).await;
    socket.send(json!({"t": "send", "client_id": "v2", "text": "下午也行"})).await;
    socket.until(|frame| frame["t"] == "ack").await;
    assert_eq!((house.admin.get(&path).await.ok()["state"].clone(), tasks().await.len()), (json!("message"), 1));
    // Another's socket reaches nothing of it.
    let (mut other, _) = house.hello(json!({})).await;
    other.send(json!({"t": "stop_waiting"})).await;
    assert_eq!(other.next().await.unwrap()["code"], "not_found");

    // Whoever takes it and answers is done with the task.
    let me = house.admin.get("/session").await.ok()["user"]["id"].clone();
    house.admin.post(&format!("{path}/assignment"), json!({"assignee_id": me})).await.ok();
    house.admin.post(&format!("{path}/messages"), json!({"client_id": "a1", "text": "您好，电话多少？"})).await.ok();
    house.app.settle().await;
    assert_eq!(tasks().await.len(), 0);
    let answered = house.admin.get(&path).await.ok();
    assert_eq!((&answered["state"], &answered["after_hours"]), (&json!("active"), &json!(false)));
    house.app.finish().await;
}

async fn what_the_page_says_of_an_open_conversation_is_kept_and_bounded(db: TestDb) {
    let house = House::with(db, json!({})).await;
    let now = house.app.app.clock().now().millis();
    let step = |name: &str, ago: i64| json!({"name": name, "at": now - ago});
    let (mut socket, _) = house.hello(json!({"fields": {"plan": "gold"}, "trail": [step("cart", 2_000), step("years ago", 90_000_000)]})).await;
    let begun = begins(&mut socket, "v1", "在吗").await;
    let path = format!("/conversations/{}", text(&begun["conversation"]["id"]));
    let row = async || house.admin.get(&path).await.ok();
    let names = |row: &Value| row["trail"].as_array().unwrap().iter().map(|step| text(&step["name"]).to_owned()).collect::<Vec<_>>();
    assert_eq!((&row().await["attributes"], names(&row().await)), (&json!({"plan": "gold"}), vec!["cart".to_owned()]));
    let again = async |fields: Value, trail: Value| {
        let hello = json!({"token": begun["token"], "conversation": begun["conversation"]["id"], "fields": fields, "trail": trail, "page": {"url": "https://shop.example.com/pay"}});
        house.hello(hello).await
    };
    // A text taken back, a hostile one that stays text, steps that were told before and a new one.
    let hostile = "<img src=x onerror=alert(1)>\u{202e}";
    let (mut socket, _) = again(json!({"plan": "", "note": hostile}), json!([step("cart", 2_000), step("pay", 1_000)])).await;
    let told = row().await;
    assert_eq!((&told["attributes"], names(&told)), (&json!({"note": hostile}), vec!["cart".to_owned(), "pay".to_owned()]));
    assert_eq!(told["page"]["url"], "https://shop.example.com/pay");
    // To come back without news writes nothing.
    again(json!({"note": hostile}), json!([])).await;
    assert_eq!(row().await["version"], told["version"]);
    for number in 0..25 {
        socket.send(json!({"t": "track", "name": format!("{number} {}", "长".repeat(100)), "at": now + 9_000_000 + number})).await;
        socket.send(json!({"t": "ping"})).await;
        socket.until(|frame| frame["t"] == "pong").await;
    }
    let told = row().await;
    let kept = names(&told);
    assert!(kept.len() == 20 && kept.iter().all(|name| name.chars().count() <= 60), "{kept:?}");
    let (_, refused) = again(json!({"x": "长".repeat(201)}), json!([])).await;
    assert_eq!(refused["code"], "invalid");
    // Past its bound, texts that are new are dropped; those known still change.
    let many: serde_json::Map<_, _> = (0..30).map(|number| (format!("k{number}"), json!("v"))).collect();
    again(Value::Object(many), json!([])).await;
    assert_eq!(row().await["attributes"].as_object().unwrap().len(), 30);
    house.app.finish().await;
}

async fn an_invitation_is_counted_when_it_is_shown_and_when_it_is_taken(db: TestDb) {
    let invitation = json!({"id": "cart", "text": "需要帮忙吗？"});
    let house = House::with(db, json!({"invitations": [invitation]})).await;
    let shown = async |id: &str, page: &str| {
        let path = format!("/widget/channels/{}/invitations/{id}", house.key);
        house.outside(reqwest::Method::POST, &path, "").header("origin", page).send().await.unwrap().status().as_u16()
    };
    let figures = async || house.admin.get(&format!("{}/invitations", house.path)).await.ok();
    assert_eq!(figures().await, json!([{"id": "cart", "shown": 0, "accepted": 0}]));
    assert_eq!([shown("cart", "https://a.example").await, shown("cart", "https://a.example").await, shown("nothing", "https://a.example").await], [204, 204, 404]);
    let (mut socket, _) = house.hello(json!({})).await;
    socket.send(json!({"t": "invited", "id": "cart"})).await;
    socket.send(json!({"t": "invited", "id": "nothing"})).await;
    begins(&mut socket, "v1", "要").await;
    assert_eq!(figures().await, json!([{"id": "cart", "shown": 2, "accepted": 1}]));
    let version = house.admin.get(&house.path).await.ok()["version"].clone();
    house.admin.patch(&house.path, json!({"version": version, "allowed_origins": ["https://shop.example.com"]})).await.ok();
    assert_eq!([shown("cart", "https://a.example").await, shown("cart", "https://shop.example.com").await], [403, 204]);
    // A month later it is another month's business.
    house.app.db.clock.advance(31 * 24 * 3_600_000);
    let admin = house.app.person("administrator").await;
    assert_eq!(admin.get(&format!("{}/invitations", house.path)).await.ok()[0]["shown"], 0);
    house.app.finish().await;
}

}
