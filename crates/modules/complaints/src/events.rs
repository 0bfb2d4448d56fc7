//! Facts this module emits, all carrying [`ComplaintFact`]: nobody's name and no words.

use conversations::ConversationId;
use kernel::{CustomerId, Id, Money, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{BrandRisk, Complaint, ComplaintKind, ComplaintSeverity, ComplaintStep};

/// A complaint was taken in.
pub const REGISTERED: &str = "complaint.registered";
/// Something was done about it.
pub const CHANGED: &str = "complaint.changed";
/// It is archived.
pub const ARCHIVED: &str = "complaint.archived";
/// Its step was not over in time.
pub const OVERDUE: &str = "complaint.overdue";
/// It is public and spreads.
pub const VIRAL: &str = "complaint.viral";

/// The complaint after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComplaintFact {
    /// Which.
    pub complaint_id: Id<Complaint>,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub step: ComplaintStep,
    /// Whose; nobody's where they stay unnamed.
    pub customer_id: Option<CustomerId>,
    /// The conversation it was said in.
    pub conversation_id: Option<ConversationId>,
    /// How grave it is.
    pub severity: ComplaintSeverity,
    /// What it may do to the name of the house.
    pub brand_risk: BrandRisk,
    /// What it is about by kind.
    pub kind: Option<ComplaintKind>,
    /// Under what it is filed.
    pub category_id: Option<String>,
    /// Whether it is founded.
    pub upheld: Option<bool>,
    /// What the chosen option costs.
    pub cost: Option<Money>,
    /// Whose turn it is.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Until when.
    pub due_at: Option<Timestamp>,
}

impl ComplaintFact {
    pub(crate) fn of(complaint: &Complaint) -> Self {
        Self {
            complaint_id: complaint.id,
            number: complaint.number.clone(),
            step: complaint.step,
            customer_id: complaint.customer_id,
            conversation_id: complaint.conversation_id,
            severity: complaint.severity,
            brand_risk: complaint.brand_risk,
            kind: complaint.kind,
            category_id: complaint.category_id.clone(),
            upheld: complaint.upheld,
            cost: complaint.cost,
            owner_id: complaint.owner_id,
            unit_id: complaint.unit_id,
            due_at: complaint.due_at,
        }
    }
}
