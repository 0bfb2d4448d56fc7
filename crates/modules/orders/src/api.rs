//! What other modules call.

use kernel::{CustomerId, Result};
use store::Tx;

use crate::{model::Order, queries};
pub use crate::{policy::READ, taking::take_in};

/// Everything that these ids ordered, oldest first; aliases are asked for by their own ids. For modules that did
/// their own check.
///
/// # Errors
/// From the database.
pub fn of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Order>> {
    let mut orders = queries::of_people(tx, ids)?;
    orders.sort_by_key(|order| (order.placed_at, order.id));
    Ok(orders)
}
