//! Conversations that are put away until a time.

use kernel::{Origin, Timestamp};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

use crate::modules;

const HOUR: i64 = 3_600_000;

/// An agent who has answered the one customer there is, and somebody who has nothing to do with it.
struct Desk {
    app: TestApp,
    admin: Person,
    owner: Person,
    other: Person,
    visitor: Socket,
    path: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    // Thursday, 26 November 2026, 10:00 in Shanghai.
    app.app.clock().set(Timestamp::from_millis(1_795_658_400_000));
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, owner, other) =
        (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let (visitor, ready) = app.visitor_writes(&channel.public_key, "什么时候到货").await;
    let path = format!("/conversations/{}", ready["conversation"]["id"].as_str().unwrap());
    Desk { app, admin, owner, other, visitor, path }
}

impl Desk {
    async fn taken(&self) {
        self.admin.post(&format!("{}/assignment", self.path), json!({"assignee_id": self.owner.id()})).await.ok();
        self.owner.post(&format!("{}/messages", self.path), json!({"client_id": "o1", "text": "周四到货"})).await.ok();
    }

    async fn snooze(&self, who: &Person, until: i64) -> testkit::Reply {
        who.put(&format!("{}/snooze", self.path), json!({"until": until, "reason": "等到货"})).await
    }

    fn in_hours(&self, hours: i64) -> i64 {
        self.app.app.clock().now().millis() + hours * HOUR
    }

    async fn row(&self) -> Value {
        self.owner.get(&self.path).await.ok()
    }

    async fn events(&self) -> Vec<Value> {
        let page = self.owner.get(&format!("{}/messages", self.path)).await.ok();
        let all = page["items"].as_array().unwrap();
        all.iter().filter(|one| one["kind"] == "event").map(|one| one["data"].clone()).collect()
    }

    async fn load(&self) -> Vec<i64> {
        let load = self.app.app.db().read(&Origin::system("test"), conversations::api::load).await.unwrap();
        load.into_iter().map(|(_, n)| n).filter(|n| *n != 0).collect()
    }
}

on_both! { http::schema(&modules());

async fn r036_what_is_put_away_comes_back_by_itself_in_time(db: TestDb) {
    let desk = desk(db).await;
    desk.snooze(&desk.admin, desk.in_hours(2)).await.refused(409, "conversations.nobodys");
    desk.taken().await;
    desk.snooze(&desk.other, desk.in_hours(2)).await.refused(404, "not_found");
    desk.snooze(&desk.owner, desk.in_hours(0)).await.refused_field("until", "past");
    desk.snooze(&desk.owner, desk.in_hours(24 * 400)).await.refused_field("until", "too_far");
    assert_eq!(desk.load().await, [1]);

    let mut socket = desk.app.staff_socket(&desk.owner).await;
    socket.watch("inbox").await;
    let until = desk.in_hours(2);
    let away = desk.snooze(&desk.owner, until).await.ok();
    assert_eq!((&away["snoozed_until"], &away["snooze_reason"]), (&json!(until), &json!("等到货")));
    // Said twice it is said once.
    assert_eq!(desk.snooze(&desk.owner, until).await.ok()["version"], away["version"]);
    // It holds no place, and stands in a list of its own.
    assert_eq!(desk.load().await, Vec::<i64>::new());
    assert_eq!(desk.owner.get("/conversations?snoozed=true").await.ok()["items"][0]["id"], away["id"]);
    assert_eq!(desk.other.get("/conversations?snoozed=true").await.ok()["items"], json!([]));
    assert_eq!(desk.owner.get("/conversations/counts").await.ok()["snoozed"], 1);
    let line = desk.events().await.pop().unwrap();
    assert_eq!((&line["event"], &line["by"]["id"], &line["until"]), (&json!("snoozed"), &json!(desk.owner.id()), &json!(until)));

    desk.app.settle().await;
    assert_eq!(desk.row().await["snoozed_until"], json!(until));
    desk.app.app.clock().advance(2 * HOUR);
    desk.app.settle().await;
    assert_eq!(desk.row().await["snoozed_until"], Value::Null);
    assert_eq!(desk.events().await.pop().unwrap(), json!({"event": "woken", "by": null}));
    socket.until(|frame| frame["kind"] == "conversation.changed" && frame["data"]["snoozed_until"].is_null() && frame["data"]["version"].as_i64() > away["version"].as_i64()).await;
    assert_eq!(desk.load().await, [1]);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", away["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"conversations.snoozed") && actions.contains(&"conversations.woken"), "{actions:?}");
    desk.app.finish().await;
}

