//! All SQL about the wall and its rewards.

use kernel::{Cursor, Id, Money, Result, Scope, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{FeedbackItem, Recognition, RecognitionKind, RewardBudget},
};

/// Whether it lies within a scope: `$3 $4 $5`.
macro_rules! within {
    () => {
        "(CAST($3 AS BOOLEAN) OR person_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))"
    };
}

/// As lists of items: `$1 $2` the cursor, `$3 $4 $5` the scope, `$6` person, `$7` kind, `$8` month, `$9` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM recognitions WHERE ",
            $lead,
            " AND (at, id) < ($1, $2) AND ",
            within!(),
            " AND (CAST($6 AS TEXT) IS NULL OR person_id = $6)
              AND (CAST($7 AS TEXT) IS NULL OR kind = $7)
              AND (CAST($8 AS TEXT) IS NULL OR month = $8)
              ORDER BY at DESC, id DESC LIMIT $9"
        )
    };
}

sql! {
    INSERT(Recognition) = "INSERT INTO recognitions ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(Recognition) = "UPDATE recognitions SET {sets} WHERE id = $1 AND version = $18 - 1";
    LOCK(Recognition) = "SELECT {cols} FROM recognitions WHERE id = $1 FOR UPDATE";
    OF_ITEM(Recognition) = "SELECT {cols} FROM recognitions WHERE feedback_item_id = $1";
    COUNT = "SELECT count(*) FROM recognitions WHERE month = $1
        AND (CAST($2 AS TEXT) IS NULL OR unit_id IN (SELECT value FROM json_each(CAST($2 AS TEXT))))";
    REMOVE = "DELETE FROM recognitions WHERE id = $1";
    EMPTY = "UPDATE recognitions SET words = '—', version = version + 1 WHERE feedback_item_id = $1";

    ALL(Recognition) = list!("id <> ''");
    OF_PERSON(Recognition) = list!("person_id = $6");

    LATEST(Recognition) = "SELECT {cols} FROM recognitions WHERE person_id IS NOT NULL ORDER BY at DESC, id DESC LIMIT $1";
    // In the order of the month, then of all there ever was: a tie keeps the older name first.
    STANDINGS = concat!("SELECT person_id, max(person_name), count(*), count(CASE WHEN month = $1 THEN 1 END),
            COALESCE(CAST(SUM(CASE WHEN month = $1 THEN reward END) AS BIGINT), 0)
        FROM recognitions WHERE person_id IS NOT NULL AND at <= $2 AND ", within!(),
        " GROUP BY person_id ORDER BY 4 DESC, 3 DESC, 1 LIMIT 200");
    OF_ME = "SELECT count(*), count(CASE WHEN month = $2 THEN 1 END),
            COALESCE(CAST(SUM(CASE WHEN month = $2 THEN reward END) AS BIGINT), 0)
        FROM recognitions WHERE person_id = $1";

    BUDGETS(RewardBudget) = "SELECT {cols} FROM reward_budgets WHERE month = $1
        AND (CAST($2 AS BOOLEAN) OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))) ORDER BY unit_id LIMIT 500";
    BUDGET(RewardBudget) = "SELECT {cols} FROM reward_budgets WHERE unit_id = $1 AND month = $2 FOR UPDATE";
    INSERT_BUDGET(RewardBudget) = "INSERT INTO reward_budgets ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_BUDGET(RewardBudget) = "UPDATE reward_budgets SET {sets} WHERE id = $1 AND version = $7 - 1";
}

/// Which of the wall; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct WallFilter {
    pub person: Option<UserId>,
    pub kind: Option<RecognitionKind>,
    pub month: Option<String>,
}

/// What somebody has on the wall.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub person_id: UserId,
    pub person_name: String,
    pub total: i64,
    pub month: i64,
    pub rewards: Money,
}

/// How often somebody of these units, or anybody, was praised in a month.
pub(crate) fn count(tx: &mut Tx<'_>, month: &str, units: Option<&[UnitId]>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT, params![month, units.map(|units| serde_json::json!(units).to_string())])?.0)
}

/// Keeps it; one praise stands there once.
pub(crate) fn insert(tx: &mut Tx<'_>, one: &Recognition) -> Result<bool> {
    Ok(tx.exec(&INSERT, &one.values())? == 1)
}

pub(crate) fn save(tx: &mut Tx<'_>, one: &Recognition) -> Result<()> {
    tx.exec_one(&UPDATE, &one.values(), codes::STALE)
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Recognition>) -> Result<Recognition> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn of_item(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<Option<Recognition>> {
    tx.maybe(&OF_ITEM, params![id])
}

/// Takes it off the wall.
pub(crate) fn remove(tx: &mut Tx<'_>, id: Id<Recognition>) -> Result<()> {
    tx.exec(&REMOVE, params![id]).map(drop)
}

/// Empties the words of what came with an item.
pub(crate) fn empty(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<()> {
    tx.exec(&EMPTY, params![id]).map(drop)
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &WallFilter,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<Recognition>> {
    let WallFilter { person, kind, month } = filter;
    let statement = if person.is_some() { &OF_PERSON } else { &ALL };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(statement, params![key, id, all, own, units, person, kind, month, limit])
}

/// The latest of somebody by name, for the demo story.
pub(crate) fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Recognition>> {
    tx.all(&LATEST, params![limit])
}

/// What people have on the wall within `scope`, as of now: in `month`, and ever.
pub(crate) fn standings(tx: &mut Tx<'_>, scope: &Scope, month: &str) -> Result<Vec<Standing>> {
    let (all, own, units, now) = (scope.is_all(), scope.own(), scope.units_json(), tx.now());
    let rows: Vec<(UserId, String, i64, i64, i64)> = tx.all(&STANDINGS, params![month, now, all, own, units])?;
    let standing = |(person_id, person_name, total, month, rewards)| Standing {
        person_id,
        person_name,
        total,
        month,
        rewards: Money(rewards),
    };
    Ok(rows.into_iter().map(standing).collect())
}

/// What one person has there: ever, in `month`, and in rewards of the month.
pub(crate) fn of_person(tx: &mut Tx<'_>, who: UserId, month: &str) -> Result<(i64, i64, i64)> {
    tx.one(&OF_ME, params![who, month])
}

/// The budgets of a month within `scope`.
pub(crate) fn budgets(tx: &mut Tx<'_>, scope: &Scope, month: &str) -> Result<Vec<RewardBudget>> {
    let (all, units) = (scope.is_all(), scope.units_json());
    tx.all(&BUDGETS, params![month, all, units])
}

/// For whoever gives from it or sets it: whoever else does waits.
pub(crate) fn budget(tx: &mut Tx<'_>, unit: UnitId, month: &str) -> Result<Option<RewardBudget>> {
    tx.maybe(&BUDGET, params![unit, month])
}

pub(crate) fn save_budget(tx: &mut Tx<'_>, budget: &RewardBudget) -> Result<()> {
    let statement = if budget.version == 1 { &INSERT_BUDGET } else { &UPDATE_BUDGET };
    tx.exec_one(statement, &budget.values(), codes::STALE)
}
