//! Refusals of this module.

use kernel::Code;

pub(crate) const STARTED: Code = Code::new("imports.started");
pub(crate) const UNCHECKED: Code = Code::new("imports.unchecked");
pub(crate) const NOT_AT_WORK: Code = Code::new("imports.not_at_work");
pub(crate) const STALE: Code = Code::new("imports.stale");
