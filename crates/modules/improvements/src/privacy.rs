//! What this module holds about customers: why what they complained of came about, and what it came to.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::Tx;

use crate::queries;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    serde_json::to_value(queries::analyses_of(tx, customers)?).map_err(Error::internal)
}

/// Empties everybody's words; the cause, who answers for it and what it took stay, for the figures.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for before in queries::analyses_of(tx, customers)? {
        queries::save_analysis(tx, &before.emptied())?;
    }
    Ok(())
}
