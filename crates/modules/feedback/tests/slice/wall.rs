//! The wall, and rewards that never overrun.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{House, house, modules, path};

async fn budget(house: &House, unit: &str, amount: i64, version: i64) -> testkit::Reply {
    let month = house.head.get("/reward-budgets").await.ok()["month"].clone();
    let body = json!({"unit_id": unit, "month": month, "amount": amount, "version": version});
    house.head.put("/reward-budgets", body).await
}

fn reward(one: &Value) -> String {
    format!("/recognitions/{}/reward", one["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r105_praise_reaches_the_agent_and_the_team_wall_the_same_day(db: TestDb) {
    let house = house(db).await;
    let item = house.praised().await;
    assert_eq!(item["on_wall"], true);
    for person in [&house.agent, &house.colleague, &house.supervisor, &house.head] {
        let wall = person.get("/recognitions").await.ok();
        let one = &wall["items"][0];
        assert_eq!((&one["kind"], &one["person_id"], &one["words"], &one["at"]), (&json!("customer"), &json!(house.agent.id()), &json!("小林真耐心"), &item["registered_at"]));
    }
    assert_eq!(house.stranger.get("/recognitions").await.ok()["items"], json!([]));
    // What is no praise of anybody does not stand there, nor does what turns out to be none.
    house.taken_in("praise").await;
    house.supervisor.put(&path(&item, "/kind"), json!({"kind": "opinion", "reason": "是反话"})).await.ok();
    assert_eq!(house.agent.get("/recognitions").await.ok()["items"], json!([]));
}

async fn r105_colleagues_and_leads_say_something_good_and_progress_shows(db: TestDb) {
    let house = house(db).await;
    let say = |words: &str| json!({"person_id": house.agent.id(), "words": words});
    house.agent.post("/recognitions", say("我真棒")).await.refused(409, "feedback.own_recognition");
    house.colleague.post("/recognitions", say(" ")).await.refused_field("words", "required");
    let peer = house.colleague.post("/recognitions", say("替我顶了晚班")).await.ok();
    let lead = house.supervisor.post("/recognitions", say("本周零差错")).await.ok();
    assert_eq!((&peer["kind"], &lead["kind"]), (&json!("colleague"), &json!("lead")));
    let mine = house.agent.get("/recognition-standings").await.ok();
    assert_eq!((&mine["me"]["month"], &mine["me"]["level"], &mine["me"]["next"]), (&json!(2), &json!(0), &json!(3)));
    house.praised().await;
    let mine = house.agent.get("/recognition-standings").await.ok();
    assert_eq!((&mine["me"]["total"], &mine["me"]["level"], &mine["me"]["next"]), (&json!(3), &json!(1), &json!(10)));
    assert_eq!(mine["people"][0]["person_id"], json!(house.agent.id()));
    let rules = house.admin.get("/feedback-rules").await.ok();
    let mut wrong = rules.clone();
    wrong["levels"] = json!([5, 5]);
    house.admin.put("/feedback-rules", wrong).await.refused_field("levels", "not_above_the_one_below");
    let mut right = rules;
    right["levels"] = json!([1, 2]);
    house.admin.put("/feedback-rules", right).await.ok();
    assert_eq!(house.agent.get("/recognition-standings").await.ok()["me"]["level"], 2);
}

async fn r105_rewards_never_overrun_the_months_budget_whoever_gives_at_once(db: TestDb) {
    let house = house(db).await;
    let mut said = Vec::new();
    for at in 0..6 {
        let body = json!({"person_id": house.agent.id(), "words": format!("第 {at} 次帮忙")});
        said.push(house.colleague.post("/recognitions", body).await.ok());
    }
    house.supervisor.post(&reward(&said[0]), json!({"amount": 5_000})).await.refused(409, "feedback.no_budget");
    assert_eq!(house.supervisor.put("/reward-budgets", json!({"unit_id": house.team, "month": "2026-11", "amount": 1, "version": 0})).await.status, 403);
    // The department's serves its teams while they have none of their own.
    budget(&house, &house.department, 20_000, 0).await.ok();
    assert_eq!(house.colleague.post(&reward(&said[0]), json!({"amount": 1})).await.status, 403);
    house.supervisor.post(&reward(&said[0]), json!({"amount": 0})).await.refused_field("amount", "out_of_range");
    let give = async |at: usize| house.supervisor.post(&reward(&said[at]), json!({"amount": 5_000})).await.status;
    let (a, b, c, d, e, f) = tokio::join!(give(0), give(1), give(2), give(3), give(4), give(5));
    let given = [a, b, c, d, e, f].into_iter().filter(|status| *status == 200).count();
    assert_eq!(given, 4);
    let budgets = house.head.get("/reward-budgets").await.ok();
    assert_eq!((&budgets["items"][0]["spent"], &budgets["items"][0]["amount"]), (&json!(20_000), &json!(20_000)));
    let standings = house.agent.get("/recognition-standings").await.ok();
    assert_eq!(standings["me"]["rewards"], 20_000);
    budget(&house, &house.department, 19_999, budgets["items"][0]["version"].as_i64().unwrap()).await.refused(409, "feedback.below_spent");
    budget(&house, &house.department, 30_000, 1).await.refused(409, "feedback.stale");
    budget(&house, &house.department, 30_000, budgets["items"][0]["version"].as_i64().unwrap()).await.ok();
    // One is rewarded once, by two at once as well.
    let left = house.head.get("/recognitions").await.ok();
    let left = left["items"].as_array().unwrap().iter().find(|one| one["reward"].is_null()).unwrap().clone();
    let twice = async |person: &testkit::Person| person.post(&reward(&left), json!({"amount": 1_000})).await.status;
    let (a, b) = tokio::join!(twice(&house.supervisor), twice(&house.head));
    let mut statuses = [a, b];
    statuses.sort();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(house.head.get("/reward-budgets").await.ok()["items"][0]["spent"], 21_000);
}

}
