//! What this module holds about customers: what speaks for opportunities, and what was written of one's own.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{
    model::OpportunityEvidence,
    queries::{self, json as ids},
};

sql! {
    OF(OpportunityEvidence) = "SELECT {cols} FROM opportunity_evidence
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    EMPTY = "UPDATE opportunities SET title = service, estimate = '', next_step = NULL, reason = NULL, version = version + 1
        WHERE kind = 'single' AND id IN (SELECT opportunity_id FROM opportunity_evidence
            WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";
    EMPTY_STEPS = "UPDATE opportunity_steps SET words = NULL
        WHERE opportunity_id IN (SELECT id FROM opportunities WHERE kind = 'single' AND id IN (
            SELECT opportunity_id FROM opportunity_evidence
            WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))))";
    FORGET = "DELETE FROM opportunity_evidence
        WHERE opportunity_id IS NULL AND customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let evidence: Vec<OpportunityEvidence> = tx.all(&OF, params![ids(customers)])?;
    let theirs = queries::about(tx, customers)?;
    let theirs: Vec<Value> = theirs
        .iter()
        .map(|one| json!({ "id": one.id, "title": one.title, "service": one.service, "stage": one.stage, "created_at": one.created_at }))
        .collect();
    Ok(json!({ "opportunities": theirs, "evidence": evidence }))
}

/// Empties what was written of one customer's own opportunities, and forgets what waits. What was said is quoted from
/// where it stands, so it goes with that; that somebody wanted something stays a number.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY_STEPS, params![ids(customers)])?;
    tx.exec(&EMPTY, params![ids(customers)])?;
    tx.exec(&FORGET, params![ids(customers)]).map(drop)
}
