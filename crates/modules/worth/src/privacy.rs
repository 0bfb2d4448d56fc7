//! What this module holds about customers: what they are worth, where they stood, what they said to an offer.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{queries, win_backs};

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let worth = queries::of(tx, customers)?;
    let steps = queries::steps_of(tx, customers)?;
    let attempts = win_backs::of(tx, customers)?;
    serde_json::to_value(json!({"worth": worth, "lifecycle": steps, "win_backs": attempts})).map_err(Error::internal)
}

/// What was foretold of them goes, and what they said; that somebody moved, and came back or not, stays in the counts.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::forget(tx, customers)?;
    win_backs::forget(tx, customers)
}
