//! What this module holds about customers: contacts with them that were marked as abusive.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::Tx;

use crate::queries;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    serde_json::to_value(queries::of_customers(tx, customers)?).map_err(Error::internal)
}

/// The name and the words go; that a contact was marked, by whom and when stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::empty(tx, customers)
}
