//! The demo story: the same from the same seed, on both databases, and everything answers on it.

use http::{DemoPlan, DemoProgress, fill};
use kernel::{Error, Result};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb};

use crate::product;

const PLAN: DemoPlan = DemoPlan { seed: 7, customers: 40, days: 14 };

pub(crate) async fn told(app: &TestApp) -> Result<usize> {
    fill(&app.app, PLAN, &DemoProgress::default()).await.map(|people| people.len())
}

/// Everything of a list.
pub(crate) async fn all(person: &Person, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = person.get(&format!("{path}limit=200{cursor}")).await.ok();
        rows.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// What the story says, without what only machines read.
async fn story(app: &TestApp) -> (Person, Vec<String>) {
    let admin = app.person("administrator").await;
    let mut texts = Vec::new();
    for path in [
        "/conversations?",
        "/customers?",
        "/tasks?",
        "/approvals?",
        "/members?",
        "/channels?",
        "/presences?",
        "/audit-entries?",
    ] {
        let mut rows = all(&admin, path).await;
        // What automations do once the story is told is no part of it.
        rows.retain(|row| (&row["actor_kind"], &row["action"]) != (&json!("system"), &json!("conversations.tagged")));
        assert!(!rows.is_empty(), "{path} is empty");
        texts.push(format!("{path} {}", rows.len()));
        for row in &rows {
            let words =
                ["name", "customer_name", "preview", "title", "reason", "state", "phone", "opened_at", "action"];
            texts.push(words.iter().map(|word| row[word].to_string()).collect::<Vec<_>>().join(" "));
        }
    }
    (admin, texts)
}

/// Filled on this database.
async fn filled(db: TestDb) -> TestApp {
    let app = product::start(db).await;
    assert!(told(&app).await.expect("the story") >= 12);
    // What follows from it behind the page is there as well.
    app.settle().await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_tells_the_same_story_on_both_databases() {
    let first = filled(TestDb::sqlite(&product::schema())).await;
    let second = filled(TestDb::sqlite(&product::schema())).await;
    let (_, story_of_first) = story(&first).await;
    assert!(story_of_first.len() > 300);
    assert_eq!(story_of_first, story(&second).await.1);
    if let Some(db) = TestDb::postgres(&product::schema()) {
        let other = filled(db).await;
        assert_eq!(story_of_first, story(&other).await.1);
        other.finish().await;
    }
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_with_an_account_is_left_as_it_is() {
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    let admin = app.person("administrator").await;
    assert!(matches!(told(&app).await, Err(Error::Conflict(code, _)) if code.name() == "access.not_empty"));
    app.anonymous().put("/setup/demo", json!({})).await.refused(409, "settings.already_set_up");
    assert_eq!(all(&admin, "/customers?").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_of_the_story_are_those_of_a_department() {
    let app = filled(TestDb::sqlite(&product::schema())).await;
    let (admin, _) = story(&app).await;
    let conversations = all(&admin, "/conversations?").await;
    let standing = |state: &str| conversations.iter().filter(|one| one["state"] == state).count();
    assert!(standing("closed") >= 190, "{}", standing("closed"));
    assert!((3..=10).contains(&standing("queued")), "{}", standing("queued"));
    assert!((6..=16).contains(&standing("active")), "{}", standing("active"));
    // Somebody left a message, and somebody is to answer it.
    assert_eq!(standing("message"), 1);
    let left = conversations.iter().find(|one| one["state"] == "message").expect("one");
    let task = admin.get(&format!("/tasks?subject={}&state=open", left["id"].as_str().unwrap_or_default())).await.ok();
    assert_eq!(task["items"].as_array().map(Vec::len), Some(1), "{task}");
    let now = app.db.clock.now().millis();
    for one in &conversations {
        let (opened, last) = (one["opened_at"].as_i64(), one["last_message_at"].as_i64());
        assert!(opened <= last && last <= Some(now), "{one}");
        assert!(one["closed_at"].is_null() || last <= one["closed_at"].as_i64(), "{one}");
    }
    // What anybody said is found, by those who may see it.
    for words in ["退款", "发票", "保养"] {
        let hits = admin.get(&format!("/search?q={words}")).await.ok();
        assert!(hits["items"].as_array().is_some_and(|hits| !hits.is_empty()), "{words}: {hits}");
    }
    let counts = admin.get("/tasks?state=open&limit=200").await.ok();
    let open = counts["items"].as_array().expect("a list");
    assert!(open.iter().any(|task| task["due_at"].as_i64() < Some(now)), "something is overdue");
    assert!(open.iter().any(|task| task["due_at"].as_i64() > Some(now)), "something is due later");
    let waiting = admin.get("/approvals?state=pending").await.ok();
    assert!(waiting["items"].as_array().is_some_and(|all| (2..=6).contains(&all.len())), "{waiting}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_floor_of_the_story_has_queues_people_and_figures() {
    let app = filled(TestDb::sqlite(&product::schema())).await;
    // The figures follow from the facts.
    app.settle().await;
    let admin = app.person("administrator").await;
    let desk = admin.get("/desk").await.ok();
    let queues = desk["queues"].as_array().expect("queues");
    assert_eq!(queues.len(), 4, "{desk}");
    let counted = |field: &str| desk["total"][field].as_i64().unwrap_or_default();
    assert!(counted("offered") >= 5 && counted("waiting") >= 3, "{desk}");
    assert!(counted("answered_in_target") * 10 >= counted("answered") * 5, "{desk}");
    // Who is there has their hands full: nothing is offered to somebody who will never answer.
    assert!(counted("ready") >= 3 && counted("ready") == counted("at_capacity"), "{desk}");
    assert!(counted("not_ready") >= 1, "{desk}");
    assert_eq!(app.app.db().read(&app.system(), |tx| tx.one::<(i64,)>(&OPEN_OFFERS, &[])).await.ok(), Some((0,)));
    let system = app.system();
    let counted = app.app.db().read(&system, |tx| {
        let days: Vec<(String, i64, i64)> = tx.all(&DAYS, &[])?;
        Ok((days, tx.one::<(i64,)>(&SPELLS, &[])?.0, tx.one::<(i64,)>(&OFFERS, &[])?.0))
    });
    let (days, spells, offers) = counted.await.expect("the figures");
    assert!(days.len() >= 13, "{days:?}");
    let (offered, answered) = days.iter().fold((0, 0), |sum, day| (sum.0 + day.1, sum.1 + day.2));
    assert!(offered >= 180 && answered * 100 >= offered * 90 && answered < offered, "{days:?}");
    assert!(spells > 12 * 50, "{spells}");
    assert!(offers >= answered, "{offers} {answered}");
    app.finish().await;
}

store::sql! {
    OPEN_OFFERS = "SELECT count(*) FROM offers WHERE state = 'open'";
    OFFERS = "SELECT count(*) FROM offers";
    SPELLS = "SELECT count(*) FROM presence_spells";
    DAYS = "SELECT day, CAST(sum(offered) AS BIGINT), CAST(sum(answered) AS BIGINT) FROM queue_days GROUP BY day ORDER BY day";
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_can_be_said_is_said_in_the_story() {
    let app = filled(TestDb::sqlite(&product::schema())).await;
    let admin = app.person("administrator").await;
    let mut found = std::collections::BTreeMap::<&str, (String, Value)>::new();
    for one in all(&admin, "/conversations?").await {
        let id = one["id"].as_str().expect("an id").to_owned();
        let messages = admin.get(&format!("/conversations/{id}/messages?limit=200")).await.ok();
        for message in messages["items"].as_array().or_else(|| messages.as_array()).into_iter().flatten() {
            let what = [
                ("picture", message["kind"] == "file" && message["author"] == "customer"),
                ("document", message["kind"] == "file" && message["author"] == "agent"),
                ("card", message["kind"] == "card"),
                ("note", message["kind"] == "note"),
                ("quote", message["quote_seq"].is_i64()),
                ("edited", message["edited_at"].is_i64()),
                ("recalled", message["recalled_at"].is_i64()),
                ("after hours", message["data"]["event"] == "after_hours"),
                ("transferred", message["data"]["event"] == "transferred"),
                ("rated", message["data"]["event"] == "rated"),
            ];
            for (what, _) in what.into_iter().filter(|(_, is)| *is) {
                found.entry(what).or_insert_with(|| (id.clone(), message.clone()));
            }
        }
    }
    assert_eq!(found.len(), 10, "{:?}", found.keys());
    // A file is there, and shown where the conversation is.
    for what in ["picture", "document"] {
        let (conversation, message) = &found[what];
        let file = message["file_id"].as_str().expect("a file");
        let content = admin.request(Method::GET, &format!("/files/{file}/content")).send().await.expect("an answer");
        let bytes = content.bytes().await.expect("bytes");
        let named = admin.get(&format!("/files/{file}")).await.ok();
        assert_eq!(named["size"].as_u64(), Some(bytes.len() as u64));
        let export = admin.request(Method::GET, &format!("/conversations/{conversation}/export?format=txt"));
        let export = export.send().await.expect("an answer").text().await.expect("text");
        assert!(export.contains(named["name"].as_str().expect("a name")), "{export}");
    }
    // What was said before is kept, and not found.
    let (conversation, message) = &found["recalled"];
    let versions = admin.get(&format!("/conversations/{conversation}/messages/{}/versions", message["seq"])).await.ok();
    assert_eq!((&message["text"], versions.as_array().map(Vec::len)), (&json!(""), Some(1)), "{versions}");
    // Whoever wrote at night was answered in the morning, and their task ended with it.
    let (conversation, _) = &found["after hours"];
    let night = admin.get(&format!("/conversations/{conversation}")).await.ok();
    assert!(night["after_hours"] == false || night["state"] == "queued", "{night}");
    let tasks = all(&admin, "/tasks?").await;
    let own = tasks.iter().filter(|task| task["source"] == "conversations.after_hours").collect::<Vec<_>>();
    assert!(!own.is_empty() && own.iter().filter(|task| task["state"] == "done").count() + 3 >= own.len(), "{own:?}");
    // Tags narrow lists and searches.
    for path in ["/conversations?tag=退款", "/search?q=退款&tag=退款"] {
        let page = admin.get(path).await.ok();
        assert!(page["items"].as_array().is_some_and(|items| !items.is_empty()), "{path}: {page}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_installation_is_filled_in_one_click_and_can_be_signed_in_to() {
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    let nobody = app.anonymous();
    assert_eq!(nobody.get("/setup/demo").await.ok()["state"], "idle");
    let begun = nobody.put("/setup/demo", json!({})).await.ok();
    assert_eq!(begun["state"], "running");
    let done = loop {
        let now = nobody.get("/setup/demo").await.ok();
        if now["state"] != "running" {
            break now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!((&done["state"], &done["progress"]), (&json!("done"), &json!(1000)));
    let session = nobody.post("/session", json!({"login": done["login"], "password": done["password"]})).await.ok();
    assert_eq!(session["role"]["name"], "supervisor");
    nobody.put("/setup/demo", json!({})).await.refused(409, "settings.already_set_up");
    app.finish().await;
}
