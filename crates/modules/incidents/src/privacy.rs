//! What this module holds about customers: which incidents their conversations were linked to.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::Tx;

use crate::queries;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    serde_json::to_value(queries::of_customers(tx, customers)?).map_err(Error::internal)
}

/// Nothing here is personal: that a conversation was linked stays.
pub(crate) fn erase(_tx: &mut Tx<'_>, _customers: &[CustomerId]) -> Result<()> {
    Ok(())
}
