//! Refusals of this module.

use kernel::Code;

/// Nothing is known of this customer any more.
pub(crate) const ERASED: Code = Code::new("privacy.erased");
/// The entry is over, or somebody lifted it already.
pub(crate) const NOT_STANDING: Code = Code::new("privacy.not_standing");
/// Nobody agrees to this text any more already.
pub(crate) const RETIRED: Code = Code::new("privacy.retired");
/// The request is closed already.
pub(crate) const NOT_OPEN: Code = Code::new("privacy.not_open");
/// It was not made sure who asks.
pub(crate) const IDENTITY_NEEDED: Code = Code::new("privacy.identity_needed");
/// Whoever made sure who asks does not delete.
pub(crate) const SECOND_PERSON: Code = Code::new("privacy.second_person");
/// No copy was made, or none is to be.
pub(crate) const NO_COPY: Code = Code::new("privacy.no_copy");
/// It is not known yet whose data it is about.
pub(crate) const UNLINKED: Code = Code::new("privacy.unlinked");
/// It is known whose data it is about.
pub(crate) const LINKED: Code = Code::new("privacy.linked");
/// Nobody looked for them yet.
pub(crate) const NOT_SEARCHED: Code = Code::new("privacy.not_searched");
/// Somebody has their number or address.
pub(crate) const FOUND: Code = Code::new("privacy.found");
/// They were looked for as often as may be.
pub(crate) const SEARCHED_ENOUGH: Code = Code::new("privacy.searched_enough");
/// Somebody else changed the request.
pub(crate) const STALE: Code = Code::new("privacy.stale");
