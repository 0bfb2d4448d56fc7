//! Refusals of this module.

use kernel::Code;

pub(crate) const ALREADY_SET_UP: Code = Code::new("settings.already_set_up");
pub(crate) const DAY_TAKEN: Code = Code::new("settings.day_taken");
pub(crate) const NEVER_DUE: Code = Code::new("settings.never_due");
pub(crate) const STALE: Code = Code::new("settings.stale");
