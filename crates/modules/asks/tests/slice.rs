//! What people rely on when they ask their supervisor.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        knowledge::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        inquiries::module(),
        asks::module(),
    ]
}

/// A team with its lead and an agent, an agent and the lead of another team; one conversation of the first agent's.
struct Desk {
    app: TestApp,
    admin: Person,
    lead: Person,
    agent: Person,
    stranger: Person,
    conversation: String,
    customer: String,
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, stranger) = (app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "热线组"), None, Some(&lead), &[&agent]).await;
    admin.unit(("team", "在线组"), None, None, &[&stranger]).await;
    let (_visitor, ready) = app.visitor_writes(&channel.public_key, "过保三天能免费换件吗").await;
    let conversation = ready["conversation"]["id"].as_str().unwrap().to_owned();
    let given =
        admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    let customer = given["customer_id"].as_str().unwrap().to_owned();
    Desk { app, admin, lead, agent, stranger, conversation, customer }
}

impl Desk {
    async fn ask(&self, question: &str) -> Value {
        let body = json!({"question": question, "conversation_id": self.conversation});
        self.agent.post("/asks", body).await.ok()
    }
}

fn path(ask: &Value, rest: &str) -> String {
    format!("/asks/{}{rest}", ask["id"].as_str().unwrap())
}

/// What staff alone see of what happened in a conversation.
fn happened(page: &Value) -> Vec<(String, String)> {
    let of = |message: &Value, field: &str| message[field].as_str().unwrap_or_default().to_owned();
    let lines = page["items"].as_array().unwrap().iter().filter(|message| message["kind"] == "event");
    lines.filter(|line| line["staff_only"] == true).map(|line| (of(&line["data"], "event"), of(line, "text"))).collect()
}

