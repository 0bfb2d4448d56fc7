//! How what was committed reaches those who watch, in real time.
//!
//! A [`Hub`] hears every commit of its node, tells the connections that watch, and hands the same
//! over the [`Bus`] to the other nodes. [`serve`] carries one WebSocket: what its frames mean is
//! said by a [`Session`]. Whatever is lost on the way is read again from the outbox.

mod bus;
mod connection;
mod echo;
mod frame;
mod hub;
mod inbox;
mod meters;
mod nats;
mod peers;
mod repair;
mod session;
mod socket;
mod watch;

pub mod codes;

pub use bus::{Bus, Carrier, Inlet};
pub use echo::echo;
pub use frame::{
    Hello, Identity, Page, QUEUE, ServerFrame, StaffFrame, Step, VisitorFrame, error_code, error_params, snapshot,
};
pub use hub::{Hub, Tuning};
pub use session::{Action, Close, Limits, Opened, Session};
pub use socket::{accept, serve};

/// A frame's text: made once, shared by all it goes to.
pub use axum::extract::ws::Utf8Bytes;
