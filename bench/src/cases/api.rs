//! Opening a conversation and replying through the HTTP API, eight callers.

use serde_json::json;

use crate::{
    cases::Row,
    client::visitor,
    place::{Outcome, Place},
};

const CALLERS: usize = 8;
const OPENED: usize = 250;
const REPLIES: usize = 1_500;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let mut conversations = Vec::new();
    for n in 0..CALLERS {
        conversations.push(visitor(place, &format!("h{n}")).await?.1);
    }
    let reply = measured(place, REPLIES, |n, at| {
        let path = format!("/api/v1/conversations/{}/messages", conversations[n]);
        (path, json!({"client_id": format!("r{at}"), "text": "您好，正在为您查询，请稍等"}))
    })
    .await?;
    // The customers are there before; opening is what is measured.
    let mut customers = Vec::new();
    for at in 0..CALLERS * OPENED {
        let customer = place.post("/customers", json!({"name": format!("顾客{at}")})).await?;
        customers.push(customer["id"].as_str().ok_or("an id")?.to_owned());
    }
    let open = measured(place, OPENED, |n, at| {
        ("/api/v1/conversations".into(), json!({"customer_id": customers[n * OPENED + at]}))
    })
    .await?;
    Ok(vec![
        Row::at_most(format!("{engine}: open a conversation by HTTP, CPU"), open, "ms", 0.3),
        Row::at_most(format!("{engine}: reply by HTTP, CPU"), reply, "ms", 0.12),
    ])
}

/// CPU milliseconds of server and database a request, with eight callers of `each` requests.
async fn measured(
    place: &Place,
    each: usize,
    request: impl Fn(usize, usize) -> (String, serde_json::Value),
) -> Outcome<f64> {
    place.quiet().await?;
    let cpu = place.cpu_ms();
    let callers: Vec<_> = (0..CALLERS)
        .map(|n| {
            let requests: Vec<_> = (0..each).map(|at| request(n, at)).collect();
            let (token, base) = (place.token.clone(), place.url(""));
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                for (path, body) in requests {
                    client
                        .post(format!("{base}{path}"))
                        .bearer_auth(&token)
                        .json(&body)
                        .send()
                        .await?
                        .error_for_status()?;
                }
                Outcome::Ok(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok((place.cpu_ms() - cpu) / (CALLERS * each) as f64)
}
