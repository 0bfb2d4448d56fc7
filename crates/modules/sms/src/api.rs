//! What other modules call.

pub mod visits;
pub mod ways;

use kernel::{ChannelId, Check, CustomerId, Id, Result};
use store::Tx;

use crate::{
    Sms, codes,
    model::{self, Purpose},
    queries, single,
};

/// A single text message to a customer, outside any conversation.
#[derive(Clone, Debug)]
pub struct NewSms {
    /// By which channel, one of text messages.
    pub channel: ChannelId,
    /// To whom: at the phone number they are known by.
    pub customer: CustomerId,
    /// What it says: 1 to 600 characters. The channel's prefix goes before it.
    pub text: String,
    /// What the sender calls it: up to 100 characters, in the fact [`crate::events::SmsChanged`] too. No name of anybody.
    pub reference: String,
}

/// Lets a text message go once this transaction has committed. What became of it is told by
/// [`crate::events::SmsChanged`]. An answer finds the customer it was sent to. Who writes that they want none
/// before it went does not get it.
///
/// # Errors
/// `sms.opted_out` for whoever wants none by this channel; `sms.no_phone` for whoever is known by no number;
/// [`kernel::Error::Invalid`]; [`kernel::Error::NotFound`] without the channel or the customer.
pub fn send(tx: &mut Tx<'_>, new: &NewSms) -> Result<Id<Sms>> {
    Check::new().text("text", &new.text, 1..=600).text("reference", &new.reference, 0..=100).done()?;
    queries::find(tx, new.channel)?;
    let customer = customers::api::get(tx, new.customer)?;
    let phone = customer.phone.ok_or_else(|| codes::NO_PHONE.conflict())?;
    if is_opted_out(tx, new.channel, &phone)? {
        return Err(codes::OPTED_OUT.conflict());
    }
    delivery::api::is(tx, new.channel, &phone, customer.id)?;
    let who = (Some(customer.id), phone.as_str());
    single::wait(tx, new.channel, who, Purpose::Notice, (&new.text, &new.reference))
}

/// Whether the owner of this number, in its one spelling, wants no messages by this channel.
///
/// # Errors
/// From the database.
pub fn is_opted_out(tx: &mut Tx<'_>, channel: ChannelId, phone: &str) -> Result<bool> {
    Ok(queries::opt_out(tx, channel, &model::mark(channel, phone))?.is_some())
}

/// Where a single message stands.
///
/// # Errors
/// [`kernel::Error::NotFound`] without it.
pub fn get(tx: &mut Tx<'_>, id: Id<Sms>) -> Result<Sms> {
    queries::sms(tx, id)
}

/// How many parts a text takes on this channel, each of which costs.
///
/// # Errors
/// [`kernel::Error::NotFound`] without the channel.
pub fn parts(tx: &mut Tx<'_>, channel: ChannelId, text: &str) -> Result<usize> {
    let gateway = queries::find(tx, channel)?;
    Ok(crate::smpp::cut(&gateway.worded(text), gateway.alphabet).1.len())
}
