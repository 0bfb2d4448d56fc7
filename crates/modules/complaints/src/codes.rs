//! Refusals of this module.

use kernel::Code;

pub(crate) const OTHER_STEP: Code = Code::new("complaints.other_step");
pub(crate) const CLOSED: Code = Code::new("complaints.closed");
pub(crate) const DUTIES_UNMET: Code = Code::new("complaints.duties_unmet");
pub(crate) const STALE: Code = Code::new("complaints.stale");
pub(crate) const ONE_OPTION: Code = Code::new("complaints.one_option");
pub(crate) const SUBMITTED: Code = Code::new("complaints.submitted");
pub(crate) const NOT_SUBMITTED: Code = Code::new("complaints.not_submitted");
pub(crate) const DECIDED: Code = Code::new("complaints.decided");
pub(crate) const OWN_SUBMISSION: Code = Code::new("complaints.own_submission");
pub(crate) const OWN_READING: Code = Code::new("complaints.own_reading");
pub(crate) const NOTHING_TO_READ: Code = Code::new("complaints.nothing_to_read");
pub(crate) const APPROVAL_PENDING: Code = Code::new("complaints.approval_pending");
pub(crate) const NOT_BACK: Code = Code::new("complaints.not_back");
pub(crate) const TOO_SOON: Code = Code::new("complaints.too_soon");
pub(crate) const SAME_OWNER: Code = Code::new("complaints.same_owner");
pub(crate) const ACKNOWLEDGED: Code = Code::new("complaints.acknowledged");
pub(crate) const RATED: Code = Code::new("complaints.rated");
pub(crate) const NOT_APPEALABLE: Code = Code::new("complaints.not_appealable");
pub(crate) const NO_APPEAL: Code = Code::new("complaints.no_appeal");
pub(crate) const OWN_DECISION: Code = Code::new("complaints.own_decision");
pub(crate) const NO_PAGE: Code = Code::new("complaints.no_page");
/// No channel leads to the complainant.
pub(crate) const NO_WAY: Code = Code::new("complaints.no_way");
pub(crate) const ANONYMOUS: Code = Code::new("complaints.anonymous");
