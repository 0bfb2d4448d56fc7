//! The words every other crate speaks. No I/O lives here.

mod actor;
mod check;
mod error;
mod id;
mod money;
mod page;
mod permit;
mod ratio;
mod rng;
mod time;

pub use actor::{Actor, Origin, Staff, Visitor};
pub use check::Check;
pub use error::{Code, Error, FieldError, Params, Result};
pub use id::{Channel, ChannelId, Customer, CustomerId, Id, Noun, Queue, QueueId, Unit, UnitId, User, UserId};
pub use money::Money;
pub use page::{Cursor, Page, PageQuery};
pub use permit::{Owned, Permit, Reach, Scope};
pub use ratio::Ratio;
pub use rng::Rng;
pub use time::{Clock, Timestamp};

/// Bytes as lower-case hexadecimal digits, two each.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    data_encoding::HEXLOWER.encode(bytes.as_ref())
}
