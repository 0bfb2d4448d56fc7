//! All SQL of this module.

use conversations::{ConversationId, SlaTarget};
use kernel::{Cursor, Error, Id, QueueId, Ratio, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{SlaCase, SlaDay, SlaMiss, SlaPolicy},
};

/// Misses that begin with what an index serves, latest first: `$1 $2` the cursor, `$3 $4 $5` the scope, `$6`
/// queue, `$7` assignee, `$8` target, `$9` only those still to be done, `$10 $11` days, `$12` how many.
macro_rules! misses {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM sla_misses WHERE ",
            $lead,
            "(due_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR assignee_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR queue_id = $6)
              AND (CAST($7 AS TEXT) IS NULL OR assignee_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR target = $8)
              AND (NOT CAST($9 AS BOOLEAN) OR ended_at IS NULL)
              AND (CAST($10 AS TEXT) IS NULL OR day >= $10) AND (CAST($11 AS TEXT) IS NULL OR day <= $11)
              ORDER BY due_at DESC, id DESC LIMIT $12"
        )
    };
}

sql! {
    POLICIES(SlaPolicy) = "SELECT {cols} FROM sla_policies ORDER BY position, created_at, id";
    POLICY(SlaPolicy) = "SELECT {cols} FROM sla_policies WHERE id = $1";
    POLICY_TAKEN = "SELECT id FROM sla_policies WHERE name = $1";
    INSERT_POLICY(SlaPolicy) = "INSERT INTO sla_policies ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE_POLICY(SlaPolicy) = "UPDATE sla_policies SET {sets} WHERE id = $1 AND version = $16 - 1";
    PLACE_POLICY = "UPDATE sla_policies SET position = $2 WHERE id = $1";
    DELETE_POLICY = "DELETE FROM sla_policies WHERE id = $1";

    INSERT_MISS(SlaMiss) = "INSERT INTO sla_misses ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE_MISS(SlaMiss) = "UPDATE sla_misses SET {sets} WHERE id = $1";
    OPEN_MISSES(SlaMiss) = "SELECT {cols} FROM sla_misses WHERE conversation_id = $1 AND ended_at IS NULL ORDER BY due_at, id";
    MISSES_OF(SlaMiss) = "SELECT {cols} FROM sla_misses WHERE conversation_id = $1 ORDER BY due_at, id";
    MISSES(SlaMiss) = misses!("");
    MISSES_OF_QUEUE(SlaMiss) = misses!("queue_id = $6 AND ");
    MISSES_OF_ASSIGNEE(SlaMiss) = misses!("assignee_id = $7 AND ");

    WARN = "INSERT INTO sla_warnings (conversation_id, target, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    CASE(SlaCase) = "SELECT {cols} FROM sla_cases WHERE conversation_id = $1";
    INSERT_CASE(SlaCase) = "INSERT INTO sla_cases ({cols}) VALUES ({vals})";
    SAVE_CASE(SlaCase) = "UPDATE sla_cases SET {sets} WHERE conversation_id = $1";
    COUNT = "INSERT INTO sla_days (day, queue_id, first_measured, first_missed, next_measured, next_missed, final_measured, final_missed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (day, queue_id) DO UPDATE SET first_measured = sla_days.first_measured + excluded.first_measured,
            first_missed = sla_days.first_missed + excluded.first_missed,
            next_measured = sla_days.next_measured + excluded.next_measured,
            next_missed = sla_days.next_missed + excluded.next_missed,
            final_measured = sla_days.final_measured + excluded.final_measured,
            final_missed = sla_days.final_missed + excluded.final_missed";
    DAYS(DayRow) = "SELECT {cols} FROM sla_days WHERE day >= $1 AND day <= $2 ORDER BY day, queue_id";
}

/// Which misses; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub queue: Option<QueueId>,
    pub assignee: Option<UserId>,
    pub target: Option<SlaTarget>,
    pub open: bool,
    pub from: Option<String>,
    pub to: Option<String>,
}

pub(crate) fn policies(tx: &mut Tx<'_>) -> Result<Vec<SlaPolicy>> {
    tx.all(&POLICIES, &[])
}

pub(crate) fn policy(tx: &mut Tx<'_>, id: Id<SlaPolicy>) -> Result<SlaPolicy> {
    tx.one(&POLICY, params![id])
}

/// # Errors
/// [`codes::NAME_TAKEN`] when another has its name.
pub(crate) fn insert_policy(tx: &mut Tx<'_>, policy: &SlaPolicy) -> Result<()> {
    tx.exec_one(&INSERT_POLICY, &policy.values(), codes::NAME_TAKEN)
}

