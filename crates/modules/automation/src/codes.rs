//! Refusals of this module.

use kernel::Code;

pub(crate) const NAME_TAKEN: Code = Code::new("automation.name_taken");
pub(crate) const STALE: Code = Code::new("automation.stale");
/// Never told to a caller: a run is overtaken by the end of its conversation.
pub(crate) const OVER: Code = Code::new("automation.over");
/// Another macro there has the name.
pub(crate) const MACRO_TAKEN: Code = Code::new("automation.macro_taken");
pub(crate) const TOO_MANY_MACROS: Code = Code::new("automation.too_many_macros");
pub(crate) const TOO_MANY_BATCHES: Code = Code::new("automation.too_many_batches");
pub(crate) const BATCH_OVER: Code = Code::new("automation.batch_over");
pub(crate) const BATCH_RUNNING: Code = Code::new("automation.batch_running");
pub(crate) const NOT_UNDOABLE: Code = Code::new("automation.not_undoable");
/// Never told to a caller: what is tried is taken back.
pub(crate) const TRIED: Code = Code::new("automation.tried");
