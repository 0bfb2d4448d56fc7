//! What this module holds about customers: what they bought.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::Tx;

use crate::{api, queries};

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    serde_json::to_value(api::of(tx, customers)?).map_err(Error::internal)
}

/// The number, which leads to a person in the source, goes; what was bought and paid stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::forget(tx, customers)
}
