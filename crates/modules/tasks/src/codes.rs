//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_OPEN: Code = Code::new("tasks.not_open");
pub(crate) const NOT_CLOSED: Code = Code::new("tasks.not_closed");
pub(crate) const NOT_BY_HAND: Code = Code::new("tasks.not_by_hand");
pub(crate) const TAKEN: Code = Code::new("tasks.taken");
pub(crate) const STALE: Code = Code::new("tasks.stale");
