//! Refusals of this module.

use kernel::Code;

pub(crate) const CLOSED: Code = Code::new("conversations.closed");
pub(crate) const NOT_AN_AGENT: Code = Code::new("conversations.not_an_agent");
pub(crate) const CHANNEL_PAUSED: Code = Code::new("conversations.channel_paused");
pub(crate) const NOT_YOURS: Code = Code::new("conversations.not_yours");
pub(crate) const TOO_LATE: Code = Code::new("conversations.too_late");
pub(crate) const RECALLED: Code = Code::new("conversations.recalled");
pub(crate) const NOT_EDITABLE: Code = Code::new("conversations.not_editable");
/// What went out by mail stays as it was said.
pub(crate) const SENT_OUT: Code = Code::new("conversations.sent_out");
pub(crate) const RATED: Code = Code::new("conversations.rated");
pub(crate) const REASON_ARCHIVED: Code = Code::new("conversations.reason_archived");
pub(crate) const REASON_STALE: Code = Code::new("conversations.reason_stale");
