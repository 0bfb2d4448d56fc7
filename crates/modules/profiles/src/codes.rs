//! Refusals of this module.

use kernel::Code;

/// Somebody changed it meanwhile.
pub(crate) const STALE: Code = Code::new("profiles.stale");
/// There are as many fields as there may be.
pub(crate) const FIELDS_FULL: Code = Code::new("profiles.fields_full");
/// There are as many tags and groups as there may be.
pub(crate) const TAGS_FULL: Code = Code::new("profiles.tags_full");
/// As much is said of one customer as may be.
pub(crate) const OBSERVATIONS_FULL: Code = Code::new("profiles.observations_full");
/// One customer has as many addresses as may be.
pub(crate) const ADDRESSES_FULL: Code = Code::new("profiles.addresses_full");
