//! What other modules and tests call.

use conversations::ConversationId;
use kernel::Result;
use store::Tx;

use crate::derive;
pub use crate::derive::Run;

/// More is said in no conversation that is reckoned.
pub(crate) const MESSAGES: i64 = 10_000;

/// The clocks of a conversation towards answers, reckoned from its transcript, its terms and the calendar
/// alone: what the stored moments and misses must agree with.
///
/// # Errors
/// [`kernel::Error::NotFound`] without it.
pub fn reckoned(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Run>> {
    let conversation = conversations::api::get(tx, id)?;
    let Some(terms) = conversation.terms.clone() else { return Ok(Vec::new()) };
    let (calendar, now) = (settings::api::calendar(tx)?, tx.now());
    let messages = conversations::api::transcript(tx, id, 0, MESSAGES)?;
    Ok(derive::runs(&conversation, &messages, &terms, &calendar, now))
}
