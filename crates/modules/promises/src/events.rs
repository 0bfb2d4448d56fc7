//! Facts this module emits, all carrying [`PromiseFact`]: nobody's name and no words.

use conversations::ConversationId;
use inquiries::RecordId;
use kernel::{CustomerId, Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::Promise;

/// Somebody promised something.
pub const MADE: &str = "promise.made";
/// It was kept.
pub const KEPT: &str = "promise.kept";
/// It need not be kept any more.
pub const WITHDRAWN: &str = "promise.withdrawn";
/// Somebody else owes it.
pub const PASSED_ON: &str = "promise.passed_on";
/// It is due and not kept.
pub const BROKEN: &str = "promise.broken";

/// The promise after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PromiseFact {
    /// Which.
    pub promise_id: Id<Promise>,
    /// To whom.
    pub customer_id: Option<CustomerId>,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// About which inquiry.
    pub record_id: Option<RecordId>,
    /// Who must keep it.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Until when.
    pub due_at: Timestamp,
    /// Whether it holds open what it is about.
    pub report_back: bool,
}

impl PromiseFact {
    pub(crate) fn of(promise: &Promise) -> Self {
        Self {
            promise_id: promise.id,
            customer_id: promise.customer_id,
            conversation_id: promise.conversation_id,
            record_id: promise.record_id,
            owner_id: promise.owner_id,
            unit_id: promise.unit_id,
            due_at: promise.due_at,
            report_back: promise.report_back,
        }
    }
}
