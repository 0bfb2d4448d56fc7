//! The customer's own side: told of the number, by link and code where it stands, choosing, signing, rating, appealing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use testkit::{Browser, Telephones, TestDb, between, on_both};

use crate::{House, house, modules, path, unmet};

/// A house with a page for its customers, a browser before it, and their telephones.
struct Front {
    house: House,
    browser: Browser,
    telephones: Telephones,
}

const PHONE: &str = "13800138001";

async fn front(db: TestDb) -> Front {
    let house = house(db).await;
    let telephones = Telephones::ring(&house.admin).await;
    let mut rules = house.admin.get("/complaint-rules").await.ok();
    rules["page"] = json!({
        "enabled": true, "address": "https://kf.example.cn", "sms_channel_id": telephones.channel, "form": true,
    });
    house.admin.put("/complaint-rules", rules).await.ok();
    let card = house.admin.get(&format!("/customers/{}", house.customer)).await.ok();
    let body = json!({"version": card["version"], "name": "郑秀兰", "phone": PHONE});
    house.admin.patch(&format!("/customers/{}", house.customer), body).await.ok();
    Front { browser: Browser::before(&house.app), house, telephones }
}

impl Front {
    /// What was sent last to a telephone.
    async fn last_text(&self) -> String {
        self.house.app.settle().await;
        self.telephones.texts().pop().unwrap_or_default()
    }

    /// The link in the conversation, without the house's address.
    async fn told(&self) -> (String, String) {
        let messages = format!("/conversations/{}/messages", self.house.conversation);
        let said = self.house.agent.get(&messages).await.ok();
        let mut texts = said["items"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str());
        let told = texts.rfind(|text| text.contains("/progress/")).expect("they are told").to_owned();
        let link = told.split("https://kf.example.cn").nth(1).unwrap().trim().to_owned();
        (told, link)
    }

    /// Whoever opens the link and says the code: the cookie of their visit.
    async fn enters(&self, link: &str) -> String {
        let html = self.browser.post(link, "", "").await.text().await.unwrap();
        let challenge = between(&html, "name=challenge value=\"");
        self.house.app.settle().await;
        let code = self.telephones.code();
        let answer = self.browser.post("/progress/visit", "", &format!("challenge={challenge}&code={code}")).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Strict") && cookie.contains("Path=/progress"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn done(&self, answer: Response) -> String {
        answer.headers()["location"].to_str().unwrap().strip_prefix("/progress/mine?done=").unwrap_or("out").to_owned()
    }
}

/// The smallest picture there is.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

