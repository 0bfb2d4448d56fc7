//! All SQL of this module.

use kernel::{Cursor, Result, Scope, Timestamp};
use store::{Tx, params, sql};

use crate::model::AuditEntry;

sql! {
    pub(crate) INSERT(AuditEntry) = "INSERT INTO audit_entries ({cols}) VALUES ({vals})";
    LIST(AuditEntry) = "
        SELECT {cols} FROM audit_entries
        WHERE (at, id) < ($1, $2)
          AND (CAST($3 AS TEXT) IS NULL OR subject_id = $3)
          AND (CAST($4 AS TEXT) IS NULL OR actor_id = $4)
          AND (CAST($5 AS TEXT) IS NULL OR action = $5)
          AND at >= $6 AND at < $7
        ORDER BY at DESC, id DESC LIMIT $8";
}

/// What a reader of the trail looks for.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub subject: Option<String>,
    pub actor: Option<String>,
    pub action: Option<String>,
    pub from: Timestamp,
    pub to: Timestamp,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    _all: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let Filter { subject, actor, action, from, to } = filter;
    tx.all(&LIST, params![before.key, before.id, subject, actor, action, from, to, limit])
}