on_both! { http::schema(&modules());

async fn r052_what_one_cannot_answer_is_asked_of_ones_supervisor_and_answered_in_the_same_place(db: TestDb) {
    let desk = desk(db).await;
    assert_eq!(desk.agent.get("/asks/supervisor").await.ok()["user_id"], desk.lead.id());
    let ask = desk.ask(" 过保三天能免费换件吗 ").await;
    assert_eq!((&ask["state"], &ask["to_id"], &ask["may_answer"]), (&json!("open"), &json!(desk.lead.id()), &json!(false)));
    // Ten o'clock on a Friday: half an hour of business time.
    assert_eq!(ask["due_at"].as_i64().unwrap() - ask["asked_at"].as_i64().unwrap(), 30 * 60_000);
    // A task of the supervisor's, which closes with the answer alone.
    let tasks = desk.lead.get("/tasks?owner=me").await.ok();
    let task = &tasks["items"][0];
    assert_eq!((&task["source"], &task["subject_id"], &task["due_at"]), (&json!("asks.answer"), &ask["id"], &ask["due_at"]));
    let done = format!("/tasks/{}/completion", task["id"].as_str().unwrap());
    desk.lead.post(&done, json!({})).await.refused(409, "tasks.not_by_hand");

    desk.agent.post(&path(&ask, "/answer"), json!({"text": "能", "found": "gap"})).await.refused(403, "forbidden");
    desk.stranger.get(&path(&ask, "")).await.refused(404, "not_found");
    desk.stranger.post(&path(&ask, "/answer"), json!({"text": "能", "found": "gap"})).await.refused(404, "not_found");
    desk.stranger.post("/asks", json!({"question": "?", "conversation_id": desk.conversation})).await.refused_field("conversation_id", "unknown");

    desk.app.app.clock().advance(31 * 60_000);
    assert_eq!(desk.lead.get("/asks/counts").await.ok(), json!({"open": 1, "overdue": 1, "open_in_reach": 1, "overdue_in_reach": 1}));
    let answer = json!({"text": "七天内按保内处理", "found": "gap"});
    desk.lead.post(&path(&ask, "/lines"), json!({"text": "是哪一天到期的？"})).await.ok();
    desk.agent.post(&path(&ask, "/lines"), json!({"text": "周二"})).await.ok();
    let answered = desk.lead.post(&path(&ask, "/answer"), answer.clone()).await.ok();
    assert_eq!((&answered["state"], &answered["answer"], &answered["found"]), (&json!("answered"), &answer["text"], &json!("gap")));
    let thread: Vec<_> = answered["thread"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(thread, ["过保三天能免费换件吗", "是哪一天到期的？", "周二", "七天内按保内处理"]);
    desk.lead.post(&path(&ask, "/answer"), answer).await.refused(409, "asks.not_open");
    let task = desk.lead.get(&format!("/tasks/{}", task["id"].as_str().unwrap())).await.ok();
    assert_eq!(task["state"], "done");
    // Question and answer stand in the transcript, for staff alone.
    let page = desk.agent.get(&format!("/conversations/{}/messages", desk.conversation)).await.ok();
    let lines = happened(&page);
    let pair = |event: &str, text: &str| (event.to_owned(), text.to_owned());
    assert!(lines.contains(&pair("asked", "过保三天能免费换件吗")) && lines.contains(&pair("ask_answered", "七天内按保内处理")), "{lines:?}");
    // The trail holds no words.
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", ask["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"][0]["action"], "asks.answered");
    assert!(!trail.to_string().contains("过保") && !trail.to_string().contains("保内"), "{trail}");
    // Asked again, it is open again, with a task of its own.
    let again = desk.agent.post(&path(&ask, "/lines"), json!({"text": "配件也算吗"})).await.ok();
    assert_eq!(again["state"], "open");
    assert_eq!(desk.lead.get("/tasks?owner=me&state=open").await.ok()["items"][0]["subject_id"], ask["id"]);
}

async fn r052_three_of_the_same_in_a_week_become_a_task_to_write_it_down(db: TestDb) {
    let desk = desk(db).await;
    let drafts = async || {
        let tasks = desk.lead.get("/tasks?owner=me&state=open").await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|task| task["source"] == "asks.draft").count()
    };
    let first = desk.ask("过保三天能免费换件吗").await;
    let second = desk.ask("过保五天还能换吗").await;
    // A supervisor says that they are the same; two are not enough.
    let linked = desk.lead.put(&path(&second, "/likeness"), json!({"same_as": first["id"]})).await.ok();
    assert_eq!((&linked["likeness"], &linked["same"], &linked["draft_id"]), (&first["id"], &json!(2), &json!(null)));
    // One that stands in the knowledge tells of no gap.
    let known = desk.ask("保修政策在哪里看").await;
    desk.lead.post(&path(&known, "/answer"), json!({"text": "知识库", "found": "knowledge"})).await.ok();
    desk.lead.put(&path(&known, "/likeness"), json!({"same_as": second["id"]})).await.ok();
    // Nor does one of more than a week ago.
    assert_eq!(drafts().await, 0);
    let third = desk.ask("过保一周了怎么办").await;
    let linked = desk.lead.put(&path(&third, "/likeness"), json!({"same_as": second["id"]})).await.ok();
    assert!(linked["draft_id"].is_string(), "{linked}");
    assert_eq!(drafts().await, 1);
    // They have counted: a fourth begins anew.
    let fourth = desk.ask("过保两周").await;
    let linked = desk.lead.put(&path(&fourth, "/likeness"), json!({"same_as": third["id"]})).await.ok();
    assert_eq!((&linked["draft_id"], drafts().await), (&json!(null), 1));
    assert_eq!(linked["same"], 5);
}

async fn r052_what_is_asked_again_and_again_is_a_gap_and_the_article_that_fills_it_ends_the_task(db: TestDb) {
    let desk = desk(db).await;
    let drafts = async |state: &str| {
        let tasks = desk.lead.get(&format!("/tasks?owner=me&state={state}")).await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|task| task["source"] == "asks.draft").cloned().collect::<Vec<_>>()
    };
    let first = desk.ask("过保三天能免费换件吗").await;
    for question in ["过保五天还能换吗", "过保一周了怎么办"] {
        let ask = desk.ask(question).await;
        desk.lead.put(&path(&ask, "/likeness"), json!({"same_as": first["id"]})).await.ok();
    }
    let gaps = desk.lead.get("/knowledge-gaps?state=open").await.ok();
    assert_eq!((&gaps["items"][0]["question"], &gaps["items"][0]["times"]), (&json!("过保一周了怎么办"), &json!(1)));
    let task = drafts("open").await.remove(0);
    assert_eq!((&task["subject_kind"], &task["subject_id"]), (&json!("knowledge_gap"), &gaps["items"][0]["id"]));
    let gap = desk.lead.get(&format!("/knowledge-gaps/{}", gaps["items"][0]["id"].as_str().unwrap())).await.ok();
    assert_eq!((&gap["reports"][0]["source"], &gap["reports"][0]["conversation_id"]), (&json!("asks"), &json!(desk.conversation)));
    // Written, and published by somebody else.
    let words = json!({"title": "过保几天内换件", "body": "七天内按保内处理", "gap_id": gap["id"]});
    let article = desk.lead.post("/articles", words).await.ok();
    let at = |rest: &str| format!("/articles/{}{rest}", article["id"].as_str().unwrap());
    let waiting = desk.lead.post(&at("/submission"), json!({"version": article["version"]})).await.ok();
    desk.admin.post(&at("/publication"), json!({"version": waiting["version"]})).await.ok();
    desk.app.settle().await;
    assert_eq!((drafts("open").await.len(), drafts("done").await.len()), (0, 1));
}

