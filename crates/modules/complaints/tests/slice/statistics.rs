//! 《顾客投诉分类统计表》: counted once more by hand, listed, taken along.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{House, forms::cells, house, modules, path};

/// The numbers that can be listed.
const COUNTED: [&str; 18] = [
    "received",
    "founded",
    "unfounded",
    "closed",
    "in_time",
    "over_hops",
    "over_cost",
    "over_time",
    "compensated",
    "signed",
    "refused",
    "unreachable",
    "anonymous",
    "rated",
    "satisfied",
    "acknowledged",
    "caused",
    "countered",
];
const DAY: i64 = 86_400_000;

impl House {
    /// Complaints on several days, at several steps, of both categories and none.
    async fn busy(&self) -> Vec<Value> {
        let mut all = vec![self.archived().await];
        self.app.app.clock().advance(DAY);
        all.push(self.at_leader().await);
        let unnamed = json!({"anonymous": true, "content": "店员态度差", "remedy": "道歉", "happened_at": self.now() - 1_000,
            "way": "phone", "severity": "minor"});
        let one = self.agent.post("/complaints", unnamed).await.ok();
        self.complete(&self.agent, &one).await;
        let judged = json!({"grounds": false, "reasonable": true, "upheld": false, "category_id": self.service,
            "reason": "no_evidence", "reply": "查看了当天录像，没有看到争执，感谢您提醒"});
        self.agent.put(&path(&one, "/judgement"), judged).await.ok();
        all.push(one);
        self.app.app.clock().advance(9 * DAY);
        all.push(self.registered().await);
        let done = self.done().await;
        self.agent.put(&path(&done, "/sign-off"), json!({"kind": "oral", "words": "录音 7"})).await.ok();
        self.agent.put(&path(&done, "/feedback"), json!({"score": 2, "words": "一般"})).await.ok();
        all.push(self.complete(&self.agent, &done).await);
        all
    }
}

