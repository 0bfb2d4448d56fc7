//! What is kept of what was said, who sees it, and how fast it was answered.

use std::sync::Arc;

use conversations::{ConversationId, api::NewRating};
use kernel::{Actor, Origin, Timestamp, Visitor};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A running product with a talk under way.
struct Talk {
    app: TestApp,
    key: String,
    admin: Person,
    agent: Person,
    visitor: Socket,
    ready: Value,
    path: String,
    /// When it began: a Friday, 10:00 in the organisation's time zone.
    begun: i64,
}

impl Talk {
    async fn begin(db: testkit::TestDb, after: i64) -> Self {
        let app = TestApp::start(db, modules()).await;
        let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
        let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
        let begun = app.app.clock().now().millis();
        app.db.clock.set(Timestamp::from_millis(begun + after));
        let (mut visitor, hello) = app.visitor_socket(&channel.public_key, None).await;
        visitor.send(json!({"t": "send", "client_id": "v1", "text": "镀晶多少钱"})).await;
        let mut ready = visitor.until(|frame| frame["t"] == "ready").await;
        ready["token"] = hello["token"].clone();
        let path = format!("/conversations/{}", ready["conversation"]["id"].as_str().unwrap());
        Self { app, key: channel.public_key, admin, agent, visitor, ready, path, begun }
    }

    /// As [`Talk::begin`], given to the agent.
    async fn taken(db: testkit::TestDb) -> Self {
        let talk = Self::begin(db, 0).await;
        talk.give(&talk.agent).await;
        talk
    }

    async fn give(&self, to: &Person) {
        self.admin.post(&format!("{}/assignment", self.path), json!({"assignee_id": to.id()})).await.ok();
    }

    fn at(&self, after: i64) {
        self.app.db.clock.set(Timestamp::from_millis(self.begun + after));
    }

    async fn says(&self, client_id: &str, text: &str) -> Value {
        self.agent.post(&format!("{}/messages", self.path), json!({"client_id": client_id, "text": text})).await.ok()
    }

    async fn asks(&mut self, client_id: &str, text: &str) {
        self.visitor.send(json!({"t": "send", "client_id": client_id, "text": text})).await;
        self.visitor.until(|frame| frame["t"] == "ack" && frame["client_id"] == client_id).await;
    }

    async fn row(&self) -> Value {
        self.admin.get(&self.path).await.ok()
    }

    async fn messages(&self) -> Vec<Value> {
        self.admin.get(&format!("{}/messages", self.path)).await.ok()["items"].as_array().unwrap().clone()
    }

    fn id(&self) -> ConversationId {
        self.ready["conversation"]["id"].as_str().unwrap().parse().unwrap()
    }
}

