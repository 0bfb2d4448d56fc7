//! R106: what was noticed or found has an owner, a next step, a value, and an end.

use serde_json::json;
use testkit::{Person, on_both};

use crate::{desk, id, modules};

on_both! { http::schema(&modules());

async fn r106_one_saved_from_a_talk_is_pursued_by_tasks_and_won_with_an_order(db: TestDb) {
    let desk = desk(db).await;
    let talk = desk.says("你们能不能租净水器").await;
    desk.admin.post(&format!("/conversations/{}/assignment", id(&talk)), json!({"assignee_id": desk.agent.id()})).await.ok();
    let talk = desk.agent.get(&format!("/conversations/{}", id(&talk))).await.ok();
    let messages = desk.agent.get(&format!("/conversations/{}/messages", id(&talk))).await.ok();
    let seq = &messages["items"].as_array().unwrap().iter().find(|message| message["kind"] == "text").unwrap()["seq"];
    let new = json!({"title": "想租净水器", "service": "净水器租赁", "conversation_id": talk["id"], "seq": seq, "value": 120_000,
        "estimate": "月租 100 元，按一年算", "next_step": "报租赁方案", "due_minutes": 60});
    desk.stranger.post("/opportunities", new.clone()).await.refused_field("conversation_id", "unknown");
    let made = desk.agent.post("/opportunities", new).await.ok();
    assert_eq!((&made["stage"], &made["source"], &made["kind"], &made["customers"]), (&json!("confirmed"), &json!("hand"), &json!("single"), &json!(1)));
    assert_eq!((&made["next_step"], &made["next_stages"]), (&json!("报租赁方案"), &json!(["pursued", "won", "lost", "dismissed"])));
    let evidence = desk.evidence(&desk.agent, &made).await;
    assert_eq!((&evidence[0]["quote"], &evidence[0]["added_by"]), (&json!("你们能不能租净水器"), &json!(desk.agent.id())));
    // Its next step is a task, closed with it alone.
    let task = desk.agent.get("/tasks?owner=me&state=open").await.ok()["items"][0].clone();
    assert_eq!((&task["source"], &task["subject_id"], &task["due_at"], &task["title"]), (&json!("opportunities"), &made["id"], &made["due_at"], &json!("报租赁方案")));
    desk.agent.post(&format!("/tasks/{}/completion", id(&task)), json!({})).await.refused(409, "tasks.not_by_hand");
    desk.app.app.clock().advance(61 * 60_000);
    let now = desk.app.app.clock().now().millis();
    let late = desk.agent.get(&format!("/opportunities?due_before={now}")).await.ok();
    assert_eq!((late["items"].as_array().unwrap().len(), &late["items"][0]["late"]), (1, &json!(true)));
    let path = format!("/opportunities/{}", id(&made));
    desk.colleague.get(&path).await.refused(404, "not_found");
    desk.colleague.put(&format!("{path}/stage"), json!({"stage": "lost", "reason": "x"})).await.refused(404, "not_found");
    let done = desk.agent.post(&format!("{path}/next-step/completion"), json!({"result": "方案已发"})).await.ok();
    assert_eq!((&done["next_step"], &done["late"]), (&json!(null), &json!(false)));
    desk.agent.post(&format!("{path}/next-step/completion"), json!({})).await.refused(409, "opportunities.no_step");
    assert_eq!(desk.agent.get(&format!("/tasks/{}", id(&task))).await.ok()["state"], "done");

    desk.agent.put(&format!("{path}/next-step"), json!({"next_step": "签合同", "due_minutes": 120})).await.ok();
    desk.agent.put(&format!("{path}/stage"), json!({"stage": "pursued"})).await.ok();
    let order = desk.buys(&talk["customer_id"], "ZL-01").await;
    let other = desk.says("别人").await;
    let foreign = desk.buys(&other["customer_id"], "ZL-02").await;
    desk.agent.put(&format!("{path}/stage"), json!({"stage": "won", "order_id": foreign})).await.refused_field("order_id", "unknown");
    let won = desk.agent.put(&format!("{path}/stage"), json!({"stage": "won", "order_id": order})).await.ok();
    assert_eq!((&won["stage"], &won["order_id"], &won["due_at"], &won["next_stages"]), (&json!("won"), &order, &json!(null), &json!([])));
    assert_eq!(desk.agent.get("/tasks?owner=me&state=open").await.ok()["items"], json!([]));
    desk.agent.put(&format!("{path}/stage"), json!({"stage": "lost", "reason": "x"})).await.refused(409, "opportunities.no_way");
    let kinds: Vec<_> = desk.evidence(&desk.agent, &won).await.iter().map(|one| one["kind"].clone()).collect();
    assert!(kinds.contains(&json!("order")) && kinds.contains(&json!("message")));
    let history = desk.agent.get(&format!("{path}/history")).await.ok();
    let steps: Vec<_> = history.as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["moved", "moved", "planned", "done", "planned", "made"]);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", id(&won))).await.ok();
    assert!(trail["items"].as_array().unwrap().len() >= 6 && !trail.to_string().contains("净水器"), "{trail}");
}

