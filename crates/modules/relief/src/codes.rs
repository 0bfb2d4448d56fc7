//! Refusals of this module.

use kernel::Code;

pub(crate) const MARKED: Code = Code::new("relief.marked");
pub(crate) const TAKEN_BACK: Code = Code::new("relief.taken_back");
pub(crate) const NOT_OFFERED: Code = Code::new("relief.not_offered");
pub(crate) const NOT_WORKING: Code = Code::new("relief.not_working");
pub(crate) const CAPPED: Code = Code::new("relief.capped");
pub(crate) const STALE: Code = Code::new("relief.stale");
