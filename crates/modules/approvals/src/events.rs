//! Facts this module emits: `approval.asked`, then one of `approval.decided` and `approval.withdrawn`.

use kernel::{Id, Money, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Approval, ApprovalKind, ApprovalState};

/// Something was asked for. When it lay within the applicant's own authority, `approval.decided`
/// follows at once.
pub const ASKED: &str = "approval.asked";
/// It was approved or rejected; `state` says which.
pub const DECIDED: &str = "approval.decided";
/// The applicant took it back.
pub const WITHDRAWN: &str = "approval.withdrawn";

/// What every fact about an approval carries: the request after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApprovalFact {
    /// Which.
    pub approval_id: Id<Approval>,
    /// What is to be granted.
    pub kind: ApprovalKind,
    /// How much: minor units, or points.
    pub amount: Money,
    /// Of which currency; none for points.
    pub currency: Option<String>,
    /// Where it stands now.
    pub state: ApprovalState,
    /// How many must approve; none when it lay within the applicant's own authority.
    pub needed: i64,
    /// Who asked.
    pub applicant_id: UserId,
    /// The unit the applicant belonged to when asking.
    pub unit_id: Option<UnitId>,
    /// `manual`, or the module that asked.
    pub source: String,
    /// What kind of thing it is about.
    pub subject_kind: Option<String>,
    /// Which.
    pub subject_id: Option<String>,
    /// Who said the last word, when an approver did.
    pub decided_by: Option<UserId>,
}

impl ApprovalFact {
    pub(crate) fn of(approval: &Approval, decided_by: Option<UserId>) -> Self {
        Self {
            approval_id: approval.id,
            kind: approval.kind,
            amount: approval.amount,
            currency: approval.currency.clone(),
            state: approval.state,
            needed: approval.needed,
            applicant_id: approval.applicant_id,
            unit_id: approval.unit_id,
            source: approval.source.clone(),
            subject_kind: approval.subject_kind.clone(),
            subject_id: approval.subject_id.clone(),
            decided_by,
        }
    }
}
