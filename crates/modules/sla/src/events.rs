//! Facts this module emits, both carrying [`SlaFact`]: nobody's name and no words.

use conversations::{Alarm, Conversation, ConversationId, SlaTarget};
use kernel::{ChannelId, CustomerId, QueueId, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

/// The time nears its end; once for each run of a clock.
pub const WARNED: &str = "sla.warned";
/// The time is over; once for each run of a clock.
pub const MISSED: &str = "sla.missed";

/// Which clock of which conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SlaFact {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// With whom.
    pub customer_id: CustomerId,
    /// On which channel.
    pub channel_id: ChannelId,
    /// In which queue it waits, or waited.
    pub queue_id: Option<QueueId>,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// What was to be done.
    pub target: SlaTarget,
    /// Since when it ran.
    pub since: Timestamp,
    /// Until when.
    pub due_at: Timestamp,
}

impl SlaFact {
    pub(crate) fn of(conversation: &Conversation, alarm: &Alarm) -> Self {
        Self {
            conversation_id: conversation.id,
            customer_id: conversation.customer_id,
            channel_id: conversation.channel_id,
            queue_id: conversation.queue_id,
            assignee_id: conversation.assignee_id,
            unit_id: conversation.unit_id,
            target: alarm.target,
            since: alarm.since,
            due_at: alarm.due_at,
        }
    }
}
