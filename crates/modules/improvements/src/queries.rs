//! All SQL about causes, analyses and actions.

pub(crate) mod months;
pub(crate) mod outcomes;

use std::collections::HashSet;

use complaints::Complaint;
use kernel::{Cursor, CustomerId, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    causes, codes,
    model::{ComplaintAnalysis, ImprovementAction, ImprovementMove, ImprovementRules, ImprovementState, RootCauses},
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor, `$3 $4 $5` the
/// scope, `$6` state, `$7` owner, `$8` cause, `$9` overdue as of, `$10` number, `$11` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM improvement_actions WHERE ",
            $lead,
            " AND (opened_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR verifier_id = $4
                OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR cause_id = $8)
              AND (CAST($9 AS BIGINT) IS NULL OR (state = 'open' AND due_at < $9))
              AND (CAST($10 AS TEXT) IS NULL OR number = $10)
              ORDER BY opened_at DESC, id DESC LIMIT $11"
        )
    };
}

sql! {
    CAUSES(RootCauses) = "SELECT {cols} FROM root_causes WHERE id = 'all'";
    INSERT_CAUSES(RootCauses) = "INSERT INTO root_causes ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_CAUSES(RootCauses) = "UPDATE root_causes SET {sets} WHERE id = $1 AND version = $3 - 1";
    USED = "SELECT DISTINCT cause_id FROM complaint_outcomes WHERE cause_id IS NOT NULL
        UNION SELECT DISTINCT cause_id FROM improvement_actions ORDER BY 1";

    RULES(ImprovementRules) = "SELECT {cols} FROM improvement_rules WHERE id = 'all'";
    INSERT_RULES(ImprovementRules) = "INSERT INTO improvement_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_RULES(ImprovementRules) = "UPDATE improvement_rules SET {sets} WHERE id = $1 AND version = $11 - 1";

    ANALYSIS(ComplaintAnalysis) = "SELECT {cols} FROM complaint_analyses WHERE complaint_id = $1";
    INSERT_ANALYSIS(ComplaintAnalysis) = "INSERT INTO complaint_analyses ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_ANALYSIS(ComplaintAnalysis) = "UPDATE complaint_analyses SET {sets} WHERE complaint_id = $1 AND version = $15 - 1";
    OF_CUSTOMERS(ComplaintAnalysis) = "SELECT {cols} FROM complaint_analyses WHERE complaint_id IN (SELECT complaint_id
        FROM complaint_outcomes WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))) ORDER BY at, complaint_id";
    WATCH = "INSERT INTO cause_watches (cause_id, analyses) VALUES ($1, 1)
        ON CONFLICT (cause_id) DO UPDATE SET analyses = cause_watches.analyses + 1";

    INSERT(ImprovementAction) = "INSERT INTO improvement_actions ({cols}) VALUES ({vals})";
    UPDATE(ImprovementAction) = "UPDATE improvement_actions SET {sets} WHERE id = $1 AND version = $30 - 1";
    FIND(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE id = $1";
    LOCK(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE id = $1 FOR UPDATE";
    LAST_OF(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE cause_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 1 FOR UPDATE";
    LEFT_BEHIND(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE owner_id = $1 AND state = 'open'
        ORDER BY opened_at, id LIMIT 1000 FOR UPDATE";
    UNVERIFIED(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE verifier_id = $1 AND state = 'completed'
        ORDER BY opened_at, id LIMIT 1000 FOR UPDATE";

    ALL(ImprovementAction) = list!("id <> ''");
    OF_STATE(ImprovementAction) = list!("state = $6");
    OF_OWNER(ImprovementAction) = list!("owner_id = $7");
    OF_CAUSE(ImprovementAction) = list!("cause_id = $8");
    OF_NUMBER(ImprovementAction) = list!("number = $10");
    COUNTS = "SELECT state, count(*), count(CASE WHEN state = 'open' AND due_at < $1 THEN 1 END),
        count(CASE WHEN state = 'open' AND owner_id = $2 OR state = 'completed' AND verifier_id = $2 THEN 1 END)
        FROM improvement_actions WHERE (CAST($3 AS BOOLEAN) OR owner_id = $2 OR verifier_id = $2
          OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT)))) GROUP BY state ORDER BY state";

    NUMBER = "INSERT INTO improvement_days (day, last) VALUES ($1, 1) ON CONFLICT (day) DO UPDATE SET last = improvement_days.last + 1";
    NUMBERED = "SELECT last FROM improvement_days WHERE day = $1";
    INSERT_MOVE(ImprovementMove) = "INSERT INTO improvement_moves ({cols}) VALUES ({vals})";
    LAST_MOVE = "SELECT COALESCE(max(number), 0) FROM improvement_moves WHERE improvement_action_id = $1";
    MOVES(ImprovementMove) = "SELECT {cols} FROM improvement_moves WHERE improvement_action_id = $1 ORDER BY number";
}

/// The trees as they were kept, or as they are shipped, in the organisation's language.
pub(crate) fn causes(tx: &mut Tx<'_>) -> Result<RootCauses> {
    match tx.maybe(&CAUSES, &[])? {
        Some(causes) => Ok(causes),
        None => causes::shipped(tx),
    }
}

pub(crate) fn save_causes(tx: &mut Tx<'_>, causes: &RootCauses) -> Result<()> {
    let statement = if causes.version == 1 { &INSERT_CAUSES } else { &UPDATE_CAUSES };
    once(tx.exec(statement, &causes.values())?)
}

/// The causes that anything is filed under.
pub(crate) fn used(tx: &mut Tx<'_>) -> Result<HashSet<String>> {
    let used: Vec<(String,)> = tx.all(&USED, &[])?;
    Ok(used.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<ImprovementRules> {
    Ok(tx.maybe(&RULES, &[])?.unwrap_or_default())
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &ImprovementRules) -> Result<()> {
    let statement = if rules.version == 1 { &INSERT_RULES } else { &UPDATE_RULES };
    once(tx.exec(statement, &rules.values())?)
}

pub(crate) fn analysis(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Option<ComplaintAnalysis>> {
    tx.maybe(&ANALYSIS, params![id])
}

pub(crate) fn save_analysis(tx: &mut Tx<'_>, analysis: &ComplaintAnalysis) -> Result<()> {
    let statement = if analysis.version == 1 { &INSERT_ANALYSIS } else { &UPDATE_ANALYSIS };
    once(tx.exec(statement, &analysis.values())?)
}

/// The analyses of what these customers complained of.
pub(crate) fn analyses_of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<ComplaintAnalysis>> {
    tx.all(&OF_CUSTOMERS, params![serde_json::json!(customers).to_string()])
}

/// Whoever else counts complaints of this cause waits until this transaction is over.
pub(crate) fn watch(tx: &mut Tx<'_>, cause: &str) -> Result<()> {
    tx.exec(&WATCH, params![cause]).map(drop)
}

fn once(changed: u64) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(codes::STALE.conflict()) }
}

/// Which actions; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<ImprovementState>,
    pub owner: Option<UserId>,
    pub cause: Option<String>,
    pub overdue_at: Option<Timestamp>,
    pub number: Option<String>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<()> {
    tx.exec(&INSERT, &action.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<()> {
    once(tx.exec(&UPDATE, &action.values())?)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<ImprovementAction>) -> Result<ImprovementAction> {
    tx.one(&FIND, params![id])
}

/// For whoever changes it: whoever else does waits.
pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<ImprovementAction>) -> Result<ImprovementAction> {
    tx.one(&LOCK, params![id])
}

/// The latest action against a cause.
pub(crate) fn last_of(tx: &mut Tx<'_>, cause: &str) -> Result<Option<ImprovementAction>> {
    tx.maybe(&LAST_OF, params![cause])
}

/// What somebody is to do.
pub(crate) fn left_behind(tx: &mut Tx<'_>, who: UserId) -> Result<Vec<ImprovementAction>> {
    tx.all(&LEFT_BEHIND, params![who])
}

/// What somebody is to verify.
pub(crate) fn unverified(tx: &mut Tx<'_>, who: UserId) -> Result<Vec<ImprovementAction>> {
    tx.all(&UNVERIFIED, params![who])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<ImprovementAction>> {
    let Filter { state, owner, cause, overdue_at, number } = filter;
    let statement = match (number, cause, owner, state) {
        (Some(_), ..) => &OF_NUMBER,
        (_, Some(_), ..) => &OF_CAUSE,
        (.., Some(_), _) => &OF_OWNER,
        (.., Some(_)) => &OF_STATE,
        _ => &ALL,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(statement, params![key, id, all, own, units, state, owner, cause, overdue_at, number, limit])
}

/// Of each state: how many there are within `scope`, how many of these are overdue, and how many wait for `me`.
pub(crate) fn counts(
    tx: &mut Tx<'_>,
    scope: &Scope,
    me: UserId,
    now: Timestamp,
) -> Result<Vec<(ImprovementState, i64, i64, i64)>> {
    let (all, units) = (scope.is_all(), scope.units_json());
    tx.all(&COUNTS, params![now, me, all, units])
}

/// The next number of a day: who opens one at the same time waits, and one not kept gives it back.
pub(crate) fn next_number(tx: &mut Tx<'_>, day: &str) -> Result<i64> {
    tx.exec(&NUMBER, params![day])?;
    Ok(tx.one::<(i64,)>(&NUMBERED, params![day])?.0)
}

/// Keeps what happened, in its place.
pub(crate) fn insert_move(tx: &mut Tx<'_>, mut one: ImprovementMove) -> Result<()> {
    one.number = tx.one::<(i64,)>(&LAST_MOVE, params![one.improvement_action_id])?.0 + 1;
    tx.exec(&INSERT_MOVE, &one.values()).map(drop)
}

pub(crate) fn moves(tx: &mut Tx<'_>, id: Id<ImprovementAction>) -> Result<Vec<ImprovementMove>> {
    tx.all(&MOVES, params![id])
}
