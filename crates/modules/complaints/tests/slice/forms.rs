//! Complaints on paper.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, on_both};

use crate::{House, house, modules, path};

async fn bytes(person: &Person, path: &str) -> (String, Vec<u8>) {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    let mime = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(answer.status(), 200, "{path}");
    (mime, answer.bytes().await.unwrap().to_vec())
}

/// Everything a workbook says, cell by cell.
pub(crate) async fn cells(person: &Person, path: &str) -> Vec<String> {
    let (mime, bytes) = bytes(person, path).await;
    assert_eq!(mime, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0);
    let range = book.worksheet_range(&name).unwrap();
    range.used_cells().map(|(_, _, cell)| cell.to_string()).filter(|text| !text.is_empty()).collect()
}

impl House {
    /// Archived, with a word at every step.
    pub(crate) async fn archived(&self) -> Value {
        let one = self.done().await;
        self.agent.put(&path(&one, "/sign-off"), json!({"kind": "oral", "words": "录音 20261126-07"})).await.ok();
        self.agent.put(&path(&one, "/feedback"), json!({"score": 4, "words": "这次满意"})).await.ok();
        self.complete(&self.agent, &one).await;
        let summary = json!({"words": "工艺记录缺失", "countermeasures": "烤灯计时纳入开工点检"});
        self.supervisor.put(&path(&one, "/summary"), summary).await.ok();
        self.complete(&self.supervisor, &one).await;
        self.agent
            .put(&path(&one, "/revisit"), json!({"outcome": "content", "score": 5, "words": "没再发雾"}))
            .await
            .ok();
        self.complete(&self.agent, &one).await
    }
}

on_both! { http::schema(&modules());

async fn r066_every_field_of_the_course_stands_on_the_record(db: TestDb) {
    let house = house(db).await;
    let one = house.archived().await;
    let cells = cells(&house.agent, &path(&one, "/forms/record?format=xlsx")).await;
    let all = cells.join("\n");
    for text in [
        "投诉记录表", one["number"].as_str().unwrap(), "一场雨机盖就发雾", "重新做好", "☒成立", "漆面养护部",
        "固化 12 分，标准 20 分", "施工技师 0417", "全车返工", "局部返工加退款", "1180", "1820", "漆面养护部、客服部", "同意方案 A",
        "选定方案 A", "周日总店返工", "电话告知", "☒口头同意，有记录", "录音 20261126-07", "这次满意", "工艺记录缺失", "烤灯计时纳入开工点检",
        "☒满意", "☒5", "没再发雾", "质量 / 镀晶",
    ] {
        assert!(all.contains(text), "{text} is wanting:\n{all}");
    }
    // Whoever did something is named, and everything that happened is a line of its own.
    let shown = house.agent.get(&path(&one, "")).await.ok();
    for happened in shown["course"].as_array().unwrap() {
        assert!(all.contains(happened["by_name"].as_str().unwrap_or("系统")), "{happened}");
    }
    let (mime, pdf) = bytes(&house.agent, &path(&one, "/forms/record?format=pdf")).await;
    assert_eq!(mime, "application/pdf");
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 400_000, "{}", pdf.len());
    if let Ok(folder) = std::env::var("ZHIKE_SHOW") {
        std::fs::write(format!("{folder}/record.pdf"), pdf).unwrap();
    }
}

async fn r066_a_fresh_intake_leaves_room_to_write(db: TestDb) {
    let house = house(db).await;
    let one = house.registered().await;
    let all = cells(&house.agent, &path(&one, "/forms/intake?format=xlsx")).await.join("\n");
    for text in ["顾客投诉登记表", "☐成立", "主管领导批示", "☐屏幕签字", "改进措施", "归档日期", "＿＿＿"] {
        assert!(all.contains(text), "{text}: {all}");
    }
    assert!(!all.contains("经过"), "{all}");
    let (_, pdf) = bytes(&house.agent, &path(&one, "/forms/intake?format=pdf")).await;
    assert!(pdf.starts_with(b"%PDF-"));
    let trail = house.admin.get("/audit-entries?action=complaints.printed").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    house.agent.get(&path(&one, "/forms/other?format=pdf")).await.refused(404, "not_found");
    house.agent.get(&path(&one, "/forms/intake?format=doc")).await.refused(422, "invalid");
}

