//! The board, the statistics and the month report among a hundred thousand complaints of thirteen months.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    cases::{Row, percentile},
    place::{Outcome, Place},
};

const ALL: i64 = 100_000;
const DAYS: i64 = 395;
const ASKED: usize = 60;
/// What is counted of a complaint stands beside it by then, or something is wrong.
const TAKEN_UP: Duration = Duration::from_secs(30);

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let customer = place.post("/customers", json!({"name": "韩女士", "phone": "13812345678"})).await?;
    place
        .post(
            "/complaints",
            json!({
                "customer_id": customer["id"], "title": "安装划伤地板", "content": "新铺的木地板划了三道。", "remedy": "修好",
                "happened_at": 1_760_000_000_000_i64, "way": "phone", "severity": "minor",
            }),
        )
        .await?;
    let begun = Instant::now();
    while place.count("SELECT COUNT(*) FROM complaint_outcomes")? == 0 {
        if begun.elapsed() > TAKEN_UP {
            return Err("the complaint is not counted".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    place.kill();
    place.fill(&copies(&SQLITE), &copies(&POSTGRES))?;
    place.restart().await?;
    let client = reqwest::Client::new();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |back: i64| today.saturating_sub(jiff::Span::new().days(back)).to_string();
    let asked = [
        (
            "the board, p99",
            vec!["/complaints".to_owned(), "/complaints?step=judgement".into(), "/complaints?open=true".into()],
        ),
        ("the board's counts, p99", vec!["/complaints/counts".into()]),
        ("statistics of a month by day, p99", vec![statistics(&day(30), &day(0), "day")]),
        ("statistics of a quarter by week, p99", vec![statistics(&day(91), &day(0), "week")]),
        ("statistics of 13 months by month, p99", vec![statistics(&day(DAYS - 1), &day(0), "month")]),
        ("the month report, p99", vec![format!("/month-reports/{}", &day(30)[..7])]),
        ("what causes cost in 13 months, p99", vec![format!("/complaint-costs?from={}&to={}", day(DAYS - 1), day(0))]),
    ];
    let mut rows = Vec::new();
    for (what, paths) in asked {
        let mut times = Vec::new();
        for at in 0..ASKED {
            let request =
                client.get(place.url(&format!("/api/v1{}", paths[at % paths.len()]))).bearer_auth(&place.token);
            let begun = Instant::now();
            let _: Value = request.send().await?.error_for_status()?.json().await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let name = format!("{engine}: 100,000 complaints: {what}");
        rows.push(Row::at_most(name, percentile(&mut times, 0.99), "ms", 200.0));
    }
    Ok(rows)
}

fn statistics(from: &str, to: &str, by: &str) -> String {
    format!("/complaint-statistics?from={from}&to={to}&by={by}")
}

/// How an engine says what copies are made with.
struct Dialect {
    /// The numbers from 1 to so many, as `n(i)`.
    numbers: &'static str,
    /// `i` in 26 digits, as an id has them.
    digits: &'static str,
    /// The day `i % DAYS` days ago.
    day: &'static str,
}

const SQLITE: Dialect = Dialect {
    numbers: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ALL})",
    digits: "printf('%026d', i)",
    day: "date('now', '-' || (i % {DAYS}) || ' days')",
};
const POSTGRES: Dialect = Dialect {
    numbers: "WITH n(i) AS (SELECT generate_series(CAST(1 AS BIGINT), {ALL}))",
    digits: "lpad(CAST(i AS TEXT), 26, '0')",
    day: "to_char(now() - (i % {DAYS}) * INTERVAL '1 day', 'YYYY-MM-DD')",
};

/// Copies the one complaint there is, with what is counted of it: nine of ten archived, of eight categories and ten causes.
fn copies(dialect: &Dialect) -> String {
    let Dialect { numbers, digits, day } = dialect;
    let at = "registered_at - (i % {DAYS}) * 86400000 - (i % 30000) * 997";
    let id = format!("'cpl_' || {digits}");
    let category = "'category ' || (i % 8)";
    let tables = [
        (
            "complaints",
            format!(
                "id = {id}, number = 'B' || i, day = {day}, registered_at = {at}, category_id = {category}, category = {category}, \
                 step = CASE WHEN i % 10 = 0 THEN 'judgement' ELSE 'archived' END, \
                 closed_at = CASE WHEN i % 10 = 0 THEN NULL ELSE {at} + 7200000 END"
            ),
        ),
        (
            "complaint_figures",
            format!(
                "complaint_id = {id}, day = {day}, registered_at = {at}, category_id = {category}, category = {category}, \
                 upheld = i % 5 > 0, hops = i % 5, cost = i % 900, compensation = i % 300, late = i % 11 = 0, score = i % 5 + 1, \
                 closed_at = CASE WHEN i % 10 = 0 THEN NULL ELSE {at} + 7200000 END"
            ),
        ),
        (
            "complaint_outcomes",
            format!(
                "complaint_id = {id}, day = {day}, closed_day = {day}, registered_at = {at}, cause_id = 'cause ' || (i % 10), \
                 cause = 'cause ' || (i % 10), acts = i % 12, compensation = i % 300, score = i % 5 + 1, \
                 closed_at = CASE WHEN i % 10 = 0 THEN NULL ELSE {at} + 7200000 END"
            ),
        ),
    ];
    let mut all = String::new();
    for (table, set) in tables {
        all += &format!(
            "CREATE TABLE copies AS {numbers} SELECT of_one.*, n.i FROM {table} of_one CROSS JOIN n; \
             UPDATE copies SET {set}; ALTER TABLE copies DROP COLUMN i; \
             INSERT INTO {table} SELECT * FROM copies; DROP TABLE copies; "
        );
    }
    (all + "ANALYZE").replace("{ALL}", &ALL.to_string()).replace("{DAYS}", &DAYS.to_string())
}
