//! What this module holds about customers: what was asked about their matters and not found.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries::gaps;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let gaps = gaps::of_customers(tx, customers)?;
    Ok(json!(gaps.iter().map(|gap| json!({"question": gap.question, "at": gap.created_at})).collect::<Vec<_>>()))
}

pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    gaps::empty(tx, customers)
}
