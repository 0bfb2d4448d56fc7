//! What people rely on of privacy.

use kernel::CustomerId;
use privacy::{ConsentPurpose, ContactVerdict, api};
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

const DAY: i64 = 86_400_000;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(std::env::temp_dir().join("zhike-privacy-files")).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        privacy::module(),
    ]
}

async fn enter(person: &Person, name: &str) -> String {
    person.post("/customers", json!({"name": name})).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn verdict(app: &TestApp, customer: &str, purpose: ConsentPurpose) -> ContactVerdict {
    let id: CustomerId = customer.parse().unwrap();
    app.app.db().read(&app.system(), move |tx| api::may_contact(tx, id, purpose)).await.unwrap()
}

async fn say(person: &Person, customer: &str, answer: &str, words: &str) -> Value {
    let body = json!({"purpose": "marketing_sms", "answer": answer, "way": "call", "words": words});
    person.post(&format!("/customers/{customer}/consents"), body).await.ok()
}

fn purpose<'v>(view: &'v Value, name: &str) -> &'v Value {
    view["purposes"].as_array().unwrap().iter().find(|one| one["purpose"] == name).unwrap()
}

on_both! { http::schema(&modules());

async fn pipl_consent_is_kept_per_purpose_with_evidence_and_the_latest_counts(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent, stranger) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let wang = enter(&agent, "王小明").await;
    let path = format!("/customers/{wang}/consents");
    let sms = ConsentPurpose::MarketingSms;
    assert_eq!(verdict(&app, &wang, sms).await, ContactVerdict::NotAsked);
    assert_eq!(verdict(&app, &wang, ConsentPurpose::Surveys).await, ContactVerdict::Allowed);
    say(&agent, &wang, "given", "同意收优惠短信").await;
    assert_eq!(verdict(&app, &wang, sms).await, ContactVerdict::Allowed);
    assert_eq!(verdict(&app, &wang, ConsentPurpose::MarketingCall).await, ContactVerdict::NotAsked);
    app.app.clock().advance(1_000);
    let no = say(&agent, &wang, "withdrawn", "王小明说别再发了").await;
    assert_eq!(verdict(&app, &wang, sms).await, ContactVerdict::Withdrawn);
    let view = agent.get(&path).await.ok();
    let words: Vec<_> = view["history"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap()).collect();
    assert_eq!(words, ["王小明说别再发了", "同意收优惠短信"]);
    assert_eq!(purpose(&view, "marketing_sms")["said"]["id"], no["id"]);
    assert_eq!((&view["may_record"], &view["may_lift"]), (&json!(true), &json!(false)));
    // What arrived late, in a letter of yesterday, does not outdo what was said today.
    let letter = json!({"purpose": "marketing_sms", "answer": "given", "way": "letter", "text_version": "2026-03",
        "at": no["said_at"].as_i64().unwrap() - DAY});
    agent.post(&path, letter).await.ok();
    assert_eq!(verdict(&app, &wang, sms).await, ContactVerdict::Withdrawn);

    stranger.get(&path).await.refused(404, "not_found");
    stranger.post(&path, json!({"purpose": "surveys", "answer": "given", "way": "call", "words": "x"})).await.refused(404, "not_found");
    let trail = admin.get(&format!("/audit-entries?subject={}", no["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["action"], "privacy.consent_recorded");
    assert!(!trail.to_string().contains("别再发"), "{trail}");
    for (change, field, code) in [
        (json!({"words": null}), "words", "required"),
        (json!({"words": "x".repeat(1_001)}), "words", "too_long"),
        (json!({"reference": "cus_01jd3k00000000000000000000"}), "reference", "malformed"),
        (json!({"reference": "fil_01jd3k00000000000000000000"}), "reference", "unknown"),
        (json!({"text_version": "v".repeat(41)}), "text_version", "too_long"),
        (json!({"at": 99_000_000_000_000_i64}), "at", "in_the_future"),
        (json!({"at": 1}), "at", "out_of_range"),
        (json!({"covers": []}), "covers", "unknown_field"),
    ] {
        let mut body = json!({"purpose": "surveys", "answer": "withdrawn", "way": "chat", "words": "别发问卷"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        agent.post(&path, body).await.refused_field(field, code);
    }

    let left = admin.get(&format!("/customers/{wang}/export?reason=查验")).await.ok();
    assert_eq!(left["elsewhere"]["privacy"]["consents"].as_array().unwrap().len(), 3);
    admin.post(&format!("/customers/{wang}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let view = admin.get(&path).await.ok();
    assert!(!view.to_string().contains("别再发") && view["history"].as_array().unwrap().len() == 3, "{view}");
    assert_eq!(verdict(&app, &wang, sms).await, ContactVerdict::Erased);
    admin.post(&path, json!({"purpose": "surveys", "answer": "given", "way": "call", "words": "x"})).await.refused(409, "privacy.erased");
}

async fn whoever_is_merged_keeps_the_stricter_answer_until_they_say_it_again(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (a, b) = (enter(&admin, "王小明").await, enter(&admin, "小明").await);
    let sms = ConsentPurpose::MarketingSms;
    say(&admin, &a, "withdrawn", "别发").await;
    app.app.clock().advance(1_000);
    say(&admin, &b, "given", "可以发").await;
    admin.post(&format!("/customers/{a}/merge"), json!({"into": b})).await.ok();
    assert_eq!((verdict(&app, &a, sms).await, verdict(&app, &b, sms).await), (ContactVerdict::Withdrawn, ContactVerdict::Withdrawn));
    app.app.clock().advance(1_000);
    say(&admin, &a, "given", "想好了，可以发").await;
    assert_eq!((verdict(&app, &a, sms).await, verdict(&app, &b, sms).await), (ContactVerdict::Allowed, ContactVerdict::Allowed));
    admin.delete(&format!("/customers/{a}/merge")).await.ok();
    assert_eq!((verdict(&app, &a, sms).await, verdict(&app, &b, sms).await), (ContactVerdict::Withdrawn, ContactVerdict::Allowed));
}

async fn peers_failure_14_a_later_weaker_entry_does_not_overwrite_do_not_contact(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (agent, supervisor) = (app.person("agent").await, app.person("administrator").await);
    let wang = enter(&agent, "王小明").await;
    let call = ConsentPurpose::MarketingCall;
    let path = format!("/customers/{wang}/do-not-contacts");
    let now = app.app.clock().now().millis();
    let body = json!({"purpose": "marketing_call", "answer": "given", "way": "call", "words": "可以打"});
    agent.post(&format!("/customers/{wang}/consents"), body.clone()).await.ok();
    let good = agent.post(&path, json!({"reason": "本人要求不再联系"})).await.ok();
    let weak = agent.post(&path, json!({"purpose": "marketing_call", "until": now + DAY, "reason": "出差"})).await.ok();
    // Nor does a consent that is recorded later.
    app.app.clock().advance(2 * DAY);
    agent.post(&format!("/customers/{wang}/consents"), body).await.ok();
    assert_eq!(verdict(&app, &wang, call).await, ContactVerdict::DoNotContact);
    let view = agent.get(&format!("/customers/{wang}/consents")).await.ok();
    let stands: Vec<_> = view["do_not_contacts"].as_array().unwrap().iter().map(|one| one["stands"] == true).collect();
    assert_eq!(stands, [false, true]);
    assert_eq!(purpose(&view, "marketing_call")["do_not_contact"]["id"], good["id"]);
    assert_eq!(purpose(&view, "profiling")["do_not_contact"], json!(null));

    let lifting = |entry: &Value| format!("/do-not-contacts/{}/lifting", entry["id"].as_str().unwrap());
    agent.post(&lifting(&good), json!({"reason": "本人改主意"})).await.refused(403, "forbidden");
    supervisor.post(&lifting(&good), json!({"reason": " "})).await.refused_field("reason", "required");
    supervisor.post(&lifting(&weak), json!({"reason": "过期了"})).await.refused(409, "privacy.not_standing");
    supervisor.post(&lifting(&good), json!({"reason": "本人改主意"})).await.ok();
    supervisor.post(&lifting(&good), json!({"reason": "再来一次"})).await.refused(409, "privacy.not_standing");
    assert_eq!(verdict(&app, &wang, call).await, ContactVerdict::Allowed);
    for (body, field, code) in [
        (json!({"reason": ""}), "reason", "required"),
        (json!({"reason": "x", "until": now}), "until", "in_the_past"),
        (json!({"reason": "x", "until": 99_000_000_000_000_i64}), "until", "out_of_range"),
        (json!({"reason": "x", "purpose": "profiling"}), "purpose", "not_allowed"),
    ] {
        agent.post(&path, body).await.refused_field(field, code);
    }
}

}
