//! Durable messages, closed loop: a visitor says the next one when the agent has the last.

use std::time::{Duration, Instant};

use crate::{
    cases::Row,
    client::{message, pairs},
    place::{Outcome, Place},
};

const PAIRS: usize = 64;
const WARM: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(10);

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let pairs = pairs(place, PAIRS).await?;
    let before = place.count("SELECT count(*) FROM messages")?;
    let begun = Instant::now();
    let (from, until) = (begun + WARM, begun + WARM + MEASURED);
    let loops: Vec<_> = pairs
        .into_iter()
        .enumerate()
        .map(|(n, mut pair)| {
            tokio::spawn(async move {
                let (mut all, mut measured) = (0_u64, 0_u64);
                while Instant::now() < until {
                    let id = format!("m{n}-{all}");
                    pair.visitor.say(message(&id, "请问我的订单什么时候发货？已经等了三天了")).await?;
                    let mark = format!("\"client_id\":\"{id}\"");
                    pair.agent.until(&mark).await?;
                    pair.visitor.until("\"t\":\"ack\"").await?;
                    all += 1;
                    measured += u64::from((from..until).contains(&Instant::now()));
                }
                Outcome::Ok((all, measured))
            })
        })
        .collect();
    tokio::time::sleep_until(from.into()).await;
    let cpu = place.cpu_ms();
    tokio::time::sleep_until(until.into()).await;
    let cpu = place.cpu_ms() - cpu;
    let (mut acknowledged, mut measured) = (0, 0);
    for done in loops {
        let (all, in_time) = done.await??;
        acknowledged += all;
        measured += in_time;
    }
    place.kill();
    let kept = place.count("SELECT count(*) FROM messages")? - before;
    place.restart().await?;
    Ok(vec![
        Row::at_least(
            format!("{engine}: durable messages, {PAIRS} pairs"),
            measured as f64 / MEASURED.as_secs_f64(),
            "/s",
            8_000.0,
        ),
        Row::at_most(format!("{engine}: CPU per message, server + database"), cpu / measured as f64, "ms", 0.1),
        Row::at_least(
            format!("{engine}: acknowledged messages kept after SIGKILL"),
            kept as f64 / acknowledged as f64,
            "share",
            1.0,
        ),
    ])
}