async fn r106_a_segment_becomes_one_of_its_members_as_of_now(db: TestDb) {
    let desk = desk(db).await;
    for name in ["王女士", "李先生"] {
        desk.admin.post("/customers", json!({"name": name})).await.ok();
    }
    // What is known of customers is kept in columns a moment later.
    desk.app.settle().await;
    desk.app.app.clock().advance(3_000);
    desk.app.settle().await;
    let rule = json!({"match": "all", "conditions": [{"attribute": "customers.stage", "test": "is", "values": ["customer"]}]});
    let segment = desk.admin.post("/segments", json!({"name": "老客户", "rule": rule, "shared": true})).await.ok();
    desk.app.settle().await;
    let made = desk.admin.post("/opportunities", json!({"title": "给老客户推延保", "service": "延保", "segment_id": segment["id"], "each_value": 29_900})).await.ok();
    assert_eq!((&made["source"], &made["kind"], &made["customers"], &made["value"]), (&json!("segment"), &json!("pattern"), &json!(2), &json!(59_800)));
    assert_eq!((&made["basis"]["segment"], &made["basis"]["segment_rule"]), (&json!("老客户"), &segment["rule"]));
    let evidence = desk.evidence(&desk.admin, &made).await;
    assert_eq!((evidence.len(), &evidence[0]["matched"], &evidence[0]["readable"]), (2, &json!("老客户"), &json!(true)));
}

async fn customers_who_become_one_count_once_and_stand_on_one_page(db: TestDb) {
    let desk = desk(db).await;
    let (one, two) = (desk.says("能租净水器吗").await, desk.says("租净水器多少钱").await);
    let made = desk.admin.post("/opportunities", json!({"title": "租净水器", "service": "净水器租赁", "conversation_id": one["id"], "each_value": 100})).await.ok();
    let path = format!("/opportunities/{}", id(&made));
    let more = desk.admin.post(&format!("{path}/evidence"), json!({"conversation_id": two["id"]})).await.ok();
    assert_eq!((&more["customers"], &more["kind"], &more["value"]), (&json!(2), &json!("pattern"), &json!(200)));
    assert_eq!(desk.admin.post(&format!("{path}/evidence"), json!({"conversation_id": two["id"]})).await.ok()["evidence"], 2);
    let (one, two) = (one["customer_id"].as_str().unwrap(), two["customer_id"].as_str().unwrap());
    desk.admin.post(&format!("/customers/{two}/merge"), json!({"into": one})).await.ok();
    desk.app.settle().await;
    let after = desk.admin.get(&path).await.ok();
    assert_eq!((&after["customers"], &after["evidence"], &after["value"]), (&json!(1), &json!(2), &json!(100)));
    for who in [one, two] {
        assert_eq!(desk.admin.get(&format!("/opportunities?customer={who}")).await.ok()["items"][0]["id"], made["id"]);
        let line = desk.admin.get(&format!("/customers/{who}/timeline")).await.ok();
        assert!(line["items"].as_array().unwrap().iter().any(|entry| entry["id"] == made["id"] && entry["kind"] == "opportunity"));
    }
    desk.admin.delete(&format!("/customers/{two}/merge")).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.admin.get(&path).await.ok()["customers"], 2);
}

async fn whoever_is_given_the_next_step_has_it_and_an_erasure_empties_the_words(db: TestDb) {
    let desk = desk(db).await;
    let customer = desk.agent.post("/customers", json!({"name": "韩女士"})).await.ok();
    let new = json!({"title": "韩女士要租净水器", "service": "净水器租赁", "customer_id": customer["id"], "estimate": "韩女士说的", "next_step": "给韩女士回电", "due_minutes": 60});
    let made = desk.agent.post("/opportunities", new).await.ok();
    let path = format!("/opportunities/{}", id(&made));
    let task = desk.agent.get("/tasks?owner=me").await.ok()["items"][0].clone();
    desk.supervisor.post(&format!("/tasks/{}/reassignment", id(&task)), json!({"owner_id": desk.colleague.id(), "reason": "休假"})).await.ok();
    desk.app.settle().await;
    let after = desk.colleague.get(&path).await.ok();
    assert_eq!((&after["owner_id"], &after["may_pursue"]), (&json!(desk.colleague.id()), &json!(true)));
    desk.agent.get(&path).await.refused(404, "not_found");
    // Given on by hand, its task goes along; not to whom one does not reach.
    let mut change = json!({"title": "x", "service": "净水器租赁", "currency": "CNY", "estimate": "", "owner_id": desk.agent.id(), "version": after["version"]});
    desk.supervisor.put(&path, change.clone()).await.ok();
    assert_eq!(desk.agent.get("/tasks?owner=me&state=open").await.ok()["items"].as_array().unwrap().len(), 1);
    desk.supervisor.put(&path, change.clone()).await.refused(409, "opportunities.stale");
    change["owner_id"] = json!(desk.stranger.id());
    desk.supervisor.put(&path, change).await.refused_field("owner_id", "not_allowed");
    desk.admin.post(&format!("/customers/{}/erasure", id(&customer)), json!({"reason": "本人要求"})).await.ok();
    let after = desk.admin.get(&path).await.ok();
    assert_eq!((&after["title"], &after["estimate"], &after["next_step"]), (&json!("净水器租赁"), &json!(""), &json!(null)));
    assert!(!desk.admin.get(&format!("{path}/history")).await.ok().to_string().contains("韩女士"));
}

