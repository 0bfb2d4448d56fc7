//! What carries text messages: one seam, two ways of speaking.

use delivery::{Carried, Delivery, DeliveryState, Refused, Why, api::Named};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{ChannelId, Error, Id, Result};
use store::Tx;

use crate::{
    Sms,
    model::{Driver, Setup, SmsState},
    signed::HttpDriver,
    single,
    smpp::SmppDriver,
};

/// A message that goes out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// The same in every attempt.
    pub id: String,
    /// To which number, in its one spelling.
    pub phone: String,
    /// What it says, with what goes before it.
    pub text: String,
}

/// How messages are handed to a gateway.
pub(crate) trait Gateway: Send + Sync {
    /// Hands a message over; after a crash a second time, under the same id.
    fn send<'a>(
        &'a self,
        app: &'a App,
        setup: &'a Setup,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Carried, Refused>>;

    /// Whether it lets us in. Nothing is sent to anybody.
    fn probe<'a>(&'a self, app: &'a App, setup: &'a Setup) -> BoxFuture<'a, Result<(), Why>>;
}

/// The one that speaks so.
pub(crate) fn of(driver: Driver) -> &'static dyn Gateway {
    match driver {
        Driver::Http => &HttpDriver,
        Driver::Smpp => &SmppDriver,
    }
}

/// Notes what a gateway says became of a message, by our id of it; answers where it stands, none for one this
/// channel did not carry.
pub(crate) fn progress(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    id: &str,
    state: DeliveryState,
    said: &str,
) -> Result<Option<DeliveryState>> {
    if let Ok(id) = id.parse::<Id<Sms>>() {
        return match crate::queries::sms(tx, id) {
            Ok(sms) if sms.channel_id == channel => Ok(Some(match single::progress(tx, id, state)?.state {
                SmsState::Waiting => DeliveryState::Waiting,
                SmsState::Sent => DeliveryState::Sent,
                SmsState::Delivered => DeliveryState::Delivered,
                SmsState::Failed => DeliveryState::Failed,
            })),
            Ok(_) | Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        };
    }
    let Ok(id) = id.parse::<Id<Delivery>>() else { return Ok(None) };
    match delivery::api::progress(tx, channel, Named::Ours(id), state, Some(&Why::new("receipt", said))) {
        Ok(delivery) => Ok(Some(delivery.state)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
