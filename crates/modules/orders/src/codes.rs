//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("orders.stale");
