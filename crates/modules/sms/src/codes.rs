//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("sms.stale");
pub(crate) const OPTED_OUT: Code = Code::new("sms.opted_out");
pub(crate) const ALREADY: Code = Code::new("sms.already");
pub(crate) const NO_PHONE: Code = Code::new("sms.no_phone");
