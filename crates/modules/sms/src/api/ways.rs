//! How the house writes to a customer by itself, outside any conversation: by a text message where their number is known
//! and they take such messages, by mail otherwise.

use channels::ChannelKind;
use kernel::{ChannelId, CustomerId, Error, Result};
use store::Tx;

use super::{NewSms, is_opted_out};

/// The channels it may write by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ways {
    /// One of text messages.
    pub sms: Option<ChannelId>,
    /// A mailbox's.
    pub mail: Option<ChannelId>,
}

/// Where a customer is reached.
#[derive(Clone, Debug)]
pub struct Way {
    /// By which channel.
    pub channel: ChannelId,
    /// Whether that is a mailbox's.
    pub is_mail: bool,
    /// Their number or address, in clear.
    pub to: String,
}

impl Way {
    /// Their number or address, as anybody may see it.
    pub fn masked(&self) -> String {
        if self.is_mail {
            customers::api::mask_email(&self.to)
        } else {
            customers::api::mask_phone(&self.to)
        }
    }
}

impl Ways {
    /// Whether there is one.
    pub fn any(self) -> bool {
        self.sms.or(self.mail).is_some()
    }

    /// Where this customer is reached; none where nothing of theirs is known that one of the channels leads to.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the customer.
    pub fn to(self, tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<Way>> {
        let known = customers::api::get(tx, customer)?;
        if let (Some(channel), Some(phone)) = (self.sms, known.phone)
            && !is_opted_out(tx, channel, &phone)?
        {
            return Ok(Some(Way { channel, is_mail: false, to: phone }));
        }
        Ok(self.mail.zip(known.email).map(|(channel, to)| Way { channel, is_mail: true, to }))
    }
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    /// The subject of a mail: 1 to 150 characters.
    pub subject: &'a str,
    /// What it says: 1 to 600 characters.
    pub text: &'a str,
    /// What the sender calls a text message, as in [`NewSms`].
    pub reference: String,
}

/// Lets a text message or a mail go by `channel` once this transaction has committed; answers whether it will: whoever
/// wants none, or is known by no number or address, gets none.
///
/// # Errors
/// From the database; [`Error::Invalid`].
pub fn write(tx: &mut Tx<'_>, channel: ChannelId, customer: CustomerId, words: Words<'_>) -> Result<bool> {
    let Words { subject, text, reference } = words;
    let written = match channels::api::get(tx, channel)?.kind {
        ChannelKind::Email => mail::api::notify(tx, &mail::api::NewNotice { channel, customer, subject, text }),
        _ => super::send(tx, &NewSms { channel, customer, text: text.to_owned(), reference }).map(drop),
    };
    match written {
        Ok(()) => Ok(true),
        Err(Error::Conflict(..) | Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}
