//! Days that add up to the month.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{house, modules};

const DAY: i64 = 86_400_000;

fn sum(figures: &Value, field: &str) -> i64 {
    figures["rows"].as_array().unwrap().iter().map(|row| row[field].as_i64().unwrap()).sum()
}

on_both! { http::schema(&modules());

async fn r062_days_weeks_and_months_add_up_and_each_number_opens_its_records(db: TestDb) {
    let house = house(db).await;
    let clock = house.app.app.clock().clone();
    for step in 0..12 {
        for kind in ["suggestion", "opinion", "praise"].iter().take(step % 4) {
            house.taken_in(kind).await;
        }
        if step % 3 == 0 {
            let complaint = json!({"conversation_id": house.conversation, "content": "又坏了", "remedy": "修好", "happened_at": 1, "way": "conversation", "severity": "minor"});
            house.agent.post("/complaints", complaint).await.ok();
        }
        clock.advance(DAY * 5 / 2);
    }
    let first = house.supervisor.get("/feedback-items?limit=200").await.ok();
    let days: Vec<_> = first["items"].as_array().unwrap().iter().map(|one| one["day"].as_str().unwrap().to_owned()).collect();
    let (from, to) = (days.last().unwrap().clone(), house.supervisor.get("/feedback-figures").await.ok()["to"].as_str().unwrap().to_owned());
    let mut totals = Vec::new();
    for by in ["day", "week", "month"] {
        let figures = house.supervisor.get(&format!("/feedback-figures?from={from}&to={to}&by={by}")).await.ok();
        for field in ["complaint", "suggestion", "opinion", "praise", "total"] {
            assert_eq!(sum(&figures, field), figures["total"][field].as_i64().unwrap(), "{by} {field}");
        }
        totals.push(figures["total"].clone());
        // Rows follow each other without a gap.
        let rows = figures["rows"].as_array().unwrap();
        assert_eq!((&rows[0]["from"], &rows.last().unwrap()["to"]), (&json!(from), &json!(to)));
    }
    assert!(totals.iter().all(|total| total == &totals[0]), "{totals:?}");
    assert_eq!(totals[0]["total"], json!(days.len() + totals[0]["complaint"].as_u64().unwrap() as usize));
    assert_eq!(totals[0]["complaint"], 3, "the fourth kind is counted from the second day on");
    let figures = house.supervisor.get(&format!("/feedback-figures?from={from}&to={to}")).await.ok();
    for row in figures["rows"].as_array().unwrap() {
        let (from, to) = (row["from"].as_str().unwrap(), row["to"].as_str().unwrap());
        for kind in ["suggestion", "opinion", "praise"] {
            let found = house.supervisor.get(&format!("/feedback-items?kind={kind}&from={from}&to={to}")).await.ok();
            assert_eq!(row[kind], found["items"].as_array().unwrap().len(), "{kind} {from}");
        }
        let found = house.supervisor.get(&format!("/complaints?from={from}&to={to}")).await.ok();
        assert_eq!(row["complaint"], found["items"].as_array().unwrap().len(), "{from}");
    }
    house.supervisor.get("/feedback-figures?from=2026-02-30").await.refused_field("from", "malformed");
    house.supervisor.get("/feedback-figures?from=2024-01-01&to=2026-01-01").await.refused_field("to", "out_of_range");
    // Outside one's reach nothing is counted.
    assert_eq!(house.stranger.get(&format!("/feedback-figures?from={from}&to={to}")).await.ok()["total"]["total"], 0);
}

}
