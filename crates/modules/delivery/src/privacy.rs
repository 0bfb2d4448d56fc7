//! What this module holds about customers: what became of what was said to them.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// What became of every message to them that a channel carried.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    Ok(json!(queries::of_customers(tx, customers)?))
}

/// Forgets how they are called on the channels, and what was said of their messages. That one was
/// carried, and when, stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::forget(tx, customers)
}
