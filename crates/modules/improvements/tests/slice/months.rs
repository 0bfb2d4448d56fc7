//! 《月底总结分析报表》: figures that add up, words, signature, revisions, paper.

use calamine::Reader;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, on_both};

use crate::{DAY, house, modules};

/// Every cell of a workbook, as text.
async fn cells(person: &Person, path: &str) -> Vec<String> {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let bytes = answer.bytes().await.unwrap().to_vec();
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        all.extend(range.cells().map(|(_, _, cell)| cell.to_string()).filter(|text| !text.is_empty()));
    }
    all
}

on_both! { http::schema(&modules());

async fn r066_a_month_is_the_sum_of_its_days_and_weeks(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(0).await;
    let first = house.of_cause(&cause).await;
    house.archived(json!({"outcome": "content", "score": 5, "words": "好"})).await;
    house.app.settle().await;
    let month = first["day"].as_str().unwrap()[..7].to_owned();
    let view = house.admin.get(&format!("/month-reports/{month}")).await.ok();
    let figures = &view["figures"];
    let (from, to) = (figures["statistics"]["from"].as_str().unwrap(), figures["statistics"]["to"].as_str().unwrap());
    for by in ["day", "week", "month"] {
        let statistics = house.admin.get(&format!("/complaint-statistics?from={from}&to={to}&by={by}")).await.ok();
        assert_eq!(statistics["total"], figures["statistics"]["total"], "{by}");
        let sum: i64 = statistics["periods"].as_array().unwrap().iter().map(|one| one["figures"]["received"].as_i64().unwrap()).sum();
        assert_eq!(figures["statistics"]["total"]["received"], sum);
    }
    assert_eq!(figures["recovery"], house.admin.get(&format!("/complaint-recovery?from={from}&to={to}")).await.ok());
    assert_eq!(figures["costs"], house.admin.get(&format!("/complaint-costs?from={from}&to={to}")).await.ok());
    assert_eq!((&figures["feedback"]["complaint"], &figures["recovery"]["satisfied"], &figures["costs"]["total"]["complaints"]), (&json!(2), &json!(1), &json!(2)));
    assert_eq!(view["report"], Value::Null);
    house.admin.get("/month-reports/2026-13").await.refused_field("month", "malformed");
    house.admin.get("/month-reports/2099-01").await.refused_field("month", "out_of_range");
    // Of a unit: what its people look after. Whoever may not see it does not find it.
    let unit = house.head.get(&format!("/month-reports/{month}")).await.ok();
    assert_eq!((&unit["unit_id"], &unit["figures"]["statistics"]["total"]["received"]), (&json!(house.department), &json!(2)));
    let workshop = house.head.get(&format!("/month-reports/{month}?unit={}", house.workshop)).await.ok();
    assert_eq!(workshop["figures"]["statistics"]["total"]["received"], 0);
    house.supervisor.get(&format!("/month-reports/{month}?unit={}", house.department)).await.refused(404, "not_found");
    house.stranger.get(&format!("/month-reports/{month}")).await.refused(404, "not_found");
}

async fn r066_signed_it_stays_and_what_changes_is_a_revision_with_a_reason(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    house.app.settle().await;
    let month = one["day"].as_str().unwrap()[..7].to_owned();
    let (path, signs) = (format!("/month-reports/{month}"), format!("/month-reports/{month}/revisions"));
    let words = |version: i64, summary: &str| json!({"unit_id": house.department, "version": version, "summary": summary, "measures": "补装计时器"});
    house.agent.put(&path, words(0, "草稿")).await.refused(404, "not_found");
    house.supervisor.put(&path, words(0, "草稿")).await.refused(404, "not_found");
    let draft = house.head.put(&path, words(0, "草稿")).await.ok();
    assert_eq!((&draft["report"]["revisions"], &draft["report"]["summary"]), (&json!(0), &json!("草稿")));
    house.head.put(&path, words(0, "草稿")).await.refused(409, "improvements.stale");
    house.head.post(&signs, words(1, " ")).await.refused_field("summary", "required");
    let mut early = words(1, "全月投诉一件");
    early["reason"] = json!("改一改");
    house.head.post(&signs, early).await.refused_field("reason", "not_allowed");
    let signed = house.head.post(&signs, words(1, "全月投诉一件")).await.ok();
    assert_eq!((&signed["report"]["revisions"], signed["differences"].as_array().map(Vec::len)), (&json!(1), Some(0)));
    house.head.put(&path, words(2, "改")).await.refused(409, "improvements.signed");
    house.head.post(&signs, words(2, "改")).await.refused_field("reason", "required");
    // The figures go on; what was signed does not.
    house.registered().await;
    house.app.settle().await;
    let now = house.head.get(&path).await.ok();
    let differs = now["differences"].as_array().unwrap().clone();
    let received = differs.iter().find(|one| one["group"] == "total" && one["field"] == "received").unwrap();
    assert_eq!((&received["before"], &received["after"]), (&json!(1), &json!(2)));
    let mut again = words(2, "全月投诉两件");
    again["reason"] = json!("月末补录一件");
    let revised = house.head.post(&signs, again.clone()).await.ok();
    let newest = &revised["revisions"][0];
    assert_eq!((&newest["number"], &newest["reason"], &newest["by_name"]), (&json!(2), &json!("月末补录一件"), &revised["report"]["written_by_name"]));
    let told = newest["differences"].as_array().unwrap();
    assert!(told.iter().any(|one| one["group"] == "words" && one["field"] == "summary"), "{told:?}");
    assert!(told.iter().any(|one| one["group"] == "total" && one["field"] == "received" && one["after"] == 2), "{told:?}");
    again["version"] = json!(3);
    house.head.post(&signs, again).await.refused(409, "improvements.nothing_new");
    let first = house.head.get(&format!("{signs}/1")).await.ok();
    assert_eq!((&first["summary"], &first["figures"]["statistics"]["total"]["received"]), (&json!("全月投诉一件"), &json!(1)));
    house.head.get(&format!("{signs}/7")).await.refused(404, "not_found");
    let list = house.head.get("/month-reports").await.ok();
    assert_eq!((list["months"].as_array().unwrap().len(), &list["months"][0]["month"], &list["months"][0]["revisions"]), (13, &json!(month), &json!(2)));
    for (action, n) in [("report_written", 1), ("report_signed", 1), ("report_revised", 1)] {
        let trail = house.admin.get(&format!("/audit-entries?action=improvements.{action}")).await.ok();
        assert_eq!(trail["items"].as_array().unwrap().len(), n, "{action}");
    }
}

async fn r066_the_paper_says_what_the_screen_says(db: TestDb) {
    let house = house(db).await;
    let cause = house.cause(0).await;
    for _ in 0..3 {
        house.of_cause(&cause).await;
    }
    let action = house.actions().await[0].clone();
    house.done(&action).await;
    house.app.settle().await;
    let month = house.admin.get("/month-reports").await.ok()["months"][0]["month"].as_str().unwrap().to_owned();
    let words = json!({"version": 0, "summary": "本月同一根因三起", "measures": "三台烤灯装计时器"});
    house.admin.post(&format!("/month-reports/{month}/revisions"), words).await.ok();
    let said = cells(&house.admin, &format!("/month-reports/{month}/export?format=xlsx&revision=1")).await.join("\n");
    let number = action["number"].as_str().unwrap();
    for text in ["月底总结分析报表", "人员 / 培训不足", "本月同一根因三起", "三台烤灯装计时器", "挽回率", "表扬", number, "待验证"] {
        assert!(said.contains(text), "{text}: {said}");
    }
    house.admin.get(&format!("/month-reports/{month}/export?format=xlsx&revision=2")).await.refused(404, "not_found");
    let pdf = house.admin.request(Method::GET, &format!("/month-reports/{month}/export?format=pdf")).send().await.unwrap();
    if pdf.status() == 200 {
        let bytes = pdf.bytes().await.unwrap();
        assert!(bytes.starts_with(b"%PDF"));
        if let Ok(folder) = std::env::var("ZHIKE_SHOW") {
            std::fs::write(format!("{folder}/month.pdf"), bytes).unwrap();
        }
    }
    house.wait(1);
    assert!(house.now() > DAY);
}

}