on_both! { http::schema(&modules());

async fn r020_the_complainant_is_told_number_and_link_where_it_came_from(db: TestDb) {
    let front = front(db).await;
    let house = &front.house;
    let mut new = house.intake();
    new["acknowledged"] = json!(false);
    let one = house.agent.post("/complaints", new.clone()).await.ok();
    assert_eq!((&one["told"]["way"], &one["told"]["link"], unmet(&one)), (&json!("conversation"), &json!(true), vec![]));
    let moves = one["course"].as_array().unwrap();
    assert_eq!((&moves[1]["kind"], &moves[1]["by_id"]), (&json!("acknowledged"), &Value::Null));
    let (told, link) = front.told().await;
    assert!(told.contains(one["number"].as_str().unwrap()), "{told}");
    assert_eq!(front.browser.get(&link, "").await.0, StatusCode::OK);
    // By telephone there is only a number.
    let phone = json!({"customer_id": house.customer, "content": "电话里说的", "remedy": "退款", "happened_at": house.now() - 1, "way": "phone", "severity": "minor"});
    let two = house.admin.post("/complaints", phone.clone()).await.ok();
    assert_eq!(two["told"]["way"], "sms");
    let text = front.last_text().await;
    assert!(text.contains(two["number"].as_str().unwrap()) && text.contains("https://kf.example.cn/progress/"), "{text}");
    // In words of one's own, or not at all.
    let mut rules = house.admin.get("/complaint-rules").await.ok();
    rules["acknowledgement"]["zh_cn"] = json!("没有编号");
    house.admin.put("/complaint-rules", rules.clone()).await.refused_field("acknowledgement.zh_cn", "required");
    rules["acknowledgement"]["zh_cn"] = json!("收到，{number}");
    let mut rules = house.admin.put("/complaint-rules", rules).await.ok();
    let three = house.admin.post("/complaints", phone.clone()).await.ok();
    assert!(front.last_text().await.ends_with(&format!("收到，{}", three["number"].as_str().unwrap())));
    rules["acknowledgement"]["enabled"] = json!(false);
    house.admin.put("/complaint-rules", rules).await.ok();
    let four = house.admin.post("/complaints", phone).await.ok();
    assert_eq!((&four["told"], unmet(&four)), (&Value::Null, vec!["acknowledged"]));
}

async fn r085_a_link_shows_nothing_and_who_says_the_code_sees_the_steps(db: TestDb) {
    let front = front(db).await;
    let house = &front.house;
    let one = house.registered().await;
    let (_, link) = front.told().await;
    let html = front.browser.get(&link, "").await.1;
    assert!(html.contains("138****8001"), "{html}");
    for secret in ["镀晶", "郑", "返工", one["number"].as_str().unwrap()] {
        assert!(!html.contains(secret), "{secret}: {html}");
    }
    assert_eq!(front.browser.get("/progress/0000", "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(front.browser.get("/progress/mine", "zhike_progress=x").await.0, StatusCode::NOT_FOUND);
    let cookie = front.enters(&link).await;
    let html = front.browser.get("/progress/mine", &cookie).await.1;
    for shown in [one["number"].as_str().unwrap(), "郑**", "aria-current=step", "镀晶才三天"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(!html.contains("<script") && !html.contains("郑秀兰"), "{html}");
    // Words and files are added, as any file is looked at.
    let picture = Part::bytes(STANDARD.decode(PNG).unwrap()).file_name("机盖.png");
    let form = Form::new().text("words", "又起雾了，电话 13912345678").part("file", picture);
    assert_eq!(front.done(front.browser.send("/progress/materials", &cookie, form).await).await, "added");
    let evil = Part::bytes(b"<html><script>1</script>".to_vec()).file_name("x.png");
    let refused = front.browser.send("/progress/materials", &cookie, Form::new().part("file", evil)).await;
    assert_eq!(front.done(refused).await, "type_refused");
    assert_eq!(front.done(front.browser.send("/progress/materials", &cookie, Form::new().text("words", " ")).await).await, "required");
    let outside = front.browser.send("/progress/materials", "", Form::new().text("words", "x")).await;
    assert_eq!(front.done(outside).await, "out");
    let seen = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!(seen["evidence"].as_array().unwrap().len(), 1);
    let last = seen["course"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["by_id"], &last["by_name"]), (&json!("added"), &Value::Null, &json!("郑秀兰")));
    assert!(front.browser.get("/progress/mine", &cookie).await.1.contains("139******78"));
    // Whoever leaves is out; whoever is erased has no door.
    front.browser.post("/progress/exit", &cookie, "").await;
    assert_eq!(front.browser.get("/progress/mine", &cookie).await.0, StatusCode::NOT_FOUND);
    house.admin.post(&format!("/customers/{}/erasure", house.customer), json!({"reason": "客户要求"})).await.ok();
    assert_eq!(front.browser.get(&link, "").await.0, StatusCode::NOT_FOUND);
}

async fn r096_r094_the_customer_chooses_an_option_and_signs_on_their_own_page(db: TestDb) {
    let front = front(db).await;
    let house = &front.house;
    let one = house.at_leader().await;
    let (_, link) = front.told().await;
    let cookie = front.enters(&link).await;
    let html = front.browser.get("/progress/mine", &cookie).await.1;
    assert!(html.contains("局部返工加退款") && html.contains("¥1340.00") && !html.contains("1820"), "{html}");
    let second = between(html.split("value=\"0 ").nth(1).unwrap(), "value=\"");
    // What is chosen is what was read.
    let stale = front.browser.post("/progress/choice", &cookie, "option=1%200000000000000000").await;
    assert_eq!(front.done(stale).await, "too_late");
    let chosen = front.browser.post("/progress/choice", &cookie, &format!("option={}", second.replace(' ', "%20"))).await;
    assert_eq!(front.done(chosen).await, "chosen");
    let now = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!(now["customer_choice"], 1);
    let body = json!({"version": now["version"], "option": 1, "words": "同意顾客所选"});
    let decided = house.supervisor.post(&path(&one, "/directive"), body).await.ok();
    assert_eq!(decided["directive"]["chosen_by"], "customer");
    // Nothing to sign before it is done.
    let early = Form::new().text("name", "郑秀兰").text("score", "5").text("words", "同意");
    assert_eq!(front.done(front.browser.send("/progress/sign-off", &cookie, early).await).await, "too_late");
}

async fn r094_signed_on_the_page_rated_after_the_archive_and_appealed_to_somebody_else(db: TestDb) {
    let front = front(db).await;
    let house = &front.house;
    let one = house.at_implementation().await;
    let (_, link) = front.told().await;
    let cookie = front.enters(&link).await;
    let owner = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!(owner["step"], "implementation");
    let done = json!({"what": "全车返工，质检通过", "told": "电话告知"});
    house.smith.put(&path(&one, "/implementation"), done).await.ok();
    let page = front.browser.get("/progress/mine", &cookie).await.1;
    assert!(page.contains("<canvas") && page.contains("<script>"), "{page}");
    let form = || Form::new().text("name", "郑秀兰").text("score", "4").text("feedback", "还行");
    assert_eq!(front.done(front.browser.send("/progress/sign-off", &cookie, form()).await).await, "required");
    let forged = form().text("drawn", "data:image/png;base64,PGh0bWw+");
    assert_eq!(front.done(front.browser.send("/progress/sign-off", &cookie, forged).await).await, "type_refused");
    let drawn = form().text("drawn", format!("data:image/png;base64,{PNG}"));
    assert_eq!(front.done(front.browser.send("/progress/sign-off", &cookie, drawn).await).await, "signed");
    let signed = house.smith.get(&path(&one, "")).await.ok();
    assert_eq!((&signed["sign_off"]["kind"], &signed["sign_off"]["by"]["id"], &signed["feedback"]["score"]), (&json!("screen"), &Value::Null, &json!(4)));
    assert!(signed["signature"]["url"].is_string() && unmet(&signed).is_empty(), "{signed}");
    let again = form().text("words", "再签一次");
    assert_eq!(front.done(front.browser.send("/progress/sign-off", &cookie, again).await).await, "too_late");
    // Rated once it is over, not before.
    assert_eq!(front.done(front.browser.post("/progress/rating", &cookie, "score=5").await).await, "too_late");
    house.complete(&house.smith, &one).await;
    house.supervisor.put(&path(&one, "/summary"), json!({"words": "固化时间不足", "countermeasures": "加装计时器"})).await.ok();
    house.complete(&house.supervisor, &one).await;
    house.agent.put(&path(&one, "/revisit"), json!({"outcome": "content", "score": 4, "words": "可以"})).await.ok();
    assert_eq!(house.complete(&house.agent, &one).await["step"], "archived");
    // After closing the link shows as little as before.
    let html = front.browser.get(&link, "").await.1;
    assert!(!html.contains("郑") && !html.contains("镀晶"), "{html}");
    assert_eq!(front.done(front.browser.post("/progress/rating", &cookie, "score=9").await).await, "required");
    assert_eq!(front.done(front.browser.post("/progress/rating", &cookie, "score=2&words=%E5%A4%AA%E6%85%A2").await).await, "rated");
    assert_eq!(front.done(front.browser.post("/progress/rating", &cookie, "score=5").await).await, "too_late");
    // The supervisor decided: the head answers, by a task with a clock.
    assert_eq!(front.done(front.browser.post("/progress/appeal", &cookie, "reasons=").await).await, "required");
    let why = "reasons=%E6%B2%A1%E6%9C%89%E8%B5%94%E8%AF%AF%E5%B7%A5";
    assert_eq!(front.done(front.browser.post("/progress/appeal", &cookie, why).await).await, "appealed");
    assert_eq!(front.done(front.browser.post("/progress/appeal", &cookie, why).await).await, "too_late");
    let tasks = house.head.get("/tasks?state=open&owner=me").await.ok();
    let task = tasks["items"].as_array().unwrap().iter().find(|one| one["source"] == "complaints.appeal").unwrap().clone();
    assert!(task["due_at"].is_i64(), "{task}");
    let body = json!({"granted": true, "words": "误工未核，重新处理"});
    house.supervisor.post(&path(&one, "/appeal-answer"), body.clone()).await.refused(409, "complaints.own_decision");
    house.agent.post(&path(&one, "/appeal-answer"), body.clone()).await.refused(403, "forbidden");
    let seen = house.head.get(&path(&one, "")).await.ok();
    assert_eq!((&seen["may"]["answer_appeal"], &seen["rating"]["score"], &seen["appeal"]["reasons"]), (&json!(true), &json!(2), &json!("没有赔误工")));
    let anew = house.head.post(&path(&one, "/appeal-answer"), body.clone()).await.ok();
    assert_eq!((&anew["step"], &anew["closed_at"], &anew["directive"], &anew["sign_off"]), (&json!("solution"), &Value::Null, &Value::Null, &Value::Null));
    assert_eq!(house.tasks(&house.head, "complaints.appeal").await, 0);
    house.head.post(&path(&one, "/appeal-answer"), body).await.refused(409, "complaints.no_appeal");
    let html = front.browser.get("/progress/mine", &cookie).await.1;
    assert!(html.contains("误工未核") && html.contains("It is decided anew"), "{html}");
}

async fn r020_anybody_complains_by_the_form_and_is_answered_a_number(db: TestDb) {
    let front = front(db).await;
    let house = &front.house;
    let html = front.browser.get("/complain", "").await.1;
    assert!(html.contains("name=content") && !html.contains("<script"), "{html}");
    let form = |phone: &str| Form::new().text("content", "门店不给开发票").text("remedy", "补开").text("phone", phone.to_owned()).text("name", "老王");
    let bad = front.browser.send("/complain", "", form("12")).await.text().await.unwrap();
    assert!(bad.contains("does not look like a phone number"), "{bad}");
    let picture = Part::bytes(STANDARD.decode(PNG).unwrap()).file_name("小票.png");
    let html = front.browser.send("/complain", "", form("13700137000").part("file", picture)).await.text().await.unwrap();
    assert!(html.contains("Registered under TS"), "{html}");
    let link = between(&html, "href=\"https://kf.example.cn");
    assert!(front.browser.get(&link, "").await.1.contains("137****7000"));
    let found = house.admin.get("/complaints").await.ok()["items"][0].clone();
    assert_eq!((&found["way"], &found["customer_name"], &found["told"]["way"], &found["handler_id"]), (&json!("form"), &json!("老王"), &json!("sms"), &Value::Null));
    assert_eq!(house.admin.get(&path(&found, "")).await.ok()["evidence"].as_array().unwrap().len(), 1);
    // Whoever takes it looks after it.
    let body = json!({"owner_id": house.agent.id(), "reason": "请跟进"});
    let taken = house.admin.post(&path(&found, "/handover"), body).await.ok();
    assert_eq!((&taken["handler_id"], &taken["hops"]), (&json!(house.agent.id()), &json!(0)));
    // Without a number: unnamed, and the link shows the steps alone.
    let html = front.browser.send("/complain", "", form("")).await.text().await.unwrap();
    let link = between(&html, "href=\"https://kf.example.cn");
    let bare = front.browser.get(&link, "").await.1;
    assert!(bare.contains("aria-current=step") && !bare.contains("发票"), "{bare}");
    let last = house.admin.get("/complaints").await.ok()["items"][0].clone();
    assert_eq!((&last["anonymous"], &last["customer_id"]), (&json!(true), &Value::Null));
    // What programs fill in is refused, and whoever comes too often waits.
    let trap = form("").text("website", "http://x");
    assert!(!front.browser.send("/complain", "", trap).await.text().await.unwrap().contains("Registered"));
    while front.browser.send("/complain", "", form("")).await.status() == StatusCode::OK {}
    assert_eq!(front.browser.send("/complain", "", form("")).await.status(), StatusCode::TOO_MANY_REQUESTS);
}

}
