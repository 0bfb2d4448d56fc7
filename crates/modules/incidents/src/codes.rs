//! Refusals of this module.

use kernel::Code;

pub(crate) const OVER: Code = Code::new("incidents.over");
pub(crate) const NOT_OVER: Code = Code::new("incidents.not_over");
pub(crate) const STALE: Code = Code::new("incidents.stale");
pub(crate) const NOBODY: Code = Code::new("incidents.nobody");
pub(crate) const FULL: Code = Code::new("incidents.full");
pub(crate) const CLOSED: Code = Code::new("incidents.conversation_closed");
