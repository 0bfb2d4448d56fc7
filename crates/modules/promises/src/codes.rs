//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_OPEN: Code = Code::new("promises.not_open");
pub(crate) const REPORT_BACK: Code = Code::new("promises.report_back");
