//! All SQL of this module.

use kernel::{Cursor, CustomerId, Id, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Columns, Import, ImportRefusal, ImportWrite, Written},
};

sql! {
    INSERT(Import) = "INSERT INTO imports ({cols}) VALUES ({vals})";
    UPDATE(Import) = "UPDATE imports SET {sets} WHERE id = $1 AND version = $20 - 1";
    FIND(Import) = "SELECT {cols} FROM imports WHERE id = $1";
    LOCK(Import) = "SELECT {cols} FROM imports WHERE id = $1 FOR UPDATE";
    LIST(Import) = "
        SELECT {cols} FROM imports
        WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $6";
    ENDED(Import) = "SELECT {cols} FROM imports WHERE ended_at < $1 ORDER BY ended_at, id LIMIT 100";
    FORGOTTEN(Import) = "SELECT {cols} FROM imports WHERE ended_at IS NULL AND created_at < $1 ORDER BY created_at, id LIMIT 100";
    DELETE = "DELETE FROM imports WHERE id = $1";

    INSERT_REFUSALS(ImportRefusal) = "INSERT INTO import_refusals ({cols}) VALUES {rows}";
    REFUSALS(ImportRefusal) = "SELECT {cols} FROM import_refusals WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3";
    DELETE_REFUSALS = "DELETE FROM import_refusals WHERE import_id = $1";

    PUT_WRITES(ImportWrite) = "INSERT INTO import_writes ({cols}) VALUES {rows} ON CONFLICT (import_id, customer_id) DO UPDATE SET
        line = excluded.line, created = excluded.created, version = excluded.version, written = excluded.written,
        outcome = excluded.outcome, reasons = excluded.reasons";
    WRITES_TO(ImportWrite) = "SELECT {cols} FROM import_writes
        WHERE import_id = $1 AND customer_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
    OPEN_WRITES(ImportWrite) = "SELECT {cols} FROM import_writes WHERE import_id = $1 AND outcome IS NULL ORDER BY customer_id LIMIT $2";
    COUNT_OPEN = "SELECT COUNT(*) FROM import_writes WHERE import_id = $1 AND outcome IS NULL";
    SETTLED(ImportWrite) = "SELECT {cols} FROM import_writes
        WHERE import_id = $1 AND outcome IS NOT NULL AND (NOT CAST($2 AS BOOLEAN) OR outcome IN ('kept', 'partly'))
          AND (line, customer_id) > ($3, $4) ORDER BY line, customer_id LIMIT $5";
    WRITES_OF(ImportWrite) = "SELECT {cols} FROM import_writes
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY import_id, customer_id";
    ERASE_WRITES = "UPDATE import_writes SET written = $2
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    DELETE_WRITES = "DELETE FROM import_writes WHERE import_id = $1";

    MATCH = "SELECT columns FROM import_matches WHERE headings = $1";
    KEEP_MATCH = "INSERT INTO import_matches (headings, columns, at) VALUES ($1, $2, $3)
        ON CONFLICT (headings) DO UPDATE SET columns = excluded.columns, at = excluded.at";
}

pub(crate) fn insert(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    tx.exec(&INSERT, &import.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    tx.exec_one(&UPDATE, &import.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Import>) -> Result<Import> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Import>) -> Result<Import> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<Import>> {
    let units = scope.units_json();
    tx.all(&LIST, params![before.key, before.id, scope.is_all(), scope.own(), units, limit])
}

/// Some of those that nobody will look at any more: over, or begun and left lying, before `at`.
pub(crate) fn old(tx: &mut Tx<'_>, at: Timestamp) -> Result<Vec<Import>> {
    let mut old: Vec<Import> = tx.all(&ENDED, params![at])?;
    old.extend(tx.all::<Import>(&FORGOTTEN, params![at])?);
    Ok(old)
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<Import>) -> Result<()> {
    clear(tx, id)?;
    tx.exec(&DELETE_WRITES, params![id])?;
    tx.exec(&DELETE, params![id]).map(drop)
}

pub(crate) fn insert_refusals(tx: &mut Tx<'_>, refusals: &[ImportRefusal]) -> Result<()> {
    tx.exec_rows(&INSERT_REFUSALS, &refusals.iter().map(ImportRefusal::values).collect::<Vec<_>>())
}

/// Those behind `line`, in the file's order.
pub(crate) fn refusals(tx: &mut Tx<'_>, id: Id<Import>, line: i64, limit: i64) -> Result<Vec<ImportRefusal>> {
    tx.all(&REFUSALS, params![id, line, limit])
}

/// Forgets the lines that were refused.
pub(crate) fn clear(tx: &mut Tx<'_>, id: Id<Import>) -> Result<()> {
    tx.exec(&DELETE_REFUSALS, params![id]).map(drop)
}

/// Notes what an import wrote, or what became of it.
pub(crate) fn put_writes(tx: &mut Tx<'_>, writes: &[ImportWrite]) -> Result<()> {
    tx.exec_rows(&PUT_WRITES, &writes.iter().map(ImportWrite::values).collect::<Vec<_>>())
}

/// What an import wrote to these.
pub(crate) fn writes_to(tx: &mut Tx<'_>, id: Id<Import>, of: &[CustomerId]) -> Result<Vec<ImportWrite>> {
    tx.all(&WRITES_TO, params![id, ids(of)])
}

/// Some of what an import wrote and nobody has taken back yet.
pub(crate) fn open_writes(tx: &mut Tx<'_>, id: Id<Import>, limit: i64) -> Result<Vec<ImportWrite>> {
    tx.all(&OPEN_WRITES, params![id, limit])
}

/// How much that is.
pub(crate) fn count_open(tx: &mut Tx<'_>, id: Id<Import>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT_OPEN, params![id])?.0)
}

/// What became of what it wrote, in the file's order behind a place, or only where something stays.
pub(crate) fn settled(
    tx: &mut Tx<'_>,
    id: Id<Import>,
    stays: bool,
    (line, customer): (i64, &str),
    limit: i64,
) -> Result<Vec<ImportWrite>> {
    tx.all(&SETTLED, params![id, stays, line, customer, limit])
}

/// What imports wrote to these.
pub(crate) fn writes_of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<ImportWrite>> {
    tx.all(&WRITES_OF, params![ids(of)])
}

/// Forgets what stood where imports wrote to these.
pub(crate) fn erase_writes(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE_WRITES, params![ids(of), Written::default()]).map(drop)
}

fn ids(of: &[CustomerId]) -> String {
    serde_json::json!(of).to_string()
}

/// What the columns under these headings were last time.
pub(crate) fn known_columns(tx: &mut Tx<'_>, headings: &str) -> Result<Option<Columns>> {
    Ok(tx.maybe::<(Columns,)>(&MATCH, params![headings])?.map(|(columns,)| columns))
}

pub(crate) fn keep_columns(tx: &mut Tx<'_>, headings: &str, columns: &Columns) -> Result<()> {
    let now = tx.now();
    tx.exec(&KEEP_MATCH, params![headings, columns, now]).map(drop)
}
