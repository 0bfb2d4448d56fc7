//! What other modules call.

use kernel::{ChannelId, Check, CustomerId, Error, Id, Result};
use store::Tx;

use crate::{
    codes,
    letter::Mailer,
    model::{Direction, Mail},
    queries, send,
};

/// What the house tells a customer by itself, outside any conversation: a number, a link, a code.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// By the mailbox of this channel.
    pub channel: ChannelId,
    /// To whom: at the address they are known by.
    pub customer: CustomerId,
    /// Its subject: 1 to 150 characters.
    pub subject: &'a str,
    /// What it says: 1 to 5,000 characters. The mailbox's signature goes below.
    pub text: &'a str,
}

/// Lets a notice go once this transaction has committed. It is kept for 90 days. What is answered to it is a mail like
/// any other.
///
/// # Errors
/// `mail.no_address` for whoever is known by no address; [`kernel::Error::Invalid`]; [`kernel::Error::NotFound`] without
/// the mailbox or the customer.
pub fn notify(tx: &mut Tx<'_>, new: &NewNotice<'_>) -> Result<()> {
    Check::new().text("subject", new.subject, 1..=150).text("text", new.text, 1..=5_000).done()?;
    let mailbox = queries::of_channel(tx, new.channel)?.ok_or(Error::NotFound)?;
    let customer = customers::api::get(tx, new.customer)?;
    let address = customer.email.ok_or_else(|| codes::NO_ADDRESS.conflict())?;
    let to = Mailer { name: customer.name, address };
    send::notify(tx, &mailbox, (customer.id, to), (new.subject, new.text))
}

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
