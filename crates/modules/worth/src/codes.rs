//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("worth.stale");
/// It is counted already.
pub(crate) const RUNNING: Code = Code::new("worth.running");
/// Nobody fits, so there is nobody to be won back.
pub(crate) const NOBODY: Code = Code::new("worth.nobody");
/// The time in which somebody could come back is over.
pub(crate) const OVER: Code = Code::new("worth.over");
