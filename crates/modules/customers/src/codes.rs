//! Refusals of this module.

use kernel::Code;

/// A customer is no lead any more.
pub(crate) const IS_CUSTOMER: Code = Code::new("customers.is_customer");
pub(crate) const STALE: Code = Code::new("customers.stale");
pub(crate) const MERGED: Code = Code::new("customers.merged");
pub(crate) const NOT_MERGED: Code = Code::new("customers.not_merged");
pub(crate) const ITSELF: Code = Code::new("customers.itself");
pub(crate) const ERASED: Code = Code::new("customers.erased");
/// Somebody decided on a suggestion already.
pub(crate) const DECIDED: Code = Code::new("customers.suggestion_decided");
/// It was not dismissed.
pub(crate) const NOT_DISMISSED: Code = Code::new("customers.suggestion_not_dismissed");