on_both! { http::schema(&modules());

async fn r033_an_edit_keeps_the_original(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    let said = talk.says("a1", "全车一千元").await;
    let message = format!("{}/messages/{}", talk.path, said["seq"]);
    talk.agent.patch(&message, json!({"text": "全车九百元"})).await.ok();
    let told = talk.visitor.fact("message.edited").await;
    assert_eq!((&told["data"]["text"], &told["data"]["seq"]), (&json!("全车九百元"), &said["seq"]));
    assert!(told["data"]["edited_at"].is_i64());
    let versions = talk.admin.get(&format!("{message}/versions")).await.ok();
    assert_eq!((&versions[0]["text"], &versions[0]["number"]), (&json!("全车一千元"), &json!(1)));
    talk.agent.get(&format!("{message}/versions")).await.refused(403, "forbidden");
    // The trail says that it was changed, and repeats no words.
    let trail = talk.admin.get("/audit-entries?action=conversations.message_edited").await.ok();
    assert_eq!((&trail["items"][0]["actor_id"], trail.to_string().contains("一千")), (&json!(talk.agent.id()), false));
    // What is searched is what stands.
    assert_eq!(talk.agent.get("/search?q=一千元").await.ok()["items"], json!([]));
    assert_eq!(talk.agent.get("/search?q=九百元").await.ok()["items"][0]["seq"], said["seq"]);
    // Nobody changes another's words, nor their own after two minutes.
    talk.admin.patch(&message, json!({"text": "免费"})).await.refused(409, "conversations.not_yours");
    talk.at(3 * MINUTE);
    talk.agent.patch(&message, json!({"text": "免费"})).await.refused(409, "conversations.too_late");
    talk.app.finish().await;
}

async fn whoever_serves_a_customer_sees_them_until_a_day_after(db: TestDb) {
    let talk = Talk::begin(db, 0).await;
    let customer = format!("/customers/{}", talk.row().await["customer_id"].as_str().unwrap());
    talk.agent.get(&customer).await.refused(404, "not_found");
    talk.give(&talk.agent).await;
    let card = talk.agent.get(&customer).await.ok();
    let note = talk.agent.patch(&customer, json!({"version": card["version"], "note": "只在周末方便"})).await.ok();
    assert_eq!(note["note"], "只在周末方便");
    let why = json!({"field": "phone", "reason": "回电"});
    talk.agent.post(&format!("{customer}/unmasking"), why.clone()).await.ok();
    // Nobody else's, and not for ever.
    let other = talk.app.person("agent").await;
    other.get(&customer).await.refused(404, "not_found");
    talk.agent.post(&format!("{}/closure", talk.path), json!({})).await.ok();
    talk.at(23 * HOUR);
    talk.agent.get(&customer).await.ok();
    talk.at(25 * HOUR);
    talk.agent.get(&customer).await.refused(404, "not_found");
    talk.agent.post(&format!("{customer}/unmasking"), why).await.refused(404, "not_found");
    talk.app.finish().await;
}

async fn r033_what_is_taken_back_is_no_longer_told_and_still_kept(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    let said = talk.says("a1", "内部底价六百").await;
    let message = format!("{}/messages/{}", talk.path, said["seq"]);
    talk.agent.post(&format!("{message}/recall"), json!({})).await.ok();
    assert_eq!(talk.visitor.fact("message.recalled").await["data"]["text"], "");
    talk.agent.patch(&message, json!({"text": "又来"})).await.refused(409, "conversations.recalled");
    let trail = talk.admin.get("/audit-entries?action=conversations.message_recalled").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    assert_eq!(talk.agent.get("/search?q=底价").await.ok()["items"], json!([]));
    assert_eq!(talk.admin.get(&format!("{message}/versions")).await.ok()[0]["text"], "内部底价六百");
    // Neither does somebody who comes back and asks for what they missed hear it.
    let (mut back, _) = talk.app.visitor_socket(&talk.key, None).await;
    let id = &talk.ready["conversation"]["id"];
    back.send(json!({"t": "hello", "channel": talk.key, "token": talk.ready["token"], "conversation": id, "since": 1})).await;
    loop {
        let frame = back.next().await.unwrap();
        assert!(!frame.to_string().contains("底价"), "{frame}");
        if frame["kind"] == "message.recalled" {
            break;
        }
    }
    talk.app.finish().await;
}

async fn r033_a_note_reaches_the_visitor_by_no_way(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    let path = format!("{}/messages", talk.path);
    let note = talk.agent.post(&path, json!({"client_id": "n1", "kind": "note", "text": "此客户难缠"})).await.ok();
    assert_eq!((&note["kind"], &note["staff_only"]), (&json!("note"), &json!(true)));
    talk.agent.patch(&format!("{path}/{}", note["seq"]), json!({"text": "此客户很难缠"})).await.ok();
    talk.agent.put(&format!("{}/tags", talk.path), json!({"tags": ["难缠"]})).await.ok();
    talk.agent.put(&format!("{}/wrap-up", talk.path), json!({"note": "难缠"})).await.ok();
    talk.says("a1", "您好").await;
    loop {
        let frame = talk.visitor.next().await.unwrap();
        assert!(!frame.to_string().contains("难缠"), "{frame}");
        if frame["data"]["client_id"] == "a1" {
            break;
        }
    }
    let (_, ready) = talk.app.visitor_socket(&talk.key, talk.ready["token"].as_str()).await;
    assert!(ready.to_string().contains("您好") && !ready.to_string().contains("难缠"), "{ready}");
    assert_eq!(talk.row().await["preview"], "您好");
    assert_eq!(talk.agent.get("/search?q=难缠").await.ok()["items"][0]["seq"], note["seq"]);
    talk.app.finish().await;
}

async fn a_quote_and_a_card_are_checked(db: TestDb) {
    let talk = Talk::taken(db).await;
    let path = format!("{}/messages", talk.path);
    let first = talk.messages().await.into_iter().find(|message| message["kind"] == "text").unwrap();
    let quoted = talk.agent.post(&path, json!({"client_id": "q1", "text": "九百", "quote_seq": first["seq"]})).await.ok();
    assert_eq!(quoted["quote_seq"], first["seq"]);
    talk.agent.post(&path, json!({"client_id": "q2", "text": "九百", "quote_seq": 999})).await.refused_field("quote_seq", "unknown");
    let card = json!({"title": "镀晶套餐", "price": "¥ 900", "url": "https://shop.example.com/1"});
    let sent = talk.agent.post(&path, json!({"client_id": "c1", "kind": "card", "data": card})).await.ok();
    assert_eq!((&sent["kind"], &sent["text"], &sent["data"]), (&json!("card"), &json!("镀晶套餐"), &card));
    for (data, field, code) in [
        (json!({"title": "x", "url": "javascript:alert(1)"}), "data.url", "malformed"),
        (json!({"title": "x", "image_url": "http://a.example/x.png"}), "data.image_url", "malformed"),
        (json!({"title": " "}), "data.title", "required"),
    ] {
        talk.agent.post(&path, json!({"client_id": "c2", "kind": "card", "data": data})).await.refused_field(field, code);
    }
    let flood = "\u{200b}".repeat(200);
    talk.agent.post(&path, json!({"client_id": "z", "text": format!("a{flood}")})).await.refused_field("text", "too_many_marks");
    talk.agent.post(&path, json!({"client_id": "z", "text": flood})).await.refused_field("text", "required");
    talk.app.finish().await;
}

async fn the_transcript_tells_what_happened_and_a_place_in_it_can_be_jumped_to(db: TestDb) {
    let talk = Talk::taken(db).await;
    for number in 0..20 {
        talk.says(&format!("a{number}"), &format!("第{number}句")).await;
    }
    talk.agent.post(&format!("{}/closure", talk.path), json!({"reason_id": "wur_00000000000000000000000009", "note": "已退"})).await.ok();
    let all = talk.messages().await;
    let events: Vec<_> = all.iter().filter_map(|message| message["data"]["event"].as_str()).collect();
    assert_eq!(events, ["opened", "assigned", "closed"]);
    assert_eq!(talk.row().await["wrap_up"]["reason"], "售后 / 退款");
    let middle = &all[10];
    let around = talk.agent.get(&format!("{}/messages?around={}&limit=6", talk.path, middle["seq"])).await.ok();
    let seqs: Vec<_> = around["items"].as_array().unwrap().iter().map(|message| message["seq"].clone()).collect();
    assert_eq!(seqs.len(), 6);
    assert_eq!(&seqs[3], &middle["seq"]);
    talk.app.finish().await;
}

async fn r048_an_answer_counts_in_business_time_and_by_the_clock_on_the_wall(db: TestDb) {
    // 11:50; the morning ends at 12:00, the afternoon begins at 13:30.
    let mut talk = Talk::begin(db, 110 * MINUTE).await;
    talk.give(&talk.agent).await;
    talk.agent.post(&format!("{}/messages", talk.path), json!({"client_id": "n", "kind": "note", "text": "忙"})).await.ok();
    let row = talk.row().await;
    assert_eq!((&row["first_response_at"], &row["responses"], &row["unread"]), (&Value::Null, &json!(0), &json!(1)));
    talk.at(220 * MINUTE);
    talk.says("a1", "九百元").await;
    let row = talk.row().await;
    assert_eq!((&row["first_response_ms"], &row["first_response_wall_ms"]), (&json!(20 * MINUTE), &json!(110 * MINUTE)));
    assert_eq!((&row["unread"], &row["waiting_since"]), (&json!(0), &Value::Null));
    // What answers nothing counts nothing.
    talk.at(221 * MINUTE);
    talk.says("a2", "今天有优惠").await;
    talk.asks("v2", "好").await;
    talk.at(222 * MINUTE);
    talk.says("a3", "好的").await;
    let row = talk.row().await;
    assert_eq!((&row["responses"], &row["response_ms"], &row["response_wall_ms"]), (&json!(2), &json!(21 * MINUTE), &json!(111 * MINUTE)));
    assert_eq!(row["first_response_ms"], json!(20 * MINUTE));
    talk.app.finish().await;
}

async fn r048_what_was_closed_without_an_answer_has_no_response_time(db: TestDb) {
    let talk = Talk::taken(db).await;
    talk.agent.post(&format!("{}/closure", talk.path), json!({})).await.ok();
    let row = talk.row().await;
    assert_eq!((&row["first_response_ms"], &row["responses"], &row["waiting_since"]), (&Value::Null, &json!(0), &Value::Null));
    talk.app.finish().await;
}

async fn r031_a_message_at_three_gets_an_acknowledgement_and_a_task_for_nine(db: TestDb) {
    // Monday, 03:00.
    let mut talk = Talk::begin(db, 65 * HOUR).await;
    let line = talk.visitor.until(|frame| frame["data"]["data"]["event"] == "after_hours").await["data"].clone();
    let opens_at = talk.begun + 71 * HOUR;
    assert_eq!((&line["data"]["opens_at"], &line["data"]["time_zone"]), (&json!(opens_at), &json!("Asia/Shanghai")));
    assert!(line["text"].as_str().unwrap().contains("11月23日 09:00"), "{line}");
    let task = talk.admin.get("/tasks").await.ok()["items"][0].clone();
    assert_eq!((&task["source"], &task["due_at"]), (&json!("conversations.after_hours"), &json!(opens_at)));
    assert_eq!((&task["title"], &task["state"]), (&json!("镀晶多少钱"), &json!("open")));
    assert_eq!(talk.row().await["after_hours"], json!(true));
    // Whoever goes on is not told again.
    talk.at(65 * HOUR + MINUTE);
    talk.asks("v2", "有人吗").await;
    talk.app.settle().await;
    assert_eq!(talk.messages().await.iter().filter(|message| message["data"]["event"] == "after_hours").count(), 1);
    // It goes with the conversation, and is done with the answer.
    talk.at(71 * HOUR + 5 * MINUTE);
    talk.give(&talk.agent).await;
    let task_path = format!("/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(talk.agent.get(&task_path).await.ok()["owner_id"], json!(talk.agent.id()));
    talk.says("a1", "您好,九百元").await;
    let row = talk.row().await;
    assert_eq!((&row["after_hours"], &row["first_response_ms"]), (&json!(false), &json!(5 * MINUTE)));
    talk.app.settle().await;
    assert_eq!(talk.admin.get(&task_path).await.ok()["state"], "done");
    talk.app.finish().await;
}

async fn r031_nothing_is_forgotten_over_a_holiday_of_seven_days(db: TestDb) {
    let mut talk = Talk::begin(db, 0).await;
    for day in 23..=29 {
        let body = json!({"date": format!("2026-11-{day}"), "kind": "holiday", "slots": [], "name": "长假"});
        talk.admin.post("/settings/special-days", body).await.ok();
    }
    // The second day of the holiday, and the last: what they wrote before was never answered.
    for (client_id, days) in [("v2", 4), ("v3", 9)] {
        talk.at(days * 24 * HOUR);
        talk.asks(client_id, "什么时候上班").await;
        talk.app.settle().await;
    }
    let opens_at = talk.begun + 10 * 24 * HOUR - HOUR;
    let messages = talk.messages().await;
    let lines: Vec<_> = messages.iter().filter(|message| message["data"]["event"] == "after_hours").collect();
    assert_eq!((lines.len(), &lines[0]["data"]["opens_at"]), (1, &json!(opens_at)));
    let tasks = talk.admin.get("/tasks").await.ok();
    assert_eq!((tasks["items"].as_array().unwrap().len(), &tasks["items"][0]["due_at"]), (1, &json!(opens_at)));
    talk.app.finish().await;
}

async fn a_rating_stays_with_whom_it_was_given_for_and_may_be_changed_for_a_day(db: TestDb) {
    let talk = Talk::taken(db).await;
    let row = talk.row().await;
    let visitor = Visitor { customer: row["customer_id"].as_str().unwrap().parse().unwrap(), channel: row["channel_id"].as_str().unwrap().parse().unwrap() };
    let origin = Arc::new(Origin { actor: Actor::Visitor(visitor), ip: None, user_agent: None, request_id: String::new() });
    let id = talk.id();
    let rate = |score: i64| {
        let (db, origin) = (talk.app.app.db().clone(), origin.clone());
        async move {
            let new = NewRating { score: Some(score), comment: "还行".into(), ..NewRating::default() };
            db.write(&origin, move |tx| conversations::api::rate(tx, id, new.clone())).await
        }
    };
    assert!(rate(6).await.is_err());
    rate(2).await.unwrap();
    let other = talk.app.person("agent").await;
    talk.give(&other).await;
    talk.at(23 * HOUR);
    rate(5).await.unwrap();
    assert_eq!(talk.row().await["rating"]["score"], 5);
    let customer = row["customer_id"].as_str().unwrap();
    let held = talk.admin.get(&format!("/customers/{customer}/export?reason=核对")).await.ok();
    let ratings = held["elsewhere"]["conversations"][0]["ratings"].as_array().unwrap().clone();
    let about: Vec<_> = ratings.iter().map(|rating| (rating["score"].as_i64().unwrap(), rating["agent_id"].clone(), rating["latest"].clone())).collect();
    let agent = json!(talk.agent.id());
    assert_eq!(about, [(2, agent.clone(), json!(false)), (5, agent, json!(true))]);
    talk.at(25 * HOUR);
    assert!(rate(1).await.is_err());
    talk.app.finish().await;
}

async fn who_loses_a_conversation_hears_no_more_of_it(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    let topic = format!("conversation:{}", talk.id());
    let mut desk = talk.app.staff_socket(&talk.agent).await;
    desk.watch(&topic).await;
    let other = talk.app.person("agent").await;
    talk.give(&other).await;
    let ended = desk.until(|frame| frame["t"] == "error").await;
    assert_eq!((&ended["topic"], &ended["code"]), (&json!(topic), &json!("not_found")));
    let mut new = talk.app.staff_socket(&other).await;
    new.watch(&topic).await;
    talk.asks("v2", "还在吗").await;
    new.until(|frame| frame["data"]["client_id"] == "v2").await;
    desk.send(json!({"t": "ping"})).await;
    loop {
        let frame = desk.next().await.unwrap();
        assert_ne!(frame["t"], "fact", "{frame}");
        if frame["t"] == "pong" {
            break;
        }
    }
    // Whoever may see it goes on without a gap.
    let mut all = talk.app.staff_socket(&talk.admin).await;
    let mut seq = all.watch(&topic).await["seq"].as_i64().unwrap();
    talk.give(&talk.agent).await;
    talk.asks("v3", "在").await;
    loop {
        let fact = all.until(|frame| frame["t"] == "fact").await;
        seq += 1;
        assert_eq!(fact["seq"], json!(seq));
        if fact["data"]["client_id"] == "v3" {
            break;
        }
    }
    talk.app.finish().await;
}

async fn conversations_are_found_by_tag_and_by_how_long_they_wait(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    let path = format!("{}/tags", talk.path);
    talk.agent.put(&path, json!({"tags": ["投诉", " 投诉 ", "VIP"]})).await.ok();
    assert_eq!(talk.row().await["tags"], json!(["投诉", "VIP"]));
    talk.agent.put(&path, json!({"tags": vec!["x"; 21]})).await.refused_field("tags", "too_many");
    talk.agent.put(&path, json!({"tags": ["长".repeat(31)]})).await.refused_field("tags[0]", "malformed");
    let ids = |page: &Value| page["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let id = json!(talk.id());
    for query in ["tag=投诉", "tag=VIP&state=active", "unanswered=true", "sort=waiting", "sort=waiting&tag=VIP"] {
        assert_eq!(ids(&talk.agent.get(&format!("/conversations?{query}")).await.ok()), std::slice::from_ref(&id), "{query}");
    }
    for query in ["tag=表扬", "tag=投诉&state=closed", "queue=que_00000000000000000000000001"] {
        assert_eq!(ids(&talk.agent.get(&format!("/conversations?{query}")).await.ok()), Vec::<Value>::new(), "{query}");
    }
    let stranger = talk.app.person("agent").await;
    assert_eq!(ids(&stranger.get("/conversations?tag=投诉").await.ok()), Vec::<Value>::new());
    // All of one customer's, as far as one may see them.
    let of = format!("/conversations?customer={}", talk.row().await["customer_id"].as_str().unwrap());
    for query in ["", "&state=active", "&sort=waiting"] {
        assert_eq!(ids(&talk.agent.get(&format!("{of}{query}")).await.ok()), std::slice::from_ref(&id), "{query}");
    }
    assert_eq!(ids(&talk.agent.get(&format!("{of}&state=closed")).await.ok()), Vec::<Value>::new());
    assert_eq!(ids(&stranger.get(&of).await.ok()), Vec::<Value>::new());
    // A second one, which waits less long.
    talk.at(MINUTE);
    let (mut second, _) = talk.app.visitor_socket(&talk.key, None).await;
    second.send(json!({"t": "send", "client_id": "s1", "text": "急"})).await;
    let ready = second.until(|frame| frame["t"] == "ready").await;
    let waiting = talk.admin.get("/conversations?sort=waiting&limit=1").await.ok();
    assert_eq!(ids(&waiting), std::slice::from_ref(&id));
    let rest = talk.admin.get(&format!("/conversations?sort=waiting&limit=1&cursor={}", waiting["next_cursor"].as_str().unwrap())).await.ok();
    assert_eq!(ids(&rest), [ready["conversation"]["id"].clone()]);
    talk.says("a1", "您好").await;
    assert_eq!(ids(&talk.admin.get("/conversations?sort=waiting").await.ok()), [ready["conversation"]["id"].clone()]);
    talk.asks("v9", "谢谢").await;
    talk.app.finish().await;
}

async fn r033_a_search_is_narrowed_and_says_where_the_words_stand(db: TestDb) {
    let mut talk = Talk::taken(db).await;
    talk.says("a1", "鍍晶价格九百元").await;
    talk.at(MINUTE);
    talk.asks("v2", "镀晶能打折吗").await;
    talk.agent.put(&format!("{}/tags", talk.path), json!({"tags": ["议价"]})).await.ok();
    let row = talk.row().await;
    let found = talk.agent.get("/search?q=镀晶").await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 3);
    assert_eq!((&found["items"][1]["text"], &found["items"][1]["marks"]), (&json!("鍍晶价格九百元"), &json!([{"start": 0, "end": 2}])));
    let (customer, channel, me) = (row["customer_id"].as_str().unwrap(), row["channel_id"].as_str().unwrap(), talk.agent.id());
    let later = talk.begun + MINUTE;
    let nobody = talk.app.person("agent").await.id();
    for (narrowed, count) in [
        (format!("customer={customer}&channel={channel}&assignee={me}&tag=议价"), 3),
        (format!("assignee={nobody}"), 0),
        ("tag=投诉".to_owned(), 0),
        (format!("from={later}"), 1),
        (format!("to={later}"), 2),
        ("kind=customer".to_owned(), 0),
    ] {
        let found = talk.agent.get(&format!("/search?q=镀晶&{narrowed}")).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{narrowed}");
    }
    talk.admin.patch(&format!("/customers/{customer}"), json!({"name": "韩梅梅", "version": 1})).await.ok();
    let customers = talk.admin.get("/search?q=韩梅").await.ok()["customers"].clone();
    assert_eq!(customers[0]["id"], json!(customer));
    talk.app.finish().await;
}

async fn an_export_shows_what_the_screen_shows_and_is_on_the_trail(db: TestDb) {
    let talk = Talk::taken(db).await;
    let said = talk.says("a1", "<b>一千元</b>").await;
    talk.agent.patch(&format!("{}/messages/{}", talk.path, said["seq"]), json!({"text": "<i>九百元</i>"})).await.ok();
    let path = format!("{}/export", talk.path);
    talk.agent.get(&path).await.refused(403, "forbidden");
    let read = async |format: &str| {
        let request = talk.admin.request(reqwest::Method::GET, &format!("{path}?format={format}"));
        request.send().await.unwrap().text().await.unwrap()
    };
    let page = read("html").await;
    assert!(page.contains("镀晶多少钱") && page.contains("&lt;i&gt;九百元") && page.contains("&lt;b&gt;一千元") && !page.contains("<i>"), "{page}");
    let text = read("txt").await;
    assert!(text.contains("<i>九百元</i>") && text.contains("2026-11-20 10:00:00"), "{text}");
    let all: Value = serde_json::from_str(&read("json").await).unwrap();
    assert_eq!(all["messages"], json!(talk.messages().await));
    let trail = talk.admin.get("/audit-entries?action=conversations.exported").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
    talk.app.finish().await;
}

async fn reasons_have_two_levels_and_are_archived_not_deleted(db: TestDb) {
    let talk = Talk::taken(db).await;
    let all = talk.agent.get("/wrap-up-reasons").await.ok();
    assert_eq!(all.as_array().unwrap().iter().filter(|reason| reason["parent_id"].is_null()).count(), 7);
    talk.agent.post("/wrap-up-reasons", json!({"label": "x"})).await.refused(403, "forbidden");
    let top = talk.admin.post("/wrap-up-reasons", json!({"label": "会员"})).await.ok();
    let below = talk.admin.post("/wrap-up-reasons", json!({"label": "积分", "parent_id": top["id"]})).await.ok();
    talk.admin.post("/wrap-up-reasons", json!({"label": "x", "parent_id": below["id"]})).await.refused_field("parent_id", "too_deep");
    let path = format!("/wrap-up-reasons/{}", below["id"].as_str().unwrap());
    talk.admin.patch(&path, json!({"archived": true, "version": 1})).await.ok();
    talk.admin.patch(&path, json!({"label": "y", "version": 1})).await.refused(409, "conversations.reason_stale");
    let wrap_up = format!("{}/wrap-up", talk.path);
    talk.agent.put(&wrap_up, json!({"reason_id": below["id"]})).await.refused(409, "conversations.reason_archived");
    talk.agent.put(&wrap_up, json!({})).await.refused_field("reason_id", "required");
    talk.agent.put(&wrap_up, json!({"reason_id": top["id"]})).await.ok();
    talk.app.finish().await;
}

}
