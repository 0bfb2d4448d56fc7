//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("opportunities.stale");
pub(crate) const NO_WAY: Code = Code::new("opportunities.no_way");
pub(crate) const CLOSED: Code = Code::new("opportunities.closed");
pub(crate) const NO_STEP: Code = Code::new("opportunities.no_step");
pub(crate) const NO_MEMBERS: Code = Code::new("opportunities.no_members");
/// More than one file holds.
pub(crate) const TOO_MANY: Code = Code::new("opportunities.too_many");
