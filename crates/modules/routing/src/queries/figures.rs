//! Waits, the figures of days, and what holds people's room.

use conversations::ConversationId;
use kernel::{QueueId, Result, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::model::{Counts, Wait, WrapUpHold};

sql! {
    OPEN_WAIT(Wait) = "SELECT {cols} FROM waits WHERE conversation_id = $1 AND ended_at IS NULL";
    INSERT_WAIT(Wait) = "INSERT INTO waits ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE_WAIT(Wait) = "UPDATE waits SET {sets} WHERE id = $1";
    COUNT = "INSERT INTO queue_days (day, queue_id, offered, answered, answered_in_target, abandoned, wait_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (day, queue_id) DO UPDATE SET offered = queue_days.offered + excluded.offered,
            answered = queue_days.answered + excluded.answered,
            answered_in_target = queue_days.answered_in_target + excluded.answered_in_target,
            abandoned = queue_days.abandoned + excluded.abandoned, wait_ms = queue_days.wait_ms + excluded.wait_ms";
    DAY = "SELECT queue_id, offered, answered, answered_in_target, abandoned, wait_ms FROM queue_days WHERE day = $1";
    FORGET_DAYS = "DELETE FROM queue_days";
    COUNT_ALL = "INSERT INTO queue_days (day, queue_id, offered, answered, answered_in_target, abandoned, wait_ms)
        SELECT day, queue_id, CAST(count(*) AS BIGINT),
            CAST(sum(CASE WHEN outcome = 'answered' THEN 1 ELSE 0 END) AS BIGINT),
            CAST(sum(CASE WHEN outcome = 'answered' AND in_target THEN 1 ELSE 0 END) AS BIGINT),
            CAST(sum(CASE WHEN outcome = 'abandoned' THEN 1 ELSE 0 END) AS BIGINT),
            CAST(sum(CASE WHEN outcome = 'answered' AND ended_at > since THEN ended_at - since ELSE 0 END) AS BIGINT)
        FROM waits WHERE outcome IS NULL OR outcome <> 'withdrawn' GROUP BY day, queue_id";
    TAKES = "SELECT queue_id, count(*) FROM waits WHERE outcome = 'answered' AND ended_at > $1 GROUP BY queue_id";

    HOLD = "INSERT INTO wrap_up_holds (conversation_id, user_id, queue_id, since, until) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    HOLDS = "SELECT conversation_id, user_id, until FROM wrap_up_holds WHERE ended_at IS NULL ORDER BY until, conversation_id";
    HOLDS_OF = "SELECT conversation_id, user_id, until FROM wrap_up_holds WHERE user_id = $1 AND ended_at IS NULL ORDER BY until, conversation_id";
    END_HOLD = "UPDATE wrap_up_holds SET ended_at = $2 WHERE conversation_id = $1 AND ended_at IS NULL";
}

pub(crate) fn open_wait(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Option<Wait>> {
    tx.maybe(&OPEN_WAIT, params![conversation])
}

pub(crate) fn insert_wait(tx: &mut Tx<'_>, wait: &Wait) -> Result<()> {
    tx.exec(&INSERT_WAIT, &wait.values()).map(drop)
}

pub(crate) fn save_wait(tx: &mut Tx<'_>, wait: &Wait) -> Result<()> {
    tx.exec(&SAVE_WAIT, &wait.values()).map(drop)
}

/// Adds `by` to the figures of a queue's day.
pub(crate) fn count(tx: &mut Tx<'_>, day: &str, queue: QueueId, by: Counts) -> Result<()> {
    if by == Counts::default() {
        return Ok(());
    }
    let Counts { offered, answered, answered_in_target, abandoned, wait_ms } = by;
    tx.exec(&COUNT, params![day, queue, offered, answered, answered_in_target, abandoned, wait_ms]).map(drop)
}

type DayRow = (QueueId, i64, i64, i64, i64, i64);

/// The figures of a day.
pub(crate) fn day(tx: &mut Tx<'_>, day: &str) -> Result<Vec<(QueueId, Counts)>> {
    let counts = |(queue, offered, answered, answered_in_target, abandoned, wait_ms): DayRow| {
        (queue, Counts { offered, answered, answered_in_target, abandoned, wait_ms })
    };
    Ok(tx.all(&DAY, params![day])?.into_iter().map(counts).collect())
}

/// Counts everything again from the ledger.
pub(crate) fn count_all(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec(&FORGET_DAYS, &[])?;
    tx.exec(&COUNT_ALL, &[]).map(drop)
}

/// How many conversations of each queue were taken since `since`.
pub(crate) fn takes(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<(QueueId, i64)>> {
    tx.all(&TAKES, params![since])
}

/// Whether the hold is new.
pub(crate) fn begin_hold(tx: &mut Tx<'_>, hold: &WrapUpHold, queue: QueueId, since: Timestamp) -> Result<bool> {
    let WrapUpHold { conversation_id, user_id, until } = hold;
    Ok(tx.exec(&HOLD, params![conversation_id, user_id, queue, since, until])? == 1)
}

/// The holds that were told and are not over, all or one person's.
pub(crate) fn holds(tx: &mut Tx<'_>, user: Option<UserId>) -> Result<Vec<WrapUpHold>> {
    let rows: Vec<(ConversationId, UserId, Timestamp)> = match user {
        None => tx.all(&HOLDS, &[])?,
        Some(user) => tx.all(&HOLDS_OF, params![user])?,
    };
    let hold = |(conversation_id, user_id, until)| WrapUpHold { conversation_id, user_id, until };
    Ok(rows.into_iter().map(hold).collect())
}

pub(crate) fn end_hold(tx: &mut Tx<'_>, conversation: ConversationId, now: Timestamp) -> Result<()> {
    tx.exec(&END_HOLD, params![conversation, now]).map(drop)
}