on_both! { http::schema(&modules());

async fn r062_r088_days_weeks_and_months_are_the_same_and_each_number_lists_what_it_counts(db: TestDb) {
    let house = house(db).await;
    let all = house.busy().await;
    let from = house.head.get(&path(&all[0], "")).await.ok()["day"].as_str().unwrap().to_owned();
    let mut totals = Vec::new();
    for by in ["day", "week", "month"] {
        let statistics = house.admin.get(&format!("/complaint-statistics?from={from}&by={by}")).await.ok();
        let sum: i64 = statistics["periods"].as_array().unwrap().iter().map(|one| one["figures"]["received"].as_i64().unwrap()).sum();
        assert_eq!(sum, 5, "{by}");
        totals.push(statistics["total"].clone());
    }
    assert!(totals.iter().all(|total| *total == totals[0]), "{totals:?}");
    // Counted once more, from what each complaint says of itself.
    let rows: Vec<Value> = {
        let mut rows = Vec::new();
        for one in &all {
            rows.push(house.admin.get(&path(one, "")).await.ok());
        }
        rows
    };
    let count = |which: fn(&Value) -> bool| rows.iter().filter(|one| which(one)).count() as i64;
    let total = &totals[0];
    assert_eq!(total["founded"], count(|one| one["upheld"] == true));
    assert_eq!(total["unfounded"], count(|one| one["upheld"] == false));
    assert_eq!(total["closed"], count(|one| one["step"] == "archived"));
    assert_eq!(total["over_time"], count(|one| one["hours"]["over"] == true));
    assert_eq!(total["over_hops"], count(|one| one["hands"]["over"] == true));
    assert_eq!(total["signed"], count(|one| one["sign_off"]["kind"] == "oral"));
    assert_eq!(total["satisfied"], count(|one| one["revisit"]["score"].as_i64().is_some_and(|score| score >= 4)));
    assert_eq!((&total["caused"], &total["countered"]), (&json!(3), &json!(1)));
    let lasted: i64 = rows.iter().filter_map(|one| Some(one["closed_at"].as_i64()? - one["registered_at"].as_i64()?)).sum();
    assert_eq!(total["lasted_ms"], lasted);
    for counted in COUNTED {
        let list = house.admin.get(&format!("/complaints?from={from}&counted={counted}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len() as i64, total[counted], "{counted}");
    }
    let list = house.admin.get(&format!("/complaints?from={from}&counted=received&limit=2")).await.ok();
    let next = list["next_cursor"].as_str().unwrap();
    let rest = house.admin.get(&format!("/complaints?from={from}&counted=received&cursor={next}")).await.ok();
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);
}

async fn r095_r021_categories_of_both_levels_and_missing_summaries_by_supervisor(db: TestDb) {
    let house = house(db).await;
    let all = house.busy().await;
    let from = all[0]["day"].as_str().unwrap();
    let statistics = house.supervisor.get(&format!("/complaint-statistics?from={from}&by=month")).await.ok();
    let lines: Vec<_> = statistics["categories"].as_array().unwrap().iter()
        .map(|line| (line["name"].as_str().unwrap(), line["above_id"].is_string(), line["figures"]["received"].as_i64().unwrap())).collect();
    assert_eq!(lines, [("质量", false, 3), ("镀晶", true, 3), ("服务", false, 1), ("态度", true, 1), ("", false, 1)]);
    let missing = statistics["unsummed"].as_array().unwrap();
    assert_eq!((missing.len(), &missing[0]["owner_id"], &missing[0]["number"]), (1, &json!(house.supervisor.id()), &all[4]["number"]));
    let above = statistics["categories"][0]["category_id"].as_str().unwrap();
    for (category, n) in [(above, 3), (house.quality.as_str(), 3), ("none", 1)] {
        let some = house.admin.get(&format!("/complaint-statistics?from={from}&category={category}")).await.ok();
        assert_eq!(some["total"]["received"], n, "{category}");
        let list = house.admin.get(&format!("/complaints?from={from}&counted=received&category={category}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), n);
    }
    // Within one's reach; of a unit only what its people look after.
    assert_eq!(house.stranger.get(&format!("/complaint-statistics?from={from}")).await.ok()["total"]["received"], 0);
    let unit = format!("/complaint-statistics?from={from}&unit={}", house.workshop);
    assert_eq!(house.admin.get(&unit).await.ok()["total"]["received"], 0);
    house.admin.get("/complaint-statistics?from=2026-1-1").await.refused_field("from", "malformed");
    house.admin.get("/complaint-statistics?from=2020-01-01&by=day").await.refused_field("from", "out_of_range");
    house.admin.get("/complaints?category=none").await.refused_field("counted", "required");
}

async fn r095_the_file_says_what_the_screen_says(db: TestDb) {
    let house = house(db).await;
    let all = house.busy().await;
    let from = all[0]["day"].as_str().unwrap();
    let file = format!("/complaint-statistics/export?from={from}&by=week&format=xlsx");
    let said = cells(&house.supervisor, &file).await;
    let statistics = house.supervisor.get(&format!("/complaint-statistics?from={from}&by=week")).await.ok();
    let words = said.join("\n");
    for text in ["顾客投诉分类统计表", "质量", "镀晶", "未分类", "合计", "缺总结的投诉", all[4]["number"].as_str().unwrap()] {
        assert!(words.contains(text), "{text}: {words}");
    }
    for period in statistics["periods"].as_array().unwrap() {
        assert!(words.contains(period["from"].as_str().unwrap()), "{period}");
    }
    let trail = house.admin.get("/audit-entries?action=complaints.statistics_taken").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    if let Ok(folder) = std::env::var("ZHIKE_SHOW") {
        let file = format!("/complaint-statistics/export?from={from}&by=week&format=pdf");
        let answer = house.supervisor.request(reqwest::Method::GET, &file).send().await.unwrap();
        std::fs::write(format!("{folder}/statistics.pdf"), answer.bytes().await.unwrap()).unwrap();
    }
}

}