async fn r066_a_number_is_masked_on_paper_unless_one_may_see_it_and_says_why(db: TestDb) {
    let house = house(db).await;
    let customer = house.admin.post("/customers", json!({"name": "郑女士", "phone": "13812342207"})).await.ok();
    let mut intake = house.intake();
    for key in ["conversation_id", "message_seq"] {
        intake.as_object_mut().unwrap().remove(key);
    }
    intake["customer_id"] = customer["id"].clone();
    intake["way"] = json!("phone");
    intake["content"] = json!("=HYPERLINK(\"http://x\")");
    let one = house.admin.post("/complaints", intake).await.ok();
    let form = path(&one, "/forms/intake?format=xlsx");
    let all = cells(&house.admin, &form).await.join("\n");
    assert!(all.contains("138****2207") && !all.contains("13812342207"), "{all}");
    assert!(all.contains("=HYPERLINK"), "{all}");
    let clear = format!("{form}&reason=上门核对");
    let all = cells(&house.admin, &clear).await.join("\n");
    assert!(all.contains("13812342207"), "{all}");
    let trail = house.admin.get("/audit-entries?action=complaints.printed").await.ok();
    assert_eq!(trail["items"][0]["reason"], "上门核对");
    house.admin.get(&format!("{form}&reason=x")).await.refused_field("reason", "too_short");
    house.stranger.get(&form).await.refused(404, "not_found");
    // Who sees the complaint but not the customer may print it, masked.
    let given = json!({"owner_id": house.agent.id(), "reason": "转交"});
    house.admin.post(&path(&one, "/handover"), given).await.ok();
    cells(&house.agent, &form).await;
    let refused = house.agent.get(&clear).await;
    assert!(matches!(refused.status.as_u16(), 403 | 404), "{refused:?}");
}

async fn r066_the_departments_own_fields_stand_in_intake_on_the_page_and_on_paper(db: TestDb) {
    let house = house(db).await;
    let fields = json!([
        {"label": "车牌号", "kind": "text", "required": true}, {"label": "公里数", "kind": "number"}, {"label": "到店日", "kind": "date"},
        {"label": "车型", "kind": "choice", "choices": [{"label": "轿车"}, {"label": "越野车"}]}, {"label": "送修", "kind": "yes_no"},
        {"label": "部位", "kind": "choices", "choices": [{"label": "机盖"}, {"label": "车顶"}]}, {"label": "说明", "kind": "long_text"},
    ]);
    let form = house.admin.put("/forms/complaint", json!({"version": 0, "fields": fields})).await.ok();
    let id = |at: usize| form["fields"][at]["id"].as_str().unwrap().to_owned();
    let chosen = |at: usize, n: usize| form["fields"][at]["choices"][n]["id"].clone();
    let with = |own: Value| {
        let mut new = house.intake();
        new["own_fields"] = own;
        new
    };
    house.agent.post("/complaints", house.intake()).await.refused_field(&format!("own_fields.{}", id(0)), "required");
    house.agent.post("/complaints", with(json!({id(0): "浙A12345", id(1): "很多"}))).await.refused_field(&format!("own_fields.{}", id(1)), "malformed");
    house.agent.post("/complaints", with(json!({id(0): "浙A12345", id(3): "x"}))).await.refused_field(&format!("own_fields.{}", id(3)), "unknown");
    house.agent.post("/complaints", with(json!({id(0): "浙A12345", "nope": "x"}))).await.refused_field("own_fields.nope", "unknown");
    let own = json!({id(0): " 浙A12345 ", id(1): 12000.5, id(2): "2026-11-03", id(3): chosen(3, 1), id(4): true, id(5): [chosen(5, 0), chosen(5, 1)], id(6): "一行\n两行"});
    let one = house.agent.post("/complaints", with(own)).await.ok();
    assert_eq!((&one["own_fields"][0]["label"], &one["own_fields"][0]["text"]), (&json!("车牌号"), &json!("浙A12345")));
    // Renamed since, or retired: this one is read by the form it was filled by.
    let mut fields = form["fields"].clone();
    fields[0]["label"] = json!("号牌");
    fields[3]["retired"] = json!(true);
    house.admin.put("/forms/complaint", json!({"version": 1, "fields": fields})).await.ok();
    let cells = cells(&house.agent, &path(&one, "/forms/intake?format=xlsx")).await.join("\n");
    for text in ["车牌号", "浙A12345", "12000.5", "2026-11-03", "越野车", "机盖、车顶", "是", "两行"] {
        assert!(cells.contains(text), "{text} is not on it: {cells}");
    }
    assert!(!cells.contains("号牌"));
    house.agent.post("/complaints", with(json!({id(0): "浙B1", id(3): chosen(3, 0)}))).await.refused_field(&format!("own_fields.{}", id(3)), "unknown");
    // An erasure takes them too.
    house.admin.post(&format!("/customers/{}/erasure", house.customer), json!({"reason": "客户要求"})).await.ok();
    assert_eq!(house.admin.get(&path(&one, "")).await.ok()["own_fields"], json!([]));
}

}
