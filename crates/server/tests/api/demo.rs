//! The demo story: the same from the same seed, on both databases, and everything answers on it.

use http::{Catalogue, DemoPlan, DemoProgress, Demos, fill};
use kernel::{Error, Result};
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb};

use crate::product;

const PLAN: DemoPlan = DemoPlan { seed: 7, customers: 40, days: 14 };

async fn told(app: &TestApp) -> Result<usize> {
    let (demos, catalogue) = (app.app.part::<Demos>(), app.app.part::<Catalogue>());
    fill(app.app.db(), &demos, &catalogue, PLAN, &DemoProgress::default()).await.map(|people| people.len())
}

/// Everything of a list.
async fn all(person: &Person, path: &str) -> Vec<Value> {
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
    for path in
        ["/conversations?", "/customers?", "/tasks?", "/approvals?", "/members?", "/channels?", "/audit-entries?"]
    {
        let rows = all(&admin, path).await;
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
    assert!((3..=6).contains(&standing("queued")) && (4..=8).contains(&standing("active")));
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
