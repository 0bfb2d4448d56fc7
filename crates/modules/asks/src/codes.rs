//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_OPEN: Code = Code::new("asks.not_open");
/// Nobody answers what they asked themselves.
pub(crate) const OWN: Code = Code::new("asks.own");
pub(crate) const STALE: Code = Code::new("asks.stale");