async fn a_malformed_opportunity_is_none(db: TestDb) {
    let desk = desk(db).await;
    let customer = desk.agent.post("/customers", json!({"name": "韩女士"})).await.ok();
    for (change, field, code) in [
        (json!({"title": " "}), "title", "required"),
        (json!({"service": "x".repeat(101)}), "service", "too_long"),
        (json!({"value": -1}), "value", "out_of_range"),
        (json!({"value": 1, "each_value": 1}), "each_value", "not_allowed"),
        (json!({"currency": "rmb"}), "currency", "malformed"),
        (json!({"customer_id": null}), "customer_id", "required"),
        (json!({"record_id": "inq_00000000000000000000000000"}), "customer_id", "not_allowed"),
        (json!({"customer_id": "cus_00000000000000000000000000"}), "customer_id", "unknown"),
        (json!({"seq": 1}), "seq", "not_allowed"),
        (json!({"next_step": "回电"}), "due_at", "required"),
        (json!({"due_minutes": 5}), "next_step", "required"),
        (json!({"next_step": "回电", "due_at": 1}), "due_at", "in_the_past"),
        (json!({"owner_id": desk.stranger.id()}), "owner_id", "not_allowed"),
        (json!({"stage": "won"}), "stage", "unknown_field"),
    ] {
        let mut body = json!({"title": "租净水器", "service": "净水器租赁", "customer_id": customer["id"]});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.agent.post("/opportunities", body).await.refused_field(field, code);
    }
    assert_eq!(desk.admin.get("/opportunities").await.ok()["items"], json!([]));
    desk.app.anonymous().get("/opportunities").await.refused(401, "unauthenticated");
}

async fn r106_a_list_is_taken_along_as_it_is_on_the_screen_and_no_cell_is_a_formula(db: TestDb) {
    let desk = desk(db).await;
    let make = async |person: &Person, title: &str, value: i64| {
        let customer = person.post("/customers", json!({"name": title})).await.ok();
        let body = json!({"title": title, "service": "空调清洗", "value": value, "customer_id": customer["id"]});
        person.post("/opportunities", body).await.ok()
    };
    make(&desk.agent, "=cmd|' /C calc'!A0", 19_905).await;
    desk.app.app.clock().advance(1_000);
    make(&desk.agent, "商用空调", 200_000).await;
    make(&desk.stranger, "别组的", 100).await;
    let path = "/opportunities/export?q=%E7%A9%BA%E8%B0%83";
    desk.agent.get(path).await.refused(403, "forbidden");
    let take = async |person: &Person, path: &str| person.request(reqwest::Method::GET, path).send().await.unwrap();
    let file = take(&desk.supervisor, path).await;
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let text = file.text().await.unwrap();
    let lines: Vec<_> = text.lines().collect();
    let shown = desk.supervisor.get("/opportunities?q=%E7%A9%BA%E8%B0%83").await.ok();
    assert_eq!(lines.len(), shown["items"].as_array().unwrap().len() + 1);
    for (line, row) in lines[1..].iter().zip(shown["items"].as_array().unwrap()) {
        assert!(line.contains(row["title"].as_str().unwrap()), "{line}");
    }
    assert!(text.contains("\"'=cmd|") && text.contains("\"199.05\"") && text.contains("\"2000.00\"") && !text.contains("别组的"), "{text}");
    let book = take(&desk.supervisor, "/opportunities/export?format=xlsx&stage=discovered").await;
    assert!(book.headers()["content-type"].to_str().unwrap().contains("spreadsheetml"));
    assert!(book.bytes().await.unwrap().starts_with(b"PK"));
    assert_eq!(desk.supervisor.get("/opportunities/export?format=doc").await.status, 422);
    let trail = desk.admin.get("/audit-entries?action=opportunities.exported").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    assert!(!trail.to_string().contains("商用空调"));
}

}
