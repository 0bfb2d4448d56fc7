//! What customers and supervisors rely on of service levels.

use conversations::ConversationId;
use kernel::{Origin, Timestamp};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(testkit::folder()).expect("a folder"),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        sla::module(),
    ]
}

/// A department that serves a web chat, somebody who set it up and somebody who answers.
struct Desk {
    app: TestApp,
    key: String,
    admin: Person,
    agent: Person,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    Desk { app, key: channel.public_key, admin, agent }
}

impl Desk {
    async fn policy(&self, more: Value) -> Value {
        let mut policy = json!({"name": "30 秒应答", "business": false});
        policy.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.admin.post("/sla-policies", policy).await.ok()
    }

    /// A visitor who wrote, and the conversation once what is asked of it is known.
    async fn arrived(&self) -> (Socket, String) {
        let (socket, ready) = self.app.visitor_writes(&self.key, "在吗").await;
        self.app.settle().await;
        (socket, ready["conversation"]["id"].as_str().unwrap().to_owned())
    }

    async fn assign(&self, id: &str) {
        let to = json!({"assignee_id": self.agent.id()});
        self.admin.post(&format!("/conversations/{id}/assignment"), to).await.ok();
    }

    async fn answer(&self, id: &str, client_id: &str) {
        let said = json!({"client_id": client_id, "text": "在的"});
        self.agent.post(&format!("/conversations/{id}/messages"), said).await.ok();
        self.app.settle().await;
    }

    async fn asks(&self, socket: &mut Socket, client_id: &str) {
        socket.send(json!({"t": "send", "client_id": client_id, "text": "还有一个问题"})).await;
        socket.until(|frame| frame["t"] == "ack").await;
        self.app.settle().await;
    }

    async fn conversation(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}")).await.ok()
    }

    async fn did(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}/sla")).await.ok()
    }

    /// Lets the time pass, and waits until the timer has told so many misses.
    async fn until_missed(&self, watch: &mut Socket, millis: i64) -> Value {
        self.app.app.clock().advance(millis);
        watch.until(|frame| frame["kind"] == "sla_miss.changed").await["data"].clone()
    }

    async fn watch(&self) -> Socket {
        let mut socket = self.app.staff_socket(&self.admin).await;
        socket.watch("sla").await;
        socket
    }
}

fn at(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a moment, not {value}"))
}

