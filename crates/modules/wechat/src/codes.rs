//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("wechat.stale");
pub(crate) const ACCOUNT_TAKEN: Code = Code::new("wechat.account_taken");
