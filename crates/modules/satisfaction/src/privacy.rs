//! What this module holds about customers: what they thought.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::Tx;

use crate::queries;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    serde_json::to_value(queries::of_customers(tx, customers)?).map_err(Error::internal)
}

/// Their names and words go, and links with them; the scores stay in the figures.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::empty(tx, customers)
}
