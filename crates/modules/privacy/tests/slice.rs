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
        files::module(testkit::folder()).expect("a folder"),
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

/// A team with its supervisor and an agent, whose customer it is; and an agent of another team.
struct Desk {
    app: TestApp,
    admin: Person,
    supervisor: Person,
    agent: Person,
    stranger: Person,
    customer: String,
}

async fn desk(db: testkit::TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let (admin, supervisor) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, stranger) = (app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "热线组"), None, None, &[&supervisor, &agent]).await;
    admin.unit(("team", "在线组"), None, None, &[&stranger]).await;
    let customer = enter(&agent, "王小明").await;
    Desk { app, admin, supervisor, agent, stranger, customer }
}

fn path(request: &Value, rest: &str) -> String {
    format!("/privacy-requests/{}{rest}", request["id"].as_str().unwrap())
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

async fn gb_t_35273_a_request_is_a_task_due_with_the_thirtieth_day_and_told_of_before(db: TestDb) {
    let desk = desk(db).await;
    let received = desk.app.app.clock().now().millis() - DAY;
    let new = json!({"kind": "access", "customer_id": desk.customer, "way": "email", "words": "想知道存了什么", "received_at": received});
    let request = desk.agent.post("/privacy-requests", new).await.ok();
    let due = request["due_at"].as_i64().unwrap();
    assert!((30 * DAY..31 * DAY).contains(&(due - received)), "{request}");
    let tasks = desk.agent.get("/tasks?owner=me").await.ok();
    let task = &tasks["items"][0];
    assert_eq!((&task["source"], &task["subject_id"], &task["due_at"]), (&json!("privacy"), &request["id"], &json!(due)));
    assert!(!tasks.to_string().contains("想知道"), "{tasks}");
    desk.agent.post(&format!("/tasks/{}/completion", task["id"].as_str().unwrap()), json!({})).await.refused(409, "tasks.not_by_hand");
    // Colleagues of another team see nothing of it; whoever supervises does.
    desk.stranger.get(&path(&request, "")).await.refused(404, "not_found");
    assert_eq!(desk.stranger.get("/privacy-requests").await.ok()["items"], json!([]));
    assert_eq!(desk.supervisor.get("/privacy-requests/counts").await.ok(), json!({"open": 1, "due_soon": 0, "overdue": 0}));

    let remind = async || desk.app.app.db().write(&desk.app.system(), api::remind).await.unwrap();
    remind().await;
    assert_eq!(desk.agent.get(&path(&request, "")).await.ok()["reminded_at"], json!(null));
    desk.app.app.clock().set(kernel::Timestamp::from_millis(due - 6 * DAY));
    remind().await;
    remind().await;
    let told = desk.supervisor.get(&path(&request, "")).await.ok();
    assert_eq!((&told["reminded_at"], &told["version"]), (&json!(due - 6 * DAY), &json!(2)));
    assert_eq!(desk.agent.get("/privacy-requests/counts").await.ok()["due_soon"], 1);
    assert_eq!(desk.supervisor.get("/privacy-requests?overdue=true").await.ok()["items"], json!([]));
    desk.app.app.clock().set(kernel::Timestamp::from_millis(due + 1));
    assert_eq!(desk.supervisor.get("/privacy-requests?overdue=true&state=open").await.ok()["items"][0]["id"], request["id"]);

    // Who is given the task answers; done late, it stays late.
    let handing = format!("/tasks/{}/reassignment", task["id"].as_str().unwrap());
    desk.supervisor.post(&handing, json!({"owner_id": desk.supervisor.id(), "reason": "休假"})).await.ok();
    desk.app.settle().await;
    desk.agent.post(&path(&request, "/completion"), json!({"answer": "已答复"})).await.refused(404, "not_found");
    desk.supervisor.post(&path(&request, "/completion"), json!({"answer": "已答复"})).await.refused(409, "privacy.identity_needed");
    desk.supervisor.post(&path(&request, "/identity"), json!({"how": "call_back"})).await.ok();
    desk.supervisor.post(&path(&request, "/completion"), json!({"answer": " "})).await.refused_field("answer", "required");
    let done = desk.supervisor.post(&path(&request, "/completion"), json!({"answer": "已发清单到档案邮箱"})).await.ok();
    assert_eq!((&done["state"], &done["overdue"], &done["may_handle"]), (&json!("done"), &json!(true), &json!(false)));
    desk.supervisor.post(&path(&request, "/completion"), json!({"answer": "再来"})).await.refused(409, "privacy.not_open");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", request["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
    assert!(!trail.to_string().contains("想知道") && !trail.to_string().contains("清单"), "{trail}");
}

async fn pipl_47_deleting_takes_two_people_and_erases_everywhere(db: TestDb) {
    let desk = desk(db).await;
    let new = json!({"kind": "delete", "customer_id": desk.customer, "way": "letter", "words": "请删除王小明的资料"});
    let request = desk.agent.post("/privacy-requests", new).await.ok();
    let complete = async |person: &Person| person.post(&path(&request, "/completion"), json!({"answer": "已删除"})).await;
    complete(&desk.admin).await.refused(409, "privacy.identity_needed");
    desk.admin.post(&path(&request, "/identity"), json!({"how": "document"})).await.ok();
    assert_eq!(desk.admin.get(&path(&request, "")).await.ok()["second_person"], true);
    complete(&desk.admin).await.refused(409, "privacy.second_person");
    // Nor may somebody delete who may not erase customers.
    complete(&desk.agent).await.refused(403, "forbidden");
    let other = desk.app.person("administrator").await;
    let done = complete(&other).await.ok();
    assert_eq!((&done["state"], &done["words"], &done["customer_name"], &done["answer"]), (&json!("done"), &json!(""), &json!(""), &json!("已删除")));
    let customer = desk.admin.get(&format!("/customers/{}", desk.customer)).await.ok();
    assert_eq!((&customer["state"], &customer["name"]), (&json!("erased"), &json!("")));
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", desk.customer)).await.ok();
    assert_eq!(trail["items"][0]["reason"], request["id"]);
    assert_eq!(desk.agent.get("/tasks?state=open").await.ok()["items"], json!([]));
}

async fn pipl_45_a_copy_is_kept_for_a_while_and_each_download_is_on_the_trail(db: TestDb) {
    let desk = desk(db).await;
    let new = json!({"kind": "copy", "customer_id": desk.customer, "way": "wechat"});
    let request = desk.agent.post("/privacy-requests", new).await.ok();
    let copy = path(&request, "/copy");
    desk.agent.post(&copy, json!({})).await.refused(409, "privacy.identity_needed");
    desk.agent.post(&path(&request, "/identity"), json!({"how": "signed_in"})).await.ok();
    desk.agent.post(&path(&request, "/completion"), json!({"answer": "已给"})).await.refused(409, "privacy.no_copy");
    desk.agent.get(&copy).await.refused(404, "not_found");
    assert_eq!(desk.agent.post(&copy, json!({})).await.ok()["copy"]["downloads"], 0);
    let body = desk.agent.get(&copy).await.ok();
    assert_eq!((&body["customers"][0]["name"], &body["elsewhere"]["privacy"]["requests"][0]["id"]), (&json!("王小明"), &request["id"]));
    desk.stranger.get(&copy).await.refused(404, "not_found");
    let done = desk.agent.post(&path(&request, "/completion"), json!({"answer": "已给"})).await.ok();
    assert_eq!(done["copy"]["downloads"], 1);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", request["id"].as_str().unwrap())).await.ok().to_string();
    assert!(trail.contains("privacy.copy_made") && trail.contains("privacy.copy_downloaded") && !trail.contains("王小明"), "{trail}");
    desk.app.app.clock().advance(15 * DAY);
    desk.agent.get(&copy).await.refused(404, "not_found");
}

async fn gb_t_35273_somebody_unknown_asks_and_is_linked_or_answered_with_the_evidence_of_the_search(db: TestDb) {
    let desk = desk(db).await;
    let new = |more: Value| {
        let mut body = json!({"kind": "access", "way": "letter", "words": "你们有我的电话吗"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let zhou = json!({"name": "周女士", "phone": "138 0000 9999", "claims": "展会上留过电话"});
    desk.agent.post("/privacy-requests", new(json!({}))).await.refused_field("customer_id", "required");
    desk.agent.post("/privacy-requests", new(json!({"customer_id": desk.customer, "claimant": zhou}))).await.refused_field("claimant", "not_allowed");
    desk.agent.post("/privacy-requests", new(json!({"claimant": {"name": "周女士"}}))).await.refused_field("claimant.phone", "required");
    desk.agent.post("/privacy-requests", new(json!({"claimant": {"name": "", "email": "x"}}))).await.refused_field("claimant.name", "required");
    let request = desk.agent.post("/privacy-requests", new(json!({"claimant": zhou}))).await.ok();
    let days = (request["due_at"].as_i64().unwrap() - request["received_at"].as_i64().unwrap()) / DAY;
    assert_eq!((&request["customer_id"], &request["customer_name"], days), (&json!(null), &json!("周女士"), 30));
    assert_eq!(request["claimant"]["phone"], "138****9999");
    assert!(!desk.agent.get("/privacy-requests").await.ok().to_string().contains("00009999"));
    let clear = desk.agent.post(&path(&request, "/unmasking"), json!({"reason": "回信"})).await.ok();
    assert_eq!(clear["phone"], "+8613800009999");
    desk.stranger.post(&path(&request, "/unmasking"), json!({"reason": "看看"})).await.refused(404, "not_found");

    // Nothing is done for somebody unknown, and nothing said of them before somebody looked.
    let answer = json!({"answer": "没有保存您的信息"});
    desk.agent.post(&path(&request, "/completion"), answer.clone()).await.refused(409, "privacy.unlinked");
    desk.agent.post(&path(&request, "/identity"), json!({"how": "call_back"})).await.refused(409, "privacy.unlinked");
    desk.agent.post(&path(&request, "/nothing-held"), answer.clone()).await.refused(409, "privacy.not_searched");
    desk.agent.post(&path(&request, "/searches"), json!({"phone": "12"})).await.refused_field("phone", "malformed");
    let none = desk.agent.post(&path(&request, "/searches"), json!({})).await.ok();
    assert_eq!((&none["request"]["searches"][0]["found"], &none["candidates"]), (&json!(0), &json!([])));
    // A colleague's customer has the number: found, though out of sight.
    let theirs = desk.stranger.post("/customers", json!({"name": "周婷", "phone": "13800009999"})).await.ok();
    let hidden = desk.agent.post(&path(&request, "/searches"), json!({"name": "王小明"})).await.ok();
    assert_eq!((&hidden["request"]["searches"][1]["found"], &hidden["hidden"], &hidden["candidates"][0]["name"]), (&json!(1), &json!(1), &json!("王小明")));
    let keys = json!([{"by": "phone", "shown": "138****9999"}, {"by": "name", "shown": "周**"}, {"by": "name", "shown": "王**"}]);
    assert_eq!(hidden["request"]["searches"][1]["keys"], keys);
    desk.agent.post(&path(&request, "/nothing-held"), answer.clone()).await.refused(409, "privacy.found");
    desk.agent.post(&path(&request, "/link"), json!({"customer_id": theirs["id"], "how": "call_back"})).await.refused_field("customer_id", "unknown");
    let linked = desk.admin.post(&path(&request, "/link"), json!({"customer_id": theirs["id"], "how": "call_back"})).await.ok();
    assert_eq!((&linked["customer_id"], &linked["customer_name"], &linked["identity"]), (&theirs["id"], &json!("周婷"), &json!("call_back")));
    desk.admin.post(&path(&request, "/link"), json!({"customer_id": theirs["id"], "how": "call_back"})).await.refused(409, "privacy.linked");
    desk.admin.post(&path(&request, "/completion"), json!({"answer": "已发清单"})).await.ok();

    let other = desk.agent.post("/privacy-requests", new(json!({"claimant": {"name": "吴先生", "other": "杭州市文三路 12 号"}}))).await.ok();
    desk.agent.post(&path(&other, "/searches"), json!({"email": "wu@example.com"})).await.ok();
    let closed = desk.agent.post(&path(&other, "/nothing-held"), answer.clone()).await.ok();
    assert_eq!((&closed["state"], &closed["nothing_held"], &closed["may_handle"]), (&json!("done"), &json!(true), &json!(false)));
    desk.agent.post(&path(&other, "/searches"), json!({})).await.refused(409, "privacy.not_open");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", request["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["privacy.request_done", "privacy.claimant_linked", "privacy.claimant_searched", "privacy.claimant_searched", "privacy.claimant_unmasked", "privacy.request_received"]);
    assert!(!trail.to_string().contains("周女士") && !trail.to_string().contains("00009999"), "{trail}");
    // Whose data is gone leaves nothing of who they said they were.
    desk.admin.post(&format!("/customers/{}/erasure", theirs["id"].as_str().unwrap()), json!({"reason": "本人要求"})).await.ok();
    let emptied = desk.admin.get(&path(&request, "")).await.ok();
    assert_eq!((&emptied["claimant"], &emptied["customer_name"]), (&json!(null), &json!("")));
}

async fn what_is_withdrawn_by_request_counts_and_what_is_malformed_is_none(db: TestDb) {
    let desk = desk(db).await;
    let new = |more: Value| {
        let mut body = json!({"kind": "withdraw", "customer_id": desk.customer, "way": "call", "purposes": ["marketing_call", "profiling"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let now = desk.app.app.clock().now().millis();
    for (more, field, code) in [
        (json!({"purposes": []}), "purposes", "required"),
        (json!({"kind": "delete"}), "purposes", "not_allowed"),
        (json!({"words": "x".repeat(2_001)}), "words", "too_long"),
        (json!({"received_at": now + DAY}), "received_at", "in_the_future"),
        (json!({"received_at": 1}), "received_at", "out_of_range"),
        (json!({"customer_id": "cus_00000000000000000000000000"}), "customer_id", "unknown"),
        (json!({"owner_id": desk.stranger.id()}), "owner_id", "not_allowed"),
        (json!({"due_at": 1}), "due_at", "unknown_field"),
    ] {
        desk.agent.post("/privacy-requests", new(more)).await.refused_field(field, code);
    }
    desk.stranger.post("/privacy-requests", new(json!({}))).await.refused_field("customer_id", "unknown");
    assert_eq!(desk.admin.get("/privacy-requests").await.ok()["items"], json!([]));
    let request = desk.agent.post("/privacy-requests", new(json!({}))).await.ok();
    let refusal = json!({"ground": "legal_duty", "answer": "不行"});
    desk.agent.post(&path(&request, "/refusal"), refusal.clone()).await.refused_field("ground", "not_allowed");
    // As easily as it was given: nobody has to prove who they are.
    desk.agent.post(&path(&request, "/completion"), json!({"answer": "已停用"})).await.ok();
    assert_eq!(verdict(&desk.app, &desk.customer, ConsentPurpose::Profiling).await, ContactVerdict::Withdrawn);
    assert_eq!(verdict(&desk.app, &desk.customer, ConsentPurpose::MarketingSms).await, ContactVerdict::NotAsked);
    let other = desk.agent.post("/privacy-requests", new(json!({"kind": "correct", "purposes": null}))).await.ok();
    let refused = desk.agent.post(&path(&other, "/refusal"), refusal).await.ok();
    assert_eq!((&refused["state"], &refused["ground"]), (&json!("refused"), &json!("legal_duty")));
    let third = desk.agent.post("/privacy-requests", new(json!({"kind": "explain", "purposes": null}))).await.ok();
    desk.agent.post(&path(&third, "/withdrawal"), json!({"answer": "不用了"})).await.ok();
    assert_eq!(desk.agent.get("/tasks?state=open").await.ok()["items"], json!([]));
    assert_eq!(desk.agent.get(&format!("/privacy-requests?customer={}", desk.customer)).await.ok()["items"].as_array().unwrap().len(), 3);
}

async fn gb_35273_the_words_somebody_agreed_to_are_kept_by_version_and_never_changed(db: TestDb) {
    let desk = desk(db).await;
    let new = json!({"purpose": "marketing_sms", "text_version": " 2026-03 ", "body": "我同意收到优惠短信。"});
    desk.agent.post("/consent-texts", new.clone()).await.refused(403, "forbidden");
    let text = desk.admin.post("/consent-texts", new.clone()).await.ok();
    assert_eq!((&text["text_version"], &text["retired_at"]), (&json!("2026-03"), &Value::Null));
    desk.admin.post("/consent-texts", new).await.refused_field("text_version", "taken");
    // The same version of another purpose has words of its own.
    desk.admin.post("/consent-texts", json!({"purpose": "profiling", "text_version": "2026-03", "body": "画像"})).await.ok();
    desk.admin.post("/consent-texts", json!({"purpose": "profiling", "text_version": "2", "body": " "})).await.refused_field("body", "required");
    let path = format!("/consent-texts/{}", text["id"].as_str().unwrap());
    desk.admin.patch(&path, json!({"body": "另一番话"})).await.refused(404, "not_found");
    desk.agent.post(&format!("{path}/retirement"), json!({})).await.refused(403, "forbidden");
    let retired = desk.admin.post(&format!("{path}/retirement"), json!({})).await.ok();
    assert!(retired["retired_at"].is_i64());
    desk.admin.post(&format!("{path}/retirement"), json!({})).await.refused(409, "privacy.retired");
    // Whoever sees consents sees the words, the retired ones too.
    let all = desk.agent.get("/consent-texts").await.ok();
    let of: Vec<_> = all.as_array().unwrap().iter().map(|one| (one["purpose"].as_str().unwrap(), one["body"].as_str().unwrap())).collect();
    assert_eq!(of, [("marketing_sms", "我同意收到优惠短信。"), ("profiling", "画像")]);
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", text["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
}

}
