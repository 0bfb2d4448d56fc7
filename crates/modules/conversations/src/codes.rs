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
/// Whoever takes part writes notes, and to the customer only where the owner lets them.
pub(crate) const NOTES_ONLY: Code = Code::new("conversations.notes_only");
pub(crate) const CANNOT_TAKE_PART: Code = Code::new("conversations.cannot_take_part");
pub(crate) const TAKES_PART: Code = Code::new("conversations.takes_part");
pub(crate) const HAS_IT: Code = Code::new("conversations.has_it");
pub(crate) const TOO_MANY_PARTICIPANTS: Code = Code::new("conversations.too_many_participants");
/// What waits, or is a message left behind, is nobody's to put away.
pub(crate) const NOBODYS: Code = Code::new("conversations.nobodys");
/// A conversation has always to do with itself.
pub(crate) const ITSELF: Code = Code::new("conversations.itself");
pub(crate) const TOO_MANY_LINKS: Code = Code::new("conversations.too_many_links");
/// Only what is with the same person is put together.
pub(crate) const OTHER_CUSTOMER: Code = Code::new("conversations.other_customer");
pub(crate) const NOT_MERGED: Code = Code::new("conversations.not_merged");
/// Something happened since: it is not taken back any more.
pub(crate) const MERGE_OVER: Code = Code::new("conversations.merge_over");
/// The customer does not see what is said beside.
pub(crate) const ASIDE: Code = Code::new("conversations.aside");
/// The customer has another one open on the channel.
pub(crate) const TALKS_ELSEWHERE: Code = Code::new("conversations.talks_elsewhere");
pub(crate) const VIEW_TAKEN: Code = Code::new("conversations.view_taken");
pub(crate) const VIEW_STALE: Code = Code::new("conversations.view_stale");
pub(crate) const TOO_MANY_VIEWS: Code = Code::new("conversations.too_many_views");
pub(crate) const RATED: Code = Code::new("conversations.rated");
pub(crate) const REASON_ARCHIVED: Code = Code::new("conversations.reason_archived");
pub(crate) const REASON_STALE: Code = Code::new("conversations.reason_stale");
