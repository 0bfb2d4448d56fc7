//! The other sides: an SMSC that speaks SMPP over TCP, and a gateway that is called and signs. Written for themselves,
//! so that what the module writes is read by somebody else.

mod gateway;
mod smsc;

pub(crate) use gateway::HttpGateway;
pub(crate) use smsc::{Smsc, ucs2};
