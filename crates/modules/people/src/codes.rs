//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("people.stale");
pub(crate) const BELOW_ITSELF: Code = Code::new("people.below_itself");
pub(crate) const TOO_DEEP: Code = Code::new("people.too_deep");
pub(crate) const NAME_TAKEN: Code = Code::new("people.name_taken");
pub(crate) const NOT_EMPTY: Code = Code::new("people.not_empty");
pub(crate) const CLOSED: Code = Code::new("people.closed");
