//! Refusals of this module.

use kernel::Code;

/// Somebody changed it meanwhile.
pub(crate) const STALE: Code = Code::new("profiles.stale");
/// There are as many fields as there may be.
pub(crate) const FIELDS_FULL: Code = Code::new("profiles.fields_full");
