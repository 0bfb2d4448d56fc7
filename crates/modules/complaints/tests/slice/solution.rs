//! Options, the customer's choice, the leader's decision, and the money.

use serde_json::{Value, json};
use testkit::on_both;

use crate::{House, house, modules, path, unmet};

impl House {
    /// Up to how much the roles of these may grant, in minor units.
    async fn limits(&self, supervisor: i64, head: i64) {
        let users = self.admin.get("/users").await.ok();
        let role = |person: &testkit::Person| {
            users["items"].as_array().unwrap().iter().find(|one| one["id"] == person.id()).unwrap()["role_id"].clone()
        };
        let row = |role: Value, amount: i64| json!({"role_id": role, "kind": "compensation", "currency": "CNY", "amount": amount});
        let limits = json!([row(role(&self.supervisor), supervisor), row(role(&self.head), head)]);
        let body = json!({"version": 0, "limits": limits, "two_person": []});
        self.admin.put("/authority-limits", body).await.ok();
    }
}

on_both! { http::schema(&modules());

async fn r093_one_option_cannot_go_to_the_leader(db: TestDb) {
    let house = house(db).await;
    let one = house.at_solution().await;
    let submission = json!({"discussed_with": "漆面养护部"});
    house.options(&one, &[("全车返工", 118_000, 0)]).await.ok();
    house.agent.post(&path(&one, "/submission"), submission.clone()).await.refused(409, "complaints.one_option");
    house.options(&one, &[("全车返工", 118_000, 0), ("退款", 5, 10)]).await.refused_field("options[1].compensation", "out_of_range");
    house.options(&one, &[("全车返工", 118_000, 0), ("全车返工", 5, 0)]).await.refused_field("options[1].title", "repeated");
    house.options(&one, &[("全车返工", 118_000, 0), ("退款", 134_000, 134_000)]).await.ok();
    // Whoever saw the options before they changed does not write over them.
    house.agent.put(&path(&one, "/options"), json!({"version": one["version"], "options": []})).await.refused(409, "complaints.stale");
    house.agent.post(&path(&one, "/submission"), submission).await.ok();
    house.options(&one, &[("免单", 0, 0), ("道歉", 0, 0)]).await.refused(409, "complaints.submitted");
    assert_eq!(house.tasks(&house.supervisor, "complaints.directive").await, 1);
    // Without a decision it does not go on, and whoever sent it up does not decide.
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.agent.post(&path(&one, "/directive"), json!({"version": 1, "option": 0, "words": "同意"})).await.refused(403, "forbidden");
}

async fn r093_of_two_decisions_at_once_one_wins_and_the_other_hears_so(db: TestDb) {
    let house = house(db).await;
    let one = house.at_leader().await;
    let at = path(&one, "/directive");
    let body = |option: i64| json!({"version": one["version"], "option": option, "words": "同意"});
    let (a, b) = tokio::join!(house.supervisor.post(&at, body(0)), house.head.post(&at, body(0)));
    let (won, lost) = if a.status.is_success() { (a, b) } else { (b, a) };
    let won = won.ok();
    lost.refused(409, "complaints.decided");
    assert_eq!((&won["step"], &won["directive"]["option"]), (&json!("implementation"), &json!(0)));
    let after = house.head.get(&path(&one, "")).await.ok();
    let decided = after["course"].as_array().unwrap().iter().filter(|step| step["kind"] == "decided").count();
    assert_eq!(decided, 1);
    assert_eq!(house.tasks(&house.supervisor, "complaints.directive").await, 0);
}

async fn r093_a_leader_who_wants_other_options_sends_them_back(db: TestDb) {
    let house = house(db).await;
    let one = house.at_leader().await;
    let body = json!({"version": one["version"], "words": "补一个不跑两趟的方案"});
    let back = house.supervisor.post(&path(&one, "/directive"), body).await.ok();
    assert_eq!((&back["submission"], &back["step"], unmet(&back)), (&Value::Null, &json!("solution"), vec!["submitted", "directive"]));
    let body = json!({"version": back["version"], "option": 0, "words": "同意"});
    house.supervisor.post(&path(&one, "/directive"), body).await.refused(409, "complaints.not_submitted");
}

async fn r096_h06_the_customer_chose_and_what_goes_beyond_authority_waits(db: TestDb) {
    let house = house(db).await;
    house.limits(50_000, 500_000).await;
    let one = house.at_leader().await;
    house.agent.put(&path(&one, "/customer-choice"), json!({"option": 7, "words": "电话"})).await.refused_field("option", "unknown");
    let chosen = house.agent.put(&path(&one, "/customer-choice"), json!({"option": 1, "words": "电话录音 03:12"})).await.ok();
    // The leader decides on what they saw.
    house.supervisor.post(&path(&one, "/directive"), json!({"version": one["version"], "option": 1, "words": "同意 B"})).await.refused(409, "complaints.stale");
    let body = json!({"version": chosen["version"], "option": 1, "words": "同意 B，退款今天到账"});
    let waits = house.supervisor.post(&path(&one, "/directive"), body).await.ok();
    assert_eq!(waits["directive"]["chosen_by"], "customer");
    assert_eq!((&waits["directive"]["compensating"], unmet(&waits)), (&json!("pending"), vec!["authority"]));
    house.agent.post(&path(&one, "/completion"), json!({})).await.refused(409, "complaints.duties_unmet");
    house.agent.post(&path(&one, "/return"), json!({"step": "judgement", "reason": "再看看"})).await.refused(409, "complaints.approval_pending");
    let approval = format!("/approvals/{}/decision", waits["directive"]["approval_id"].as_str().unwrap());
    house.head.post(&approval, json!({"decision": "approve"})).await.ok();
    house.app.settle().await;
    let gone = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!((&gone["step"], &gone["cost"]), (&json!("implementation"), &json!(182_000)));
    assert_eq!((&gone["owner_id"], &gone["spent"]["over"]), (&json!(house.smith.id()), &json!(false)));
}

async fn h06_what_is_not_granted_needs_other_options_and_what_is_within_authority_does_not_wait(db: TestDb) {
    let house = house(db).await;
    house.limits(50_000, 500_000).await;
    let one = house.at_leader().await;
    let body = json!({"version": one["version"], "option": 1, "words": "同意 B"});
    let waits = house.supervisor.post(&path(&one, "/directive"), body).await.ok();
    let approval = format!("/approvals/{}/decision", waits["directive"]["approval_id"].as_str().unwrap());
    house.head.post(&approval, json!({"decision": "reject", "comment": "退款偏高"})).await.ok();
    house.app.settle().await;
    let back = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!((&back["step"], &back["directive"], &back["cost"]), (&json!("solution"), &Value::Null, &Value::Null));
    house.options(&one, &[("全车返工", 118_000, 0), ("少退一些", 60_000, 40_000)]).await.ok();
    let again = house.agent.post(&path(&one, "/submission"), json!({"discussed_with": "财务"})).await.ok();
    let body = json!({"version": again["version"], "option": 1, "words": "同意"});
    let gone = house.supervisor.post(&path(&one, "/directive"), body).await.ok();
    assert_eq!((&gone["step"], &gone["directive"]["compensating"]), (&json!("implementation"), &json!("approved")));
}

}
