//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("knowledge.stale");
pub(crate) const CODE_TAKEN: Code = Code::new("knowledge.code_taken");
pub(crate) const TOO_MANY: Code = Code::new("knowledge.too_many");
pub(crate) const NO_UNIT: Code = Code::new("knowledge.no_unit");
