//! The ledger of waits, kept by what happens to conversations, and the figures made of it.

use conversations::{
    Conversation, ConversationId, Side,
    events::{ASSIGNED, Assigned, CHANGED, CLOSED, Changed, Closed, LEFT_MESSAGE, OPENED, Opened, REQUEUED},
};
use kernel::{Error, QueueId, Result, Timestamp};
use serde::de::DeserializeOwned;
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    model::{Counts, Outcome, Queue, RoutingRules, SkillsAsked, Wait},
    queries,
};

/// Keeps the ledger and the figures of each queue's day.
pub(crate) fn listener() -> Listener {
    Listener::new("routing.figures", &[OPENED, REQUEUED, CHANGED, ASSIGNED, LEFT_MESSAGE, CLOSED], heard)
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    match fact.kind.as_str() {
        OPENED | REQUEUED => {
            let opened: Opened = read(fact)?;
            begin(tx, opened.conversation_id, opened.queue_id, fact.at)
        }
        CHANGED => match read::<Changed>(fact)?.queue_id {
            Some(queue) => placed(tx, fact.subject.parse().map_err(Error::internal)?, queue, fact.at),
            None => Ok(()),
        },
        ASSIGNED => {
            let Assigned { conversation_id, assignee_id, .. } = read(fact)?;
            queries::has(tx, conversation_id, assignee_id, fact.at)?;
            end(tx, conversation_id, Outcome::Answered, fact.at)
        }
        LEFT_MESSAGE => end(tx, read::<Opened>(fact)?.conversation_id, Outcome::Withdrawn, fact.at),
        _ => {
            let closed: Closed = read(fact)?;
            queries::has_not(tx, closed.conversation_id)?;
            let left = closed.by == Some(Side::Customer);
            end(tx, closed.conversation_id, if left { Outcome::Abandoned } else { Outcome::Withdrawn }, fact.at)
        }
    }
}

fn read<T: DeserializeOwned>(fact: &StoredFact) -> Result<T> {
    serde_json::from_str(&fact.data).map_err(Error::internal)
}

fn begin(tx: &mut Tx<'_>, conversation_id: ConversationId, queue: Option<QueueId>, at: Timestamp) -> Result<()> {
    queries::has_not(tx, conversation_id)?;
    // It may have waited elsewhere until now.
    end(tx, conversation_id, Outcome::Withdrawn, at)?;
    // Without one a colleague began it.
    let Some(queue_id) = queue else { return Ok(()) };
    let (id, day) = (tx.new_id(), day_of(tx, at)?);
    let (ended_at, outcome, in_target) = (None, None, false);
    let conversation = conversations::api::get(tx, conversation_id)?;
    let rules = match queries::queue(tx, queue_id) {
        Ok(queue) => queue.rules,
        Err(Error::NotFound) => RoutingRules::default(),
        Err(error) => return Err(error),
    };
    let (priority, asks) = weigh(tx, &rules, &conversation)?;
    let (weighed, turn_at) = (priority > 0 || !asks.0.is_empty(), conversation.opened_at);
    let wait = Wait {
        id,
        conversation_id,
        queue_id,
        day,
        since: at,
        ended_at,
        outcome,
        in_target,
        priority,
        asks,
        weighed,
        turn_at,
    };
    queries::insert_wait(tx, &wait)?;
    queries::count(tx, &wait.day, queue_id, Counts::of(&wait))
}

/// What these rules make of a conversation. The customer's tier is asked for only where one of them names it; one
/// that changes while they wait moves nobody.
pub(crate) fn weigh(tx: &mut Tx<'_>, rules: &RoutingRules, conversation: &Conversation) -> Result<(i64, SkillsAsked)> {
    let tier = if rules.name_tiers() {
        customers::api::get(tx, conversation.customer_id)?.tier_rank
    } else {
        0
    };
    Ok(rules.weigh(conversation, tier))
}

/// The queue's rules are other ones: what waits there is weighed anew.
pub(crate) fn weigh_again(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    for (id, _) in conversations::api::line_of(tx, queue.id)? {
        let Some(wait) = queries::open_wait(tx, id)? else { continue };
        let conversation = conversations::api::get(tx, id)?;
        let (priority, asks) = weigh(tx, &queue.rules, &conversation)?;
        let weighed = priority > 0 || !asks.0.is_empty();
        if (wait.priority, &wait.asks) != (priority, &asks) {
            queries::save_wait(tx, &Wait { priority, asks, weighed, ..wait })?;
        }
    }
    Ok(())
}

/// It waits in this queue from now on: the one it waited in is gone.
fn placed(tx: &mut Tx<'_>, conversation: ConversationId, queue: QueueId, at: Timestamp) -> Result<()> {
    match queries::open_wait(tx, conversation)? {
        Some(wait) if wait.queue_id == queue => Ok(()),
        _ => begin(tx, conversation, Some(queue), at),
    }
}

fn end(tx: &mut Tx<'_>, conversation: ConversationId, outcome: Outcome, at: Timestamp) -> Result<()> {
    let Some(before) = queries::open_wait(tx, conversation)? else { return Ok(()) };
    let target = match queries::queue(tx, before.queue_id) {
        Ok(queue) => queue.target_seconds,
        // Deleted since: it counts by what it promised then.
        Err(Error::NotFound) => {
            queries::retired(tx, &[before.queue_id])?.first().map_or(0, |retired| retired.target_seconds)
        }
        Err(error) => return Err(error),
    };
    let in_target = outcome == Outcome::Answered && at.millis() - before.since.millis() <= target * 1_000;
    let after = Wait { ended_at: Some(at), outcome: Some(outcome), in_target, ..before.clone() };
    queries::save_wait(tx, &after)?;
    queries::count(tx, &after.day, after.queue_id, Counts::of(&after).plus(Counts::of(&before), -1))
}

/// The organisation's day of this moment, `YYYY-MM-DD`.
pub(crate) fn day_of(tx: &mut Tx<'_>, at: Timestamp) -> Result<String> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date().to_string())
}
