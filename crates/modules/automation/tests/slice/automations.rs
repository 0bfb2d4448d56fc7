//! What people rely on of automations.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

use crate::modules;

const MINUTE: i64 = 60_000;

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

fn automation(event: &str, conditions: Value, actions: Value) -> Value {
    json!({"name": "试", "event": event, "spec": {"conditions": conditions, "actions": actions}})
}

impl Desk {
    async fn add(&self, body: Value) -> Value {
        self.admin.post("/automations", body).await.ok()
    }

    async fn arrived(&self, text: &str) -> (Socket, String) {
        let (socket, ready) = self.app.visitor_writes(&self.key, text).await;
        self.app.settle().await;
        (socket, ready["conversation"]["id"].as_str().unwrap().to_owned())
    }

    async fn conversation(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}")).await.ok()
    }

    async fn said(&self, id: &str) -> Vec<Value> {
        let page = self.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        page["items"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
    }

    async fn runs(&self) -> Vec<Value> {
        self.admin.get("/automation-runs").await.ok()["items"].as_array().unwrap().clone()
    }

    async fn assign(&self, id: &str, to: &Person) {
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": to.id()})).await.ok();
        self.app.settle().await;
    }
}

fn path(one: &Value, rest: &str) -> String {
    format!("/automations/{}{rest}", one["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r036_the_run_log_says_why_it_fired_and_what_each_condition_saw(db: TestDb) {
    let desk = desk(db).await;
    desk.add(automation(
        "opened",
        json!([{"field": "text", "op": "contains", "values": ["投诉", "曝光"]}, {"field": "channel_kind", "op": "is", "values": ["web_chat"]}]),
        json!([
            {"do": "add_tag", "tag": "投诉倾向"},
            {"do": "note", "text": "先安抚"},
            {"do": "reply", "text": "{customer}，您好，{organisation}已收到。{nothing}"},
            {"do": "task", "title": "跟进 {customer}", "due_minutes": 60, "holder": {"to": "person", "user_id": desk.agent.id()}},
        ]),
    )).await;
    let (_quiet, quiet) = desk.arrived("请问几点开门").await;
    assert_eq!((desk.runs().await, &desk.conversation(&quiet).await["tags"]), (Vec::new(), &json!([])));

    let (mut loud, id) = desk.arrived("我要投诉你们").await;
    let row = desk.conversation(&id).await;
    assert_eq!(row["tags"], json!(["投诉倾向"]));
    // What the product says is no person's answer: the customer still waits.
    assert!(row["waiting_since"].is_i64() && row["first_response_at"].is_null(), "{row}");
    let name = row["customer_name"].as_str().unwrap();
    let heard = loud.until(|frame| frame["kind"] == "message.posted" && frame["data"]["author"] == "system" && frame["data"]["kind"] == "text").await;
    assert!(heard["data"]["text"].as_str().unwrap().starts_with(&format!("{name}，您好")), "{heard}");
    assert!(heard["data"]["text"].as_str().unwrap().ends_with("已收到。{nothing}"), "{heard}");
    let notes = desk.said(&id).await.into_iter().filter(|one| one["kind"] == "note").count();
    assert_eq!(notes, 1);
    let tasks = desk.agent.get("/tasks?owner=me").await.ok();
    assert_eq!((&tasks["items"][0]["title"], &tasks["items"][0]["subject_id"]), (&json!(format!("跟进 {name}")), &json!(id)));

    let runs = desk.runs().await;
    assert_eq!(runs.len(), 1);
    assert_eq!((&runs[0]["outcome"], &runs[0]["event"], &runs[0]["conversation_id"]), (&json!("done"), &json!("opened"), &json!(id)));
    let findings = runs[0]["findings"].as_array().unwrap();
    assert_eq!((&findings[0]["saw"], &findings[0]["holds"], &findings[1]["saw"]), (&json!("我要投诉你们"), &json!(true), &json!("web_chat")));
}

async fn r036_a_dry_run_says_what_would_have_fired_and_does_nothing(db: TestDb) {
    let desk = desk(db).await;
    let (_one, one) = desk.arrived("退款").await;
    let (_two, two) = desk.arrived("你好").await;
    let draft = automation("opened", json!([{"field": "text", "op": "is", "values": ["退款"]}]), json!([{"do": "add_tag", "tag": "退款"}]));
    let rows = desk.admin.post("/automations/rehearsal", json!({"automation": draft})).await.ok();
    let fires = |id: &str| rows.as_array().unwrap().iter().find(|row| row["conversation_id"] == id).unwrap()["fires"] == true;
    assert_eq!((fires(&one), fires(&two)), (true, false));
    assert_eq!(rows[0]["findings"][0]["saw"], "你好");
    desk.app.settle().await;
    assert_eq!((&desk.conversation(&one).await["tags"], desk.admin.get("/automations").await.ok()), (&json!([]), json!([])));
    desk.agent.post("/automations/rehearsal", json!({"automation": automation("opened", json!([]), json!([{"do": "add_tag", "tag": "x"}]))})).await.refused(403, "forbidden");
}

async fn r036_what_sets_each_other_off_ends_by_itself(db: TestDb) {
    let desk = desk(db).await;
    let mut there = automation("assigned", json!([]), json!([{"do": "assign", "user_id": desk.agent.id()}]));
    there["name"] = json!("给客服");
    let mut back = automation("assigned", json!([]), json!([{"do": "assign", "user_id": desk.admin.id()}]));
    back["name"] = json!("给管理员");
    for one in [&mut there, &mut back] {
        one["spec"]["most_per_hour"] = json!(20);
    }
    desk.add(there).await;
    desk.add(back).await;
    let (_visitor, id) = desk.arrived("你好").await;
    desk.assign(&id, &desk.agent).await;
    let runs = desk.runs().await;
    let of = |outcome: &str| runs.iter().filter(|run| run["outcome"] == outcome).count();
    assert_eq!(of("done"), 10, "{runs:?}");
    assert!(of("held") > 0 && runs.iter().any(|run| run["why"] == "circle"), "{runs:?}");
    assert_eq!(of("waiting") + of("failed"), 0);
}

async fn an_automation_does_so_only_so_often_to_one_conversation(db: TestDb) {
    let desk = desk(db).await;
    let mut body = automation("assigned", json!([]), json!([{"do": "note", "text": "换人了"}]));
    body["spec"]["most_per_hour"] = json!(1);
    desk.add(body).await;
    let (_visitor, id) = desk.arrived("你好").await;
    desk.assign(&id, &desk.agent).await;
    desk.assign(&id, &desk.admin).await;
    let outcomes: Vec<_> = desk.runs().await.iter().map(|run| run["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["held", "done"]);
    desk.app.app.clock().advance(61 * MINUTE);
    desk.assign(&id, &desk.agent).await;
    assert_eq!(desk.runs().await[0]["outcome"], "done");
}

async fn what_fails_again_and_again_pauses_itself_and_says_why(db: TestDb) {
    let desk = desk(db).await;
    let queue = desk.admin.post("/queues", json!({"name": "临时"})).await.ok();
    let one = desk.add(automation("opened", json!([]), json!([{"do": "add_tag", "tag": "急"}, {"do": "set_queue", "queue_id": queue["id"]}, {"do": "assign", "user_id": desk.agent.id()}]))).await;
    // Somebody who is gone cannot be given anything: all or nothing.
    desk.admin.post(&format!("/users/{}/suspension", desk.agent.id()), json!({})).await.ok();
    for text in ["一", "二", "三", "四", "五", "六"] {
        let (_visitor, id) = desk.arrived(text).await;
        assert_eq!(desk.conversation(&id).await["tags"], json!([]));
    }
    let runs = desk.runs().await;
    assert_eq!((runs.len(), &runs[0]["outcome"], &runs[0]["why"]), (5, &json!("failed"), &json!("3: not_found")));
    let paused = desk.admin.get("/automations").await.ok()[0].clone();
    assert!(paused["paused_at"].is_i64(), "{paused}");
    assert_eq!((&paused["paused_why"], &paused["failures"]), (&json!("3: not_found"), &json!(5)));
    let trail = desk.admin.get("/audit-entries?action=automation.paused").await.ok();
    assert_eq!(trail["items"][0]["subject_id"], one["id"], "{trail}");
    // Changed, it is awake again.
    let mut better = automation("opened", json!([]), json!([{"do": "add_tag", "tag": "急"}]));
    better["version"] = json!(1);
    let awake = desk.admin.put(&path(&one, ""), better).await.ok();
    assert_eq!((&awake["paused_at"], &awake["failures"]), (&json!(null), &json!(0)));
    let (_visitor, id) = desk.arrived("七").await;
    assert_eq!(desk.conversation(&id).await["tags"], json!(["急"]));
}

async fn r036_an_older_version_comes_back_as_a_new_one(db: TestDb) {
    let desk = desk(db).await;
    let one = desk.add(automation("opened", json!([]), json!([{"do": "add_tag", "tag": "旧"}]))).await;
    let mut changed = automation("closed", json!([]), json!([{"do": "add_tag", "tag": "新"}]));
    changed["version"] = json!(1);
    desk.admin.put(&path(&one, ""), changed.clone()).await.ok();
    desk.admin.put(&path(&one, ""), changed).await.refused(409, "automation.stale");
    let back = desk.admin.post(&path(&one, "/restoration"), json!({"to": 1, "version": 2})).await.ok();
    assert_eq!((&back["version"], &back["event"], &back["spec"]["actions"][0]["tag"]), (&json!(3), &json!("opened"), &json!("旧")));
    let versions = desk.admin.get(&path(&one, "/versions")).await.ok();
    let numbers: Vec<_> = versions.as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    desk.admin.post(&path(&one, "/restoration"), json!({"to": 9, "version": 3})).await.refused(404, "not_found");
}

async fn who_waits_too_long_is_seen_every_minute_and_once_a_wait(db: TestDb) {
    let desk = desk(db).await;
    let mut body = automation("unanswered", json!([]), json!([{"do": "reply", "text": "抱歉久等"}]));
    body["spec"]["minutes"] = json!(5);
    desk.add(body).await;
    let (mut visitor, _id) = desk.arrived("在吗").await;
    desk.app.app.clock().advance(6 * MINUTE);
    visitor.until(|frame| frame["kind"] == "message.posted" && frame["data"]["text"] == "抱歉久等").await;
    desk.app.app.clock().advance(2 * MINUTE);
    desk.app.settle().await;
    assert_eq!(desk.runs().await.len(), 1);
}

async fn r036_a_missed_service_level_and_a_rating_set_automations_off(db: TestDb) {
    let desk = desk(db).await;
    desk.admin.post("/sla-policies", json!({"name": "30 秒", "business": false, "first_seconds": 30})).await.ok();
    desk.add(automation("sla_missed", json!([{"field": "target", "op": "is", "values": ["first"]}]), json!([{"do": "add_tag", "tag": "超时"}]))).await;
    let mut rated = automation("rated", json!([{"field": "score", "op": "at_most", "values": ["2"]}]), json!([{"do": "add_tag", "tag": "差评"}]));
    rated["name"] = json!("差评");
    desk.add(rated).await;
    let (mut visitor, id) = desk.arrived("在吗").await;
    let mut watch = desk.app.staff_socket(&desk.admin).await;
    watch.watch("inbox").await;
    desk.app.app.clock().advance(31_000);
    watch.until(|frame| frame["data"]["tags"] == json!(["超时"])).await;
    visitor.send(json!({"t": "rate", "score": 1})).await;
    watch.until(|frame| frame["data"]["tags"] == json!(["超时", "差评"])).await;
    assert_eq!(desk.conversation(&id).await["tags"], json!(["超时", "差评"]));
}

async fn a_malformed_automation_is_none(db: TestDb) {
    let desk = desk(db).await;
    let fine = automation("opened", json!([]), json!([{"do": "add_tag", "tag": "急"}]));
    let condition = |field: &str, op: &str, values: Value| json!([{"field": field, "op": op, "values": values}]);
    for (event, conditions, actions, field, code) in [
        ("opened", json!([]), json!([]), "spec.actions", "required"),
        ("opened", condition("text", "matches", json!(["("])), fine["spec"]["actions"].clone(), "spec.conditions[0].values", "not_an_expression"),
        ("opened", condition("text", "matches", json!(["(a{1000}){1000}"])), fine["spec"]["actions"].clone(), "spec.conditions[0].values", "not_an_expression"),
        ("opened", condition("score", "at_least", json!(["much"])), fine["spec"]["actions"].clone(), "spec.conditions[0].values", "not_a_number"),
        ("opened", condition("text", "is", json!([])), fine["spec"]["actions"].clone(), "spec.conditions[0].values", "required"),
        ("opened", condition("attribute", "is", json!(["x"])), fine["spec"]["actions"].clone(), "spec.conditions[0].name", "required"),
        ("opened", json!([]), json!([{"do": "add_tag", "tag": " "}]), "spec.actions[0].tag", "required"),
        ("opened", json!([]), json!([{"do": "set_priority", "priority": 10}]), "spec.actions[0].priority", "out_of_range"),
        ("opened", json!([]), json!([{"do": "set_queue", "queue_id": "que_00000000000000000000000001"}]), "spec.actions[0].queue_id", "unknown"),
        ("closed", json!([]), json!([{"do": "reply", "text": "再见"}]), "spec.actions[0].do", "not_allowed"),
        ("unanswered", json!([]), fine["spec"]["actions"].clone(), "spec.minutes", "required"),
        ("daily", json!([]), fine["spec"]["actions"].clone(), "spec.time", "required"),
    ] {
        desk.admin.post("/automations", automation(event, conditions, actions)).await.refused_field(field, code);
    }
    desk.admin.post("/automations", fine.clone()).await.ok();
    desk.admin.post("/automations", fine.clone()).await.refused(409, "automation.name_taken");
    desk.agent.post("/automations", fine).await.refused(403, "forbidden");
    desk.agent.get("/automation-runs").await.refused(403, "forbidden");
}

}
