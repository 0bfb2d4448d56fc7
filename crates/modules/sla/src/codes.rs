//! Refusals of this module.

use kernel::Code;

pub(crate) const NAME_TAKEN: Code = Code::new("sla.name_taken");
pub(crate) const STALE: Code = Code::new("sla.stale");
