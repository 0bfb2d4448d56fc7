//! Facts this module emits, all carrying [`AskFact`]: nobody's name and no words.

use conversations::ConversationId;
use kernel::{CustomerId, Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Ask, Found};

/// Somebody asked their supervisor.
pub const ASKED: &str = "ask.asked";
/// Something was said about it, or it was sorted or passed on.
pub const CHANGED: &str = "ask.changed";
/// It was answered.
pub const ANSWERED: &str = "ask.answered";
/// It need not be answered any more.
pub const WITHDRAWN: &str = "ask.withdrawn";
/// Enough of the same were asked: a task to write the answer down was made.
pub const RECURRED: &str = "ask.recurred";

/// The ask after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskFact {
    /// Which.
    pub ask_id: Id<Ask>,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// Of which customer.
    pub customer_id: Option<CustomerId>,
    /// Who asked.
    pub asked_by: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Of whom.
    pub to_id: Option<UserId>,
    /// Until when.
    pub due_at: Timestamp,
    /// Where the answer was found.
    pub found: Option<Found>,
    /// What it has in common with others.
    pub likeness: Option<String>,
}

impl AskFact {
    pub(crate) fn of(ask: &Ask) -> Self {
        Self {
            ask_id: ask.id,
            conversation_id: ask.conversation_id,
            customer_id: ask.customer_id,
            asked_by: ask.asked_by,
            unit_id: ask.unit_id,
            to_id: ask.to_id,
            due_at: ask.due_at,
            found: ask.found,
            likeness: ask.likeness.clone(),
        }
    }
}
