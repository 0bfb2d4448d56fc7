//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_YET: Code = Code::new("sanctions.not_yet");
pub(crate) const OTHER_STATE: Code = Code::new("sanctions.other_state");
pub(crate) const STALE: Code = Code::new("sanctions.stale");
pub(crate) const OWN_SANCTION: Code = Code::new("sanctions.own_sanction");
pub(crate) const NOT_IMPARTIAL: Code = Code::new("sanctions.not_impartial");
pub(crate) const STILL_TIME: Code = Code::new("sanctions.still_time");
pub(crate) const TOO_LATE: Code = Code::new("sanctions.too_late");
pub(crate) const GRAVER: Code = Code::new("sanctions.graver");
