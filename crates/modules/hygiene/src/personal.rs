//! What this module holds about customers: whether they were reached, and who made sure of what is known.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// More than was ever heard of one number.
const MOST: i64 = 10_000;

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut points = Vec::new();
    for point in queries::points(tx, customers)? {
        let signals = queries::signals(tx, point.id, MOST)?;
        points.push(json!({ "contact_point": point, "signals": signals }));
    }
    Ok(json!({ "contact_points": points, "verifications": queries::verifications(tx, customers)? }))
}

/// Forgets all of it; that somebody was removed by a purge, under the id they had, stays with the purge.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::forget(tx, customers)
}