/// # Errors
/// [`codes::NAME_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save_policy(tx: &mut Tx<'_>, policy: &SlaPolicy) -> Result<()> {
    let taken: Option<(Id<SlaPolicy>,)> = tx.maybe(&POLICY_TAKEN, params![policy.name])?;
    if taken.is_some_and(|(id,)| id != policy.id) {
        return Err(codes::NAME_TAKEN.conflict());
    }
    tx.exec_one(&SAVE_POLICY, &policy.values(), codes::STALE)
}

pub(crate) fn place_policy(tx: &mut Tx<'_>, id: Id<SlaPolicy>, position: i64) -> Result<()> {
    tx.exec(&PLACE_POLICY, params![id, position]).map(drop)
}

pub(crate) fn delete_policy(tx: &mut Tx<'_>, id: Id<SlaPolicy>) -> Result<()> {
    tx.exec(&DELETE_POLICY, params![id]).map(drop)
}

/// Whether it is new.
pub(crate) fn insert_miss(tx: &mut Tx<'_>, miss: &SlaMiss) -> Result<bool> {
    Ok(tx.exec(&INSERT_MISS, &miss.values())? == 1)
}

pub(crate) fn save_miss(tx: &mut Tx<'_>, miss: &SlaMiss) -> Result<()> {
    tx.exec(&SAVE_MISS, &miss.values()).map(drop)
}

/// What was missed in it and is still to be done.
pub(crate) fn open_misses(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<SlaMiss>> {
    tx.all(&OPEN_MISSES, params![id])
}

pub(crate) fn misses_of(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<SlaMiss>> {
    tx.all(&MISSES_OF, params![id])
}

pub(crate) fn misses(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<SlaMiss>> {
    let statement = match (filter.queue, filter.assignee) {
        (_, Some(_)) => &MISSES_OF_ASSIGNEE,
        (Some(_), None) => &MISSES_OF_QUEUE,
        (None, None) => &MISSES,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let Filter { queue, assignee, target, open, from, to } = filter;
    let values = params![before.key, before.id, all, own, units, queue, assignee, target, open, from, to, limit];
    tx.all(statement, values)
}

/// Notes that this run was warned of; false when it had been.
pub(crate) fn warn(tx: &mut Tx<'_>, id: ConversationId, target: SlaTarget, since: Timestamp) -> Result<bool> {
    Ok(tx.exec(&WARN, params![id, target, since])? == 1)
}

pub(crate) fn case(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<SlaCase>> {
    tx.maybe(&CASE, params![id])
}

/// Keeps how a conversation did, and counts it where it belongs.
pub(crate) fn save_case(tx: &mut Tx<'_>, before: Option<&SlaCase>, after: &SlaCase) -> Result<()> {
    match before {
        None => tx.exec(&INSERT_CASE, &after.values())?,
        Some(before) if before == after => return Ok(()),
        Some(_) => tx.exec(&SAVE_CASE, &after.values())?,
    };
    if let Some(before) = before {
        count(tx, before, -1)?;
    }
    count(tx, after, 1)
}

fn count(tx: &mut Tx<'_>, case: &SlaCase, sign: i64) -> Result<()> {
    let counts = case.counts().map(|count| count * sign);
    if counts == [0; 6] {
        return Ok(());
    }
    let queue = case.queue_id.map(|id| id.to_string()).unwrap_or_default();
    let [a, b, c, d, e, f] = counts;
    tx.exec(&COUNT, params![case.day, queue, a, b, c, d, e, f]).map(drop)
}

store::record! {
    /// A row of the figures.
    #[derive(Clone, Debug)]
    struct DayRow {
        day: String,
        queue_id: String,
        first_measured: i64,
        first_missed: i64,
        next_measured: i64,
        next_missed: i64,
        final_measured: i64,
        final_missed: i64,
    }
}

/// The figures of these days, by day and queue.
pub(crate) fn days(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Vec<SlaDay>> {
    let rows: Vec<DayRow> = tx.all(&DAYS, params![from, to])?;
    let met = |measured: i64, missed: i64| Ratio::share(measured - missed, measured);
    let day = |row: DayRow| {
        let queue = Some(row.queue_id).filter(|queue| !queue.is_empty());
        Ok(SlaDay {
            day: row.day,
            queue_id: queue.map(|queue| queue.parse().map_err(Error::internal)).transpose()?,
            first: met(row.first_measured, row.first_missed),
            next: met(row.next_measured, row.next_missed),
            end: met(row.final_measured, row.final_missed),
        })
    };
    rows.into_iter().map(day).collect()
}
