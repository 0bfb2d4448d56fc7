//! All SQL of this module.

use kernel::{Cursor, CustomerId, Id, QueueId, Result, Scope, Timestamp, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{codes, model::Task};

/// A list by `$narrowed`, the condition its index serves, and by every filter that is given:
/// `$1 $2` the cursor, `$3 $4 $5` the scope, `$6` overdue at, `$7` a part of the title, `$8` owner,
/// `$9` unit, `$10` subject, `$11` state, `$12` only pools, `$13` how many, `$14` the queues the actor serves.
macro_rules! list {
    ($narrowed:literal, due) => {
        list!(
            $narrowed,
            "(COALESCE(due_at, 9223372036854775807), id) > ($1, $2)",
            "ORDER BY COALESCE(due_at, 9223372036854775807), id"
        )
    };
    ($narrowed:literal, created) => {
        list!($narrowed, "(created_at, id) < ($1, $2)", "ORDER BY created_at DESC, id DESC")
    };
    ($narrowed:literal, $page:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM tasks WHERE ",
            $narrowed,
            " AND ",
            $page,
            " AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR created_by = $4
                OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
                OR (owner_id IS NULL AND queue_id IN (SELECT value FROM json_each(CAST($14 AS TEXT)))))
              AND (CAST($6 AS BIGINT) IS NULL OR (due_at < $6 AND state = 'open'))
              AND ($7 = '' OR instr(lower(title), $7) > 0)
              AND (CAST($8 AS TEXT) IS NULL OR owner_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR unit_id = $9)
              AND (CAST($10 AS TEXT) IS NULL OR subject_id = $10)
              AND (CAST($11 AS TEXT) IS NULL OR state = $11)
              AND (NOT CAST($12 AS BOOLEAN) OR owner_id IS NULL) ",
            $order,
            " LIMIT $13"
        )
    };
}

sql! {
    INSERT(Task) = "INSERT INTO tasks ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(Task) = "UPDATE tasks SET {sets} WHERE id = $1 AND version = $19 - 1";
    FIND(Task) = "SELECT {cols} FROM tasks WHERE id = $1";
    FIND_KEY(Task) = "SELECT {cols} FROM tasks WHERE source = $1 AND key = $2";
    OPEN_ABOUT(Task) = "SELECT {cols} FROM tasks WHERE subject_id = $2 AND subject_kind = $1 AND state = 'open' ORDER BY created_at, id";
    /// Other transactions change them too: a reminder, or somebody's own hand.
    LOCK_ABOUT(Task) = "SELECT {cols} FROM tasks WHERE subject_id = $2 AND subject_kind = $1 AND state = 'open' ORDER BY created_at, id FOR UPDATE";

    DUE_OF_OWNER(Task) = list!("owner_id = $8 AND state = $11", due);
    DUE_IN_UNIT(Task) = list!("unit_id = $9 AND state = $11", due);
    DUE_ABOUT(Task) = list!("subject_id = $10 AND state = $11", due);
    DUE(Task) = list!("state = $11", due);
    CREATED_OF_OWNER(Task) = list!("owner_id = $8", created);
    CREATED_IN_UNIT(Task) = list!("unit_id = $9", created);
    CREATED_ABOUT(Task) = list!("subject_id = $10", created);
    CREATED(Task) = list!("id <> ''", created);

    COUNTS = "SELECT count(*),
            CAST(COALESCE(sum(CASE WHEN due_at < $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(sum(CASE WHEN due_at >= $2 AND due_at < $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
        FROM tasks WHERE owner_id = $1 AND state = 'open'";
    POOLED = "SELECT count(*) FROM tasks WHERE owner_id IS NULL AND state = 'open'
        AND (CAST($1 AS BOOLEAN) OR unit_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
             OR queue_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))";

    PAST_DUE(Task) = "SELECT {cols} FROM tasks
        WHERE state = 'open' AND COALESCE(due_at, 9223372036854775807) < $1 AND reminded_at IS NULL
        ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $2";
    OPEN_CUSTOMERS = "SELECT DISTINCT subject_id FROM tasks
        WHERE subject_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND subject_kind = 'customer' AND state = 'open'";
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// What is due first comes first, what has no due date last.
    Due,
    /// The newest first.
    Created,
}

/// Which tasks; what is none lets all through.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub state: Option<&'static str>,
    pub owner: Option<UserId>,
    pub unit: Option<UnitId>,
    pub subject: Option<String>,
    pub overdue_at: Option<Timestamp>,
    pub pooled: bool,
    pub text: String,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    (scope, queues): (&Scope, &[QueueId]),
    filter: &Filter,
    order: Order,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Task>> {
    let Filter { state, owner, unit, subject, overdue_at, pooled, text } = filter;
    let statement = match (order, owner, unit, subject) {
        (Order::Due, Some(_), _, _) => &DUE_OF_OWNER,
        (Order::Due, _, _, Some(_)) => &DUE_ABOUT,
        (Order::Due, _, Some(_), _) => &DUE_IN_UNIT,
        (Order::Due, ..) => &DUE,
        (Order::Created, Some(_), _, _) => &CREATED_OF_OWNER,
        (Order::Created, _, _, Some(_)) => &CREATED_ABOUT,
        (Order::Created, _, Some(_), _) => &CREATED_IN_UNIT,
        (Order::Created, ..) => &CREATED,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(
        statement,
        params![
            from.key,
            from.id,
            all,
            own,
            units,
            overdue_at,
            text,
            owner,
            unit,
            subject,
            state,
            pooled,
            limit,
            as_json(queues)
        ],
    )
}

/// The task, or the one its source made under the same key before.
pub(crate) fn insert(tx: &mut Tx<'_>, task: &Task) -> Result<Option<Task>> {
    if tx.exec(&INSERT, &task.values())? == 1 {
        return Ok(None);
    }
    tx.one(&FIND_KEY, params![task.source, task.key]).map(Some)
}

pub(crate) fn save(tx: &mut Tx<'_>, task: &Task) -> Result<()> {
    tx.exec_one(&UPDATE, &task.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Task>) -> Result<Task> {
    tx.one(&FIND, params![id])
}

pub(crate) fn open_about(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Vec<Task>> {
    tx.all(&OPEN_ABOUT, params![kind, subject])
}

/// As [`open_about`], to be changed.
pub(crate) fn lock_about(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Vec<Task>> {
    tx.all(&LOCK_ABOUT, params![kind, subject])
}

/// How many open tasks a person has, how many of them are overdue at `now`, and how many more are
/// due before `tonight`.
pub(crate) fn counts(tx: &mut Tx<'_>, owner: UserId, now: Timestamp, tonight: Timestamp) -> Result<(i64, i64, i64)> {
    tx.one(&COUNTS, params![owner, now, tonight])
}

/// How many tasks lie untaken in the pools within `scope` and of these queues.
pub(crate) fn pooled(tx: &mut Tx<'_>, scope: &Scope, queues: &[QueueId]) -> Result<i64> {
    let (all, units) = (scope.is_all(), scope.units_json());
    Ok(tx.one::<(i64,)>(&POOLED, params![all, units, as_json(queues)])?.0)
}

fn as_json(queues: &[QueueId]) -> String {
    serde_json::json!(queues).to_string()
}

/// Open tasks whose due date is past and of which that was not told yet, the longest overdue first.
pub(crate) fn past_due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Task>> {
    tx.all(&PAST_DUE, params![now, limit])
}

/// Those of these customers about whom a task is open.
pub(crate) fn open_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN_CUSTOMERS, params![serde_json::json!(customers).to_string()])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
