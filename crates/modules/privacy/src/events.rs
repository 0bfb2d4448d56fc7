//! Facts this module emits: no words and nobody's name.

use kernel::{CustomerId, Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{
    ConsentAnswer, ConsentPurpose, DoNotContact, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState,
};

/// Somebody said what their data may be used for; carries [`ConsentFact`].
pub const RECORDED: &str = "consent.recorded";
/// Somebody is not to be contacted; carries [`DoNotContactFact`].
pub const ENTERED: &str = "do_not_contact.entered";
/// They may be again; carries [`DoNotContactFact`].
pub const LIFTED: &str = "do_not_contact.lifted";
/// Somebody asks something of their data; as all that follow it carries [`PrivacyRequestFact`].
pub const RECEIVED: &str = "privacy_request.received";
/// Somebody else must answer it.
pub const PASSED_ON: &str = "privacy_request.passed_on";
/// It is due within a week; told once.
pub const DUE_SOON: &str = "privacy_request.due_soon";
/// It is due and open; told once.
pub const OVERDUE: &str = "privacy_request.overdue";
/// It was done, refused or taken back.
pub const CLOSED: &str = "privacy_request.closed";

/// What was said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentFact {
    /// By whom.
    pub customer_id: CustomerId,
    /// Of what.
    pub purpose: ConsentPurpose,
    /// What.
    pub answer: ConsentAnswer,
    /// When.
    pub said_at: Timestamp,
}

/// The entry after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DoNotContactFact {
    /// Which.
    pub do_not_contact_id: Id<DoNotContact>,
    /// Who.
    pub customer_id: CustomerId,
    /// For what; none: for nothing.
    pub purpose: Option<ConsentPurpose>,
    /// Until when; none: for good.
    pub until_at: Option<Timestamp>,
}

/// The request after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrivacyRequestFact {
    /// Which.
    pub privacy_request_id: Id<PrivacyRequest>,
    /// What is asked.
    pub kind: PrivacyRequestKind,
    /// Where it stands.
    pub state: PrivacyRequestState,
    /// Whose data it is about; none while that is not known.
    pub customer_id: Option<CustomerId>,
    /// Who must answer it.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Until when.
    pub due_at: Timestamp,
}

impl PrivacyRequestFact {
    pub(crate) fn of(request: &PrivacyRequest) -> Self {
        Self {
            privacy_request_id: request.id,
            kind: request.kind,
            state: request.state,
            customer_id: request.customer_id,
            owner_id: request.owner_id,
            unit_id: request.unit_id,
            due_at: request.due_at,
        }
    }
}
