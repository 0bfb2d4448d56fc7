//! Refusals of this module.

use kernel::Code;

pub(crate) const NOT_PENDING: Code = Code::new("approvals.not_pending");
pub(crate) const OWN_REQUEST: Code = Code::new("approvals.own_request");
pub(crate) const BEYOND_LIMIT: Code = Code::new("approvals.beyond_limit");
pub(crate) const SAME_PERSON: Code = Code::new("approvals.same_person");
pub(crate) const NOT_THE_APPLICANT: Code = Code::new("approvals.not_the_applicant");
pub(crate) const STALE: Code = Code::new("approvals.stale");
