//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("improvements.stale");
pub(crate) const TOO_EARLY: Code = Code::new("improvements.too_early");
pub(crate) const UNFOUNDED: Code = Code::new("improvements.unfounded");
pub(crate) const OTHER_STATE: Code = Code::new("improvements.other_state");
pub(crate) const STEP_DONE: Code = Code::new("improvements.step_done");
pub(crate) const DUTIES_UNMET: Code = Code::new("improvements.duties_unmet");
pub(crate) const OWN_VERIFICATION: Code = Code::new("improvements.own_verification");
pub(crate) const SAME_OWNER: Code = Code::new("improvements.same_owner");
pub(crate) const OPEN_ALREADY: Code = Code::new("improvements.open_already");
pub(crate) const SIGNED: Code = Code::new("improvements.signed");
pub(crate) const NOTHING_NEW: Code = Code::new("improvements.nothing_new");
