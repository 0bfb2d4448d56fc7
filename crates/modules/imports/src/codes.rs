//! Refusals of this module.

use kernel::Code;

pub(crate) const STARTED: Code = Code::new("imports.started");
pub(crate) const UNCHECKED: Code = Code::new("imports.unchecked");
pub(crate) const NOT_AT_WORK: Code = Code::new("imports.not_at_work");
pub(crate) const STALE: Code = Code::new("imports.stale");
pub(crate) const AT_WORK: Code = Code::new("imports.at_work");
pub(crate) const NOTHING_WRITTEN: Code = Code::new("imports.nothing_written");
pub(crate) const UNDO_OVER: Code = Code::new("imports.undo_over");
pub(crate) const UNDONE: Code = Code::new("imports.undone");
pub(crate) const NO_UNDO: Code = Code::new("imports.no_undo");
