//! What people rely on of macros, and of the same done to several conversations.

use serde_json::{Value, json};
use testkit::{Person, on_both};

use crate::{
    desk::{Desk, desk},
    modules,
};

impl Desk {
    async fn add(&self, by: &Person, name: &str, scope: &str, actions: Value) -> String {
        let added = by.post("/macros", json!({"name": name, "scope": scope, "actions": actions})).await.ok();
        added["id"].as_str().unwrap().to_owned()
    }

    async fn said(&self, id: &str) -> Vec<(String, String)> {
        let page = self.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        let all = page["items"].as_array().unwrap().iter().filter(|one| one["kind"] != "event");
        let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        all.map(|one| (text(one, "author"), text(one, "text"))).collect()
    }
}

fn pair(author: &str, text: &str) -> (String, String) {
    (author.to_owned(), text.to_owned())
}

on_both! { http::schema(&modules());

async fn r036_a_macro_does_all_of_it_as_whoever_uses_it_or_nothing(db: TestDb) {
    let desk = desk(db).await;
    let (mut visitor, id) = desk.given(&desk.agent, "什么时候发货").await;
    let found = desk.add(&desk.agent, "等发货", "personal", json!([
        {"do": "reply", "text": "{customer}，正在为您催促"},
        {"do": "draft", "text": "预计{queue}明天答复"},
        {"do": "add_tag", "tag": "催发货"},
        {"do": "task", "title": "催 {customer} 的发货", "due_minutes": 60, "holder": {"to": "assignee"}},
        {"do": "snooze", "preset": "tomorrow", "reason": "等仓库"},
    ])).await;
    let name = desk.row(&id).await["customer_name"].as_str().unwrap().to_owned();
    let done = desk.agent.post(&format!("/conversations/{id}/macro-runs"), json!({"macro_id": found})).await.ok();
    let row = &done["conversation"];
    assert_eq!((&row["tags"], &row["snooze_reason"], row["snoozed_until"].is_i64()), (&json!(["催发货"]), &json!("等仓库"), true));
    // A person's answer, with their name: the customer waits no more.
    assert!(row["waiting_since"].is_null() && row["first_response_at"].is_i64(), "{row}");
    assert!(done["draft"].as_str().unwrap().starts_with("预计"), "{done}");
    let heard = visitor.until(|frame| frame["kind"] == "message.posted" && frame["data"]["author"] == "agent").await;
    assert_eq!(heard["data"]["text"], format!("{name}，正在为您催促"));
    assert_eq!(desk.agent.get("/tasks?owner=me").await.ok()["items"][0]["title"], format!("催 {name} 的发货"));
    assert_eq!(desk.agent.get("/macros").await.ok()[0]["uses"], 1);
    let trail = desk.admin.get(&format!("/audit-entries?subject={id}")).await.ok();
    let used = trail["items"].as_array().unwrap().iter().find(|one| one["action"] == "automation.macro_used").cloned().unwrap();
    assert_eq!(used["actor_id"], json!(desk.agent.id()));

    // The last of it is refused: nothing of it is done.
    let ends = desk.add(&desk.agent, "结束", "personal", json!([{"do": "add_tag", "tag": "结束"}, {"do": "set_queue", "queue_id": desk.admin.get("/queues").await.ok()[0]["id"]}])).await;
    let before = desk.row(&id).await;
    let mut watched = desk.given(&desk.other, "别人的").await;
    desk.agent.post(&format!("/conversations/{}/macro-runs", watched.1), json!({"macro_id": ends})).await.refused(404, "not_found");
    assert_eq!(desk.row(&watched.1).await["tags"], json!([]));
    watched.0.send(json!({"t": "leave"})).await;
    desk.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    desk.agent.post(&format!("/conversations/{id}/macro-runs"), json!({"macro_id": ends})).await.refused(409, "conversations.closed");
    assert_eq!(desk.row(&id).await["tags"], before["tags"]);
}

async fn r036_a_macro_is_tried_with_its_words_filled_in_and_nothing_is_done(db: TestDb) {
    let desk = desk(db).await;
    let (_visitor, id) = desk.given(&desk.agent, "退款").await;
    let before = (desk.row(&id).await, desk.said(&id).await);
    let path = format!("/conversations/{id}/macro-trials");
    let nobody = desk.other.id();
    let steps = desk.agent.post(&path, json!({"actions": [
        {"do": "reply", "text": "您好，{customer}"},
        {"do": "add_tag", "tag": "退款"},
        {"do": "assign", "user_id": nobody},
        {"do": "add_tag", "tag": "转走"},
    ]})).await.ok();
    assert_eq!(steps.as_array().unwrap().len(), 3, "{steps}");
    assert_eq!(steps[0]["text"], format!("您好，{}", before.0["customer_name"].as_str().unwrap()));
    // They are not there: it would end here.
    assert_eq!((&steps[1]["refused"], &steps[2]["refused"]["code"]), (&Value::Null, &json!("routing.not_there")));
    assert_eq!((desk.row(&id).await, desk.said(&id).await), before);
    desk.other.post(&path, json!({"actions": [{"do": "wake"}]})).await.refused(404, "not_found");
    // What cannot be done by hand, or no more after the end, is refused by name.
    for (action, field, code) in [
        (json!([{"do": "notify", "text": "x", "user_id": nobody}]), "actions[0].do", "not_allowed"),
        (json!([{"do": "close"}, {"do": "reply", "text": "再见"}]), "actions[1].do", "not_after_end"),
        (json!([{"do": "snooze"}]), "actions[0].preset", "required"),
        (json!([{"do": "snooze", "until": 4_000_000_000_000_i64}]), "actions[0].until", "not_allowed"),
        (json!([{"do": "draft", "text": " "}]), "actions[0].text", "required"),
        (json!([]), "actions", "required"),
    ] {
        desk.agent.post(&path, json!({"actions": action})).await.refused_field(field, code);
        desk.agent.post("/macros", json!({"name": "试", "scope": "personal", "actions": action})).await.refused_field(field, code);
    }
    // And none of it by itself.
    for action in [json!({"do": "close"}), json!({"do": "wake"}), json!({"do": "draft", "text": "x"}), json!({"do": "snooze", "preset": "hour"})] {
        let automation = json!({"name": "试", "event": "opened", "spec": {"actions": [action]}});
        desk.admin.post("/automations", automation).await.refused_field("spec.actions[0].do", "not_allowed");
    }
}

async fn r036_ones_own_macros_are_ones_own_and_everybodys_are_written_by_few(db: TestDb) {
    let desk = desk(db).await;
    let tag = json!([{"do": "add_tag", "tag": "a"}]);
    desk.agent.post("/macros", json!({"name": "共用", "scope": "all", "actions": tag})).await.refused(403, "forbidden");
    let own = desk.add(&desk.agent, "自己的", "personal", tag.clone()).await;
    let shared = desk.add(&desk.admin, "共用", "all", tag.clone()).await;
    let ids = |list: Value| list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(desk.other.get("/macros").await.ok()), std::slice::from_ref(&shared));
    assert_eq!(ids(desk.agent.get("/macros").await.ok()).len(), 2);
    let change = json!({"version": 1, "name": "新的", "actions": tag});
    desk.other.put(&format!("/macros/{own}"), change.clone()).await.refused(404, "not_found");
    desk.admin.delete(&format!("/macros/{own}")).await.refused(404, "not_found");
    desk.agent.put(&format!("/macros/{shared}"), change.clone()).await.refused(403, "forbidden");
    assert_eq!(desk.agent.put(&format!("/macros/{own}"), change.clone()).await.ok()["version"], 2);
    desk.agent.put(&format!("/macros/{own}"), change).await.refused(409, "automation.stale");
    desk.agent.post("/macros", json!({"name": "新的", "scope": "personal", "actions": tag})).await.refused(409, "automation.macro_taken");
    // Two people may call theirs the same.
    desk.add(&desk.other, "新的", "personal", tag).await;
    let (_visitor, id) = desk.given(&desk.other, "在吗").await;
    desk.other.post(&format!("/conversations/{id}/macro-runs"), json!({"macro_id": own})).await.refused(404, "not_found");
    assert!(desk.agent.delete(&format!("/macros/{own}")).await.status.is_success());
}

