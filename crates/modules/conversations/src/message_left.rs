//! Whoever will not wait leaves a message: out of the line at once, and a task until it is answered. Who is
//! there again gets a place in it; the task stays, for the message is not answered yet.

use kernel::{Error, Result, Timestamp};
use store::Tx;

use crate::{
    after_hours, clock, events,
    model::{Author, Conversation, ConversationId, Event, Side},
    policy, queries, tell,
};

/// Business time after which a message is to be answered, in milliseconds: half a working day.
const ANSWERED_WITHIN_MS: i64 = 4 * 60 * 60 * 1_000;
/// Where there are no business hours: a day.
const WITHOUT_HOURS_MS: i64 = 24 * 60 * 60 * 1_000;
/// Among how many of the last messages the customer's words are looked for.
const LOOKED_AT: i64 = 50;

/// The customer, who acts, gives up the place in the line; what they said is answered later, by
/// whoever takes the task. Nothing happens where nobody waits.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs.
pub(crate) fn stop_waiting(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    if policy::may_reply(tx.actor(), &before)? != Side::Customer {
        return Err(Error::NotFound);
    }
    end_wait(tx, before)
}

/// Nobody could take it for so long that the customer need not wait any more: what they said is answered
/// later. Nothing happens where nobody waits.
///
/// # Errors
/// [`Error::NotFound`] without it.
pub fn keep_as_message(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    end_wait(tx, before)
}

fn end_wait(tx: &mut Tx<'_>, before: Conversation) -> Result<Conversation> {
    let Some((mut after, fact)) = before.clone().stop_waiting() else { return Ok(before) };
    clock::wind(tx, &mut after)?;
    let id = after.id;
    tell::fact(tx, &after, events::LEFT_MESSAGE, &fact)?;
    tell::line(tx, &mut after, Event::LeftMessage {}, String::new())?;
    let due = due(tx)?;
    let said = queries::messages_before(tx, id, i64::MAX, LOOKED_AT, Side::Customer)?;
    if let Some(words) = said.iter().rfind(|message| message.author == Author::Customer) {
        after_hours::remember(tx, &after, words, due)?;
    }
    tell::saved(tx, &after, None)?;
    Ok(after)
}

/// Until when a message left now is to be answered.
pub(crate) fn due(tx: &mut Tx<'_>) -> Result<Timestamp> {
    let (calendar, now) = (settings::api::calendar(tx)?, tx.now());
    Ok(calendar.due(now, ANSWERED_WITHIN_MS).unwrap_or_else(|_| now.plus_millis(WITHOUT_HOURS_MS)))
}

/// The customer, who acts and left a message, is there again: they wait where they waited. Nothing happens
/// where no message was left.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs.
pub(crate) fn wait_again(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    if policy::may_reply(tx.actor(), &before)? != Side::Customer {
        return Err(Error::NotFound);
    }
    let Some((mut after, fact)) = before.clone().wait_again() else { return Ok(before) };
    tell::fact(tx, &after, events::REQUEUED, &fact)?;
    tell::line(tx, &mut after, Event::CameBack {}, String::new())?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}
