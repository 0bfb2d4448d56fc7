//! Telling a webhook of what happened to a thing: one call at a time, in order, until none waits.

use std::time::Duration;

use http::App;
use kernel::{Id, Result, Timestamp};
use outbound::{Request, Target, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use work::{Job, JobCx};

use crate::{
    model::{CallState, Webhook, WebhookCall, WebhookState},
    queries,
};

/// When a call was signed, in milliseconds.
pub(crate) const TIMESTAMP: &str = "x-zhike-timestamp";
/// By which marks.
pub(crate) const SIGNATURE: &str = "x-zhike-signature";
/// How long nobody else tells of the same thing, in milliseconds, counted anew with each call.
const HOLD_MS: i64 = 60_000;
/// After how long one run lets the next go on, in milliseconds.
const RUN_MS: i64 = 120_000;
/// The first wait, in milliseconds; each is four times as long as the one before, up to an hour.
const FIRST_WAIT_MS: u64 = 5_000;
/// The longest wait the other side may ask for, in milliseconds.
const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;
/// How long what was told, or given up, is kept, in milliseconds: 7 and 30 days.
const SENT_KEPT_MS: i64 = 7 * 24 * 3_600_000;
const DEAD_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// Tells a webhook of what happened to a thing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tell {
    webhook_id: Id<Webhook>,
    subject: String,
}

impl Job for Tell {
    const KIND: &'static str = "webhooks.tell";
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// Has it told once this transaction has committed.
pub(crate) fn soon(tx: &mut Tx<'_>, webhook_id: Id<Webhook>, subject: &str) -> Result<()> {
    let now = tx.now();
    at(tx, webhook_id, subject, now)
}

fn at(tx: &mut Tx<'_>, webhook_id: Id<Webhook>, subject: &str, when: Timestamp) -> Result<()> {
    let key = format!("webhook:{webhook_id}:{subject}");
    work::enqueue_at(tx, &Tell { webhook_id, subject: subject.to_owned() }, when, Some(&key)).map(drop)
}

/// A call on its way.
pub(crate) struct Load {
    id: Id<WebhookCall>,
    target: Result<Target, &'static str>,
    secrets: Vec<String>,
    body: Value,
}

pub(crate) async fn run(app: App, cx: JobCx, job: Tell) -> Result<()> {
    let begun = app.clock().now();
    let mut told: Option<(Id<WebhookCall>, Verdict)> = None;
    let job = std::sync::Arc::new(job);
    loop {
        let (last, goes_on) = (told.take(), app.clock().now().since(begun) < RUN_MS);
        let (db, origin, cx, job) = (cx.db.clone(), cx.origin.clone(), cx.clone(), job.clone());
        let next = db.write(&origin, move |tx| step(tx, &cx, &job, last.as_ref(), goes_on)).await?;
        let Some(load) = next else { return Ok(()) };
        told = Some((load.id, call(&app, &load).await));
    }
}

async fn call(app: &App, load: &Load) -> Verdict {
    match &load.target {
        Err(code) => Verdict::Never { code, text: String::new() },
        Ok(_) if load.secrets.is_empty() => Verdict::Never { code: "no_secret", text: String::new() },
        Ok(target) => post(app, target, &load.secrets, &load.body).await,
    }
}

/// Posts this, signed, and judges the answer.
pub(crate) async fn post(app: &App, target: &Target, secrets: &[String], body: &Value) -> Verdict {
    let (now, body) = (app.clock().now(), body.to_string());
    let mark = outbound::sign(secrets, now, body.as_bytes());
    let request = Request::post(target, body).with(TIMESTAMP, now.to_string()).with(SIGNATURE, mark);
    outbound::judge(outbound::call(Request { most: 16 << 10, ..request }).await)
}

/// Notes what became of the last call and takes up the next, in one transaction; none when this run is over.
fn step(
    tx: &mut Tx<'_>,
    cx: &JobCx,
    job: &Tell,
    told: Option<&(Id<WebhookCall>, Verdict)>,
    goes_on: bool,
) -> Result<Option<Load>> {
    let now = tx.now();
    if let Some((id, verdict)) = told
        && let Some(before) = queries::call(tx, *id)?
        && before.state == CallState::Waiting
    {
        let wait = wait(tx, &before, verdict);
        queries::save_call(tx, &before.tried(verdict, now, wait))?;
    }
    let (by, lane) = (cx.job_id.to_string(), (job.webhook_id, job.subject.as_str()));
    if !queries::hold(tx, lane, &by, now, now.plus_millis(HOLD_MS))? {
        // Another run is at it. It looks for what waits once more before it ends.
        return cx.finish(tx).map(|()| None);
    }
    let next = queries::next(tx, job.webhook_id, &job.subject)?;
    let webhook = match &next {
        Some(_) => Some(queries::find(tx, job.webhook_id)?).filter(|webhook| webhook.state == WebhookState::Active),
        None => None,
    };
    let due = next.as_ref().and_then(|next| next.next_at).filter(|due| *due > now);
    match (next, webhook) {
        (Some(call), Some(webhook)) if due.is_none() && goes_on => load(tx, &call, &webhook).map(Some),
        (next, webhook) => {
            queries::release(tx, lane, &by)?;
            cx.finish(tx)?;
            // What waits for a paused one is told when it is resumed.
            if next.is_some() && webhook.is_some() {
                at(tx, job.webhook_id, &job.subject, due.unwrap_or(now))?;
            }
            Ok(None)
        }
    }
}

fn load(tx: &mut Tx<'_>, call: &WebhookCall, webhook: &Webhook) -> Result<Load> {
    let data: Value = serde_json::from_str(&call.data).unwrap_or_default();
    let WebhookCall { id, kind, subject, happened_at, .. } = call;
    let body = json!({"type": "fact", "id": id, "kind": kind, "subject": subject, "at": happened_at, "data": data});
    let secrets = queries::secrets(tx, webhook.id)?;
    Ok(Load { id: *id, target: webhook.target(), secrets, body })
}

fn wait(tx: &mut Tx<'_>, before: &WebhookCall, verdict: &Verdict) -> i64 {
    let wait = work::wait_after(before.attempts + 1, FIRST_WAIT_MS, tx.rng());
    let asked = match verdict {
        Verdict::Later { wait: Some(asked), .. } => i64::try_from(asked.as_millis()).unwrap_or(i64::MAX),
        _ => 0,
    };
    wait.max(asked.min(LONGEST_WAIT_MS))
}

/// Forgets what was told long ago.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    queries::forget_calls(tx, CallState::Sent, now.plus_millis(-SENT_KEPT_MS))?;
    queries::forget_calls(tx, CallState::Dead, now.plus_millis(-DEAD_KEPT_MS))?;
    queries::forget_lanes(tx, now).map(|()| false)
}
