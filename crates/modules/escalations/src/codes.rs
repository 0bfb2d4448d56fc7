//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_OPEN: Code = Code::new("escalations.not_open");
pub(crate) const STALE: Code = Code::new("escalations.stale");
pub(crate) const ARCHIVED: Code = Code::new("escalations.archived");
