//! From when it came to when it is over.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{house, modules, path};

on_both! { http::schema(&modules());

async fn r062_what_a_customer_says_has_a_number_a_kind_and_somebody_who_answers(db: TestDb) {
    let house = house(db).await;
    for (field, value, code) in [("content", json!("  "), "required"), ("anonymous", json!(true), "not_allowed"), ("about_id", json!("usr_00000000000000000000000000"), "unknown")] {
        let mut new = house.form("suggestion");
        new[field] = value;
        house.agent.post("/feedback-items", new).await.refused_field(field, code);
    }
    house.agent.post("/feedback-items", json!({"kind": "opinion", "content": "门口不好停车", "way": "counter"})).await.refused_field("customer_id", "required");
    // What was refused took no number.
    let one = house.taken_in("suggestion").await;
    let day = one["day"].as_str().unwrap().replace('-', "");
    assert_eq!(one["number"], format!("FK{day}-0001"));
    assert_eq!((&one["customer_id"], &one["way"], &one["state"]), (&json!(house.customer), &json!("conversation"), &json!("received")));
    let unnamed = json!({"kind": "opinion", "anonymous": true, "content": "门口不好停车", "way": "counter", "owner_id": house.agent.id()});
    let unnamed = house.agent.post("/feedback-items", unnamed).await.ok();
    assert_eq!((&unnamed["number"], &unnamed["state"], &unnamed["owner_id"]), (&json!(format!("FK{day}-0002")), &json!("assigned"), &json!(house.agent.id())));
    // One waits in the team's pool, one is somebody's.
    assert_eq!(house.tasks(&house.supervisor, "feedback.answer").await, 2);
    let (a, b, c) = tokio::join!(house.taken_in("praise"), house.taken_in("opinion"), house.taken_in("suggestion"));
    let mut numbers: Vec<_> = [a, b, c].iter().map(|one| one["number"].as_str().unwrap()[11..].to_owned()).collect();
    numbers.sort();
    assert_eq!(numbers, ["0003", "0004", "0005"]);
    let counts = house.supervisor.get("/feedback-items/counts").await.ok();
    assert_eq!(counts["kinds"].as_array().unwrap().iter().map(|one| one["open"].as_i64().unwrap()).sum::<i64>(), 5);
}

async fn items_are_seen_by_those_who_reach_them_alone(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("suggestion").await;
    let stranger = &house.stranger;
    assert_eq!(stranger.get(&path(&one, "")).await.status, 404);
    assert_eq!(stranger.get("/feedback-items").await.ok()["items"], json!([]));
    assert_eq!(stranger.put(&path(&one, "/owner"), json!({"owner_id": stranger.id()})).await.status, 404);
    for person in [&house.agent, &house.supervisor, &house.head] {
        assert_eq!(person.get("/feedback-items").await.ok()["items"][0]["id"], one["id"]);
    }
}

async fn an_answer_thanks_the_sender_where_they_said_it_and_closes(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("suggestion").await;
    let answer = json!({"words": "谢谢您，下一批说明书改大字", "way": "conversation"});
    house.agent.post(&path(&one, "/answer"), answer.clone()).await.refused_field("adopted", "required");
    let mut answer = answer;
    (answer["adopted"], answer["close"]) = (json!(true), json!(true));
    house.agent.post(&path(&one, "/answer"), answer.clone()).await.refused_field("reason", "required");
    answer["reason"] = json!("成本小，老人多");
    house.agent.post(&path(&one, "/closure"), json!({})).await.refused(409, "feedback.not_answered");
    let done = house.agent.post(&path(&one, "/answer"), answer.clone()).await.ok();
    assert_eq!((&done["state"], &done["adopted"], &done["owner_id"]), (&json!("closed"), &json!(true), &json!(house.agent.id())));
    assert_eq!(house.tasks(&house.supervisor, "feedback.answer").await, 0);
    let said = house.agent.get(&format!("/conversations/{}/messages", house.conversation)).await.ok();
    let heard = |said: &Value| said["items"].as_array().unwrap().iter().filter(|one| one["text"] == "谢谢您，下一批说明书改大字").count();
    assert_eq!(heard(&said), 1);
    house.agent.post(&path(&one, "/answer"), answer.clone()).await.refused(409, "feedback.not_open");
    // Open again for a reason, with a duty of its own; answered anew.
    house.agent.post(&path(&one, "/reopening"), json!({"reason": ""})).await.refused_field("reason", "required");
    let open = house.agent.post(&path(&one, "/reopening"), json!({"reason": "客户又来问"})).await.ok();
    assert_eq!((&open["state"], &open["reopenings"], &open["closed_at"]), (&json!("assigned"), &json!(1), &Value::Null));
    assert_eq!(house.tasks(&house.agent, "feedback.answer").await, 1);
    answer["words"] = json!("已经改好，寄给您一份");
    let again = house.agent.post(&path(&one, "/answer"), answer).await.ok();
    let kinds: Vec<_> = again["course"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["received", "answered", "closed", "reopened", "answered", "closed"]);
    // An opinion is neither adopted nor not.
    let opinion = house.taken_in("opinion").await;
    let answer = json!({"words": "谢谢", "way": "phone", "adopted": true});
    house.agent.post(&path(&opinion, "/answer"), answer).await.refused_field("adopted", "not_allowed");
    let answered = house.agent.post(&path(&opinion, "/answer"), json!({"words": "谢谢您", "way": "phone"})).await.ok();
    assert_eq!(answered["state"], "answered");
}

async fn whoever_takes_the_task_has_the_item_and_a_leavers_waits_again(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("opinion").await;
    let tasks = house.supervisor.get("/tasks?state=open").await.ok();
    let task = tasks["items"].as_array().unwrap().iter().find(|one| one["source"] == "feedback.answer").unwrap().clone();
    let hand = json!({"owner_id": house.colleague.id(), "reason": "熟悉说明书"});
    house.supervisor.post(&format!("/tasks/{}/reassignment", task["id"].as_str().unwrap()), hand).await.ok();
    house.app.settle().await;
    let now = house.supervisor.get(&path(&one, "")).await.ok();
    assert_eq!((&now["owner_id"], &now["state"]), (&json!(house.colleague.id()), &json!("assigned")));
    house.admin.post(&format!("/users/{}/suspension", house.colleague.id()), json!({})).await.ok();
    house.app.settle().await;
    let now = house.supervisor.get(&path(&one, "")).await.ok();
    assert_eq!((&now["owner_id"], &now["state"], &now["unit_id"]), (&Value::Null, &json!("received"), &json!(house.team)));
    assert_eq!(house.tasks(&house.supervisor, "feedback.answer").await, 1);
}

async fn what_turns_out_to_be_a_complaint_becomes_one_and_both_name_each_other(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("opinion").await;
    let body = json!({"remedy": "把说明书换成大字的", "severity": "minor"});
    house.agent.post(&path(&one, "/complaint"), json!({"remedy": " ", "severity": "minor"})).await.refused_field("remedy", "required");
    let to = path(&one, "/complaint");
    let (a, b) = tokio::join!(house.agent.post(&to, body.clone()), house.supervisor.post(&to, body.clone()));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [200, 409]);
    let gone = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!(gone["state"], "converted");
    let complaint = house.supervisor.get(&format!("/complaints/{}", gone["complaint_id"].as_str().unwrap())).await.ok();
    assert_eq!((&complaint["number"], &complaint["content"], &complaint["customer_id"]), (&gone["complaint_number"], &one["content"], &one["customer_id"]));
    let back = house.supervisor.get(&format!("/feedback-items?complaint={}", complaint["id"].as_str().unwrap())).await.ok();
    assert_eq!(back["items"][0]["id"], one["id"]);
    assert_eq!(house.supervisor.get("/complaints").await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.tasks(&house.supervisor, "feedback.answer").await, 0);
    house.agent.post(&path(&one, "/reopening"), json!({"reason": "又来"})).await.refused(409, "feedback.closed");
}

async fn an_erased_customer_leaves_figures_and_no_words(db: TestDb) {
    let house = house(db).await;
    let one = house.praised().await;
    let customer = format!("/customers/{}", house.customer);
    let timeline = house.supervisor.get(&format!("{customer}/timeline")).await.ok();
    assert!(timeline["items"].as_array().unwrap().iter().any(|entry| entry["kind"] == "feedback_item"));
    house.admin.post(&format!("{customer}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let gone = house.admin.get(&path(&one, "")).await.ok();
    let wall = house.admin.get("/recognitions").await.ok();
    assert!(!gone.to_string().contains("小林真耐心") && !wall.to_string().contains("小林真耐心"), "{gone} {wall}");
    assert_eq!((&gone["kind"], &gone["number"], &wall["items"][0]["person_id"]), (&json!("praise"), &one["number"], &json!(house.agent.id())));
}

}
