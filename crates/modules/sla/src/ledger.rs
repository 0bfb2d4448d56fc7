//! What became of clocks: misses, and the figures made of them.

use conversations::{Alarm, Conversation, SlaTarget, events::Measured};
use kernel::{Error, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    events::{self, SlaFact},
    model::{SlaCase, SlaMiss},
    queries,
};

/// The organisation's day of this moment, `YYYY-MM-DD`.
pub(crate) fn day_of(tx: &mut Tx<'_>, at: Timestamp) -> Result<String> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date().to_string())
}

/// Changes how a conversation did, and the figures with it.
pub(crate) fn change(tx: &mut Tx<'_>, conversation: &Conversation, change: impl FnOnce(&mut SlaCase)) -> Result<()> {
    let before = queries::case(tx, conversation.id)?;
    let mut after = match &before {
        Some(before) => before.clone(),
        None => SlaCase::new(conversation.id, day_of(tx, conversation.opened_at)?),
    };
    after.queue_id = conversation.queue_id;
    change(&mut after);
    after.count_later(conversation);
    queries::save_case(tx, before.as_ref(), &after)
}

/// A clock of this conversation has come to its warning or its end.
pub(crate) fn rang(tx: &mut Tx<'_>, conversation: &Conversation, alarm: &Alarm) -> Result<()> {
    if alarm.missed {
        return missed(tx, conversation, alarm, None).map(drop);
    }
    if queries::warn(tx, conversation.id, alarm.target, alarm.since)? {
        tx.emit(Fact::new(events::WARNED, conversation.id, &SlaFact::of(conversation, alarm))?);
    }
    Ok(())
}

/// An answer was given that is worth counting, or the customer left without one after its time.
pub(crate) fn measured(tx: &mut Tx<'_>, conversation: &Conversation, said: &Measured, at: Timestamp) -> Result<()> {
    if !said.late {
        return change(tx, conversation, |case| case.measured(said.target, false));
    }
    let took = Some((said.took_ms, at));
    let open = queries::open_misses(tx, conversation.id)?;
    if let Some(miss) = open.into_iter().find(|miss| (miss.target, miss.since) == (said.target, said.since)) {
        return ended(tx, conversation, miss, said.took_ms, at);
    }
    let due_at = due_at(tx, conversation, said)?.unwrap_or(at).min(at);
    let alarm = Alarm { target: said.target, missed: true, since: said.since, due_at };
    if missed(tx, conversation, &alarm, took)? {
        return Ok(());
    }
    // It was told before.
    change(tx, conversation, |_| {})
}

fn due_at(tx: &mut Tx<'_>, conversation: &Conversation, said: &Measured) -> Result<Option<Timestamp>> {
    let calendar = settings::api::calendar(tx)?;
    let terms = conversation.terms.as_ref();
    Ok(terms.and_then(|terms| terms.moments(&calendar, said.since, said.target_ms, 0).1))
}

/// The conversation is over.
pub(crate) fn closed(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    let Some(terms) = &conversation.terms else { return Ok(()) };
    let at = conversation.closed_at.unwrap_or(conversation.opened_at);
    let took = conversation.final_ms.unwrap_or_default();
    let late = terms.final_ms.zip(conversation.final_ms).is_some_and(|(most, took)| took > most);
    if late {
        let alarm = Alarm {
            target: SlaTarget::Final,
            missed: true,
            since: conversation.opened_at,
            due_at: conversation.final_due_at.unwrap_or(at).min(at),
        };
        missed(tx, conversation, &alarm, Some((took, at)))?;
    }
    for miss in queries::open_misses(tx, conversation.id)? {
        let took = match miss.target {
            SlaTarget::Final => took,
            _ => terms.counted(&*settings::api::calendar(tx)?, miss.since, at),
        };
        ended(tx, conversation, miss, took, at)?;
    }
    let measured = terms.final_ms.is_some() && conversation.final_ms.is_some();
    change(tx, conversation, |case| {
        if measured {
            case.measured(SlaTarget::Final, late);
        }
    })
}

/// A miss of this run, still to be done; none where nothing is asked.
pub(crate) fn miss(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    target: SlaTarget,
    since: Timestamp,
    due_at: Timestamp,
) -> Result<Option<SlaMiss>> {
    let Some(terms) = &conversation.terms else { return Ok(None) };
    Ok(Some(SlaMiss {
        id: tx.new_id(),
        conversation_id: conversation.id,
        target,
        since,
        due_at,
        target_ms: terms.target_ms(target).unwrap_or_default(),
        took_ms: None,
        ended_at: None,
        policy_id: terms.policy_id.clone(),
        policy_name: terms.policy_name.clone(),
        queue_id: conversation.queue_id,
        channel_id: conversation.channel_id,
        assignee_id: conversation.assignee_id,
        assignee_name: conversation.assignee_name.clone(),
        unit_id: conversation.unit_id,
        day: day_of(tx, due_at)?,
        version: 1,
    }))
}

/// Keeps a miss and tells it; false when this run was told before.
fn missed(tx: &mut Tx<'_>, conversation: &Conversation, alarm: &Alarm, took: Option<(i64, Timestamp)>) -> Result<bool> {
    let Some(miss) = miss(tx, conversation, alarm.target, alarm.since, alarm.due_at)? else { return Ok(false) };
    let miss = SlaMiss { took_ms: took.map(|(took, _)| took), ended_at: took.map(|(_, at)| at), ..miss };
    if !queries::insert_miss(tx, &miss)? {
        return Ok(false);
    }
    change(tx, conversation, |case| case.measured(alarm.target, true))?;
    tx.emit(Fact::new(events::MISSED, conversation.id, &SlaFact::of(conversation, alarm))?);
    tell(tx, &miss)?;
    Ok(true)
}

/// What was missed was done at last, or need not be any more.
fn ended(tx: &mut Tx<'_>, conversation: &Conversation, miss: SlaMiss, took_ms: i64, at: Timestamp) -> Result<()> {
    let mut after = miss.with_holder_of(conversation);
    (after.took_ms, after.ended_at) = (Some(took_ms), Some(at));
    after.version += 1;
    queries::save_miss(tx, &after)?;
    change(tx, conversation, |_| {})?;
    tell(tx, &after)
}

fn tell(tx: &mut Tx<'_>, miss: &SlaMiss) -> Result<()> {
    tx.notify("sla", "sla_miss.changed", miss, Some(miss.owned()))
}
