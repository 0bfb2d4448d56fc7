//! Putting conversations away until a time. They come back by a job that the putting away leaves, by hand, or
//! with the customer's next words: then in the statement that keeps those, and the job finds nothing to do.

use audit::api::Entry;
use kernel::{Check, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use work::{Handler, Job, JobCx};

use crate::{
    events,
    model::{Conversation, ConversationId, Event, LONGEST_MS},
    queries, tell,
};

/// Lets a conversation come back, when it is still put away until then.
#[derive(Serialize, Deserialize)]
struct Wake {
    conversation_id: ConversationId,
    until: Timestamp,
}

impl Job for Wake {
    const KIND: &'static str = "conversations.wake";
}

pub(crate) fn handler() -> Handler {
    Handler::new(|cx: JobCx, job: Wake| async move {
        let done = cx.clone();
        cx.db
            .append(&cx.origin, move |tx| {
                done.finish(tx)?;
                let conversation = queries::lock(tx, job.conversation_id)?;
                if conversation.snoozed_until == Some(job.until) {
                    back(tx, conversation)?;
                }
                Ok(())
            })
            .await
    })
}

/// Puts a conversation away until a time, with a reason of up to 200 characters. Its service level goes on.
///
/// # Errors
/// [`kernel::Error::Conflict`] when it is closed or nobody has it; [`kernel::Error::Invalid`] for a time that is past or more
/// than a year away, or a longer reason.
pub fn snooze(tx: &mut Tx<'_>, id: ConversationId, until: Timestamp, reason: Option<&str>) -> Result<Conversation> {
    let now = tx.now();
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    Check::new()
        .that(until > now, "until", "past")
        .that(until.since(now) <= LONGEST_MS, "until", "too_far")
        .maybe_text("reason", reason, 1..=200)
        .done()?;
    let before = queries::lock(tx, id)?;
    let Some((mut after, fact)) = before.clone().snooze(until, reason.map(str::to_owned))? else {
        return Ok(before);
    };
    tell::fact(tx, &after, events::SNOOZED, &fact)?;
    let event = Event::Snoozed { by: tell::by(tx), until };
    tell::line(tx, &mut after, event, reason.unwrap_or_default().to_owned())?;
    kept(tx, "conversations.snoozed", &before, &after)?;
    work::enqueue_at(
        tx,
        &Wake { conversation_id: id, until },
        until,
        Some(&format!("{}:{id}/{}", Wake::KIND, until.millis())),
    )?;
    Ok(after)
}

/// Lets a conversation come back at once; nothing happens when it is not put away.
///
/// # Errors
/// [`kernel::Error::NotFound`] without it.
pub fn wake(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = queries::lock(tx, id)?;
    back(tx, conversation)
}

fn back(tx: &mut Tx<'_>, before: Conversation) -> Result<Conversation> {
    let Some((mut after, fact)) = before.clone().wake() else { return Ok(before) };
    tell::fact(tx, &after, events::WOKEN, &fact)?;
    let event = Event::Woken { by: tell::by(tx) };
    tell::line(tx, &mut after, event, String::new())?;
    kept(tx, "conversations.woken", &before, &after)?;
    Ok(after)
}

fn kept(tx: &mut Tx<'_>, action: &'static str, before: &Conversation, after: &Conversation) -> Result<()> {
    let only = |of: &Conversation| json!({ "snoozed_until": of.snoozed_until, "snooze_reason": of.snooze_reason });
    let entry = Entry::new(action, "conversation", after.id).change(&only(before), &only(after));
    audit::api::record(tx, entry)?;
    tell::saved(tx, after, None)
}
