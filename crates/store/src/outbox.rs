//! The outbox: facts in one order that no reader can see a gap in.
//!
//! On SQLite one writer commits in the order of `seq`. On PostgreSQL transactions commit out of
//! order, so a fact also carries its transaction's id as `epoch`; a reader goes by `(epoch, seq)`
//! and stops below the oldest transaction still running, so that nothing can appear behind it.

use kernel::{Result, Timestamp};

use crate::{Fact, Note, StoredFact, Tx, params, seam, sql, value::ToValue};

sql! {
    INSERT = "INSERT INTO facts (kind, subject, topic, topic_seq, data, actor_kind, actor_id, at)
              VALUES {rows:TEXT,TEXT,TEXT,BIGINT,TEXT,TEXT,TEXT,BIGINT}";
    TOPIC_SINCE = "SELECT topic_seq, kind, at, data FROM facts WHERE topic = $1 AND topic_seq > $2 ORDER BY topic_seq LIMIT $3";
    RESTATE = "UPDATE facts SET data = $3 WHERE topic = $1 AND topic_seq = $2";
    FORGET_TOPIC = "DELETE FROM facts WHERE topic = $1";
    CURSOR = "SELECT epoch, seq FROM cursors WHERE listener = $1";
    LOCK_CURSORS = "SELECT listener, epoch, seq FROM cursors WHERE listener {in:TEXT} ORDER BY listener FOR UPDATE";
    MOVE_CURSORS = "INSERT INTO cursors (listener, epoch, seq, at) VALUES {rows:TEXT,BIGINT,BIGINT,BIGINT}
                   ON CONFLICT (listener) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, at = excluded.at";
}

seam! {
    AFTER =
        sqlite "SELECT epoch, seq, kind, subject,
                    CASE WHEN kind IN (SELECT value FROM json_each(CAST($4 AS TEXT))) THEN data ELSE '' END, at
                FROM facts WHERE seq > $2 AND epoch >= $1 ORDER BY seq LIMIT $3",
        postgres "SELECT epoch, seq, kind, subject,
                      CASE WHEN kind IN (SELECT value FROM json_each(CAST($4 AS TEXT))) THEN data ELSE '' END, at
                  FROM facts WHERE (epoch, seq) > ($1, $2)
                    AND epoch < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                  ORDER BY epoch, seq LIMIT $3";
}

/// A place in the order of facts; the default is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction's id on PostgreSQL, 0 on SQLite.
    pub epoch: i64,
    /// The fact's number.
    pub seq: i64,
}

pub(crate) fn insert(tx: &mut Tx<'_>, facts: &[Fact]) -> Result<()> {
    let (kind, id) = (tx.actor().kind(), tx.actor().id_text());
    let now = tx.now();
    let rows: Vec<_> = facts
        .iter()
        .map(|fact| {
            let (at, kind, id) = fact.told.as_ref().map_or((&now, &kind, &id), |(at, kind, id)| (at, kind, id));
            let (topic, topic_seq) = fact.topic.as_ref().map_or((None, None), |(topic, seq)| (Some(topic), Some(seq)));
            vec![
                fact.kind.to_value(),
                fact.subject.to_value(),
                topic.map_or(crate::Value::Null, ToValue::to_value),
                topic_seq.map_or(crate::Value::Null, ToValue::to_value),
                fact.data.to_value(),
                kind.to_value(),
                id.to_value(),
                at.to_value(),
            ]
        })
        .collect();
    tx.exec_rows(&INSERT, &rows)
}

/// Up to `limit` facts after `from`, in order; those of other `kinds` come without their data.
///
/// # Errors
/// From the database.
pub fn after(tx: &mut Tx<'_>, from: Position, limit: i64, kinds: &[&str]) -> Result<Vec<StoredFact>> {
    let kinds = serde_json::to_string(kinds).map_err(kernel::Error::internal)?;
    let rows: Vec<(i64, i64, String, String, String, Timestamp)> =
        tx.all(&AFTER, params![from.epoch, from.seq, limit, kinds])?;
    let stored = |(epoch, seq, kind, subject, data, at)| StoredFact { epoch, seq, kind, subject, data, at };
    Ok(rows.into_iter().map(stored).collect())
}

/// Up to `limit` facts of `topic` with a number above `seq`, as they were told.
///
/// # Errors
/// From the database.
pub fn topic_since(tx: &mut Tx<'_>, topic: &str, seq: i64, limit: i64) -> Result<Vec<Note>> {
    let rows: Vec<(i64, String, Timestamp, String)> = tx.all(&TOPIC_SINCE, params![topic, seq, limit])?;
    let note = |(seq, kind, at, data): (i64, String, Timestamp, String)| Note {
        topic: topic.into(),
        seq,
        kind,
        at,
        data: data.into(),
        audience: None,
    };
    Ok(rows.into_iter().map(note).collect())
}

/// Lets a fact tell something else from now on: for words that were taken back.
///
/// # Errors
/// From the database.
pub fn restate(tx: &mut Tx<'_>, topic: &str, seq: i64, data: &impl serde::Serialize) -> Result<()> {
    let data = serde_json::to_string(data).map_err(kernel::Error::internal)?;
    tx.exec(&RESTATE, params![topic, seq, data]).map(drop)
}

/// Deletes the facts of a topic: for the erasure of a person. Who asks for them later is given the
/// topic's state instead.
///
/// # Errors
/// From the database.
pub fn forget_topic(tx: &mut Tx<'_>, topic: &str) -> Result<()> {
    tx.exec(&FORGET_TOPIC, params![topic]).map(drop)
}

/// How far `listener` has come; the beginning if it never ran.
///
/// # Errors
/// From the database.
pub fn cursor(tx: &mut Tx<'_>, listener: &str) -> Result<Position> {
    let found: Option<(i64, i64)> = tx.maybe(&CURSOR, params![listener])?;
    Ok(found.map_or_else(Position::default, |(epoch, seq)| Position { epoch, seq }))
}

/// How far each of `listeners` has come, as [`cursor`] says it; nobody else moves them before this transaction ends.
///
/// # Errors
/// From the database.
pub fn lock_cursors(tx: &mut Tx<'_>, listeners: &[&str]) -> Result<Vec<Position>> {
    let rows: Vec<_> = listeners.iter().map(|listener| vec![listener.to_value()]).collect();
    let found: Vec<(String, i64, i64)> = tx.all_rows(&LOCK_CURSORS, &rows)?;
    let place = |listener: &&str| found.iter().find(|(name, ..)| name == listener);
    let position = |&(_, epoch, seq): &(String, i64, i64)| Position { epoch, seq };
    Ok(listeners.iter().map(|listener| place(listener).map_or_else(Position::default, position)).collect())
}

/// Notes that each of `listeners` is done with everything up to its position.
///
/// # Errors
/// From the database.
pub fn move_cursors(tx: &mut Tx<'_>, listeners: &[(&'static str, Position)]) -> Result<()> {
    let now = tx.now();
    let rows: Vec<_> = listeners
        .iter()
        .map(|(listener, at)| vec![listener.to_value(), at.epoch.to_value(), at.seq.to_value(), now.to_value()])
        .collect();
    tx.exec_rows(&MOVE_CURSORS, &rows)
}