on_both! { http::schema(&modules());

async fn r048_an_answer_after_45_seconds_against_30_is_shown_as_missed_and_stays_so(db: TestDb) {
    let desk = desk(db).await;
    desk.policy(json!({"first_seconds": 30, "warn_percent": 50})).await;
    let mut watch = desk.watch().await;
    let (_visitor, id) = desk.arrived().await;
    let waiting = desk.conversation(&id).await;
    let since = at(&waiting["waiting_since"]);
    assert_eq!((at(&waiting["answer_due_at"]) - since, at(&waiting["answer_warn_at"]) - since), (30 * SECOND, 15 * SECOND));
    assert_eq!(desk.did(&id).await["misses"], json!([]));

    // It is told while the customer still waits, whoever looks.
    let miss = desk.until_missed(&mut watch, 31 * SECOND).await;
    assert_eq!((&miss["target"], &miss["took_ms"], &miss["ended_at"]), (&json!("first"), &json!(null), &json!(null)));
    assert_eq!(desk.admin.get("/sla-misses?open=true").await.ok()["items"][0]["id"], miss["id"]);
    desk.assign(&id).await;
    desk.app.app.clock().advance(14 * SECOND);
    desk.answer(&id, "a1").await;
    let after = desk.conversation(&id).await;
    assert_eq!((&after["first_response_wall_ms"], &after["terms"]["first_ms"]), (&json!(45_000), &json!(30_000)));
    assert_eq!((&after["answer_due_at"], &after["answer_warn_at"]), (&json!(null), &json!(null)));
    let did = desk.did(&id).await;
    assert_eq!((&did["misses"][0]["took_ms"], &did["misses"][0]["assignee_id"]), (&json!(45_000), &json!(desk.agent.id())));

    // Also when it is over: with the figures of its day.
    desk.agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    desk.app.settle().await;
    let misses = desk.admin.get("/sla-misses?target=first").await.ok();
    assert_eq!((&misses["items"][0]["conversation_id"], &misses["items"][0]["closed"]), (&json!(id), &json!(true)));
    assert_eq!(desk.admin.get("/sla-misses?open=true").await.ok()["items"], json!([]));
    let figures = desk.admin.get("/sla-figures").await.ok();
    assert_eq!(figures[0]["first"], json!({"numerator": 0, "denominator": 1, "n": 1}));
    assert_eq!(figures[0]["queue_id"], after["queue_id"]);
    assert_eq!(desk.conversation(&id).await["terms"]["first_ms"], 30_000);
}

async fn r027_in_time_is_counted_and_no_miss(db: TestDb) {
    let desk = desk(db).await;
    desk.policy(json!({"first_seconds": 30, "next_seconds": 60, "final_seconds": 3_600})).await;
    let (mut visitor, id) = desk.arrived().await;
    desk.assign(&id).await;
    desk.app.app.clock().advance(20 * SECOND);
    desk.answer(&id, "a1").await;
    // While the customer owes an answer nothing is due: also the clock of the end stands.
    let stands = desk.conversation(&id).await;
    assert_eq!((&stands["answer_due_at"], &stands["final_due_at"]), (&json!(null), &json!(null)));
    desk.app.app.clock().advance(2 * HOUR);
    desk.asks(&mut visitor, "v2").await;
    let runs = desk.conversation(&id).await;
    let since = at(&runs["waiting_since"]);
    assert_eq!((at(&runs["answer_due_at"]) - since, at(&runs["final_due_at"]) - since), (60 * SECOND, 3_580 * SECOND));
    desk.app.app.clock().advance(10 * SECOND);
    desk.answer(&id, "a2").await;
    desk.agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.conversation(&id).await["final_ms"], 30_000);
    let met = json!({"numerator": 1, "denominator": 1, "n": 1});
    let figures = desk.admin.get("/sla-figures").await.ok();
    assert_eq!((&figures[0]["first"], &figures[0]["next"], &figures[0]["end"]), (&met, &met, &met));
    assert_eq!(desk.did(&id).await["misses"], json!([]));
}

async fn r027_the_clock_stands_over_the_lunch_break_the_night_and_holidays(db: TestDb) {
    let desk = desk(db).await;
    let day = json!([{"start": "09:00", "end": "12:00"}, {"start": "13:30", "end": "18:00"}]);
    let week: Vec<_> = (1..=5).map(|weekday| json!({"day": weekday, "slots": day})).collect();
    desk.admin.put("/settings/business-hours", json!({"week": week})).await.ok();
    // Friday, 20 November 2026, 11:50: ten minutes before lunch.
    let start = at_local(11, 50);
    desk.app.app.clock().set(start);
    desk.policy(json!({"business": true, "first_seconds": 1_800})).await;
    let (_visitor, id) = desk.arrived().await;
    let due = |row: &Value| at(&row["answer_due_at"]) - start.millis();
    assert_eq!(due(&desk.conversation(&id).await), 90 * MINUTE + 30 * MINUTE);

    // Monday becomes a holiday, and Friday's afternoon too: what is due moves by itself, in the open ones alone.
    let holiday = |date: &str| json!({"date": date, "name": "盘点", "kind": "holiday", "slots": []});
    desk.admin.post("/settings/special-days", holiday("2026-11-23")).await.ok();
    desk.app.settle().await;
    assert_eq!(due(&desk.conversation(&id).await), 2 * HOUR);
    let morning = json!({"date": "2026-11-20", "name": "盘点", "kind": "holiday", "slots": [{"start": "09:00", "end": "12:00"}]});
    desk.admin.post("/settings/special-days", morning).await.ok();
    desk.app.settle().await;
    // Tuesday, 9:20.
    assert_eq!(due(&desk.conversation(&id).await), 4 * 24 * HOUR - (2 * HOUR + 50 * MINUTE) + 20 * MINUTE);
    // Sunday is worked instead: 9:20 on that day.
    let worked = json!({"date": "2026-11-22", "name": "调休", "kind": "workday", "slots": []});
    desk.admin.post("/settings/special-days", worked).await.ok();
    desk.app.settle().await;
    assert_eq!(due(&desk.conversation(&id).await), 2 * 24 * HOUR - (2 * HOUR + 50 * MINUTE) + 20 * MINUTE);
}