async fn r036_several_at_once_are_told_one_by_one(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "一").await;
    let (_b, b) = desk.given(&desk.agent, "二").await;
    let (_c, c) = desk.given(&desk.other, "三").await;
    desk.agent.post(&format!("/conversations/{b}/closure"), json!({})).await.ok();
    let close = json!([{"do": "add_tag", "tag": "批量"}, {"do": "close", "note": "重复来信"}]);
    let results = desk.agent.post("/conversation-batches", json!({"ids": [a, b, c], "actions": close})).await.ok();
    assert_eq!((&results[0]["conversation_id"], &results[0]["conversation"]["state"], &results[0]["refused"]), (&json!(a), &json!("closed"), &Value::Null));
    assert_eq!(results[0]["conversation"]["wrap_up"]["note"], "重复来信");
    assert_eq!((&results[1]["refused"]["code"], &results[2]["refused"]["code"]), (&json!("conversations.closed"), &json!("not_found")));
    assert_eq!((&desk.row(&b).await["tags"], &desk.row(&c).await["tags"]), (&json!([]), &json!([])));

    // Put away and let back; whoever reaches none is told no more than of one.
    let until = desk.app.app.clock().now().millis() + 3_600_000;
    let away = json!({"ids": [c], "actions": [{"do": "snooze", "until": until}]});
    assert_eq!(desk.other.post("/conversation-batches", away.clone()).await.ok()[0]["conversation"]["snoozed_until"], until);
    assert_eq!(desk.other.post("/conversation-batches", json!({"ids": [c], "actions": [{"do": "wake"}]})).await.ok()[0]["conversation"]["snoozed_until"], Value::Null);
    desk.agent.post("/conversation-batches", away).await.refused(404, "not_found");

    // A macro does too, but for one with words to read first.
    let answer = desk.add(&desk.other, "答复", "personal", json!([{"do": "reply", "text": "收到"}])).await;
    desk.other.post("/conversation-batches", json!({"ids": [c], "macro_id": answer})).await.ok();
    assert_eq!(desk.said(&c).await, [pair("customer", "三"), pair("agent", "收到")]);
    let words = desk.add(&desk.other, "起草", "personal", json!([{"do": "draft", "text": "收到"}])).await;
    desk.other.post("/conversation-batches", json!({"ids": [c], "macro_id": words})).await.refused_field("actions[0].do", "not_allowed");
    let tag = json!([{"do": "add_tag", "tag": "a"}]);
    for (body, field, code) in [
        (json!({"ids": [], "actions": tag}), "ids", "required"),
        (json!({"ids": [c, c], "actions": tag}), "ids", "repeated"),
        (json!({"ids": [c], "actions": tag, "macro_id": answer}), "macro_id", "not_allowed"),
        (json!({"ids": [c]}), "actions", "required"),
    ] {
        desk.other.post("/conversation-batches", body).await.refused_field(field, code);
    }
}
}
