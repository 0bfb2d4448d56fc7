//! Refusals of this module.

use kernel::Code;

pub(crate) const OFFER_OVER: Code = Code::new("routing.offer_over");
pub(crate) const STALE: Code = Code::new("routing.stale");
