//! Gateways, the wish to be left alone, and single messages.

mod gateway;
mod message;
mod opt_out;
mod words;

pub(crate) use gateway::{Details, PARTS, Setup};
pub use gateway::{Driver, SmsGateway, SmsLink};
pub use message::{Purpose, Sms, SmsState};
pub use opt_out::{OptOut, OptOutWay};
pub(crate) use opt_out::{mark, may_go};
pub use words::Words;
