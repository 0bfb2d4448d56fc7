//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("mail.stale");
pub(crate) const ADDRESS_TAKEN: Code = Code::new("mail.address_taken");
pub(crate) const NOT_FAILED: Code = Code::new("mail.not_failed");
