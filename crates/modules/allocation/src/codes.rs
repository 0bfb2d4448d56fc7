//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_READY: Code = Code::new("allocation.not_ready");
pub(crate) const AT_WORK: Code = Code::new("allocation.at_work");
pub(crate) const APPLIED: Code = Code::new("allocation.applied");
pub(crate) const NOT_APPLIED: Code = Code::new("allocation.not_applied");
pub(crate) const STALE: Code = Code::new("allocation.stale");
