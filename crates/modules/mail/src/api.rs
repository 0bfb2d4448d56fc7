//! What other modules call.

use kernel::{CustomerId, Id, Result};
use store::Tx;

use crate::{
    model::{Direction, Mail},
    queries,
};

/// Whose a mail is, and the address at their end: of one that came who wrote it, of one that went whom it was for first.
/// None of one that is nobody's, or was emptied.
///
/// # Errors
/// [`kernel::Error::NotFound`] without the mail.
pub fn far_end(tx: &mut Tx<'_>, id: Id<Mail>) -> Result<Option<(CustomerId, String)>> {
    let mail = queries::mail(tx, id)?;
    let address = match mail.direction {
        Direction::In => Some(mail.sender.address),
        Direction::Out => mail.recipients.0.into_iter().next().map(|first| first.address),
    };
    Ok(mail.customer_id.zip(address.filter(|address| !address.is_empty())))
}
