//! R106: what many ask for and nobody of them has bought is found, once, with their talks.

use serde_json::json;
use testkit::on_both;

use crate::{desk, id, modules};

on_both! { http::schema(&modules());

async fn r106_three_customers_asking_for_one_unsold_service_are_one_opportunity_with_their_talks(db: TestDb) {
    let desk = desk(db).await;
    let first = desk.says("你们能上门洗空调吗").await;
    let second = desk.says("請問有空調清洗服務嗎").await;
    let buyer = desk.says("上次洗空调很好，再约一次").await;
    desk.buys(&buyer["customer_id"], "KT-QX").await;
    let other = desk.says("快递到哪了").await;
    desk.admin.post(&format!("/conversations/{}/assignment", id(&other)), json!({"assignee_id": desk.agent.id()})).await.ok();
    desk.agent.post(&format!("/conversations/{}/messages", id(&other)), json!({"client_id": "a1", "text": "要不要顺便洗空调"})).await.ok();
    // Two who want it, one who has it, one agent who offers it: that is none yet.
    let rule = desk.rule(json!({})).await;
    assert_eq!(desk.all().await, Vec::<serde_json::Value>::new());
    let rules = desk.supervisor.get("/opportunity-rules").await.ok();
    assert_eq!((&rules[0]["waiting_customers"], &rules[0]["waiting_evidence"]), (&json!(2), &json!(2)));

    let third = desk.says("想找人洗空调，多少钱").await;
    let looked = desk.look(&rule).await;
    assert_eq!((&looked["found"], &looked["rule"]["waiting_customers"]), (&json!(1), &json!(0)));
    let all = desk.all().await;
    assert_eq!(all.len(), 1);
    let one = &all[0];
    assert_eq!((&one["title"], &one["stage"], &one["source"], &one["kind"]), (&json!("空调清洗"), &json!("discovered"), &json!("talks"), &json!("pattern")));
    assert_eq!((&one["customers"], &one["evidence"], &one["value"], &one["owner_id"]), (&json!(3), &json!(3), &json!(59_700), &json!(desk.supervisor.id())));
    assert_eq!((&one["basis"]["threshold"], &one["basis"]["window_days"], &one["basis"]["customers"]), (&json!(3), &json!(30), &json!(3)));
    let evidence = desk.evidence(&desk.admin, one).await;
    let talks: Vec<_> = evidence.iter().map(|piece| piece["conversation_id"].clone()).collect();
    assert_eq!(talks, [third["id"].clone(), second["id"].clone(), first["id"].clone()]);
    assert_eq!((&evidence[2]["quote"], &evidence[2]["matched"], &evidence[2]["readable"]), (&json!("你们能上门洗空调吗"), &json!("洗空调"), &json!(true)));

    // Whoever asks later joins it; there is no second one, and nothing is counted twice.
    desk.says("空调清洗怎么收费，洗空调要拆机吗").await;
    desk.look(&rule).await;
    assert_eq!(desk.look(&rule).await["found"], 0);
    let all = desk.all().await;
    assert_eq!((all.len(), &all[0]["customers"], &all[0]["evidence"], &all[0]["value"]), (1, &json!(4), &json!(4), &json!(79_600)));
    let history = desk.admin.get(&format!("/opportunities/{}/history", id(&all[0]))).await.ok();
    let steps: Vec<_> = history.as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["joined", "found"]);
    let counts = desk.admin.get("/opportunities/counts").await.ok();
    assert_eq!(counts, json!([{"stage": "discovered", "currency": "CNY", "opportunities": 1, "value": 79_600, "valued": 1}]));
}

async fn r106_a_dismissed_one_comes_back_only_when_as_many_others_ask(db: TestDb) {
    let desk = desk(db).await;
    let mut first = Vec::new();
    for _ in 0..3 {
        first.push(desk.says("能洗空调吗").await);
    }
    let rule = desk.rule(json!({})).await;
    let found = desk.all().await.remove(0);
    let stage = format!("/opportunities/{}/stage", id(&found));
    desk.supervisor.put(&stage, json!({"stage": "dismissed"})).await.refused_field("reason", "required");
    desk.supervisor.put(&stage, json!({"stage": "dismissed", "reason": "没有资质"})).await.ok();
    // The same three again, and two more: no.
    for _ in 0..2 {
        desk.says("洗空调约得上吗").await;
    }
    desk.look(&rule).await;
    assert_eq!(desk.all().await.len(), 1);
    let rules = desk.supervisor.get("/opportunity-rules").await.ok();
    assert_eq!(rules[0]["new_customers"], 2);
    desk.says("问一下洗空调").await;
    desk.look(&rule).await;
    let all = desk.all().await;
    assert_eq!((all.len(), &all[0]["customers"], &all[0]["basis"]["earlier_id"]), (2, &json!(3), &found["id"]));
    let history = desk.admin.get(&format!("/opportunities/{}/history", id(&all[0]))).await.ok();
    assert_eq!((&history[0]["kind"], &history[0]["words"]), (&json!("came_back"), &json!("没有资质")));
}

