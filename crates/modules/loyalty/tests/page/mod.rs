//! The members' own page, as a member and as somebody who is none meets it.

use reqwest::StatusCode;
use serde_json::json;
use testkit::{Browser, Telephones, TestDb, between};

use super::House;

/// A programme with a page, a browser before it, and the members' telephones.
pub(super) struct Front {
    pub house: House,
    browser: Browser,
    telephones: Telephones,
}

pub(super) async fn front(db: TestDb) -> Front {
    let house = super::house(db, json!({})).await;
    let telephones = Telephones::ring(&house.admin).await;
    let page = json!({
        "enabled": true, "address": "https://kf.example.cn", "sms_channel_id": telephones.channel, "link_days": 7,
    });
    let body = json!({"version": 2, "rules": super::rules(&json!({"page": page})), "note": "开通会员页面"});
    house.admin.put("/loyalty-rules", body).await.ok();
    Front { browser: Browser::before(&house.app), house, telephones }
}

impl Front {
    async fn asks(&self, path: &str, phone: &str) -> (StatusCode, String) {
        let answer = self.browser.post(path, "", &format!("phone={phone}")).await;
        (answer.status(), answer.text().await.unwrap())
    }

    /// The code that was sent last.
    async fn code(&self) -> String {
        self.house.app.settle().await;
        self.telephones.code()
    }

    fn sent(&self) -> usize {
        self.telephones.texts().len()
    }

    /// Says a code; answers the cookie of the visit, if it let in.
    async fn says(&self, challenge: &str, code: &str) -> Option<String> {
        let answer = self.browser.post("/points/visit", "", &format!("challenge={challenge}&code={code}")).await;
        let cookie = answer.headers().get("set-cookie")?.to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Strict") && cookie.contains("Path=/points"), "{cookie}");
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}

fn challenge(html: &str) -> String {
    between(html, "name=challenge value=\"")
}

/// Everything between two asks that may differ.
fn same(html: &str) -> String {
    html.replace(&challenge(html), "")
}

pub(super) async fn only_who_says_the_code_sees_and_whoever_is_no_member_is_answered_the_same(db: TestDb) {
    let front = front(db).await;
    let who = front.house.customer("<b>王小明", "13800138001").await;
    front.house.buys(&who, "A1", 12_850).await;
    front.house.customer("不是会员", "13800138002").await;
    assert_eq!(front.browser.get("/points", "").await.0, StatusCode::OK);
    assert!(front.asks("/points", "not%20a%20number").await.1.contains("does not look like a phone number"));
    let (member, stranger) = (front.asks("/points", "13800138001").await, front.asks("/points", "13900000009").await);
    assert_eq!((member.0, same(&member.1)), (stranger.0, same(&stranger.1)));
    let known = front.asks("/points", "13800138002").await;
    assert_eq!(same(&known.1), same(&member.1));
    let code = front.code().await;
    assert_eq!(front.sent(), 1, "only the member was sent one");
    // Nobody's challenge lets anybody in, nor does a wrong code, nor an open door.
    assert_eq!(front.says(&challenge(&stranger.1), &code).await, None);
    assert_eq!(front.says(&challenge(&known.1), "").await, None);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(front.says(&challenge(&member.1), wrong).await, None);
    assert!(front.browser.get("/points/mine", "zhike_points=").await.1.contains("name=phone"));
    let cookie = front.says(&challenge(&member.1), &code).await.expect("it is right");
    assert_eq!(front.says(&challenge(&member.1), &code).await, None, "once");
    let (status, html) = front.browser.get("/points/mine", &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        html.contains("<span>128</span>") && html.contains("until 2026-12-20") && html.contains("&lt;b&gt;"),
        "{html}"
    );
    assert!(html.contains("172 points to 金卡") && !html.contains("<script"), "{html}");
    // Over after half an hour.
    front.house.app.app.clock().advance(30 * 60_000);
    assert!(front.browser.get("/points/mine", &cookie).await.1.contains("name=phone"));
}

pub(super) async fn codes_are_few_and_a_challenge_ends_after_five_wrong_ones(db: TestDb) {
    let front = front(db).await;
    let who = front.house.customer("王小明", "13800138001").await;
    front.house.buys(&who, "A1", 10_000).await;
    let first = front.asks("/points", "13800138001").await.1;
    let code = front.code().await;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for _ in 0..5 {
        assert_eq!(front.says(&challenge(&first), wrong).await, None);
    }
    assert_eq!(front.says(&challenge(&first), &code).await, None, "five times wrong, and it is over");
    for phone in ["13800138001", "13900000009"] {
        while front.asks("/points", phone).await.0 == StatusCode::OK {}
    }
    front.house.app.settle().await;
    assert_eq!(front.sent(), 3, "three an hour to one number");
    front.house.app.app.clock().advance(3_600_000);
    let later = front.asks("/points", "13800138001").await;
    assert_eq!(later.0, StatusCode::OK);
    // A code is good for ten minutes.
    let code = front.code().await;
    front.house.app.app.clock().advance(10 * 60_000);
    assert_eq!(front.says(&challenge(&later.1), &code).await, None);
}

pub(super) async fn a_link_shows_nothing_and_rewards_are_asked_for_once(db: TestDb) {
    let front = front(db).await;
    let who = front.house.customer("王小明", "13800138001").await;
    front.house.buys(&who, "A1", 20_000).await;
    let reward = front.house.admin.post("/rewards", json!({"name": "保温杯", "points": 60})).await.ok();
    let member = front.house.member(&who).await["id"].as_str().unwrap().to_owned();
    let path = format!("/loyalty-members/{member}/links");
    let link = front.house.agent.post(&path, json!({"send": true})).await.ok();
    let url = link["url"].as_str().unwrap().strip_prefix("https://kf.example.cn").unwrap().to_owned();
    front.house.app.settle().await;
    assert!(front.telephones.texts()[0].contains(&url));
    let html = front.browser.get(&url, "").await.1;
    assert!(html.contains("138****8001") && !html.contains("200") && !html.contains("王小明"), "{html}");
    assert_eq!(front.browser.get("/points/0000", "").await.0, StatusCode::NOT_FOUND);
    let html = front.browser.post(&url, "", "").await.text().await.unwrap();
    let code = front.code().await;
    let cookie = front.says(&challenge(&html), &code).await.expect("it is right");
    let form = format!("reward={}&key=abc", reward["id"].as_str().unwrap());
    for _ in 0..2 {
        let answer = front.browser.post("/points/redemptions", &cookie, &form).await;
        assert_eq!(answer.headers()["location"], "/points/mine?done=redeemed");
    }
    assert_eq!(front.house.has(&who).await, (140, 0, 0));
    assert_eq!(front.browser.post("/points/redemptions", "", &form).await.headers()["location"], "/points");
    let asked = front.house.agent.get("/redemptions?state=open").await.ok();
    assert_eq!((asked["items"].as_array().unwrap().len(), &asked["items"][0]["way"]), (1, &json!("page")));
    // Whoever leaves is out, and whoever is erased has no door.
    front.browser.post("/points/exit", &cookie, "").await;
    assert!(front.browser.get("/points/mine", &cookie).await.1.contains("name=phone"));
    front.house.admin.post(&format!("/customers/{who}/erasure"), json!({"reason": "客户要求"})).await.ok();
    assert_eq!(front.browser.get(&url, "").await.0, StatusCode::NOT_FOUND);
}
