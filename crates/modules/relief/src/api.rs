//! What goes on by itself.

use conversations::ConversationId;
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

/// Whether a contact in this conversation was marked as abusive, and that was not taken back.
///
/// # Errors
/// From the database.
pub fn is_abusive(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool> {
    Ok(queries::of_conversation(tx, id)?.iter().any(|one| one.taken_back_at.is_none()))
}
