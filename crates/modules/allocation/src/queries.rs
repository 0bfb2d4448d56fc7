//! All SQL of this module.

use kernel::{Cursor, Id, Result, Scope, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{AllocationRun, AllocationWhy, Move, MoveState},
};

sql! {
    INSERT(AllocationRun) = "INSERT INTO allocation_runs ({cols}) VALUES ({vals})";
    UPDATE(AllocationRun) = "UPDATE allocation_runs SET {sets} WHERE id = $1 AND version = $15 - 1";
    FIND(AllocationRun) = "SELECT {cols} FROM allocation_runs WHERE id = $1";
    LOCK(AllocationRun) = "SELECT {cols} FROM allocation_runs WHERE id = $1 FOR UPDATE";
    LIST(AllocationRun) = "
        SELECT {cols} FROM allocation_runs
        WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $6";

    INSERT_MOVES(Move) = "INSERT INTO allocation_moves ({cols}) VALUES {rows}";
    CLEAR = "DELETE FROM allocation_moves WHERE run_id = $1";
    MOVES(Move) = "SELECT {cols} FROM allocation_moves WHERE run_id = $1 AND place > $2 ORDER BY place LIMIT $3";
    MOVES_TO(Move) = "SELECT {cols} FROM allocation_moves
        WHERE run_id = $1 AND place > $2 AND to_id = $4 ORDER BY place LIMIT $3";
    MOVES_WHY(Move) = "SELECT {cols} FROM allocation_moves
        WHERE run_id = $1 AND place > $2 AND why = $4 ORDER BY place LIMIT $3";
    SET_STATE = "UPDATE allocation_moves SET state = $3 WHERE run_id = $1
        AND place IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))";
}

pub(crate) fn insert(tx: &mut Tx<'_>, run: &AllocationRun) -> Result<()> {
    tx.exec(&INSERT, &run.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, run: &AllocationRun) -> Result<()> {
    tx.exec_one(&UPDATE, &run.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<AllocationRun>) -> Result<AllocationRun> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<AllocationRun>) -> Result<AllocationRun> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<AllocationRun>> {
    let units = scope.units_json();
    tx.all(&LIST, params![before.key, before.id, scope.is_all(), scope.own(), units, limit])
}

pub(crate) fn insert_moves(tx: &mut Tx<'_>, moves: &[Move]) -> Result<()> {
    tx.exec_rows(&INSERT_MOVES, &moves.iter().map(Move::values).collect::<Vec<_>>())
}

/// Forgets what was worked out.
pub(crate) fn clear(tx: &mut Tx<'_>, id: Id<AllocationRun>) -> Result<()> {
    tx.exec(&CLEAR, params![id]).map(drop)
}

/// Those behind `place`, in order.
pub(crate) fn moves(tx: &mut Tx<'_>, id: Id<AllocationRun>, place: i64, limit: i64) -> Result<Vec<Move>> {
    tx.all(&MOVES, params![id, place, limit])
}

/// As [`moves`], to this person.
pub(crate) fn moves_to(
    tx: &mut Tx<'_>,
    id: Id<AllocationRun>,
    place: i64,
    limit: i64,
    to: UserId,
) -> Result<Vec<Move>> {
    tx.all(&MOVES_TO, params![id, place, limit, to])
}

/// As [`moves`], for this reason.
pub(crate) fn moves_why(
    tx: &mut Tx<'_>,
    id: Id<AllocationRun>,
    place: i64,
    limit: i64,
    why: AllocationWhy,
) -> Result<Vec<Move>> {
    tx.all(&MOVES_WHY, params![id, place, limit, why])
}

/// What became of these.
pub(crate) fn set_state(tx: &mut Tx<'_>, id: Id<AllocationRun>, places: &[i64], state: MoveState) -> Result<()> {
    match places {
        [] => Ok(()),
        places => tx.exec(&SET_STATE, params![id, serde_json::json!(places).to_string(), state]).map(drop),
    }
}
