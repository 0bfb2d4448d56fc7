//! What causes cost, and who was won back.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{DAY, analysis_of, house, modules};

/// The complaints a query lists.
async fn listed(house: &crate::House, query: &str) -> Vec<Value> {
    house.admin.get(&format!("/complaint-outcomes?{query}")).await.ok()["items"].as_array().unwrap().clone()
}

on_both! { http::schema(&modules());

async fn r022_what_each_cause_costs_is_what_its_complaints_cost(db: TestDb) {
    let house = house(db).await;
    let (first, second) = (house.cause(0).await, house.cause(1).await);
    let from = house.admin.get("/complaint-costs").await.ok()["to"].as_str().unwrap().to_owned();
    let dear = house.investigated().await;
    let mut found = house.found(&first);
    (found["minutes"], found["points"], found["lost"]) = (json!(90), json!(500), json!(20_000));
    house.smith.put(&analysis_of(&dear), found.clone()).await.ok();
    found["minutes"] = json!(-1);
    house.smith.put(&analysis_of(&dear), found).await.refused_field("minutes", "out_of_range");
    house.of_cause(&first).await;
    house.of_cause(&second).await;
    house.registered().await;
    house.app.settle().await;
    let mut rules = house.admin.get("/improvement-rules").await.ok();
    (rules["hour_rate"], rules["points_rate"], rules["act_minutes"]) = (json!(6_000), json!(100), json!(10));
    house.agent.put("/improvement-rules", rules.clone()).await.refused(403, "forbidden");
    house.admin.put("/improvement-rules", rules).await.ok();
    let costs = house.admin.get(&format!("/complaint-costs?from={from}")).await.ok();
    let lines = costs["lines"].as_array().unwrap();
    assert_eq!((&costs["currency"], lines.len(), &costs["total"]["complaints"]), (&json!("CNY"), 3, &json!(4)));
    for line in lines {
        let cause = match line["cause_id"].as_str().unwrap() { "" => "none", id => id };
        let rows = listed(&house, &format!("from={from}&cause={cause}")).await;
        for field in ["complaints", "reckoned", "minutes", "handling", "compensation", "points", "points_cost", "lost", "total"] {
            let sum: i64 = rows.iter().map(|row| row[field].as_i64().unwrap()).sum();
            assert_eq!(line[field], sum, "{cause} {field}");
        }
    }
    let row = listed(&house, &format!("from={from}&cause={first}")).await.into_iter().find(|row| row["reckoned"] == 0).unwrap();
    assert_eq!((&row["handling"], &row["points_cost"], &row["total"]), (&json!(9_000), &json!(500), &json!(29_500)));
    assert_eq!(lines[0]["cause_id"], first.as_str(), "the dearest first");
    assert_eq!(house.stranger.get("/complaint-costs").await.ok()["total"]["complaints"], 0);
    house.admin.get("/complaint-costs?from=2026-13-01").await.refused_field("from", "malformed");
    house.admin.get("/complaint-costs?from=2020-01-01").await.refused_field("from", "out_of_range");
    let unit = house.admin.get(&format!("/complaint-costs?from={from}&unit={}", house.department)).await.ok();
    assert_eq!(unit["total"]["complaints"], 4);
    let unit = house.admin.get(&format!("/complaint-costs?from={from}&unit={}", house.workshop)).await.ok();
    assert_eq!(unit["total"]["complaints"], 0, "the agent looks after them");
}

async fn r087_won_back_is_content_or_bought_again_in_ninety_days_and_not_decided_before(db: TestDb) {
    let house = house(db).await;
    let first = house.archived(json!({"outcome": "content", "score": 5, "words": "好"})).await;
    let from = first["day"].as_str().unwrap().to_owned();
    house.archived(json!({"outcome": "middling", "score": 3, "words": "一般"})).await;
    house.archived(json!({"outcome": "unreachable", "words": "停机"})).await;
    let recovery = async |to: &str| {
        house.app.settle().await;
        house.admin.get(&format!("/complaint-recovery?from={from}{to}")).await.ok()
    };
    let one = recovery("").await;
    let numbers = |one: &Value| ["closed", "satisfied", "bought", "recovered", "lost", "undecided", "unreachable"].map(|key| one[key].as_i64().unwrap());
    assert_eq!(numbers(&one), [3, 1, 0, 1, 0, 1, 1]);
    house.wait(89);
    // The last day on which buying again counts; what was cancelled never did.
    let bought = house.now() - DAY;
    let order = |number: &str, state: &str, refunded: i64| json!({"source": "门店", "orders": [{"number": number, "customer": {"id": house.customer},
        "placed_at": bought, "total": 100, "state": state, "refunded": refunded}]});
    house.admin.post("/orders", order("1", "cancelled", 0)).await.ok();
    assert_eq!(numbers(&recovery("").await), [3, 1, 0, 1, 0, 1, 1]);
    house.admin.post("/orders", order("2", "placed", 0)).await.ok();
    let one = recovery("").await;
    assert_eq!(numbers(&one), [3, 1, 2, 3, 0, 0, 0]);
    for (verdict, n) in [("satisfied", 1), ("bought", 2), ("lost", 0)] {
        assert_eq!(listed(&house, &format!("from={from}&closed=true&verdict={verdict}")).await.len(), n, "{verdict}");
    }
    // Taken back, it is as it was; and after ninety days it is lost.
    house.app.app.clock().advance(1_000);
    let taken = house.admin.post("/orders", order("2", "refunded", 100)).await.ok();
    assert_eq!(taken["changed"], 1, "{taken}");
    house.wait(3);
    assert_eq!(numbers(&recovery("").await), [3, 1, 0, 1, 1, 0, 1]);
}

}
