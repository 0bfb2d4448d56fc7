//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("inquiries.stale");
pub(crate) const SIGNED: Code = Code::new("inquiries.signed");
pub(crate) const NOT_SIGNED: Code = Code::new("inquiries.not_signed");
pub(crate) const NOTHING_TO_SIGN: Code = Code::new("inquiries.nothing_to_sign");
pub(crate) const ROWS_CAME: Code = Code::new("inquiries.rows_came");
pub(crate) const NO_RECORD: Code = Code::new("inquiries.no_record");
