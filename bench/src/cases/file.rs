//! A customer's file: 50,000 rows of a list taken in, and the whole view of somebody with 500 events.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::{
    cases::{Row, percentile},
    place::{Outcome, Place},
};

const ROWS: usize = 50_000;
const EVENTS: usize = 500;
const LOOKS: usize = 200;
/// A list is done by then, or something is wrong.
const DONE: Duration = Duration::from_secs(300);

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let client = reqwest::Client::new();
    let mut list = String::from("姓名,邮箱,手机\n");
    for at in 0..ROWS {
        writeln!(list, "顾客{at},c{at}@example.com,138{at:08}")?;
    }
    let (checked, taken) = import(place, &client, "customers", list).await?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut orders = String::from("订单号,下单日期,金额,邮箱\n");
    for at in 0..EVENTS {
        let day = today.saturating_sub(jiff::Span::new().days(at as i64));
        writeln!(orders, "B{at},{day},{},c7@example.com", at + 1)?;
    }
    import(place, &client, "orders", orders).await?;
    place.quiet().await?;
    let found = get(place, &client, "/customers?q=c7@example.com").await?;
    let id = found["items"][0]["id"].as_str().ok_or("the customer")?;
    let path = format!("/customers/{id}");
    let (fields, line) = (format!("{path}/profile"), format!("{path}/timeline"));
    let mut times = Vec::new();
    for _ in 0..LOOKS {
        let begun = Instant::now();
        let (file, profile, line) =
            tokio::try_join!(get(place, &client, &path), get(place, &client, &fields), get(place, &client, &line),)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        if file["id"].as_str() != Some(id) || profile.is_null() || line["items"].as_array().is_none_or(Vec::is_empty) {
            return Err("the customer's file".into());
        }
    }
    Ok(vec![
        Row::at_most(format!("{engine}: a list of 50,000 customers checked"), checked, "s", 20.0),
        Row::at_most(format!("{engine}: a list of 50,000 customers taken in"), taken, "s", 20.0),
        Row::at_most(
            format!("{engine}: the whole view of somebody with 500 events, p99"),
            percentile(&mut times, 0.99),
            "ms",
            40.0,
        ),
    ])
}

/// Brings a list along; how long it was checked, and how long it was taken in.
async fn import(place: &Place, client: &reqwest::Client, target: &str, list: String) -> Outcome<(f64, f64)> {
    let part = Part::bytes(list.into_bytes()).file_name("list.csv");
    let sent = client.post(place.url("/api/v1/files")).bearer_auth(&place.token);
    let file: Value = sent.multipart(Form::new().part("file", part)).send().await?.error_for_status()?.json().await?;
    let brought = place.post("/imports", json!({"file_id": file["id"], "target": target})).await?;
    let path = format!("/imports/{}", brought["id"].as_str().ok_or("an import")?);
    let mut took = [0.0; 2];
    for (verb, seconds) in ["check", "run"].into_iter().zip(&mut took) {
        let begun = Instant::now();
        place.post(&format!("{path}/{verb}"), json!({})).await?;
        loop {
            let state = get(place, client, &path).await?["state"].clone();
            match state.as_str() {
                Some("checked" | "done") => break,
                Some("failed") => return Err("the list was not taken in".into()),
                _ if begun.elapsed() > DONE => return Err("the list takes too long".into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        *seconds = begun.elapsed().as_secs_f64();
    }
    Ok((took[0], took[1]))
}

async fn get(place: &Place, client: &reqwest::Client, path: &str) -> Outcome<Value> {
    let answer = client.get(place.url(&format!("/api/v1{path}"))).bearer_auth(&place.token).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}
