//! The codes of this module's own problems.

use kernel::Code;

/// Somebody else changed the term meanwhile: it is to be looked at again.
pub(crate) const STALE: Code = Code::new("retention.stale");
