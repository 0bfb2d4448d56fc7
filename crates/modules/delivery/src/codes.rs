//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_FAILED: Code = Code::new("delivery.not_failed");