async fn r027_what_is_stored_is_what_the_transcript_says(db: TestDb) {
    let desk = desk(db).await;
    desk.policy(json!({"first_seconds": 30, "next_seconds": 60})).await;
    let mut watch = desk.watch().await;
    let (mut visitor, id) = desk.arrived().await;
    desk.assign(&id).await;
    desk.app.app.clock().advance(45 * SECOND);
    desk.answer(&id, "a1").await;
    desk.app.app.clock().advance(5 * SECOND);
    desk.asks(&mut visitor, "v2").await;
    desk.app.app.clock().advance(10 * SECOND);
    desk.answer(&id, "a2").await;
    desk.asks(&mut visitor, "v3").await;
    watch.until(|frame| frame["kind"] == "sla_miss.changed").await;
    loop {
        let miss = desk.until_missed(&mut watch, 61 * SECOND).await;
        if miss["target"] == "next" {
            break;
        }
    }
    let conversation: ConversationId = id.parse().unwrap();
    let runs = desk.app.app.db().read(&Origin::system("test"), move |tx| sla::api::reckoned(tx, conversation)).await.unwrap();
    let missed: Vec<_> = runs.iter().filter(|run| run.missed).collect();
    let (row, did) = (desk.conversation(&id).await, desk.did(&id).await);
    let told = did["misses"].as_array().unwrap();
    assert_eq!(told.len(), missed.len(), "{did}");
    for (told, run) in told.iter().zip(&missed) {
        assert_eq!((told["target"].as_str(), at(&told["since"]), at(&told["due_at"])), (Some(run.target.text()), run.since.millis(), run.due_at.millis()));
        assert_eq!(told["took_ms"].as_i64(), run.took_ms);
    }
    assert_eq!(at(&row["answer_due_at"]), runs.last().unwrap().due_at.millis());
    assert_eq!((&did["case"]["first_missed"], &did["case"]["next_missed"], &did["case"]["next_measured"]), (&json!(1), &json!(1), &json!(2)));
}

async fn the_first_policy_that_applies_counts_and_another_one_moves_what_is_due(db: TestDb) {
    let desk = desk(db).await;
    let slow = desk.policy(json!({"name": "一小时", "first_seconds": 3_600})).await;
    let fast = desk.policy(json!({"name": "一分钟", "first_seconds": 60})).await;
    let mail = desk.policy(json!({"name": "邮件", "first_seconds": 1, "channel_kinds": ["email"]})).await;
    let (_visitor, id) = desk.arrived().await;
    let span = |row: &Value| at(&row["answer_due_at"]) - at(&row["waiting_since"]);
    assert_eq!(span(&desk.conversation(&id).await), HOUR);
    desk.admin.put("/sla-policy-order", json!({"ids": [mail["id"], fast["id"]]})).await.refused_field("ids", "incomplete");
    let order = json!({"ids": [mail["id"], fast["id"], slow["id"]]});
    let ordered = desk.admin.put("/sla-policy-order", order).await.ok();
    assert_eq!(ordered[1]["name"], "一分钟");
    desk.app.settle().await;
    assert_eq!(span(&desk.conversation(&id).await), MINUTE);
    let path = |one: &Value| format!("/sla-policies/{}", one["id"].as_str().unwrap());
    desk.admin.put(&path(&fast), json!({"name": "一分钟", "version": 1, "first_seconds": 60, "active": false})).await.ok();
    desk.admin.put(&path(&fast), json!({"name": "一分钟", "version": 1, "first_seconds": 60})).await.refused(409, "sla.stale");
    desk.admin.delete(&path(&slow)).await;
    desk.app.settle().await;
    assert_eq!(desk.conversation(&id).await["terms"], json!(null));
    assert_eq!(desk.conversation(&id).await["answer_due_at"], json!(null));
}

