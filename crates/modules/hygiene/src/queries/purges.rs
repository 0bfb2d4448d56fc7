//! The SQL of purges.

use kernel::{Cursor, Id, Result, Scope};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Purge, PurgeItem, PurgeItemState},
};

sql! {
    INSERT(Purge) = "INSERT INTO purges ({cols}) VALUES ({vals})";
    UPDATE(Purge) = "UPDATE purges SET {sets} WHERE id = $1 AND version = $18 - 1";
    FIND(Purge) = "SELECT {cols} FROM purges WHERE id = $1";
    LOCK(Purge) = "SELECT {cols} FROM purges WHERE id = $1 FOR UPDATE";
    LIST(Purge) = "SELECT {cols} FROM purges WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $6";

    INSERT_ITEMS(PurgeItem) = "INSERT INTO purge_items ({cols}) VALUES {rows}";
    SETTLE = "UPDATE purge_items SET state = $3, why = $4, at = $5 WHERE purge_id = $1 AND place = $2";
    NEXT(PurgeItem) = "SELECT {cols} FROM purge_items WHERE purge_id = $1 AND place > $2 ORDER BY place LIMIT 1";
    ITEMS(PurgeItem) = "SELECT {cols} FROM purge_items WHERE purge_id = $1 AND place > $2 ORDER BY place LIMIT $3";
    ITEMS_IN(PurgeItem) = "SELECT {cols} FROM purge_items
        WHERE purge_id = $1 AND place > $2 AND state = $4 ORDER BY place LIMIT $3";
}

pub(crate) fn insert(tx: &mut Tx<'_>, purge: &Purge, items: &[PurgeItem]) -> Result<()> {
    tx.exec(&INSERT, &purge.values())?;
    tx.exec_rows(&INSERT_ITEMS, &items.iter().map(PurgeItem::values).collect::<Vec<_>>())
}

pub(crate) fn save(tx: &mut Tx<'_>, purge: &Purge) -> Result<()> {
    tx.exec_one(&UPDATE, &purge.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Purge>) -> Result<Purge> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Purge>) -> Result<Purge> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<Purge>> {
    tx.all(&LIST, params![before.key, before.id, scope.is_all(), scope.own(), scope.units_json(), limit])
}

/// The one behind this place.
pub(crate) fn next(tx: &mut Tx<'_>, id: Id<Purge>, place: i64) -> Result<Option<PurgeItem>> {
    tx.maybe(&NEXT, params![id, place])
}

pub(crate) fn settle(tx: &mut Tx<'_>, item: &PurgeItem) -> Result<()> {
    tx.exec(&SETTLE, params![item.purge_id, item.place, item.state, item.why, item.at]).map(drop)
}

/// Those behind this place, in order; of one state, if told.
pub(crate) fn items(
    tx: &mut Tx<'_>,
    id: Id<Purge>,
    place: i64,
    limit: i64,
    state: Option<PurgeItemState>,
) -> Result<Vec<PurgeItem>> {
    match state {
        Some(state) => tx.all(&ITEMS_IN, params![id, place, limit, state]),
        None => tx.all(&ITEMS, params![id, place, limit]),
    }
}
