//! What is thrown at a server by those who mean it harm leaves its memory as it was: bottomless JSON,
//! uploads far too large, huge frames, forged tokens.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::{Body, Client, StatusCode, multipart};
use serde_json::json;

use crate::{
    cases::Row,
    client::{Socket, visitor},
    place::{Outcome, Place},
};

/// How deep the JSON goes.
const DEEP: usize = 10_000;
/// Bytes of an upload, twice what may be sent, and how many come at once.
const UPLOAD: usize = 40 << 20;
const UPLOADS: usize = 24;
/// Bytes of a frame.
const FRAME: usize = 16 << 20;
/// Requests under way at once.
const AT_ONCE: usize = 64;
/// By how much memory may grow at the peak, and once it is over, in MiB.
const PEAK: f64 = 64.0;
const AFTER: f64 = 16.0;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    // A first round, so that what the server needs once for all is not counted.
    attack(place, 1).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = place.memory();
    place.forget_peak()?;
    attack(place, 10).await?;
    let peak = place.peak();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = place.memory();
    // It answers as before.
    drop(visitor(place, "after").await?);
    let grown = |to: u64| to.saturating_sub(before) as f64 / f64::from(1 << 20);
    Ok(vec![
        Row::at_most(format!("{engine}: memory grown under hostile input, at the peak"), grown(peak), "MiB", PEAK),
        Row::at_most(format!("{engine}: memory grown by hostile input, afterwards"), grown(after), "MiB", AFTER),
    ])
}

/// Everything at once, `times` over.
async fn attack(place: &Place, times: usize) -> Outcome<()> {
    let client = Client::new();
    let deep = format!(r#"{{"title":{}1{}}}"#, "[".repeat(DEEP), "]".repeat(DEEP));
    // As large as a body may be, and as deep.
    let large = format!(r#"{{"title":{}"#, "[".repeat((1 << 20) - 100));
    let wide = format!(r#"{{"title":[{}1]}}"#, "[],".repeat(300_000));
    let nested = [deep, large, wide];
    let (json, uploads, frames, tokens) = tokio::join!(
        bodies(&client, place, &nested, 200 * times),
        uploads(&client, place, UPLOADS * times.min(3)),
        frames(place, 4 * times),
        forged(&client, place, 1_000 * times),
    );
    json.and(uploads).and(frames).and(tokens)
}

/// All of these are refused; the first that was not is what is answered.
async fn all_refused(
    requests: impl Iterator<Item = reqwest::RequestBuilder>,
    may_break: bool,
    refusals: &[StatusCode],
) -> Outcome<()> {
    let answers = stream::iter(requests.map(|request| request.timeout(Duration::from_secs(60)).send()));
    let wrong: Vec<String> = answers
        .buffer_unordered(AT_ONCE)
        .filter_map(|answer| {
            let wrong = match answer {
                Ok(answer) if refusals.contains(&answer.status()) => None,
                Ok(answer) => Some(format!("{} {}", answer.status(), answer.url())),
                // Who goes on sending what was refused may find the line cut.
                Err(error) if may_break && !error.is_timeout() => None,
                Err(error) => Some(error.to_string()),
            };
            async move { wrong }
        })
        .take(1)
        .collect()
        .await;
    match wrong.into_iter().next() {
        Some(wrong) => Err(format!("not refused: {wrong}").into()),
        None => Ok(()),
    }
}

async fn bodies(client: &Client, place: &Place, bodies: &[String], count: usize) -> Outcome<()> {
    let requests = (0..count).map(|n| {
        let request = client.post(place.url("/api/v1/tasks")).bearer_auth(&place.token);
        request.header("content-type", "application/json").body(bodies[n % bodies.len()].clone())
    });
    all_refused(requests, false, &[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE]).await
}

async fn uploads(client: &Client, place: &Place, count: usize) -> Outcome<()> {
    static CHUNK: [u8; 64 << 10] = [b'x'; 64 << 10];
    let requests = (0..count).map(|_| {
        let chunks = stream::iter((0..UPLOAD / CHUNK.len()).map(|_| Ok::<_, std::io::Error>(&CHUNK[..])));
        let part = multipart::Part::stream(Body::wrap_stream(chunks)).file_name("large.txt");
        let request = client.post(place.url("/api/v1/files")).bearer_auth(&place.token);
        request.multipart(multipart::Form::new().part("file", part))
    });
    let refusals = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::TOO_MANY_REQUESTS];
    all_refused(requests, true, &refusals).await
}

/// Each on a connection of its own, which the server closes.
async fn frames(place: &Place, count: usize) -> Outcome<()> {
    let one = |n: usize| async move {
        let mut socket = Socket::open(&place.socket("/widget/ws"), None).await?;
        socket.say(json!({"t": "hello", "channel": place.channel}).to_string()).await?;
        socket.until("\"ready\"").await?;
        let frame = match n % 2 {
            0 => format!(r#"{{"t":"send","client_id":"x","text":"{}"}}"#, "x".repeat(FRAME)),
            _ => format!(r#"{{"t":"typing","text":{}"#, "[".repeat(DEEP)),
        };
        // The line may be cut while it is still being said; a deep one is answered.
        let said = socket.say(frame).await;
        if n % 2 == 1 {
            said.and(socket.until("wire.malformed").await.map(drop))
        } else {
            Ok(())
        }
    };
    let outcomes: Vec<Outcome<()>> = stream::iter((0..count).map(one)).buffer_unordered(8).collect().await;
    outcomes.into_iter().collect()
}

/// Each token another one.
async fn forged(client: &Client, place: &Place, count: usize) -> Outcome<()> {
    let requests = (0..count).map(|n| {
        let request = client.get(place.url("/api/v1/tasks"));
        let long = "x".repeat(if n % 10 == 0 { 4_000 } else { 8 });
        match n % 2 {
            0 => request.bearer_auth(format!("zk_{n:026}{long}")),
            _ => request.header("cookie", format!("zhike_session={n:064x}{long}")),
        }
    });
    all_refused(requests, false, &[StatusCode::UNAUTHORIZED]).await
}
