//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("customers.stale");
pub(crate) const MERGED: Code = Code::new("customers.merged");
pub(crate) const NOT_MERGED: Code = Code::new("customers.not_merged");
pub(crate) const ITSELF: Code = Code::new("customers.itself");
pub(crate) const ERASED: Code = Code::new("customers.erased");
