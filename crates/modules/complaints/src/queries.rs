//! All SQL of this module.

pub(crate) mod figures;

use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Complaint, ComplaintMove, ComplaintRules, ComplaintStep},
};

/// Whether a complaint lies within a scope: `$3 $4 $5`.
macro_rules! within {
    () => {
        "(CAST($3 AS BOOLEAN) OR owner_id = $4 OR handler_id = $4
           OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
           OR handler_unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))"
    };
}

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor, `$3 $4 $5` the
/// scope, `$6` step, `$7` whether open, `$8` owner, `$9` customers, `$10` conversation, `$11` overdue as of, `$12`
/// number, `$13 $14` from and to which day, `$15` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM complaints WHERE ",
            $lead,
            " AND (registered_at, id) < ($1, $2) AND ",
            within!(),
            " AND (CAST($6 AS TEXT) IS NULL OR step = $6)
              AND (CAST($7 AS BOOLEAN) IS NULL OR (step <> 'archived') = $7)
              AND (CAST($8 AS TEXT) IS NULL OR owner_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR customer_id IN (SELECT value FROM json_each(CAST($9 AS TEXT))))
              AND (CAST($10 AS TEXT) IS NULL OR conversation_id = $10)
              AND (CAST($11 AS BIGINT) IS NULL OR (step <> 'archived' AND due_at < $11))
              AND (CAST($12 AS TEXT) IS NULL OR number = $12)
              AND (CAST($13 AS TEXT) IS NULL OR day >= $13)
              AND (CAST($14 AS TEXT) IS NULL OR day <= $14)
              ORDER BY registered_at DESC, id DESC LIMIT $15"
        )
    };
}

sql! {
    INSERT(Complaint) = "INSERT INTO complaints ({cols}) VALUES ({vals})";
    UPDATE(Complaint) = "UPDATE complaints SET {sets} WHERE id = $1 AND version = $58 - 1";
    FIND(Complaint) = "SELECT {cols} FROM complaints WHERE id = $1";
    LOCK(Complaint) = "SELECT {cols} FROM complaints WHERE id = $1 FOR UPDATE";

    ALL(Complaint) = list!("id <> ''");
    OF_STEP(Complaint) = list!("step = $6");
    OF_OWNER(Complaint) = list!("owner_id = $8");
    OF_CUSTOMER(Complaint) = list!("customer_id IN (SELECT value FROM json_each(CAST($9 AS TEXT)))");
    OF_CONVERSATION(Complaint) = list!("conversation_id = $10");
    OF_NUMBER(Complaint) = list!("number = $12");

    BY_DAY = concat!("SELECT day, count(*) FROM complaints WHERE day >= $1 AND day <= $2 AND ", within!(),
        " GROUP BY day ORDER BY day");
    COUNTS = concat!("SELECT step, count(*), count(CASE WHEN due_at < $1 THEN 1 END), count(CASE WHEN owner_id = $2 THEN 1 END)
        FROM complaints WHERE step <> 'archived' AND ", within!(), " GROUP BY step ORDER BY step");
    LEFT_BEHIND(Complaint) = "SELECT {cols} FROM complaints WHERE (owner_id = $1 OR handler_id = $1) AND step <> 'archived'
        ORDER BY registered_at, id LIMIT 1000 FOR UPDATE";

    FOUNDED(Complaint) = "SELECT {cols} FROM complaints WHERE upheld AND step IN ('implementation', 'summary', 'revisit', 'archived')
        ORDER BY registered_at DESC, id DESC LIMIT $1";
    OF_IDS(Complaint) = "SELECT {cols} FROM complaints WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY registered_at, id";
    LATEST(Complaint) = "SELECT {cols} FROM complaints ORDER BY registered_at DESC, id DESC LIMIT $1";
    ACTS = "SELECT count(*) FROM complaint_moves WHERE complaint_id = $1 AND by_id IS NOT NULL";

    NUMBER = "INSERT INTO complaint_days (day, last) VALUES ($1, 1) ON CONFLICT (day) DO UPDATE SET last = complaint_days.last + 1";
    NUMBERED = "SELECT last FROM complaint_days WHERE day = $1";

    INSERT_MOVE(ComplaintMove) = "INSERT INTO complaint_moves ({cols}) VALUES ({vals})";
    LAST_MOVE = "SELECT COALESCE(max(number), 0) FROM complaint_moves WHERE complaint_id = $1";
    MOVES(ComplaintMove) = "SELECT {cols} FROM complaint_moves WHERE complaint_id = $1 ORDER BY number";

    RULES(ComplaintRules) = "SELECT {cols} FROM complaint_rules WHERE id = 'all'";
    INSERT_RULES(ComplaintRules) = "INSERT INTO complaint_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_RULES(ComplaintRules) = "UPDATE complaint_rules SET {sets} WHERE id = $1 AND version = $10 - 1";
}

/// Which complaints; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub step: Option<ComplaintStep>,
    pub open: Option<bool>,
    pub owner: Option<UserId>,
    /// Every id of one person.
    pub customers: Option<Vec<CustomerId>>,
    pub conversation: Option<ConversationId>,
    pub overdue_at: Option<Timestamp>,
    pub number: Option<String>,
    /// From this day on.
    pub from: Option<String>,
    /// Until this day, it included.
    pub to: Option<String>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    tx.exec(&INSERT, &complaint.values())?;
    figures::keep(tx, complaint)
}

