//! A page of 50 among 100,000 open conversations.

use std::time::Instant;

use crate::{
    cases::{Row, percentile},
    place::{Outcome, Place},
};

const OPEN: usize = 100_000;
const PAGES: usize = 1_600;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    place.kill();
    // In a queue that nobody serves, lest somebody places them while it is measured.
    let row = |number: &str, pad: &str| {
        format!(
            "'cnv_' || {pad}, (SELECT id FROM channels LIMIT 1), 'cus_' || {pad}, '顾客' || {number}, 'queued', NULL, NULL, NULL, 'que_{:026}', 1, 0, 0, \
             1795140000000 + {number}, '你好', 1795140000000, 1795140000000 + {number}, NULL, 1",
            0
        )
    };
    let columns = "INSERT INTO conversations (id, channel_id, customer_id, customer_name, state, assignee_id, assignee_name, unit_id, queue_id, \
        last_seq, customer_read_seq, agent_read_seq, last_message_at, preview, waiting_since, opened_at, closed_at, version)";
    let sqlite = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {OPEN}) {columns} SELECT {} FROM n",
        row("n", "printf('%026d', n)")
    );
    let postgres = format!(
        "{columns} SELECT {} FROM generate_series(1, {OPEN}) AS n; ANALYZE conversations",
        row("n", "lpad(n::text, 26, '0')")
    );
    place.fill(&sqlite, &postgres)?;
    place.restart().await?;
    place.quiet().await?;
    let client = reqwest::Client::new();
    let (mut times, mut cursor) = (Vec::new(), String::new());
    let mut cpu = 0.0;
    for page in 0..PAGES + 20 {
        if page == 20 {
            cpu = place.cpu_ms();
        }
        let url = place.url(&format!("/api/v1/conversations?state=queued&limit=50{cursor}"));
        let begun = Instant::now();
        let answer = client.get(url).bearer_auth(&place.token).send().await?.error_for_status()?.text().await?;
        if page >= 20 {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let answer: serde_json::Value = serde_json::from_str(&answer)?;
        if answer["items"].as_array().map(Vec::len) != Some(50) {
            return Err("a page of 50".into());
        }
        cursor = format!("&cursor={}", answer["next_cursor"].as_str().ok_or("a next page")?);
    }
    let cpu = (place.cpu_ms() - cpu) / PAGES as f64;
    Ok(vec![
        Row::at_most(format!("{engine}: page of 50 among 100,000 open, p99"), percentile(&mut times, 0.99), "ms", 5.0),
        Row::at_most(format!("{engine}: page of 50 among 100,000 open, CPU"), cpu, "ms", 0.3),
    ])
}
