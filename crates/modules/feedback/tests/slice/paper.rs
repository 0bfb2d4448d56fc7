//! Feedback on paper.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use reqwest::Method;
use serde_json::json;
use testkit::{Person, on_both};

use crate::{house, modules, path};

async fn bytes(person: &Person, path: &str) -> (String, Vec<u8>) {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let mime = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (mime, answer.bytes().await.unwrap().to_vec())
}

/// Everything a workbook says.
async fn cells(person: &Person, path: &str) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes(person, path).await.1)).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    range.used_cells().map(|(_, _, cell)| cell.to_string()).collect::<Vec<_>>().join("\n")
}

on_both! { http::schema(&modules());

async fn r066_a_suggestion_stands_on_its_record_with_its_answer(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("suggestion").await;
    let blank = cells(&house.agent, &path(&one, "/form?format=xlsx")).await;
    for text in ["意见、建议、表扬记录单", "☒建议", "☐表扬", "☐采纳", "安装说明的字太小，老人看不清", one["number"].as_str().unwrap()] {
        assert!(blank.contains(text), "{text} is not on it: {blank}");
    }
    let answer = json!({"words": "谢谢，已放大字号", "way": "phone", "adopted": true, "reason": "下一版说明书改版"});
    house.agent.post(&path(&one, "/answer"), answer).await.ok();
    let filled = cells(&house.agent, &path(&one, "/form?format=xlsx")).await;
    for text in ["谢谢，已放大字号", "☒采纳", "下一版说明书改版", "☒电话"] {
        assert!(filled.contains(text), "{text} is not on it: {filled}");
    }
    let (mime, pdf) = bytes(&house.agent, &path(&one, "/form?format=pdf")).await;
    assert!(mime == "application/pdf" && pdf.starts_with(b"%PDF"));
    house.stranger.get(&path(&one, "/form?format=xlsx")).await.refused(404, "not_found");
    house.agent.get(&path(&one, "/form?format=xlsx&reason=x")).await.refused_field("reason", "too_short");
    let trail = house.admin.get(&format!("/audit-entries?subject={}", one["id"].as_str().unwrap())).await.ok();
    assert!(trail.to_string().contains("feedback.printed"));
}

async fn r062_the_list_of_some_days_is_taken_along_as_far_as_one_sees(db: TestDb) {
    let house = house(db).await;
    for kind in ["suggestion", "opinion"] {
        house.taken_in(kind).await;
    }
    let all = cells(&house.agent, "/feedback-items/export?format=xlsx").await;
    assert!(all.contains("意见、建议、表扬一览表") && all.contains("建议 1　意见 1　表扬 0"), "{all}");
    let some = cells(&house.agent, "/feedback-items/export?format=xlsx&kind=opinion").await;
    assert!(some.contains("建议 0　意见 1"), "{some}");
    assert!(!cells(&house.stranger, "/feedback-items/export?format=xlsx").await.contains("安装说明"));
    let (mime, _) = bytes(&house.agent, "/feedback-items/export?format=pdf").await;
    assert_eq!(mime, "application/pdf");
    house.agent.get("/feedback-items/export?format=xlsx&from=x").await.refused_field("from", "malformed");
    house.agent.get("/feedback-items/export?format=xlsx&from=2024-01-01&to=2026-11-01").await.refused_field("from", "out_of_range");
    house.agent.get("/feedback-items/export?format=xlsx&from=2026-11-02&to=2026-11-01").await.refused_field("to", "not_after_start");
}

}
