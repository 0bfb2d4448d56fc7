//! All SQL of this module.

use kernel::{Cursor, Id, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Columns, Import, ImportRefusal},
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

    MATCH = "SELECT columns FROM import_matches WHERE headings = $1";
    KEEP_MATCH = "INSERT INTO import_matches (headings, columns, at) VALUES ($1, $2, $3)
        ON CONFLICT (headings) DO UPDATE SET columns = excluded.columns, at = excluded.at";
}

pub(crate) fn insert(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    tx.exec(&INSERT, &import.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    match tx.exec(&UPDATE, &import.values())? {
        1 => Ok(()),
        _ => Err(codes::STALE.conflict()),
    }
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

/// What the columns under these headings were last time.
pub(crate) fn known_columns(tx: &mut Tx<'_>, headings: &str) -> Result<Option<Columns>> {
    Ok(tx.maybe::<(Columns,)>(&MATCH, params![headings])?.map(|(columns,)| columns))
}

pub(crate) fn keep_columns(tx: &mut Tx<'_>, headings: &str, columns: &Columns) -> Result<()> {
    let now = tx.now();
    tx.exec(&KEEP_MATCH, params![headings, columns, now]).map(drop)
}
