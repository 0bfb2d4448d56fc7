//! Refusals of this module.

use kernel::Code;

pub(crate) const NAME_TAKEN: Code = Code::new("automation.name_taken");
pub(crate) const STALE: Code = Code::new("automation.stale");
/// Never told to a caller: a run is overtaken by the end of its conversation.
pub(crate) const OVER: Code = Code::new("automation.over");