async fn r036_the_customers_words_bring_it_back_at_once_and_only_once(db: TestDb) {
    let mut desk = desk(db).await;
    desk.taken().await;
    desk.snooze(&desk.owner, desk.in_hours(2)).await.ok();
    // One's own words and notes do not.
    desk.owner.post(&format!("{}/messages", desk.path), json!({"client_id": "o2", "text": "催过了", "kind": "note"})).await.ok();
    desk.owner.post(&format!("{}/messages", desk.path), json!({"client_id": "o3", "text": "明天告诉您"})).await.ok();
    assert!(desk.row().await["snoozed_until"].is_i64());
    desk.visitor.send(json!({"t": "send", "client_id": "v2", "text": "还没到吗"})).await;
    desk.visitor.until(|frame| frame["t"] == "ack" && frame["client_id"] == "v2").await;
    let row = desk.row().await;
    assert_eq!((&row["snoozed_until"], &row["unread"]), (&Value::Null, &json!(1)));
    assert_eq!(desk.load().await, [1]);
    // What would have brought it back in time finds another time, or none.
    let lines = desk.events().await.len();
    let later = desk.in_hours(5);
    desk.snooze(&desk.owner, later).await.ok();
    // Whoever waits for an answer is in nobody's way, and goes on holding their place.
    assert_eq!(desk.load().await, [1]);
    desk.app.app.clock().advance(3 * HOUR);
    desk.app.settle().await;
    assert_eq!((&desk.row().await["snoozed_until"], desk.events().await.len()), (&json!(later), lines + 1));
    desk.app.finish().await;
}

async fn r036_it_is_let_back_by_hand_by_giving_it_away_and_by_its_end(db: TestDb) {
    let desk = desk(db).await;
    desk.taken().await;
    let path = format!("{}/snooze", desk.path);
    desk.snooze(&desk.owner, desk.in_hours(2)).await.ok();
    desk.other.delete(&path).await.refused(404, "not_found");
    let back = desk.owner.delete(&path).await.ok();
    assert_eq!((&back["snoozed_until"], &desk.owner.delete(&path).await.ok()["version"]), (&Value::Null, &back["version"]));
    assert_eq!(desk.events().await.pop().unwrap()["by"]["id"], json!(desk.owner.id()));

    desk.snooze(&desk.owner, desk.in_hours(2)).await.ok();
    desk.admin.post(&format!("{}/assignment", desk.path), json!({"assignee_id": desk.other.id()})).await.ok();
    assert_eq!(desk.other.get(&desk.path).await.ok()["snoozed_until"], Value::Null);
    desk.snooze(&desk.other, desk.in_hours(2)).await.ok();
    let closed = desk.other.post(&format!("{}/closure", desk.path), json!({})).await.ok();
    assert_eq!(closed["snoozed_until"], Value::Null);
    desk.snooze(&desk.other, desk.in_hours(2)).await.refused(409, "conversations.closed");
    desk.app.app.clock().advance(3 * HOUR);
    desk.app.finish().await;
}

async fn r036_the_times_one_is_offered_are_in_business_time(db: TestDb) {
    let desk = desk(db).await;
    let day = json!([{"start": "09:00", "end": "12:00"}, {"start": "13:30", "end": "18:00"}]);
    let week: Vec<_> = (1..=5).map(|weekday| json!({"day": weekday, "slots": day})).collect();
    desk.admin.put("/settings/business-hours", json!({"week": week})).await.ok();
    // By day of November and hour, in Shanghai.
    let at = |day: i64, minutes: i64| 1_795_658_400_000 + (day - 26) * 24 * HOUR + (minutes - 600) * 60_000;
    let times = async |now: i64| {
        desk.app.app.clock().set(Timestamp::from_millis(now));
        let times = desk.owner.get("/snooze-times").await.ok();
        let one = |time: &Value| (time["preset"].as_str().unwrap().to_owned(), time["at"].as_i64().unwrap());
        times.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    let named = |times: &[(&str, i64)]| times.iter().map(|(name, at)| ((*name).to_owned(), *at)).collect::<Vec<_>>();
    // Thursday at half past eleven: an hour of work ends after lunch.
    let thursday = [("afternoon", at(26, 840)), ("hour", at(26, 840)), ("tomorrow", at(27, 540)), ("monday", at(30, 540))];
    assert_eq!(times(at(26, 690)).await, named(&[("hour", at(26, 840)), thursday[2], thursday[3]]));
    assert_eq!(times(at(26, 600)).await, named(&[("hour", at(26, 660)), thursday[0], thursday[2], thursday[3]]));
    // Friday at five: tomorrow is Monday, and is said once.
    assert_eq!(times(at(27, 1_020)).await, named(&[("hour", at(27, 1_080)), ("tomorrow", at(30, 540))]));
}
}
