//! SMPP 3.4: what goes over the line, who holds it, and how messages get on it.

mod alphabet;
mod inbox;
mod link;
mod pdu;
mod queue;
mod receipt;
mod session;
mod status;

pub use alphabet::Alphabet;
pub(crate) use alphabet::cut;
pub(crate) use inbox::gather_late;
pub(crate) use link::{Links, start};
pub(crate) use queue::SmppDriver;
