//! How much room people have.

use std::collections::HashMap;

use channels::ChannelKind;
use kernel::{Error, QueueId, Result, Timestamp, UserId};
use store::Tx;

use crate::{
    model::{Queue, Queues, WrapUpHold},
    queries,
};

/// What holds people's room beside conversations and offers: those over of which nobody said yet what
/// they were about, as long as their queue gives time for it. With each its queue and since when.
pub(crate) fn holding(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<(WrapUpHold, QueueId, Timestamp)>> {
    let longest = queues.all.iter().map(|queue| queue.wrap_up_seconds).max().unwrap_or(0);
    if longest == 0 {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let over = conversations::api::unwrapped(tx, now.plus_seconds(-longest))?;
    let hold = |one: conversations::api::Unwrapped| {
        let queue = queues.get(one.queue_id?)?;
        let until = one.closed_at.plus_seconds(queue.wrap_up_seconds);
        let hold = WrapUpHold { conversation_id: one.id, user_id: one.assignee_id, until };
        (until > now).then_some((hold, queue.id, one.closed_at))
    };
    Ok(over.into_iter().filter_map(hold).collect())
}

/// How much of their capacity people use: conversations, open offers, and what they still wrap up.
pub(crate) fn load(tx: &mut Tx<'_>, queues: &Queues) -> Result<HashMap<UserId, i64>> {
    let mut load: HashMap<UserId, i64> = conversations::api::load(tx)?.into_iter().collect();
    let offered = queries::open_offers(tx)?.into_iter().map(|offer| offer.user_id);
    let held = holding(tx, queues)?.into_iter().map(|(hold, _, _)| hold.user_id);
    for user in offered.chain(held) {
        *load.entry(user).or_default() += 1;
    }
    Ok(load)
}

/// How much people use of their room for single kinds of channel, as [`load`] counts.
pub(crate) fn load_of_kinds(tx: &mut Tx<'_>, queues: &Queues) -> Result<HashMap<(UserId, ChannelKind), i64>> {
    let active = conversations::api::load_of_kinds(tx)?;
    let mut load: HashMap<_, i64> = active.into_iter().map(|(user, kind, count)| ((user, kind), count)).collect();
    let offered = queries::open_offers(tx)?.into_iter().map(|offer| (offer.user_id, offer.conversation_id));
    let held = holding(tx, queues)?.into_iter().map(|(hold, _, _)| (hold.user_id, hold.conversation_id));
    for (user, conversation) in offered.chain(held) {
        let kind = conversations::api::get(tx, conversation)?.channel_kind;
        *load.entry((user, kind)).or_default() += 1;
    }
    Ok(load)
}

/// The queue that takes what no other does, made on first use.
pub(crate) fn default_queue(tx: &mut Tx<'_>) -> Result<Queue> {
    if let Some(queue) = queries::queues(tx)?.default_queue() {
        return Ok(queue.clone());
    }
    let queue = Queue { is_default: true, ..Queue::new(tx.new_id(), "默认队列".into(), tx.now()) };
    match queries::insert_queue(tx, &queue) {
        Ok(()) => Ok(queue),
        // Somebody else was faster.
        Err(Error::Conflict(..)) => queries::queues(tx)?.default_queue().cloned().ok_or(Error::NotFound),
        Err(error) => Err(error),
    }
}
