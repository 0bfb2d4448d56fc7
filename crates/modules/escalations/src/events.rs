//! Facts this module emits, all carrying [`EscalationFact`]: no words.

use conversations::ConversationId;
use kernel::{Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Escalation, Severity};

/// Somebody reported what stands in the way.
pub const RAISED: &str = "escalation.raised";
/// One more level was told.
pub const CLIMBED: &str = "escalation.climbed";
/// Somebody said how it goes.
pub const CHANGED: &str = "escalation.changed";
/// It is solved.
pub const SOLVED: &str = "escalation.solved";
/// It need not be solved.
pub const WITHDRAWN: &str = "escalation.withdrawn";

/// The escalation after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EscalationFact {
    /// Which.
    pub escalation_id: Id<Escalation>,
    /// In which conversation it came up.
    pub conversation_id: Option<ConversationId>,
    /// How bad it is.
    pub severity: Severity,
    /// Who reported it.
    pub raised_by: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// How many levels were told.
    pub level: i64,
    /// When the next is.
    pub next_at: Option<Timestamp>,
}

impl EscalationFact {
    pub(crate) fn of(escalation: &Escalation) -> Self {
        Self {
            escalation_id: escalation.id,
            conversation_id: escalation.conversation_id,
            severity: escalation.severity,
            raised_by: escalation.raised_by,
            unit_id: escalation.unit_id,
            level: escalation.level,
            next_at: escalation.next_at,
        }
    }
}
