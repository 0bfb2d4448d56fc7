//! The public form, and what an adopted suggestion is awarded.

use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use testkit::{Browser, Telephones, TestDb, on_both};

use crate::{House, house, modules, path};

const PHONE: &str = "13800138077";

struct Front {
    house: House,
    browser: Browser,
    telephones: Telephones,
}

impl Front {
    async fn get(&self) -> (StatusCode, String) {
        self.browser.get("/suggest", "").await
    }

    async fn send(&self, form: Form) -> (StatusCode, String) {
        let answer = self.browser.send("/suggest", "", form).await;
        (answer.status(), answer.text().await.unwrap())
    }

    fn say(kind: &'static str, content: &'static str) -> Form {
        Form::new().text("kind", kind).text("content", content)
    }

    async fn last(&self) -> Value {
        let all = self.house.admin.get("/feedback-items").await.ok();
        let id = all["items"][0]["id"].as_str().unwrap().to_owned();
        self.house.admin.get(&format!("/feedback-items/{id}")).await.ok()
    }
}

/// With the form open for the team, and a channel of text messages.
async fn front(db: TestDb) -> Front {
    let house = house(db).await;
    let telephones = Telephones::ring(&house.admin).await;
    let mut rules = house.admin.get("/complaint-rules").await.ok();
    rules["page"] = json!({"enabled": true, "address": "https://kf.example.cn", "sms_channel_id": telephones.channel});
    house.admin.put("/complaint-rules", rules).await.ok();
    let mut rules = house.admin.get("/feedback-rules").await.ok();
    rules["form"] = json!({"enabled": true, "unit_id": house.team});
    house.admin.put("/feedback-rules", rules).await.ok();
    Front { browser: Browser::before(&house.app), house, telephones }
}

