//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("stewards.stale");
pub(crate) const SUBMITTED: Code = Code::new("stewards.submitted");
pub(crate) const NOT_SUBMITTED: Code = Code::new("stewards.not_submitted");
pub(crate) const EMPTY: Code = Code::new("stewards.empty");
pub(crate) const NOT_OPEN: Code = Code::new("stewards.not_open");
pub(crate) const NO_CONTACT: Code = Code::new("stewards.no_contact");
pub(crate) const OWNED: Code = Code::new("stewards.owned");
pub(crate) const NOT_OWNED: Code = Code::new("stewards.not_owned");
pub(crate) const SAME_OWNER: Code = Code::new("stewards.same_owner");
pub(crate) const BELOW_ITSELF: Code = Code::new("stewards.below_itself");
pub(crate) const CLOSED: Code = Code::new("stewards.closed");
pub(crate) const READ: Code = Code::new("stewards.read_already");
