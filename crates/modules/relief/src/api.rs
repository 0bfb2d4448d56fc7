//! What goes on by itself.

use kernel::Result;
use store::Tx;

use crate::{pauses, queries};

/// Ends up to `limit` pauses whose time is up: whoever had one takes work again, unless they said otherwise
/// meanwhile. Answers how many there were.
///
/// # Errors
/// From the database.
pub fn end_due(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let due = queries::due_pauses(tx, now, limit)?;
    for pause in &due {
        pauses::end(tx, pause.clone(), now)?;
        routing::api::wake(tx, pause.user_id)?;
    }
    Ok(due.len())
}
