//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("webhooks.stale");
pub(crate) const NOT_DEAD: Code = Code::new("webhooks.not_dead");