on_both! { http::schema(&modules());

async fn r062_anybody_says_something_by_the_form_and_it_waits_in_the_teams_pool(db: TestDb) {
    let front = front(db).await;
    let (status, html) = front.get().await;
    assert!(status == 200 && html.contains("A suggestion") && html.contains("name=phone") && html.contains("action=/suggest"), "{html}");
    for wrong in [Form::new().text("content", "字太小"), Front::say("suggestion", " "), Front::say("complaint", "字太小"), Front::say("praise", "好").text("phone", "12")] {
        let (status, html) = front.send(wrong).await;
        assert!(status == 200 && html.contains("class=wrong"), "{html}");
    }
    assert_eq!(front.house.admin.get("/feedback-items").await.ok()["items"], json!([]));
    let picture = Part::bytes(b"%PDF-1.4 x".to_vec()).file_name("说明.pdf");
    let form = Front::say("suggestion", "<b>说明书</b>字太小").text("phone", PHONE).text("name", "钱女士").text("about", "安装组").part("file", picture);
    let (status, html) = front.send(form).await;
    assert!(status == 200 && html.contains("FK20") && !html.contains("<b>说明书"), "{html}");
    let one = front.last().await;
    assert_eq!((&one["way"], &one["kind"], &one["state"], &one["unit_id"], &one["customer_name"]), (&json!("form"), &json!("suggestion"), &json!("received"), &json!(front.house.team), &json!("钱女士")));
    assert!(one["content"].as_str().unwrap().contains("安装组") && one["files"][0]["name"] == "说明.pdf", "{one}");
    // It waits in the pool of the team that takes them in.
    assert_eq!(front.house.tasks(&front.house.supervisor, "feedback.answer").await, 1);
    assert_eq!(front.house.tasks(&front.house.stranger, "feedback.answer").await, 0);
}

async fn r062_it_is_answered_by_text_message_to_the_number_that_was_left(db: TestDb) {
    let front = front(db).await;
    front.send(Front::say("opinion", "等得太久").text("phone", PHONE)).await;
    let one = front.last().await;
    front.house.app.settle().await;
    assert!(front.telephones.texts()[0].contains(one["number"].as_str().unwrap()), "they are thanked with its number");
    let long = "谢".repeat(501);
    front.house.admin.post(&path(&one, "/answer"), json!({"words": long, "way": "sms"})).await.refused_field("words", "too_long");
    let done = front.house.admin.post(&path(&one, "/answer"), json!({"words": "谢谢，已加派人手", "way": "sms"})).await.ok();
    assert_eq!((&done["state"], &done["answer_way"]), (&json!("answered"), &json!("sms")));
    front.house.app.settle().await;
    assert!(front.telephones.texts()[1].ends_with("谢谢，已加派人手"));
    front.send(Front::say("opinion", "不留名")).await;
    let two = front.last().await;
    assert_eq!(two["customer_id"], Value::Null);
    front.house.admin.post(&path(&two, "/answer"), json!({"words": "谢谢", "way": "sms"})).await.refused_field("way", "not_allowed");
}

async fn r062_the_form_is_closed_unless_opened_and_takes_six_an_hour(db: TestDb) {
    let front = front(db).await;
    for _ in 0..6 {
        assert_eq!(front.send(Front::say("praise", "服务好")).await.0, 200);
    }
    assert_eq!(front.send(Front::say("praise", "服务好")).await.0, StatusCode::TOO_MANY_REQUESTS);
    let mut rules = front.house.admin.get("/feedback-rules").await.ok();
    rules["form"] = json!({"enabled": false, "unit_id": "unt_00000000000000000000000000"});
    front.house.admin.put("/feedback-rules", rules.clone()).await.refused_field("form.unit_id", "unknown");
    rules["form"] = json!({"enabled": false});
    front.house.admin.put("/feedback-rules", rules).await.ok();
    let (status, told) = front.get().await;
    assert!(status == StatusCode::NOT_FOUND && told.contains("Please call us") && !told.contains("link is over"), "{told}");
    assert_eq!(front.send(Front::say("praise", "服务好")).await.0, StatusCode::NOT_FOUND);
}

async fn r105_an_adopted_suggestion_is_awarded_once_from_the_budget_that_praise_is(db: TestDb) {
    let house = house(db).await;
    let one = house.taken_in("suggestion").await;
    let award = json!({"amount": 5_000, "words": "50 元券，短信发放"});
    house.supervisor.post(&path(&one, "/award"), award.clone()).await.refused(409, "feedback.not_adopted");
    let answer = json!({"words": "谢谢，采纳了", "way": "phone", "adopted": true, "reason": "下一版改"});
    let answered = house.agent.post(&path(&one, "/answer"), answer).await.ok();
    assert_eq!(answered["may_award"], false);
    house.agent.post(&path(&one, "/award"), award.clone()).await.refused(403, "forbidden");
    house.stranger.post(&path(&one, "/award"), award.clone()).await.refused(404, "not_found");
    house.supervisor.post(&path(&one, "/award"), award.clone()).await.refused(409, "feedback.no_budget");
    let month = house.supervisor.get("/reward-budgets").await.ok()["month"].clone();
    let budget = json!({"unit_id": house.department, "month": month, "amount": 6_000, "version": 0});
    house.head.put("/reward-budgets", budget).await.ok();
    house.supervisor.post(&path(&one, "/award"), json!({"amount": 6_001, "words": "x"})).await.refused(409, "feedback.over_budget");
    house.supervisor.post(&path(&one, "/award"), json!({"amount": 0, "words": "x"})).await.refused_field("amount", "out_of_range");
    house.supervisor.post(&path(&one, "/award"), json!({"amount": 1, "words": " "})).await.refused_field("words", "required");
    let done = house.supervisor.post(&path(&one, "/award"), award.clone()).await.ok();
    assert_eq!((&done["award"]["amount"], &done["award"]["currency"], &done["award"]["words"]), (&json!(5_000), &json!("CNY"), &json!("50 元券，短信发放")));
    house.supervisor.post(&path(&one, "/award"), award).await.refused(409, "feedback.awarded");
    assert_eq!(house.head.get("/reward-budgets").await.ok()["items"][0]["spent"], 5_000);
}

async fn r066_public_fields_stand_on_the_public_form_and_others_do_not(db: TestDb) {
    let front = front(db).await;
    let fields = json!([{"label": "门店", "kind": "text", "public": true, "required": true, "hint": "<b>哪一家"}, {"label": "内部评级", "kind": "number"}]);
    let form = front.house.admin.put("/forms/suggestion", json!({"version": 0, "fields": fields})).await.ok();
    let (shop, grade) = (form["fields"][0]["id"].as_str().unwrap(), form["fields"][1]["id"].as_str().unwrap());
    let (_, html) = front.get().await;
    assert!(html.contains("门店") && html.contains(&format!("name=own_{shop}")) && !html.contains("内部评级") && !html.contains("<b>哪一家"), "{html}");
    let (_, html) = front.send(Front::say("suggestion", "字太小")).await;
    assert!(html.contains("class=wrong"), "{html}");
    let sent = Front::say("suggestion", "字太小").text(format!("own_{shop}"), "西湖店").text(format!("own_{grade}"), "5");
    assert!(front.send(sent).await.1.contains("FK20"));
    let one = front.last().await;
    assert_eq!((one["own_fields"].as_array().unwrap().len(), &one["own_fields"][0]["text"]), (1, &json!("西湖店")));
    // Another kind asks nothing of it.
    assert!(front.send(Front::say("praise", "好")).await.1.contains("FK20"));
}

}
