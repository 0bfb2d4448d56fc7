//! A rush: 1,000 customers at once, 60 agents who take, answer and end what they are offered. Nothing is lost or
//! doubled, and room that becomes free is offered to the next one at once.

use std::sync::Arc;

use kernel::Rng;
use serde_json::json;
use server::live::{self, Agent, Customer, Manner, Outcome as Visit, Said, Stage};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    cases::Row,
    place::{Outcome, Place},
};

const CUSTOMERS: usize = 1_000;
const AGENTS: usize = 60;
/// Conversations an agent has at once.
const CAPACITY: usize = 8;
/// How many times faster than life they write.
const SPEED: u32 = 20;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let stage = Arc::new(Stage::new(&place.url(""), Rng::system(), SPEED, Box::new(|_| {}))?);
    let (stop, stopping) = watch::channel(false);
    let mut agents = JoinSet::new();
    for n in 0..AGENTS {
        let (id, token) = place.agent(&format!("agent{n}")).await?;
        place.put(&format!("/presences/{id}/capacity"), json!({"capacity": CAPACITY})).await?;
        agents.spawn(live::agent(stage.clone(), Agent::with_token(&id.to_string(), "客服", &token), stopping.clone()));
    }
    let mut customers = JoinSet::new();
    for (n, script) in scripts().into_iter().enumerate() {
        let customer = Customer { name: format!("顾客{n}"), manner: Manner::Patient, script };
        customers.spawn(live::customer(stage.clone(), customer));
    }
    let visits: Vec<Visit> = customers.join_all().await;
    stop.send_replace(true);
    agents.join_all().await;
    let said: usize = visits.iter().map(|visit| visit.said.len() + visit.heard.len()).sum();
    let kept =
        place.count("SELECT count(*) FROM messages WHERE author IN ('customer', 'agent') AND kind <> 'event'")?;
    let complete = visits.iter().filter(|visit| visit.complete).count();
    // The n-th conversation that somebody ended made room for the offer they took after the first eight and n more.
    let gaps = format!(
        "WITH freed AS (SELECT assignee_id AS who, closed_at AS at, row_number() OVER (PARTITION BY assignee_id ORDER BY closed_at, id) AS n \
             FROM conversations WHERE closed_at IS NOT NULL), \
         taken AS (SELECT user_id AS who, made_at AS at, row_number() OVER (PARTITION BY user_id ORDER BY made_at, id) - {CAPACITY} AS n \
             FROM offers WHERE state = 'accepted'), \
         gaps AS (SELECT taken.at - freed.at AS gap FROM freed JOIN taken ON taken.who = freed.who AND taken.n = freed.n)"
    );
    let count = place.count(&format!("{gaps} SELECT count(*) FROM gaps"))?;
    let slowest =
        place.count(&format!("{gaps} SELECT gap FROM gaps ORDER BY gap DESC LIMIT 1 OFFSET {}", count / 100))?;
    Ok(vec![
        Row::at_least(
            format!("{engine}: chats of a rush that went to their end"),
            complete as f64,
            "",
            CUSTOMERS as f64,
        ),
        Row::at_most(format!("{engine}: messages lost or doubled in it"), (kept - said as i64).abs() as f64, "", 0.0),
        Row::at_most(format!("{engine}: from free room to the next offer, p99 of {count}"), slowest as f64, "ms", 50.0),
    ])
}

/// What real people said, where their dialogues are; else something of the like.
fn scripts() -> Vec<Vec<Said>> {
    let real = testkit::dialogues().unwrap_or_else(|| vec![plain()]);
    real.into_iter().cycle().take(CUSTOMERS).collect()
}

fn plain() -> Vec<Said> {
    let lines = [
        "你好，我的订单到哪里了？",
        "您好，请告诉我订单号",
        "20261126001",
        "包裹已到本市，明天送达",
        "好的，谢谢",
        "不客气，祝您愉快",
    ];
    lines.iter().enumerate().map(|(n, line)| (n % 2 == 0, (*line).to_owned())).collect()
}