pub(crate) fn save(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    tx.exec_one(&UPDATE, &complaint.values(), codes::STALE)?;
    figures::keep(tx, complaint)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Complaint> {
    tx.one(&FIND, params![id])
}

/// For whoever changes it: whoever else does waits.
pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Complaint> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<Complaint>> {
    let Filter { step, open, owner, customers, conversation, overdue_at, number, from, to } = filter;
    let statement = match (number, conversation, customers, owner, step) {
        (Some(_), ..) => &OF_NUMBER,
        (_, Some(_), ..) => &OF_CONVERSATION,
        (_, _, Some(_), ..) => &OF_CUSTOMER,
        (.., Some(_), _) => &OF_OWNER,
        (.., Some(_)) => &OF_STEP,
        _ => &ALL,
    };
    let customers = customers.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(
        statement,
        params![
            key,
            id,
            all,
            own,
            units,
            step,
            open,
            owner,
            customers,
            conversation,
            overdue_at,
            number,
            from,
            to,
            limit
        ],
    )
}

/// How many were taken in on each day from `from` to `to`, both included, within `scope`.
pub(crate) fn by_day(tx: &mut Tx<'_>, scope: &Scope, from: &str, to: &str) -> Result<Vec<(String, i64)>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&BY_DAY, params![from, to, all, own, units])
}

/// Of each step: how many are open within `scope`, how many of these are overdue, and how many are `me`'s turn.
pub(crate) fn counts(
    tx: &mut Tx<'_>,
    scope: &Scope,
    me: UserId,
    now: Timestamp,
) -> Result<Vec<(ComplaintStep, i64, i64, i64)>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&COUNTS, params![now, me, all, own, units])
}

/// Open complaints that somebody owns or looks after.
pub(crate) fn left_behind(tx: &mut Tx<'_>, who: UserId) -> Result<Vec<Complaint>> {
    tx.all(&LEFT_BEHIND, params![who])
}

/// Founded ones that were decided, the latest first.
pub(crate) fn founded(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Complaint>> {
    tx.all(&FOUNDED, params![limit])
}

pub(crate) fn of_ids(tx: &mut Tx<'_>, ids: &[Id<Complaint>]) -> Result<Vec<Complaint>> {
    tx.all(&OF_IDS, params![serde_json::json!(ids).to_string()])
}

pub(crate) fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Complaint>> {
    tx.all(&LATEST, params![limit])
}

/// How often somebody of the department did something about it.
pub(crate) fn acts(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&ACTS, params![id])?.0)
}

/// The next number of a day: who takes one in at the same time waits, and one not kept gives it back.
pub(crate) fn next_number(tx: &mut Tx<'_>, day: &str) -> Result<i64> {
    tx.exec(&NUMBER, params![day])?;
    Ok(tx.one::<(i64,)>(&NUMBERED, params![day])?.0)
}

/// Keeps what happened, in its place.
pub(crate) fn insert_move(tx: &mut Tx<'_>, mut step: ComplaintMove) -> Result<()> {
    step.number = tx.one::<(i64,)>(&LAST_MOVE, params![step.complaint_id])?.0 + 1;
    tx.exec(&INSERT_MOVE, &step.values()).map(drop)
}

pub(crate) fn moves(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Vec<ComplaintMove>> {
    tx.all(&MOVES, params![id])
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<ComplaintRules> {
    Ok(tx.maybe(&RULES, &[])?.unwrap_or_default())
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &ComplaintRules) -> Result<()> {
    let statement = if rules.version == 1 { &INSERT_RULES } else { &UPDATE_RULES };
    tx.exec_one(statement, &rules.values(), codes::STALE)
}
