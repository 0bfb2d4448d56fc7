//! Refusals of this module.

use kernel::Code;

pub(crate) const CLOSED: Code = Code::new("conversations.closed");
pub(crate) const NOT_AN_AGENT: Code = Code::new("conversations.not_an_agent");
pub(crate) const CHANNEL_PAUSED: Code = Code::new("conversations.channel_paused");