async fn r029_a_customer_of_a_high_tier_is_promised_more(db: TestDb) {
    let desk = desk(db).await;
    desk.policy(json!({"name": "金卡", "first_seconds": 60, "tier": 2})).await;
    desk.policy(json!({"name": "大家", "first_seconds": 3_600})).await;
    desk.admin.post("/sla-policies", json!({"name": "无", "first_seconds": 1, "tier": 0})).await.refused_field("tier", "out_of_range");
    let (_visitor, id) = desk.arrived().await;
    assert_eq!(desk.conversation(&id).await["terms"]["policy_name"], "大家");
    let customer = desk.conversation(&id).await["customer_id"].as_str().unwrap().parse().unwrap();
    desk.app.app.db().write(&Origin::system("test"), move |tx| customers::api::set_tier(tx, &[(customer, 3)])).await.unwrap();
    // What is due follows with the next thing that places it.
    let policies = desk.admin.get("/sla-policies").await.ok();
    let order: Vec<_> = policies.as_array().unwrap().iter().map(|policy| policy["id"].clone()).collect();
    desk.admin.put("/sla-policy-order", json!({"ids": order})).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.conversation(&id).await["terms"]["policy_name"], "金卡");
}

async fn who_left_a_message_does_not_wait(db: TestDb) {
    let desk = desk(db).await;
    desk.policy(json!({"first_seconds": 30, "final_seconds": 600})).await;
    let (mut visitor, id) = desk.arrived().await;
    visitor.send(json!({"t": "stop_waiting"})).await;
    visitor.until(|frame| frame["kind"] == "conversation.left_message").await;
    let left = desk.conversation(&id).await;
    assert_eq!((&left["answer_due_at"], &left["final_due_at"]), (&json!(null), &json!(null)));
    desk.app.app.clock().advance(HOUR);
    desk.assign(&id).await;
    desk.answer(&id, "a1").await;
    desk.agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    desk.app.settle().await;
    assert_eq!((desk.did(&id).await["misses"].clone(), desk.conversation(&id).await["final_ms"].clone()), (json!([]), json!(null)));
    assert_eq!(desk.admin.get("/sla-figures").await.ok(), json!([]));
}

async fn a_policy_is_tried_before_it_counts(db: TestDb) {
    let desk = desk(db).await;
    let policy = json!({"name": "试", "first_seconds": 1_800, "business": true});
    let rows = desk.admin.post("/sla-policies/preview", json!({"policy": policy})).await.ok();
    let rows = rows.as_array().unwrap();
    // Friday 17:50: ten minutes are left of the day, or of the week.
    let friday = rows.last().unwrap();
    assert_eq!(at(&friday["at"]), at_local(17, 50).millis());
    assert!(at(&friday["first_due_at"]) - at(&friday["at"]) > 12 * HOUR, "{friday}");
    assert_eq!(desk.admin.get("/sla-policies").await.ok(), json!([]));
    for (change, field, code) in [
        (json!({"name": " "}), "name", "required"),
        (json!({"first_seconds": null}), "first_seconds", "required"),
        (json!({"first_seconds": 0}), "first_seconds", "out_of_range"),
        (json!({"next_seconds": 7_776_001}), "next_seconds", "out_of_range"),
        (json!({"warn_percent": 100}), "warn_percent", "out_of_range"),
        (json!({"warn_percent": 50, "warn_seconds": 9}), "warn_seconds", "not_allowed"),
        (json!({"queue_ids": ["que_00000000000000000000000001"]}), "queue_ids", "unknown"),
        (json!({"mood": "vip"}), "mood", "unknown_field"),
    ] {
        let mut body = policy.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.admin.post("/sla-policies", body).await.refused_field(field, code);
    }
    desk.admin.post("/sla-policies", policy.clone()).await.ok();
    desk.admin.post("/sla-policies", policy.clone()).await.refused(409, "sla.name_taken");
    desk.agent.post("/sla-policies", policy).await.refused(403, "forbidden");
    desk.admin.get("/sla-figures?from=2026-13-01").await.refused_field("from", "malformed");
    desk.admin.get("/sla-figures?from=2020-01-01").await.refused_field("to", "out_of_range");
    desk.admin.get("/sla-misses?from=x").await.refused_field("from", "malformed");
}

}

/// This time on Friday, 20 November 2026, in Shanghai.
fn at_local(hour: i64, minute: i64) -> Timestamp {
    const MIDNIGHT: i64 = 1_795_104_000_000;
    Timestamp::from_millis(MIDNIGHT + hour * HOUR + minute * MINUTE)
}
