//! Real input: dialogues of real people (CrossWOZ), replayed as live chats with several agents
//! answering. At the end every message is accounted for, and search finds what was said.

use std::{collections::HashSet, sync::Arc};

use kernel::Rng;
use serde_json::{Value, json};
use server::live::{self, Agent, Customer, Manner, Outcome, Said, Stage};
use testkit::{Person, TestApp, TestDb, dialogues};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::product;

/// Dialogues replayed unless `ZHIKE_DIALOGUES` says how many.
const SHORT: usize = 60;
/// Customers at once.
const AT_ONCE: usize = 32;

/// Every message of a conversation, in order.
async fn kept(admin: &Person, conversation: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/conversations/{conversation}/messages?after={after}&limit=100");
        let page = admin.get(&path).await.ok();
        let items = page["items"].as_array().expect("a list").clone();
        let Some(last) = items.last().and_then(|message| message["seq"].as_i64()) else { return all };
        after = last;
        all.extend(items);
    }
}

fn texts(messages: &[Value], author: &str) -> Vec<String> {
    let by = messages.iter().filter(|message| message["author"] == author);
    by.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What is wrong between what was said and what was kept.
async fn account(admin: &Person, script: &[Said], outcome: &Outcome) -> Option<String> {
    let Some(conversation) = &outcome.conversation else { return Some(format!("no conversation: {outcome:?}")) };
    let messages = kept(admin, conversation).await;
    let of = |by_customer: bool| -> Vec<String> {
        script.iter().filter(|(customer, _)| *customer == by_customer).map(|(_, text)| text.clone()).collect()
    };
    let (customer, agent) = (texts(&messages, "customer"), texts(&messages, "agent"));
    let ids: HashSet<_> = messages.iter().map(|message| message["client_id"].to_string()).collect();
    let fault = [
        (customer != of(true) || customer != outcome.said, "customer"),
        (agent != of(false), "agent"),
        (agent != outcome.heard, "heard"),
        (ids.len() != messages.len(), "doubled"),
    ];
    let wrong: Vec<_> = fault.iter().filter(|(wrong, _)| *wrong).map(|(_, what)| *what).collect();
    (!wrong.is_empty())
        .then(|| format!("{conversation}: {wrong:?}\n{script:#?}\n{customer:#?}\n{agent:#?}\n{outcome:#?}"))
}

async fn replay(app: &TestApp, admin: &Person, scripts: &[Vec<Said>]) -> Vec<Outcome> {
    let url = format!("http://{}", app.address);
    let stage = Arc::new(Stage::new(&url, Rng::seeded(5), 0, Box::new(|_| {})).expect("a stage"));
    let (stop, stopping) = watch::channel(false);
    let mut agents = JoinSet::new();
    for _ in 0..6 {
        let person = app.person("agent").await;
        let agent = Agent::with_token(&person.id(), "客服", person.token().expect("a token"));
        // How much somebody can take is said by whoever supervises them.
        admin.put(&format!("/presences/{}/capacity", person.id()), json!({"capacity": 12})).await.ok();
        agents.spawn(live::agent(stage.clone(), agent, stopping.clone()));
    }
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut customers = JoinSet::new();
    for (at, script) in scripts.iter().cloned().enumerate() {
        let (stage, room) = (stage.clone(), room.clone());
        customers.spawn(async move {
            let _place = room.acquire().await.expect("room");
            let customer = Customer { name: format!("顾客{at}"), manner: Manner::Patient, script };
            (at, live::customer(stage, customer).await)
        });
    }
    let mut outcomes = customers.join_all().await;
    outcomes.sort_by_key(|(at, _)| *at);
    stop.send_replace(true);
    agents.join_all().await;
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn accounted(db: TestDb, scripts: &[Vec<Said>]) {
    let app = product::start(db).await;
    app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let admin = app.person("administrator").await;
    let outcomes = replay(&app, &admin, scripts).await;
    let mut wrong = Vec::new();
    for (script, outcome) in scripts.iter().zip(&outcomes) {
        wrong.extend(account(&admin, script, outcome).await);
    }
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), scripts.len(), wrong[0]);
    // What was said at most length in a talk is found in that talk: shorter words were said in many.
    for (script, outcome) in scripts.iter().zip(&outcomes).step_by(scripts.len().div_ceil(20)) {
        let text = script.iter().map(|(_, text)| text).max_by_key(|text| text.chars().count()).expect("words");
        let hits = admin.get(&format!("/search?q={}&limit=100", escaped(text))).await.ok();
        let found = hits["items"].as_array().expect("hits").iter();
        let id = outcome.conversation.as_deref();
        assert!(found.map(|hit| hit.to_string()).any(|hit| id.is_some_and(|id| hit.contains(id))), "{text}: {hits}");
    }
    let said: usize = outcomes.iter().map(|outcome| outcome.said.len() + outcome.heard.len()).sum();
    println!("{} dialogues, {said} messages: all there, once, in order", scripts.len());
    app.finish().await;
}

fn escaped(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(24).collect();
    words.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talks_of_real_people_are_kept_word_for_word_and_found_again() {
    let Some(mut all) = dialogues() else { return };
    let count = std::env::var("ZHIKE_DIALOGUES").ok().and_then(|count| count.parse().ok()).unwrap_or(SHORT);
    all.truncate(count);
    accounted(TestDb::sqlite(&product::schema()), &all).await;
    if let Some(db) = TestDb::postgres(&product::schema()) {
        accounted(db, &all).await;
    }
}
