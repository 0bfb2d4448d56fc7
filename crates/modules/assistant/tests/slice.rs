//! What customers and staff rely on of automatic answers.

mod model;

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        knowledge::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        assistant::module(),
    ]
}

/// A desk whose queue the assistant answers in, with two public articles and an internal one.
struct Desk {
    app: TestApp,
    key: String,
    admin: Person,
    agent: Person,
    refund: Value,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, writer, agent) =
        (app.person("administrator").await, app.person("supervisor").await, app.person("agent").await);
    let mut desk = Desk { app, key: channel.public_key, admin, agent, refund: Value::Null };
    for (title, answer, audience) in [
        ("退款多久到账", "一到五个工作日，原路退回", "public"),
        ("上门安装怎么预约", "签收后在订单里预约", "public"),
        ("跨月发票重开", "走红冲", "internal"),
        ("积分什么时候过期", "", "public"),
    ] {
        let words = json!({"title": title, "answer": answer, "body": "正文", "audience": audience});
        let article = writer.post("/articles", words).await.ok();
        let at = |rest: &str| format!("/articles/{}{rest}", article["id"].as_str().unwrap());
        let waiting = writer.post(&at("/submission"), json!({"version": article["version"]})).await.ok();
        let published = desk.admin.post(&at("/publication"), json!({"version": waiting["version"]})).await.ok();
        if title.starts_with("退款") {
            desk.refund = published;
        }
    }
    desk
}

impl Desk {
    /// Lets it answer in every queue there is, or in none.
    async fn switch(&self, on: bool) -> Value {
        let queues = self.admin.get("/queues").await.ok();
        let queues = queues.as_array().or_else(|| queues["items"].as_array()).unwrap().clone();
        let ids: Vec<_> = queues.iter().filter(|_| on).map(|queue| queue["id"].clone()).collect();
        let version = self.admin.get("/assistant").await.ok()["version"].clone();
        let body = json!({"version": version, "queues": ids, "base_url": "https://kf.example.com/"});
        self.admin.put("/assistant", body).await.ok()
    }

    async fn arrive(&self, words: &str) -> (Socket, String) {
        let (visitor, ready) = self.app.visitor_writes(&self.key, words).await;
        self.app.settle().await;
        (visitor, ready["conversation"]["id"].as_str().unwrap().to_owned())
    }

    async fn say(&self, visitor: &mut Socket, client_id: &str, words: &str) {
        visitor.send(json!({"t": "send", "client_id": client_id, "text": words})).await;
        visitor.until(|frame| frame["t"] == "ack" && frame["client_id"] == client_id).await;
        self.app.settle().await;
    }

