//! The SQL of intake, rules and stewards.

use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UserId};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{IntakeBatch, IntakeRules, IntakeSource, IntakeState, Item, RecordSteward, UpdateWay},
};

sql! {
    RULES(IntakeRules) = "SELECT {cols} FROM intake_rules WHERE id = 'rules'";
    SAVE_RULES(IntakeRules) = "UPDATE intake_rules SET {sets} WHERE id = $1 AND version = $6 - 1";

    INSERT(IntakeBatch) = "INSERT INTO intake_batches ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(IntakeBatch) = "UPDATE intake_batches SET {sets} WHERE id = $1 AND version = $15 - 1";
    FIND(IntakeBatch) = "SELECT {cols} FROM intake_batches WHERE id = $1";
    LOCK(IntakeBatch) = "SELECT {cols} FROM intake_batches WHERE id = $1 FOR UPDATE";
    OF_DAY(IntakeBatch) = "SELECT {cols} FROM intake_batches
        WHERE day = $1 AND source = $2 AND department = $3 AND owner_id = $4 FOR UPDATE";
    LIST(IntakeBatch) = "
        SELECT {cols} FROM intake_batches
        WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (CAST($6 AS TEXT) IS NULL OR state = $6)
          AND (CAST($7 AS TEXT) IS NULL OR day = $7)
          AND (CAST($8 AS TEXT) IS NULL OR source = $8)
        ORDER BY created_at DESC, id DESC LIMIT $9";

    INSERT_ITEMS(Item) = "INSERT INTO intake_items ({cols}) VALUES {rows}";
    UPDATE_ITEM(Item) = "UPDATE intake_items SET {sets} WHERE id = $1 AND version = $16 - 1";
    ITEMS(Item) = "SELECT {cols} FROM intake_items WHERE batch_id = $1 ORDER BY id";
    ITEM(Item) = "SELECT {cols} FROM intake_items WHERE id = $1 AND batch_id = $2";
    DELETE_ITEM = "DELETE FROM intake_items WHERE id = $1 AND batch_id = $2 AND state = 'open'";
    KNOWN_KEYS = "SELECT key, id FROM intake_items WHERE department = $1
        AND key IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";

    PUT_STEWARD(RecordSteward) = "INSERT INTO record_stewards ({cols}) VALUES ({vals})
        ON CONFLICT (customer_id) DO UPDATE SET steward_id = excluded.steward_id, steward_name = excluded.steward_name,
          unit_id = excluded.unit_id, client_type = excluded.client_type, named_by = excluded.named_by,
          named_at = excluded.named_at, version = record_stewards.version + 1";
    STEWARD(RecordSteward) = "SELECT {cols} FROM record_stewards WHERE customer_id = $1";
    THEIRS(RecordSteward) = "SELECT {cols} FROM record_stewards
        WHERE steward_id = $1 AND customer_id IN (SELECT value FROM json_each(CAST($2 AS TEXT))) ORDER BY customer_id";
    PUT_UPDATES = "INSERT INTO record_updates (customer_id, day, steward_id, how, at)
        VALUES {rows:TEXT,TEXT,TEXT,TEXT,BIGINT} ON CONFLICT DO NOTHING";
    LAST_DAY = "UPDATE record_stewards SET last_day = $2 WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND (last_day IS NULL OR last_day < $2)";
    KEPT(RecordSteward) = "SELECT {cols} FROM record_stewards WHERE steward_id = $1 ORDER BY customer_id";
    LEFT = "SELECT count(*) FROM record_stewards s WHERE s.steward_id = $1
        AND NOT EXISTS (SELECT 1 FROM record_updates u WHERE u.customer_id = s.customer_id AND u.day = $2)";
    KEEPING = "SELECT steward_id, count(*) FROM record_stewards GROUP BY steward_id ORDER BY steward_id";
    SUMMARY = "SELECT s.steward_id, max(s.steward_name), count(*), count(u.customer_id)
        FROM record_stewards s LEFT JOIN record_updates u ON u.customer_id = s.customer_id AND u.day = $1
        WHERE s.named_at < $2
          AND (CAST($3 AS BOOLEAN) OR s.steward_id = $4 OR s.unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        GROUP BY s.steward_id ORDER BY count(u.customer_id) - count(*), s.steward_id";
    MISSING(RecordSteward) = "SELECT {cols} FROM record_stewards s
        WHERE s.steward_id = $1 AND s.customer_id > $2 AND s.named_at < $3
          AND (CAST($4 AS BOOLEAN) OR s.steward_id = $5 OR s.unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
          AND NOT EXISTS (SELECT 1 FROM record_updates u WHERE u.customer_id = s.customer_id AND u.day = $7)
        ORDER BY s.customer_id LIMIT $8";
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<IntakeRules> {
    tx.one(&RULES, &[])
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &IntakeRules) -> Result<()> {
    tx.exec_one(&SAVE_RULES, &rules.values(), codes::STALE)
}

/// Adds a batch; false when there is one of that day.
pub(crate) fn insert(tx: &mut Tx<'_>, batch: &IntakeBatch) -> Result<bool> {
    Ok(tx.exec(&INSERT, &batch.values())? == 1)
}

pub(crate) fn save(tx: &mut Tx<'_>, batch: &IntakeBatch) -> Result<()> {
    tx.exec_one(&UPDATE, &batch.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<IntakeBatch>) -> Result<IntakeBatch> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<IntakeBatch>) -> Result<IntakeBatch> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn of_day(
    tx: &mut Tx<'_>,
    day: &str,
    source: IntakeSource,
    department: &str,
    owner: UserId,
) -> Result<Option<IntakeBatch>> {
    tx.maybe(&OF_DAY, params![day, source, department, owner])
}

/// Which batches; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<IntakeState>,
    pub day: Option<String>,
    pub source: Option<IntakeSource>,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<IntakeBatch>> {
    let Filter { state, day, source } = filter;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&LIST, params![before.key, before.id, all, own, units, state, day, source, limit])
}

pub(crate) fn insert_items(tx: &mut Tx<'_>, items: &[Item]) -> Result<()> {
    tx.exec_rows(&INSERT_ITEMS, &items.iter().map(Item::values).collect::<Vec<_>>())
}

pub(crate) fn save_item(tx: &mut Tx<'_>, item: &Item) -> Result<()> {
    tx.exec_one(&UPDATE_ITEM, &item.values(), codes::STALE)
}

pub(crate) fn items(tx: &mut Tx<'_>, batch: Id<IntakeBatch>) -> Result<Vec<Item>> {
    tx.all(&ITEMS, params![batch])
}

pub(crate) fn item(tx: &mut Tx<'_>, batch: Id<IntakeBatch>, id: Id<Item>) -> Result<Item> {
    tx.one(&ITEM, params![id, batch])
}

pub(crate) fn delete_item(tx: &mut Tx<'_>, batch: Id<IntakeBatch>, id: Id<Item>) -> Result<()> {
    match tx.exec(&DELETE_ITEM, params![id, batch])? {
        1 => Ok(()),
        _ => Err(Error::NotFound),
    }
}

/// Which of these keys a department has used before.
pub(crate) fn known_keys(tx: &mut Tx<'_>, department: &str, keys: &[&str]) -> Result<Vec<String>> {
    let keys = serde_json::json!(keys).to_string();
    Ok(tx.all::<(String, String)>(&KNOWN_KEYS, params![department, keys])?.into_iter().map(|(key, _)| key).collect())
}

pub(crate) fn put_steward(tx: &mut Tx<'_>, steward: &RecordSteward) -> Result<()> {
    tx.exec(&PUT_STEWARD, &steward.values()).map(drop)
}

pub(crate) fn steward(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<RecordSteward>> {
    tx.maybe(&STEWARD, params![customer])
}

/// Those of these customers whose file this person keeps.
pub(crate) fn theirs(tx: &mut Tx<'_>, steward: UserId, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let customers = serde_json::json!(customers).to_string();
    let rows: Vec<RecordSteward> = tx.all(&THEIRS, params![steward, customers])?;
    Ok(rows.into_iter().map(|row| row.customer_id).collect())
}

/// Whose files this person keeps.
pub(crate) fn kept_by(tx: &mut Tx<'_>, steward: UserId) -> Result<Vec<CustomerId>> {
    let rows: Vec<RecordSteward> = tx.all(&KEPT, params![steward])?;
    Ok(rows.into_iter().map(|row| row.customer_id).collect())
}

/// Notes that these files were updated on that day; the first way stays.
pub(crate) fn put_updates(
    tx: &mut Tx<'_>,
    steward: UserId,
    day: &str,
    how: UpdateWay,
    customers: &[CustomerId],
    at: Timestamp,
) -> Result<()> {
    let rows: Vec<_> = customers
        .iter()
        .map(|customer| vec![customer.to_value(), day.to_value(), steward.to_value(), how.to_value(), at.to_value()])
        .collect();
    tx.exec_rows(&PUT_UPDATES, &rows)?;
    tx.exec(&LAST_DAY, params![serde_json::json!(customers).to_string(), day]).map(drop)
}

/// How many files somebody keeps that were not updated on that day.
pub(crate) fn left(tx: &mut Tx<'_>, steward: UserId, day: &str) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&LEFT, params![steward, day])?.0)
}

/// Everybody who keeps files, and how many.
pub(crate) fn keeping(tx: &mut Tx<'_>) -> Result<Vec<(UserId, i64)>> {
    tx.all(&KEEPING, &[])
}

/// Per steward: who, their name, how many files, how many of them updated on `day`; the widest gap first.
pub(crate) fn summary(
    tx: &mut Tx<'_>,
    scope: &Scope,
    day: &str,
    until: Timestamp,
) -> Result<Vec<(UserId, String, i64, i64)>> {
    tx.all(&SUMMARY, params![day, until, scope.is_all(), scope.own(), scope.units_json()])
}

/// Files of this steward that were not updated on `day`, behind `after`.
pub(crate) fn missing(
    tx: &mut Tx<'_>,
    scope: &Scope,
    (steward, day, until): (UserId, &str, Timestamp),
    after: &str,
    limit: i64,
) -> Result<Vec<RecordSteward>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&MISSING, params![steward, after, until, all, own, units, day, limit])
}
