//! Root causes, analyses, and the actions that follow when a cause comes again.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{action_path, analysis_of, house, modules};

on_both! { http::schema(&modules());

async fn r022_a_root_cause_is_written_from_the_investigation_on_by_who_looks_after_it(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(0).await;
    let early = house.registered().await;
    house.agent.put(&analysis_of(&early), house.found(&cause)).await.refused(409, "improvements.too_early");
    let one = house.investigated().await;
    let blank = house.agent.get(&analysis_of(&one)).await.ok();
    assert_eq!((&blank["analysis"], &blank["may_write"], &blank["currency"]), (&Value::Null, &json!(true), &json!("CNY")));
    house.stranger.get(&analysis_of(&one)).await.refused(404, "not_found");
    let mut bad = house.found("nothing");
    house.smith.put(&analysis_of(&one), bad.clone()).await.refused_field("cause_id", "unknown");
    bad["whys"] = json!([]);
    house.smith.put(&analysis_of(&one), bad.clone()).await.refused_field("whys", "required");
    bad["whys"] = json!(vec![json!({"question": "为什么？", "answer": "不知道"}); 6]);
    house.smith.put(&analysis_of(&one), bad).await.refused_field("whys", "too_many");
    let written = house.smith.put(&analysis_of(&one), house.found(&cause)).await.ok();
    let analysis = &written["analysis"];
    assert_eq!((&analysis["responsible_unit_name"], analysis["whys"].as_array().unwrap().len()), (&json!("漆面养护部"), 2));
    assert_eq!(analysis["cause"], "人员 / 培训不足");
    house.smith.put(&analysis_of(&one), house.found(&cause)).await.refused(409, "improvements.stale");
    let trail = house.admin.get("/audit-entries?action=improvements.analysed").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    // Of what is not founded there is none.
    let unfounded = house.archived(json!({"outcome": "content", "score": 5, "words": "好"})).await;
    house.agent.put(&analysis_of(&unfounded), house.found(&cause)).await.refused(409, "improvements.unfounded");
}

async fn r022_the_tree_is_kept_by_who_may_and_what_was_used_is_retired_and_not_lost(db: TestDb) {
    let house = house(db).await;
    let causes = house.agent.get("/complaint-causes").await.ok();
    assert_eq!((causes["version"].as_i64(), causes["trees"].as_array().unwrap().len()), (Some(0), 2));
    let cause = house.cause(0).await;
    let one = house.of_cause(&cause).await;
    let mut wanted = causes.clone();
    wanted["trees"][0]["groups"][0]["causes"].as_array_mut().unwrap().remove(0);
    house.agent.put("/complaint-causes", wanted.clone()).await.refused(403, "forbidden");
    let mut bad = wanted.clone();
    bad["trees"][0]["groups"][0]["causes"][0]["name"] = json!(" ");
    house.head.put("/complaint-causes", bad).await.refused_field("trees[0].groups[0].causes[0].name", "required");
    let after = house.head.put("/complaint-causes", wanted.clone()).await.ok();
    let kept = after["trees"][0]["groups"][0]["causes"].as_array().unwrap().iter().find(|one| one["id"] == cause.as_str()).unwrap().clone();
    assert_eq!((&kept["retired"], &kept["name"]), (&json!(true), &json!("培训不足")));
    house.head.put("/complaint-causes", wanted).await.refused(409, "improvements.stale");
    // What was filed under it stays; nothing new is.
    let mut again = house.found(&cause);
    again["version"] = json!(1);
    house.smith.put(&analysis_of(&one), again).await.ok();
    let other = house.investigated().await;
    house.smith.put(&analysis_of(&other), house.found(&cause)).await.refused_field("cause_id", "unknown");
}

async fn r022_the_third_complaint_of_a_cause_in_thirty_days_opens_an_action_by_itself(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(0).await;
    house.of_cause(&cause).await;
    house.wait(29);
    house.of_cause(&cause).await;
    house.of_cause(&house.cause(1).await).await;
    house.wait(2);
    // The first lies more than thirty days back by now.
    let third = house.of_cause(&cause).await;
    assert!(house.actions().await.is_empty());
    house.of_cause(&cause).await;
    let actions = house.actions().await;
    assert_eq!(actions.len(), 1);
    let action = house.smith.get(&action_path(&actions[0], "")).await.ok();
    assert_eq!((&action["origin"], &action["owner_id"], &action["opened_by"]), (&json!("recurrence"), &json!(house.smith.id()), &Value::Null));
    assert_eq!((action["led_by"].as_array().unwrap().len(), action["complaints"].as_array().unwrap().len()), (3, 3));
    assert_eq!(action["before"]["complaints"], 3);
    assert!(action["number"].as_str().unwrap().starts_with("GJ") && action["due_at"].as_i64().unwrap() > house.now());
    assert_eq!(house.tasks(&house.smith, "improvements.action").await, 1);
    // One more joins the one that is open.
    house.of_cause(&cause).await;
    let action = house.smith.get(&action_path(&action, "")).await.ok();
    assert_eq!((house.actions().await.len(), action["complaints"].as_array().unwrap().len()), (1, 4));
    assert_eq!(action["course"].as_array().unwrap().last().unwrap()["kind"], "joined");
    let shown = house.smith.get(&analysis_of(&third)).await.ok();
    assert_eq!(shown["action"]["number"], action["number"]);
    house.stranger.get(&action_path(&action, "")).await.refused(404, "not_found");
}

async fn r022_an_action_is_completed_with_everything_and_verified_by_somebody_else(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(0).await;
    for _ in 0..3 {
        house.of_cause(&cause).await;
    }
    let action = house.actions().await[0].clone();
    let unmet = house.smith.post(&action_path(&action, "/completion"), json!({"result": "好"})).await;
    assert_eq!(unmet.body["params"]["duties"].as_array().map(Vec::len), Some(4), "{}", unmet.body);
    let done = house.done(&action).await;
    assert_eq!((&done["state"], &done["verifier_id"]), (&json!("completed"), &json!(house.head.id())));
    house.wait(20);
    let verify = action_path(&action, "/verification");
    house.smith.post(&verify, json!({"effective": true, "words": "好"})).await.refused(409, "improvements.own_verification");
    assert_eq!((house.tasks(&house.smith, "improvements.action").await, house.tasks(&house.head, "improvements.verify").await), (0, 1));
    let closed = house.head.post(&verify, json!({"effective": true, "words": "抽查合格"})).await.ok();
    assert_eq!((&closed["state"], &closed["before"]["complaints"], &closed["after"]["complaints"]), (&json!("closed"), &json!(3), &json!(0)));
    assert_eq!((&closed["before"]["monthly"], &closed["after"]["monthly"]), (&json!(300), &json!(0)));
    assert_eq!(house.tasks(&house.head, "improvements.verify").await, 0);
    // It came again within the watch: the same action is open again, and wants a new step.
    house.of_cause(&cause).await;
    let again = house.smith.get(&action_path(&action, "")).await.ok();
    assert_eq!((&again["state"], &again["reopenings"], house.actions().await.len()), (&json!("open"), &json!(1), 1));
    assert_eq!(again["course"].as_array().unwrap().last().unwrap()["kind"], "recurred");
    assert_eq!(house.tasks(&house.smith, "improvements.action").await, 1);
    house.smith.post(&action_path(&action, "/completion"), json!({"result": "好"})).await.refused(409, "improvements.duties_unmet");
    let done = house.done(&action).await;
    assert_eq!(done["state"], "completed");
    // What does not help is open again.
    let not = house.head.post(&verify, json!({"effective": false, "words": "又有三起"})).await.ok();
    assert_eq!((&not["state"], &not["reopenings"]), (&json!("open"), &json!(2)));
}

async fn r022_an_action_is_opened_by_hand_once_handed_over_late_and_inherited(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(1).await;
    let new = json!({"cause_id": cause, "title": "烤灯没有计时", "owner_id": house.agent.id()});
    house.agent.post("/improvement-actions", json!({"cause_id": cause, "title": " "})).await.refused_field("title", "required");
    house.agent.post("/improvement-actions", json!({"cause_id": cause, "title": "t", "owner_id": house.smith.id()})).await.refused_field("owner_id", "not_allowed");
    let action = house.supervisor.post("/improvement-actions", new.clone()).await.ok();
    house.supervisor.post("/improvement-actions", new).await.refused(409, "improvements.open_already");
    assert_eq!((&action["origin"], &action["opened_by"]), (&json!("by_hand"), &json!(house.supervisor.id())));
    house.wait(40);
    house.app.app.db().write(&kernel::Origin::system("test"), |tx| tasks::api::remind(tx, 100)).await.unwrap();
    house.app.settle().await;
    let late = house.supervisor.get("/improvement-actions?overdue=true").await.ok();
    assert_eq!(late["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.agent.get("/improvement-actions/counts").await.ok()["overdue"], 1);
    let shown = house.supervisor.get(&action_path(&action, "")).await.ok();
    assert_eq!(shown["course"].as_array().unwrap().last().unwrap()["kind"], "overdue");
    assert_eq!(house.tasks(&house.supervisor, "improvements.alert").await, 1);
    let over = json!({"owner_id": house.agent.id(), "reason": "换人"});
    house.supervisor.post(&action_path(&action, "/handover"), over).await.refused(409, "improvements.same_owner");
    // Whoever leaves leaves it to their lead.
    house.admin.post(&format!("/users/{}/suspension", house.agent.id()), json!({})).await.ok();
    house.app.settle().await;
    let inherited = house.supervisor.get(&action_path(&action, "")).await.ok();
    assert_eq!(inherited["owner_id"], house.supervisor.id());
    assert_eq!(house.tasks(&house.supervisor, "improvements.action").await, 1);
}

}
