//! What this module holds about customers: what stood where an import wrote.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// Which imports wrote to them, and what stood there.
pub(crate) fn export(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Value> {
    let writes = queries::writes_of(tx, of)?.into_iter().map(|write| {
        json!({"import_id": write.import_id, "line": write.line, "created": write.created, "details": write.written.details})
    });
    Ok(json!({"writes": writes.collect::<Vec<_>>()}))
}

/// Empties what stood there; that an import wrote to them stays until it is forgotten.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    queries::erase_writes(tx, of)
}
