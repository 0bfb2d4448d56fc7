//! Facts this module emits: `inquiry_record.created`, `inquiry_record.changed`, `daily_record.signed`.
//! None holds anybody's name or words.

use conversations::{ConversationId, WrapUpReason};
use kernel::{CustomerId, Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{InquiryRecord, Outcome, RecordId, Way};

/// A contact was recorded.
pub const CREATED: &str = "inquiry_record.created";
/// Its record says something else.
pub const CHANGED: &str = "inquiry_record.changed";
/// A team's day was signed: [`Signed`].
pub const SIGNED: &str = "daily_record.signed";

/// What the facts about a record carry: the record after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordFact {
    /// Which.
    pub record_id: RecordId,
    /// The conversation it is of.
    pub conversation_id: Option<ConversationId>,
    /// Who asked.
    pub customer_id: Option<CustomerId>,
    /// How.
    pub way: Way,
    /// What it is sorted under.
    pub reason_id: Option<Id<WrapUpReason>>,
    /// Whether the matter is settled.
    pub outcome: Outcome,
    /// Who answered.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// The sheet it stands on.
    pub day: String,
}

impl RecordFact {
    pub(crate) fn of(record: &InquiryRecord) -> Self {
        Self {
            record_id: record.id,
            conversation_id: record.conversation_id,
            customer_id: record.customer_id,
            way: record.way,
            reason_id: record.reason_id,
            outcome: record.outcome,
            owner_id: record.owner_id,
            unit_id: record.unit_id,
            day: record.day.clone(),
        }
    }
}

/// See [`SIGNED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// Which day.
    pub day: String,
    /// Whose.
    pub unit_id: Option<UnitId>,
    /// How many rows.
    pub inquiries: i64,
}
