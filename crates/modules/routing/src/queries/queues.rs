//! Queues, who serves them, and what feeds them.

use kernel::{ChannelId, QueueId, Result, UserId};
use store::{Record, ToValue as _, Tx, params, sql};

use crate::{
    codes,
    model::{Queue, Queues, RetiredQueue},
};

sql! {
    INSERT_QUEUE(Queue) = "INSERT INTO queues ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_QUEUE(Queue) = "UPDATE queues SET {sets} WHERE id = $1 AND version = $5 - 1";
    QUEUE_TAKEN = "SELECT id FROM queues WHERE name = $1";
    FIND_QUEUE(Queue) = "SELECT {cols} FROM queues WHERE id = $1";
    QUEUES(Queue) = "SELECT {cols} FROM queues ORDER BY created_at, id";
    RETIRE(RetiredQueue) = "INSERT INTO retired_queues ({cols}) VALUES ({vals})";
    RETIRED(RetiredQueue) = "SELECT {cols} FROM retired_queues WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY retired_at, id";
    DELETE_QUEUE = "DELETE FROM queues WHERE id = $1";
    MEMBERS = "SELECT queue_id, user_id FROM queue_members";
    FORGET_MEMBERS = "DELETE FROM queue_members WHERE queue_id = $1";
    ADD_MEMBERS = "INSERT INTO queue_members (queue_id, user_id) VALUES {rows:TEXT,TEXT}";
    /// The one the channel feeds, else the one that takes what no other does.
    QUEUE_OF = "SELECT id FROM queues LEFT JOIN queue_channels ON queue_id = id AND channel_id = $1
        ORDER BY channel_id IS NULL, NOT is_default, created_at, id LIMIT 1";
    CHANNELS = "SELECT channel_id, queue_id FROM queue_channels";
    FORGET_CHANNELS = "DELETE FROM queue_channels WHERE queue_id = $1";
    ADD_CHANNELS = "INSERT INTO queue_channels (channel_id, queue_id) VALUES {rows:TEXT,TEXT}
        ON CONFLICT (channel_id) DO UPDATE SET queue_id = excluded.queue_id";
}

/// # Errors
/// [`codes::NAME_TAKEN`] when another queue has its name.
pub(crate) fn insert_queue(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    tx.exec_one(&INSERT_QUEUE, &queue.values(), codes::NAME_TAKEN)
}

/// # Errors
/// [`codes::NAME_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save_queue(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    let taken: Option<(QueueId,)> = tx.maybe(&QUEUE_TAKEN, params![queue.name])?;
    if taken.is_some_and(|(id,)| id != queue.id) {
        return Err(codes::NAME_TAKEN.conflict());
    }
    tx.exec_one(&UPDATE_QUEUE, &queue.values(), codes::STALE)
}

pub(crate) fn queue(tx: &mut Tx<'_>, id: QueueId) -> Result<Queue> {
    tx.one(&FIND_QUEUE, params![id])
}

/// Those of these queues that are no more.
pub(crate) fn retired(tx: &mut Tx<'_>, ids: &[QueueId]) -> Result<Vec<RetiredQueue>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(&RETIRED, params![super::as_json(ids)])
}

/// Deletes a queue; what it was is kept for its figures.
pub(crate) fn delete_queue(tx: &mut Tx<'_>, queue: &Queue, members: &[UserId]) -> Result<()> {
    let retired = RetiredQueue {
        id: queue.id,
        name: queue.name.clone(),
        everybody: queue.everybody,
        member_ids: super::as_json(members),
        target_seconds: queue.target_seconds,
        target_percent: queue.target_percent,
        retired_at: tx.now(),
    };
    tx.exec(&RETIRE, &retired.values())?;
    let id = queue.id;
    tx.exec(&FORGET_MEMBERS, params![id])?;
    tx.exec(&FORGET_CHANNELS, params![id])?;
    tx.exec(&DELETE_QUEUE, params![id]).map(drop)
}

/// Where what comes by this channel waits; none before there is a queue. As [`Queues::of_channel`].
pub(crate) fn queue_of(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<QueueId>> {
    Ok(tx.maybe::<(QueueId,)>(&QUEUE_OF, params![channel])?.map(|(id,)| id))
}

/// Every queue with all that belongs to it, oldest first.
pub(crate) fn queues(tx: &mut Tx<'_>) -> Result<Queues> {
    let mut queues = Queues { all: tx.all(&QUEUES, &[])?, ..Queues::default() };
    for (queue, user) in tx.all::<(QueueId, UserId)>(&MEMBERS, &[])? {
        queues.members.entry(queue).or_default().insert(user);
    }
    queues.channels = tx.all::<(ChannelId, QueueId)>(&CHANNELS, &[])?.into_iter().collect();
    Ok(queues)
}

/// These serve it from now on, and nobody else that is named.
pub(crate) fn set_members(tx: &mut Tx<'_>, queue: QueueId, members: &[UserId]) -> Result<()> {
    tx.exec(&FORGET_MEMBERS, params![queue])?;
    let rows: Vec<_> = members.iter().map(|user| vec![queue.to_value(), user.to_value()]).collect();
    if rows.is_empty() {
        Ok(())
    } else {
        tx.exec_rows(&ADD_MEMBERS, &rows).map(drop)
    }
}

/// These feed it from now on, and no others.
pub(crate) fn set_channels(tx: &mut Tx<'_>, queue: QueueId, channels: &[ChannelId]) -> Result<()> {
    tx.exec(&FORGET_CHANNELS, params![queue])?;
    let rows: Vec<_> = channels.iter().map(|channel| vec![channel.to_value(), queue.to_value()]).collect();
    if rows.is_empty() {
        Ok(())
    } else {
        tx.exec_rows(&ADD_CHANNELS, &rows).map(drop)
    }
}
