//! What this module holds about customers: that they are members, and what happened to their points.

use kernel::{Cursor, CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{page, queries};

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let members = queries::of_customers(tx, customers)?;
    let first = Cursor { key: i64::MAX, id: "~".into() };
    let entries = queries::statement(tx, &members, &first, i64::from(i32::MAX))?;
    let transitions = queries::transitions(tx, &members)?;
    Ok(json!({ "members": members, "entries": entries, "tier_transitions": transitions }))
}

/// Birthdays and words go, and the ways to their page; the ledger stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    page::shut(tx, customers)?;
    queries::forget(tx, customers)
}