async fn r052_the_wrap_ups_reason_sorts_what_was_asked(db: TestDb) {
    let desk = desk(db).await;
    let reason = desk.admin.post("/wrap-up-reasons", json!({"label": "过保维修"})).await.ok();
    for question in ["过保三天", "过保五天", "过保十天"] {
        desk.ask(question).await;
    }
    assert_eq!(desk.lead.get("/tasks?owner=me&state=open").await.ok()["items"].as_array().unwrap().len(), 3);
    // Nobody sorted them; a week and a day later they count no more, today they do.
    desk.agent.put(&format!("/conversations/{}/wrap-up", desk.conversation), json!({"reason_id": reason["id"]})).await.ok();
    desk.app.settle().await;
    let asks = desk.lead.get(&format!("/asks?likeness={}", reason["id"].as_str().unwrap())).await.ok();
    let asks = asks["items"].as_array().unwrap();
    assert!(asks.len() == 3 && asks.iter().all(|ask| ask["reason"] == "过保维修" && ask["draft_id"].is_string()), "{asks:?}");
}

async fn an_old_ask_does_not_count_and_a_reader_outside_answers_nothing(db: TestDb) {
    let desk = desk(db).await;
    let first = desk.ask("过保三天").await;
    desk.app.app.clock().advance(8 * 24 * 3_600_000);
    for question in ["过保五天", "过保十天"] {
        let ask = desk.ask(question).await;
        let linked = desk.lead.put(&path(&ask, "/likeness"), json!({"same_as": first["id"]})).await.ok();
        assert_eq!(linked["draft_id"], json!(null));
    }
    assert_eq!(desk.stranger.get("/asks").await.ok()["items"], json!([]));
    desk.stranger.put(&path(&first, "/likeness"), json!({"same_as": first["id"]})).await.refused(404, "not_found");
    desk.lead.put(&path(&first, "/likeness"), json!({"same_as": first["id"]})).await.refused_field("same_as", "not_allowed");
    desk.lead.put(&path(&first, "/likeness"), json!({})).await.refused_field("same_as", "required");
}

async fn whoever_is_given_the_task_is_asked_and_an_erasure_empties_the_words(db: TestDb) {
    let desk = desk(db).await;
    let ask = desk.ask("王女士的押金退不退").await;
    desk.agent.post("/knowledge-gaps", json!({"question": "王女士的押金", "conversation_id": desk.conversation})).await.ok();
    let tasks = desk.lead.get("/tasks?owner=me").await.ok();
    let handing = format!("/tasks/{}/reassignment", tasks["items"][0]["id"].as_str().unwrap());
    desk.admin.post(&handing, json!({"owner_id": desk.admin.id(), "reason": "主管休假"})).await.ok();
    desk.app.settle().await;
    assert_eq!(desk.admin.get(&path(&ask, "")).await.ok()["to_id"], desk.admin.id());
    let withdrawn = desk.agent.post(&path(&ask, "/withdrawal"), json!({"reason": "客户已自行解决"})).await.ok();
    assert_eq!((&withdrawn["state"], &withdrawn["may_say"]), (&json!("withdrawn"), &json!(false)));
    assert_eq!(desk.admin.get("/tasks?owner=me&state=open").await.ok()["items"], json!([]));
    desk.admin.post(&format!("/customers/{}/erasure", desk.customer), json!({"reason": "本人要求"})).await.ok();
    let gaps = desk.admin.get("/knowledge-gaps").await.ok();
    assert_eq!((&gaps["items"][0]["question"], &gaps["items"][0]["customer_id"]), (&json!(""), &json!(null)));
    let after = desk.agent.get(&path(&ask, "")).await.ok();
    assert_eq!((&after["question"], &after["customer_name"], &after["thread"][0]["text"]), (&json!(""), &json!(""), &json!("")));
}

async fn a_malformed_ask_is_none(db: TestDb) {
    let desk = desk(db).await;
    for (change, field, code) in [
        (json!({"question": " "}), "question", "required"),
        (json!({"question": "x".repeat(1_001)}), "question", "too_long"),
        (json!({"due_minutes": 0}), "due_minutes", "out_of_range"),
        (json!({"conversation_id": "cnv_01jd3k5v2pf6z8q0w4x7y9abcd"}), "conversation_id", "unknown"),
        (json!({"record_id": "inq_01jd3k5v2pf6z8q0w4x7y9abcd"}), "record_id", "unknown"),
        (json!({"reason_id": "wur_01jd3k5v2pf6z8q0w4x7y9abcd"}), "reason_id", "unknown"),
        (json!({"state": "answered"}), "state", "unknown_field"),
    ] {
        let mut body = json!({"question": "能不能退"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        desk.agent.post("/asks", body).await.refused_field(field, code);
    }
    let ask = desk.ask("能不能退").await;
    desk.lead.post(&path(&ask, "/answer"), json!({"text": " ", "found": "gap"})).await.refused_field("text", "required");
    desk.lead.post(&path(&ask, "/answer"), json!({"text": "能", "found": "elsewhere"})).await.refused_field("found", "wrong_type");
}

}
