//! The clocks of conversations in the database. They are kept with the row they belong to, in the statement
//! that writes it anyway; this is for what `sla` does: set terms, and look at what has come due.

use kernel::Result;
use store::{Fact, Tx, params, sql};

use crate::{
    events,
    model::{Alarm, Conversation, ConversationId, State, Terms},
    queries, tell,
};

sql! {
    ALARMS = "SELECT id FROM conversations WHERE alarm_at <= $1 ORDER BY alarm_at LIMIT $2";
    SET_ALARM = "UPDATE conversations SET alarm_at = $2 WHERE id = $1";
    TELL_TERMS = "UPDATE conversations SET terms = $2, final_ms = $3, late_answers = $4 WHERE id = $1";
    OPEN_AFTER = "SELECT id FROM conversations WHERE state <> 'closed' AND id > $1 ORDER BY id LIMIT $2";
}

/// Sets the moments of a conversation that the caller saves, as waiting has begun or ended.
pub(crate) fn wind(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    if conversation.terms.is_some() {
        let (calendar, now) = (settings::api::calendar(tx)?, tx.now());
        conversation.wind(&calendar, now);
    }
    Ok(())
}

/// It ends: how long it took. The caller saves it.
pub(crate) fn ended(tx: &mut Tx<'_>, before: &Conversation, after: &mut Conversation) -> Result<()> {
    if after.terms.is_none() {
        return Ok(());
    }
    let calendar = settings::api::calendar(tx)?;
    if let Some(measured) = after.ended(before, &calendar) {
        tx.emit(Fact::new(events::MEASURED, after.id, &measured)?);
    }
    Ok(())
}

/// The first conversations with a clock that is to be looked at by now.
///
/// # Errors
/// From the database.
pub fn alarms(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<ConversationId>> {
    let now = tx.now();
    let found: Vec<(ConversationId,)> = tx.all(&ALARMS, params![now, limit])?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What has come of this conversation's clocks, or came and was answered here before: whoever asks knows what
/// they have seen. It is looked at again when the next moment comes.
///
/// # Errors
/// [`kernel::Error::NotFound`] without it.
pub fn ring(tx: &mut Tx<'_>, id: ConversationId) -> Result<(Conversation, Vec<Alarm>)> {
    let mut conversation = queries::lock(tx, id)?;
    let before = conversation.alarm_at;
    let alarms = conversation.ring(tx.now());
    if conversation.alarm_at != before {
        tx.exec(&SET_ALARM, params![id, conversation.alarm_at])?;
    }
    Ok((conversation, alarms))
}

/// Says what is asked of an open conversation from now on, and reckons its moments again. One that is over
/// keeps what was asked of it. Answers the conversation when it is another one for it.
///
/// # Errors
/// [`kernel::Error::NotFound`] without it.
pub fn set_terms(tx: &mut Tx<'_>, id: ConversationId, terms: Option<Terms>) -> Result<Option<Conversation>> {
    let before = queries::lock(tx, id)?;
    if before.must_be_open().is_err() || (before.terms.is_none() && terms.is_none()) {
        return Ok(None);
    }
    let calendar = settings::api::calendar(tx)?;
    let unmeasured_since = before.terms.as_ref().and_then(|terms| terms.unmeasured_since);
    let mut after = before.clone();
    after.terms = terms.map(|terms| Terms { unmeasured_since, ..terms });
    if before.terms.is_none() && after.state == State::Message {
        after.unmeasured();
    }
    after.rewind(&calendar);
    if after == before {
        return Ok(None);
    }
    after.version += 1;
    tell::saved(tx, &after, None)?;
    Ok(Some(after))
}

/// The open conversations after this one, in the order of their ids.
///
/// # Errors
/// From the database.
pub fn open_after(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<ConversationId>> {
    let found: Vec<(ConversationId,)> = tx.all(&OPEN_AFTER, params![after, limit])?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What was asked of a conversation of the demo story, which is over, and how it did: the story was told
/// before there were policies in it.
///
/// # Errors
/// From the database.
pub fn tell_terms(tx: &mut Tx<'_>, told: &Conversation) -> Result<()> {
    let Conversation { id, terms, final_ms, late_answers, .. } = told;
    tx.put(&TELL_TERMS, params![id, terms, final_ms, late_answers])
}
