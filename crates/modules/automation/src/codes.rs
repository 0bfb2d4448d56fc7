//! Refusals of this module.

use kernel::Code;

pub(crate) const NAME_TAKEN: Code = Code::new("automation.name_taken");
pub(crate) const STALE: Code = Code::new("automation.stale");
/// Never told to a caller: a run is overtaken by the end of its conversation.
pub(crate) const OVER: Code = Code::new("automation.over");
/// Another macro there has the name.
pub(crate) const MACRO_TAKEN: Code = Code::new("automation.macro_taken");
pub(crate) const TOO_MANY_MACROS: Code = Code::new("automation.too_many_macros");
/// Never told to a caller: what is tried is taken back.
pub(crate) const TRIED: Code = Code::new("automation.tried");
