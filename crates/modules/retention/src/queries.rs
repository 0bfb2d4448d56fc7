//! All SQL of this module.

use kernel::Result;
use store::{Record, Tx, params, sql};

use crate::{codes, model::RetentionTerm};

sql! {
    INSERT(RetentionTerm) = "INSERT INTO retention_terms ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(RetentionTerm) = "UPDATE retention_terms SET {sets} WHERE id = $1 AND version = $11 - 1";
    LOOKED = "UPDATE retention_terms SET emptied = $2, held = $3, looked_at = $4 WHERE id = $1";
    FIND(RetentionTerm) = "SELECT {cols} FROM retention_terms WHERE kind = $1 AND channel = $2";
    LOCK(RetentionTerm) = "SELECT {cols} FROM retention_terms WHERE kind = $1 AND channel = $2 FOR UPDATE";
    ALL(RetentionTerm) = "SELECT {cols} FROM retention_terms ORDER BY kind, channel";
}

/// Keeps a term that was set.
///
/// # Errors
/// `retention.stale` when somebody else set it meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, term: &RetentionTerm) -> Result<()> {
    let statement = if term.version == 1 { &INSERT } else { &UPDATE };
    tx.exec_one(statement, &term.values(), codes::STALE)
}

/// Keeps what a look came to; whoever sets the term meanwhile is not in its way.
pub(crate) fn looked(tx: &mut Tx<'_>, term: &RetentionTerm) -> Result<()> {
    tx.exec(&LOOKED, params![term.id, term.emptied, term.held, term.looked_at]).map(drop)
}

pub(crate) fn find(tx: &mut Tx<'_>, kind: &str, channel: &str) -> Result<Option<RetentionTerm>> {
    tx.maybe(&FIND, params![kind, channel])
}

pub(crate) fn lock(tx: &mut Tx<'_>, kind: &str, channel: &str) -> Result<RetentionTerm> {
    tx.one(&LOCK, params![kind, channel])
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<RetentionTerm>> {
    tx.all(&ALL, params![])
}