async fn r106_what_is_older_than_the_window_does_not_count_and_a_changed_rule_looks_anew(db: TestDb) {
    let desk = desk(db).await;
    desk.says("能洗空调吗").await;
    desk.app.app.clock().advance(31 * 86_400_000);
    desk.says("能洗空调吗").await;
    desk.says("能洗空调吗").await;
    let rule = desk.rule(json!({})).await;
    assert_eq!(desk.all().await.len(), 0);
    let body = json!({"service": "空调清洗", "words": ["洗空调"], "sold_as": [], "threshold": 3, "window_days": 60, "currency": "CNY", "active": true, "version": 1});
    desk.agent.put(&format!("/opportunity-rules/{}", id(&rule)), body.clone()).await.refused(403, "forbidden");
    desk.supervisor.put(&format!("/opportunity-rules/{}", id(&rule)), body.clone()).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.all().await[0]["customers"], 3);
    desk.supervisor.put(&format!("/opportunity-rules/{}", id(&rule)), body).await.refused(409, "opportunities.stale");
}

async fn r106_records_by_their_words_or_reason_and_talks_by_their_tag_count_too(db: TestDb) {
    let desk = desk(db).await;
    let reason = desk.admin.post("/wrap-up-reasons", json!({"label": "咨询清洗"})).await.ok();
    let mut people = Vec::new();
    for name in ["王女士", "李先生"] {
        people.push(desk.admin.post("/customers", json!({"name": name})).await.ok());
    }
    desk.admin.post("/inquiry-records", json!({"way": "phone", "customer_id": people[0]["id"], "asked": "打电话问洗空调"})).await.ok();
    desk.admin.post("/inquiry-records", json!({"way": "phone", "customer_id": people[1]["id"], "asked": "家电维护", "reason_id": reason["id"]})).await.ok();
    // Of whom nobody knows who they are, nobody is counted.
    desk.admin.post("/inquiry-records", json!({"way": "phone", "asked": "也问洗空调"})).await.ok();
    let talk = desk.says("你们做家电维护吗").await;
    desk.admin.post(&format!("/conversations/{}/assignment", id(&talk)), json!({"assignee_id": desk.agent.id()})).await.ok();
    desk.admin.put(&format!("/conversations/{}/tags", id(&talk)), json!({"tags": ["想洗空调"]})).await.ok();
    desk.admin.post(&format!("/conversations/{}/closure", id(&talk)), json!({})).await.ok();
    desk.app.settle().await;
    desk.rule(json!({"reason_id": reason["id"], "tag": "想洗空调"})).await;
    let all = desk.all().await;
    assert_eq!((all.len(), &all[0]["customers"]), (1, &json!(3)));
    let mut kinds: Vec<_> = desk.evidence(&desk.admin, &all[0]).await.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    assert_eq!(kinds, ["conversation", "inquiry_record", "inquiry_record"]);
}

async fn r106_nothing_of_a_talk_one_may_not_read_is_shown(db: TestDb) {
    let desk = desk(db).await;
    let mine = desk.says("我想洗空调").await;
    desk.admin.post(&format!("/conversations/{}/assignment", id(&mine)), json!({"assignee_id": desk.agent.id()})).await.ok();
    for _ in 0..2 {
        let theirs = desk.says("洗空调的秘密").await;
        desk.admin.post(&format!("/conversations/{}/assignment", id(&theirs)), json!({"assignee_id": desk.stranger.id()})).await.ok();
    }
    desk.rule(json!({"owner_id": desk.agent.id()})).await;
    let one = desk.agent.get("/opportunities").await.ok()["items"][0].clone();
    assert_eq!(one["customers"], 3);
    let evidence = desk.evidence(&desk.agent, &one).await;
    let readable: Vec<_> = evidence.iter().map(|piece| piece["readable"].as_bool().unwrap()).collect();
    assert_eq!(readable, [false, false, true]);
    assert_eq!((&evidence[0]["conversation_id"], &evidence[0]["customer_id"], &evidence[0]["quote"]), (&json!(null), &json!(null), &json!(null)));
    assert_eq!((&evidence[2]["conversation_id"], &evidence[2]["quote"]), (&mine["id"], &json!("我想洗空调")));
    desk.stranger.get(&format!("/opportunities/{}", id(&one))).await.refused(404, "not_found");
    desk.stranger.get(&format!("/opportunities/{}/evidence", id(&one))).await.refused(404, "not_found");
    desk.agent.get("/opportunity-rules").await.refused(403, "forbidden");
}

async fn a_malformed_rule_is_none(db: TestDb) {
    let desk = desk(db).await;
    for (change, field, code) in [
        (json!({"service": " "}), "service", "required"),
        (json!({"words": []}), "words", "required"),
        (json!({"words": ["？！"]}), "words", "malformed"),
        (json!({"words": ["x".repeat(41)]}), "words", "malformed"),
        (json!({"reason_id": "wur_00000000000000000000000000"}), "reason_id", "unknown"),
        (json!({"threshold": 1}), "threshold", "out_of_range"),
        (json!({"window_days": 366}), "window_days", "out_of_range"),
        (json!({"currency": "yuan"}), "currency", "malformed"),
        (json!({"owner_id": "usr_00000000000000000000000000"}), "owner_id", "unknown"),
        (json!({"name": "x"}), "name", "unknown_field"),
    ] {
        let mut body = json!({"service": "空调清洗", "words": ["洗空调"], "sold_as": [], "threshold": 3, "window_days": 30, "currency": "CNY", "active": true});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.supervisor.post("/opportunity-rules", body).await.refused_field(field, code);
    }
    assert_eq!(desk.supervisor.get("/opportunity-rules").await.ok(), json!([]));
}

}
