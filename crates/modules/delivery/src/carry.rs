//! Carrying a conversation's messages: one at a time, in order, until none waits.

use std::time::Duration;

use conversations::ConversationId;
use http::App;
use kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Job, JobCx};

use crate::{
    carrier::{Carriers, Outcome, Parcel, Refused},
    model::{Delivery, DeliveryState},
    queries, tell,
};

/// How long handing one parcel over may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nobody else carries for a conversation, in milliseconds, counted anew with each parcel.
const HOLD_MS: i64 = 150_000;
/// After how long one run lets the next go on, in milliseconds.
const RUN_MS: i64 = 120_000;
/// How often one message is tried: over three hours or so.
const ATTEMPTS: i64 = 8;
/// The first wait, in milliseconds; each is four times as long as the one before, up to an hour.
const FIRST_WAIT_MS: u64 = 5_000;
/// The longest wait the other side may ask for, in milliseconds.
const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;

/// Carries what waits in a conversation.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Carry {
    conversation_id: ConversationId,
}

impl Job for Carry {
    const KIND: &'static str = "delivery.carry";
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// Has what waits in this conversation carried once this transaction has committed.
pub(crate) fn soon(tx: &mut Tx<'_>, conversation_id: ConversationId) -> Result<()> {
    let now = tx.now();
    at(tx, conversation_id, now)
}

fn at(tx: &mut Tx<'_>, conversation_id: ConversationId, when: Timestamp) -> Result<()> {
    let key = format!("delivery:{conversation_id}");
    work::enqueue_at(tx, &Carry { conversation_id }, when, Some(&key)).map(drop)
}

pub(crate) async fn run(app: App, cx: JobCx, carriers: Carriers, job: Carry) -> Result<()> {
    let begun = app.clock().now();
    let mut outcome = None;
    loop {
        let (told, goes_on) = (outcome.take(), app.clock().now().since(begun) < RUN_MS);
        let (db, origin, cx) = (cx.db.clone(), cx.origin.clone(), cx.clone());
        let next = db.write(&origin, move |tx| step(tx, &cx, job.conversation_id, told.as_ref(), goes_on)).await?;
        let Some(parcel) = next else { return Ok(()) };
        outcome = Some(hand_over(&app, &carriers, &parcel).await);
    }
}

async fn hand_over(app: &App, carriers: &Carriers, parcel: &Parcel) -> Outcome {
    let answer = match carriers.of(parcel.conversation.channel_kind) {
        _ if parcel.recipient.is_empty() => Err(Refused::never("no_recipient", "")),
        None => Err(Refused::never("no_carrier", "")),
        Some(carrier) => match tokio::time::timeout(PATIENCE, carrier.carry(app, parcel)).await {
            Ok(answer) => answer,
            Err(_) => Err(Refused::later("timeout", "")),
        },
    };
    Outcome { id: parcel.id, answer }
}

/// Notes what became of the last parcel and takes up the next, in one transaction; none when this run is over.
fn step(
    tx: &mut Tx<'_>,
    cx: &JobCx,
    id: ConversationId,
    outcome: Option<&Outcome>,
    goes_on: bool,
) -> Result<Option<Parcel>> {
    if let Some(outcome) = outcome {
        note(tx, outcome)?;
    }
    let (by, now) = (cx.job_id.to_string(), tx.now());
    if !queries::hold(tx, id, &by, now, now.plus_millis(HOLD_MS))? {
        // Another run is at it. It looks for what waits once more before it ends.
        return cx.finish(tx).map(|()| None);
    }
    let next = queries::waiting(tx, id)?;
    let due = next.as_ref().and_then(|next| next.next_at).filter(|due| *due > now);
    match next {
        Some(delivery) if due.is_none() && goes_on => parcel(tx, delivery).map(Some),
        next => {
            queries::release(tx, id, &by)?;
            cx.finish(tx)?;
            if next.is_some() {
                at(tx, id, due.unwrap_or(now))?;
            }
            Ok(None)
        }
    }
}

fn parcel(tx: &mut Tx<'_>, delivery: Delivery) -> Result<Parcel> {
    let id = delivery.conversation_id;
    let message = conversations::api::message(tx, id, delivery.seq)?;
    let file = match message.file_id {
        Some(file) => Some(files::api::get(tx, file)?),
        None => None,
    };
    let recipient = queries::lane(tx, id)?.map(|lane| lane.recipient).unwrap_or_default();
    let conversation = conversations::api::get(tx, id)?;
    Ok(Parcel { id: delivery.id, attempt: delivery.attempts + 1, conversation, recipient, message, file })
}

fn note(tx: &mut Tx<'_>, outcome: &Outcome) -> Result<()> {
    let (before, now) = (queries::find(tx, outcome.id)?, tx.now());
    match &outcome.answer {
        Ok(carried) => {
            let after = before.carried(carried, now);
            queries::save(tx, &after)?;
            tell::changed(tx, &after)
        }
        // A receipt was quicker than the answer that got lost.
        Err(_) if before.state != DeliveryState::Waiting => Ok(()),
        Err(Refused::Later(why, least)) if before.attempts + 1 < ATTEMPTS => {
            let after = before.clone().put_off(why, next_try(tx, &before, *least));
            queries::save(tx, &after)?;
            tell::changed(tx, &after)
        }
        Err(Refused::Later(why, _) | Refused::Never(why)) => tell::failed(tx, &before.failed(why, now)),
    }
}

fn next_try(tx: &mut Tx<'_>, before: &Delivery, least: Option<Duration>) -> Timestamp {
    let wait = work::wait_after(before.attempts + 1, FIRST_WAIT_MS, tx.rng());
    let least = least.map_or(0, |least| i64::try_from(least.as_millis()).unwrap_or(i64::MAX));
    tx.now().plus_millis(wait.max(least.min(LONGEST_WAIT_MS)))
}
