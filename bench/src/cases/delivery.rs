//! How long a message takes from the visitor's socket to the agent's at a steady rate.

use std::time::{Duration, Instant};

use crate::{
    cases::{Row, percentile},
    client::{message, pairs},
    place::{Outcome, Place},
};

const PAIRS: usize = 50;
const RATE: f64 = 1_000.0;
const MEASURED: Duration = Duration::from_secs(8);

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let pairs = pairs(place, PAIRS).await?;
    let every = Duration::from_secs_f64(PAIRS as f64 / RATE);
    let begun = Instant::now() + Duration::from_millis(200);
    let loops: Vec<_> = pairs
        .into_iter()
        .enumerate()
        .map(|(n, mut pair)| {
            tokio::spawn(async move {
                let mut times = Vec::new();
                // Spread over the interval, so that the rate is steady and not a burst of all pairs.
                let mut due = begun + every.mul_f64(n as f64 / PAIRS as f64);
                while due < begun + MEASURED {
                    tokio::time::sleep_until(due.into()).await;
                    let id = format!("d{n}-{}", times.len());
                    // Late senders do not hide a wait: time runs from when the message was due.
                    pair.visitor.say(message(&id, "请问我的订单什么时候发货？")).await?;
                    let sent = Instant::now();
                    pair.agent.until(&format!("\"client_id\":\"{id}\"")).await?;
                    times.push(sent.elapsed().as_secs_f64() * 1e3);
                    due += every;
                }
                Outcome::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for done in loops {
        times.extend(done.await??);
    }
    Ok(vec![
        Row::at_most(format!("{engine}: delivery at 1,000/s, p50"), percentile(&mut times, 0.5), "ms", 2.0),
        Row::at_most(format!("{engine}: delivery at 1,000/s, p99"), percentile(&mut times, 0.99), "ms", 10.0),
    ])
}
