//! Taking complaints in, and judging them.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{house, modules, path, unmet};

on_both! { http::schema(&modules());

async fn r090_without_complainant_time_content_or_remedy_nothing_is_taken_in(db: TestDb) {
    let house = house(db).await;
    for (field, value, code) in [
        ("conversation_id", Value::Null, "required"),
        ("content", json!("  "), "required"),
        ("remedy", json!(""), "required"),
        ("happened_at", json!(house.now() + 60_000), "in_the_future"),
        ("anonymous", json!(true), "not_allowed"),
    ] {
        let mut new = house.intake();
        new[field] = value;
        if field == "conversation_id" {
            new.as_object_mut().unwrap().remove("message_seq");
        }
        let named = if field == "conversation_id" { "customer_id" } else { field };
        house.agent.post("/complaints", new).await.refused_field(named, code);
    }
    let mut new = house.intake();
    new.as_object_mut().unwrap().remove("happened_at");
    assert_eq!(house.agent.post("/complaints", new).await.status, 422);
    // What was refused took no number.
    let one = house.registered().await;
    let day = one["day"].as_str().unwrap().replace('-', "");
    assert_eq!(one["number"], format!("TS{day}-0001"));
    assert_eq!((&one["customer_id"], &one["way"], &one["step"]), (&json!(house.customer), &json!("conversation"), &json!("intake")));
    let mut unnamed = house.intake();
    for field in ["conversation_id", "message_seq", "acknowledged"] {
        unnamed.as_object_mut().unwrap().remove(field);
    }
    (unnamed["anonymous"], unnamed["way"]) = (json!(true), json!("counter"));
    let unnamed = house.agent.post("/complaints", unnamed).await.ok();
    assert_eq!((&unnamed["number"], &unnamed["anonymous"], &unnamed["customer_id"]), (&json!(format!("TS{day}-0002")), &json!(true), &Value::Null));
    assert_eq!(unmet(&unnamed), [""; 0]);
}

async fn r020_numbers_have_no_gap_whoever_takes_complaints_in_at_once(db: TestDb) {
    let house = house(db).await;
    let take = || house.agent.post("/complaints", house.intake());
    let (a, b, c, d, e, f) = tokio::join!(take(), take(), take(), take(), take(), take());
    let mut numbers: Vec<_> =
        [a, b, c, d, e, f].into_iter().map(|reply| reply.ok()["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    let last: Vec<_> = numbers.iter().map(|number| number[number.len() - 4..].to_owned()).collect();
    assert_eq!(last, ["0001", "0002", "0003", "0004", "0005", "0006"]);
    // The same person's others are shown beside each.
    let found = house.agent.get(&format!("/complaints?customer={}", house.customer)).await.ok();
    let one = house.agent.get(&path(&found["items"][0], "")).await.ok();
    assert_eq!(one["others"].as_array().unwrap().len(), 5);
}

async fn complaints_are_seen_by_those_who_reach_them_alone(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    assert_eq!(house.stranger.get("/complaints").await.ok()["items"], json!([]));
    house.stranger.get(&path(&one, "")).await.refused(404, "not_found");
    house.stranger.post(&path(&one, "/completion"), json!({})).await.refused(404, "not_found");
    house.smith.get(&path(&one, "")).await.refused(404, "not_found");
    let mut talk = house.intake();
    talk.as_object_mut().unwrap().remove("message_seq");
    house.stranger.post("/complaints", talk).await.refused_field("conversation_id", "unknown");
    assert_eq!(house.supervisor.get("/complaints").await.ok()["items"][0]["id"], one["id"]);
    let counts = house.agent.get("/complaints/counts").await.ok();
    assert_eq!((&counts["mine"], &counts["steps"][0]["step"]), (&json!(1), &json!("intake")));
    let timeline = house.agent.get(&format!("/customers/{}/timeline", house.customer)).await.ok();
    assert!(timeline.to_string().contains(one["number"].as_str().unwrap()), "{timeline}");
    let trail = house.admin.get(&format!("/audit-entries?subject={}", one["id"].as_str().unwrap())).await.ok();
    assert!(trail.to_string().contains("complaints.registered") && !trail.to_string().contains("镀晶"), "{trail}");
}

async fn r089_the_leader_is_told_at_once_of_one_that_spreads(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    assert_eq!(house.tasks(&house.supervisor, "complaints.alert").await, 0);
    let body = json!({"severity": "critical", "safety": false, "complexity": "complex", "impact": "many", "brand_risk": "viral"});
    house.agent.put(&path(&one, "/assessment"), body.clone()).await.ok();
    assert_eq!(house.tasks(&house.supervisor, "complaints.alert").await, 1);
    house.agent.put(&path(&one, "/assessment"), body).await.ok();
    assert_eq!(house.tasks(&house.supervisor, "complaints.alert").await, 1);
}

async fn r021_r091_a_founded_one_needs_both_levels_a_department_and_a_time(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    house.complete(&house.agent, &one).await;
    let refused = house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    assert_eq!(refused["params"]["duties"], json!(["judged", "category", "responsible_unit", "answer_by"]), "{refused}");
    for (field, code) in [("category_id", "unknown"), ("responsible_unit_id", "required"), ("answer_by", "required")] {
        let mut body = house.founded(&house.quality);
        body[field] = if field == "category_id" { json!("质量") } else { Value::Null };
        house.agent.put(&path(&one, "/judgement"), body).await.refused_field(field, code);
    }
    let judged = house.agent.put(&path(&one, "/judgement"), house.founded(&house.quality)).await.ok();
    assert_eq!((&judged["category"], &judged["kind"], unmet(&judged)), (&json!("质量 / 镀晶"), &json!("quality"), vec![]));
}

async fn r092_quality_goes_to_the_departments_head_and_service_to_the_supervisor(db: TestDb) {
    let house = house(db).await;
    for (category, owner) in [(&house.quality, &house.smith), (&house.service, &house.supervisor)] {
        let one = house.registered().await;
        house.complete(&house.agent, &one).await;
        house.agent.put(&path(&one, "/judgement"), house.founded(category)).await.ok();
        let gone = house.complete(&house.agent, &one).await;
        assert_eq!((&gone["step"], &gone["owner_id"], &gone["hops"]), (&json!("investigation"), &json!(owner.id()), &json!(0)));
        // Both see it now: who looks into it, and who looks after it.
        owner.get(&path(&one, "")).await.ok();
        house.agent.get(&path(&one, "")).await.ok();
        assert_eq!(house.tasks(owner, "complaints.step").await, 1);
    }
}

async fn x3_an_unfounded_one_needs_reason_reply_understanding_and_a_second_reader(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    house.complete(&house.agent, &one).await;
    let body = json!({
        "grounds": false, "reasonable": true, "upheld": false, "category_id": house.quality, "reason": "misuse",
        "reply": "您反馈的印子是自动洗车机留下的，我们免费帮您清洗一次，可以吗？", "understanding": "understood",
    });
    for (field, value, code) in [("reason", Value::Null, "required"), ("reply", json!("不行"), "too_short"), ("understanding", Value::Null, "required")] {
        let mut lacking = body.clone();
        lacking[field] = value;
        house.agent.put(&path(&one, "/judgement"), lacking).await.refused_field(field, code);
    }
    let judged = house.agent.put(&path(&one, "/judgement"), body.clone()).await.ok();
    assert_eq!(unmet(&judged), ["second_reader"]);
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.agent.post(&path(&one, "/second-reading"), json!({"agrees": true})).await.refused(403, "forbidden");
    assert_eq!(house.tasks(&house.supervisor, "complaints.reading").await, 1);
    house.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": false})).await.refused_field("words", "required");
    let objected = house.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": false, "words": "没看洗车照片"})).await.ok();
    assert_eq!((&objected["judgement"], &objected["step"]), (&Value::Null, &json!("judgement")));
    house.agent.put(&path(&one, "/judgement"), body).await.ok();
    house.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": true})).await.ok();
    house.supervisor.post(&path(&one, "/second-reading"), json!({"agrees": true})).await.refused(409, "complaints.nothing_to_read");
    // Answered, not signed; asked again all the same.
    let gone = house.complete(&house.agent, &one).await;
    assert_eq!((&gone["step"], unmet(&gone)), (&json!("revisit"), vec!["revisited"]));
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.agent.put(&path(&one, "/revisit"), json!({"outcome": "content", "score": 4, "words": "理解了"})).await.ok();
    assert_eq!(house.complete(&house.agent, &one).await["step"], "archived");
}

}