    /// What it said, and what it noted.
    async fn said(&self, conversation: &str) -> (Vec<String>, Vec<String>) {
        let page = self.admin.get(&format!("/conversations/{conversation}/messages?limit=200")).await.ok();
        let of = |kind: &str| {
            let ours = page["items"].as_array().unwrap().iter();
            let ours = ours.filter(|one| one["author"] == "system" && one["kind"] == kind);
            ours.map(|one| one["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        (of("text"), of("note"))
    }
}

on_both! { http::schema(&modules());

async fn it_answers_who_waits_only_when_it_is_sure_cites_the_article_and_tells_staff(db: TestDb) {
    let desk = desk(db).await;
    // Off until somebody switches a queue on.
    let (_visitor, id) = desk.arrive("请问退款多久到账").await;
    assert_eq!(desk.said(&id).await, (vec![], vec![]));
    desk.switch(true).await;
    let (mut visitor, id) = desk.arrive("请问退款多久到账").await;
    let (said, noted) = desk.said(&id).await;
    let link = format!("https://kf.example.com/articles/{}", desk.refund["id"].as_str().unwrap());
    assert!(said.len() == 1 && said[0].starts_with("一到五个工作日，原路退回\n\n详见《退款多久到账》：") && said[0].contains(&link), "{said:?}");
    assert!(said[0].contains("人工") && noted.len() == 1 && noted[0].contains("请问退款多久到账"), "{noted:?}");
    // The visitor sees the answer, and keeps waiting for a person.
    visitor.until(|frame| frame["kind"] == "message.posted" && frame["data"]["author"] == "system" && frame["data"]["kind"] == "text").await;
    let row = desk.admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!((&row["state"], row["waiting_since"].is_i64(), &row["first_response_ms"]), (&json!("queued"), true, &json!(null)));
    // Never the same again; another matter is answered, what is not sure is not, nor what is internal or has no short answer.
    desk.say(&mut visitor, "v2", "退款多久到账啊").await;
    assert_eq!(desk.said(&id).await.0.len(), 1);
    for (client, words) in [("v3", "你们周末上班吗"), ("v4", "跨月发票重开"), ("v5", "积分什么时候过期"), ("v6", "退款")] {
        desk.say(&mut visitor, client, words).await;
        assert_eq!(desk.said(&id).await.0.len(), 1, "{words}");
    }
    desk.say(&mut visitor, "v7", "那上门安装怎么预约").await;
    assert_eq!(desk.said(&id).await.0.len(), 2);
    desk.app.finish().await;
}

async fn it_is_silent_once_somebody_has_taken_over_or_a_person_is_asked_for(db: TestDb) {
    let desk = desk(db).await;
    desk.switch(true).await;
    let (mut visitor, id) = desk.arrive("你好").await;
    assert_eq!(desk.said(&id).await, (vec![], vec![]));
    desk.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": desk.agent.id()})).await.ok();
    desk.say(&mut visitor, "v2", "退款多久到账").await;
    assert_eq!(desk.said(&id).await, (vec![], vec![]));

    let (mut visitor, id) = desk.arrive("转人工").await;
    let (said, noted) = desk.said(&id).await;
    assert!(said.len() == 1 && said[0].contains("客服会按顺序接待您") && noted.len() == 1, "{said:?} {noted:?}");
    desk.say(&mut visitor, "v2", "退款多久到账").await;
    assert_eq!(desk.said(&id).await.0.len(), 1);
    desk.app.finish().await;
}

async fn what_came_of_its_answers_is_counted_by_article(db: TestDb) {
    let desk = desk(db).await;
    desk.switch(true).await;
    let (_handed, first) = desk.arrive("退款多久到账").await;
    let (mut content, _second) = desk.arrive("退款多久到账").await;
    desk.admin.post(&format!("/conversations/{first}/assignment"), json!({"assignee_id": desk.agent.id()})).await.ok();
    content.send(json!({"t": "leave"})).await;
    content.until(|frame| frame["kind"] == "conversation.closed").await;
    desk.app.settle().await;
    let figures = desk.admin.get("/assistant").await.ok()["articles"].clone();
    assert_eq!(figures, json!([{"article_id": desk.refund["id"], "title": "退款多久到账", "answers": 2, "solved": 1, "handed": 1}]));
    // What is in doubt is not given.
    let verify = format!("/articles/{}/verification", desk.refund["id"].as_str().unwrap());
    let until = desk.app.app.clock().now().millis() + 1_000;
    desk.admin.post(&verify, json!({"verify_until": until})).await.ok();
    desk.app.app.clock().advance(2_000);
    let (_third, id) = desk.arrive("退款多久到账").await;
    assert_eq!(desk.said(&id).await.0, Vec::<String>::new());
    desk.app.finish().await;
}

async fn by_other_channels_it_answers_where_it_is_told_so_and_never_keeps_a_machine_talking(db: TestDb) {
    let desk = desk(db).await;
    desk.switch(true).await;
    let open = |tx: &mut store::Tx<'_>| {
        let permit = tx.actor().permit("channels.manage", &kernel::Owned::NOBODY, tx.now())?;
        channels::api::open(tx, &permit, channels::ChannelKind::Open, "小程序")
    };
    let channel = desk.app.app.db().write(&Origin::system("test"), open).await.unwrap().id;
    let queue: kernel::QueueId = desk.admin.get("/assistant").await.ok()["queues"][0].as_str().unwrap().parse().unwrap();
    // Somebody, or something, that writes again and again, each time as if for the first time.
    let write = async |number: usize, words: &str| {
        let words = words.to_owned();
        let write = move |tx: &mut store::Tx<'_>| {
            let channel = channels::api::get(tx, channel)?;
            let customer = customers::api::for_identity(tx, channel.id, "robot", None)?.id;
            let (attributes, trail) = (Default::default(), Default::default());
            let opening = conversations::api::Opening { channel: &channel, customer, name: "", queue: Some(queue), page: None, attributes, trail };
            let (conversation, _) = conversations::api::open(tx, opening)?;
            let visitor = kernel::Actor::Visitor(kernel::Visitor { customer, channel: channel.id });
            let post = conversations::api::Post::new(conversation.id, visitor, format!("r{number}"), words.clone());
            conversations::api::post(tx, post)?;
            Ok(conversation.id)
        };
        let id = desk.app.app.db().write(&Origin::system("test"), write).await.unwrap();
        desk.app.settle().await;
        id.to_string()
    };
    let first = write(0, "退款多久到账").await;
    assert_eq!(desk.said(&first).await.0.len(), 0, "nowhere but in web chats unless it is told so");
    let version = desk.admin.get("/assistant").await.ok()["version"].clone();
    desk.admin.put("/assistant", json!({"version": version, "queues": [], "outside": [queue]})).await.refused_field("outside", "not_among_queues");
    desk.admin.put("/assistant", json!({"version": version, "queues": [queue], "outside": [queue]})).await.ok();
    let mut answers = 0;
    for number in 1..12 {
        let id = write(number, "退款多久到账").await;
        answers += desk.said(&id).await.0.len();
        desk.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
        desk.app.settle().await;
    }
    assert_eq!(answers, 6, "so many times a day and no more");
    desk.app.finish().await;
}

async fn who_may_switch_it_on_says_where_and_malformed_settings_are_named(db: TestDb) {
    let desk = desk(db).await;
    desk.agent.get("/assistant").await.refused(403, "forbidden");
    let set = async |body: Value| desk.admin.put("/assistant", body).await;
    set(json!({"version": 0, "queues": ["que_01jd3k5v2pf6z8q0w4x7y9abcd"]})).await.refused_field("queues", "unknown");
    for url in ["javascript:alert(1)", "ftp://x", "https://", "https://a b", "kf.example.com"] {
        set(json!({"version": 0, "queues": [], "base_url": url})).await.refused_field("base_url", "malformed");
    }
    let on = desk.switch(true).await;
    assert_eq!((&on["version"], &on["base_url"]), (&json!(1), &json!("https://kf.example.com")));
    set(json!({"version": 0, "queues": []})).await.refused(409, "assistant.stale");
    assert_eq!(desk.switch(false).await["queues"], json!([]));
    let trail = desk.admin.get("/audit-entries?subject=assistant").await.ok();
    assert_eq!(trail["items"][0]["action"], "assistant.changed");
    desk.app.finish().await;
}

}
