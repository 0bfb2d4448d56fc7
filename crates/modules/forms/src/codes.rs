//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("forms.stale");
pub(crate) const KIND_STAYS: Code = Code::new("forms.kind_stays");
