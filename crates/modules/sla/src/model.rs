//! What is asked, and what became of it.

mod policy;

use conversations::{Conversation, ConversationId, SlaTarget};
use kernel::{ChannelId, Id, Noun, Owned, QueueId, Ratio, Timestamp, UnitId, UserId};
pub use policy::{ChannelKinds, QueueIds, SlaPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

impl Noun for SlaPolicy {
    const PREFIX: &'static str = "slp";
}
impl Noun for SlaMiss {
    const PREFIX: &'static str = "slm";
}

store::record! {
    /// Something that was not done in time. It stays, whatever comes after.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct SlaMiss {
        /// Its id.
        pub id: Id<SlaMiss>,
        /// In which conversation.
        pub conversation_id: ConversationId,
        /// What was to be done.
        pub target: SlaTarget,
        /// Since when its clock ran.
        pub since: Timestamp,
        /// Until when it was to be done.
        pub due_at: Timestamp,
        /// The time it had, in milliseconds.
        pub target_ms: i64,
        /// The time it took, in milliseconds, as the policy counts; none while it is still to be done.
        pub took_ms: Option<i64>,
        /// When it was done, or need not be any more.
        pub ended_at: Option<Timestamp>,
        /// By which policy.
        pub policy_id: String,
        /// What that was called.
        pub policy_name: String,
        /// In which queue the conversation waited, or had waited.
        pub queue_id: Option<QueueId>,
        /// On which channel.
        pub channel_id: ChannelId,
        /// Who had it; where nobody did, who came to it first after that.
        pub assignee_id: Option<UserId>,
        /// Their name.
        pub assignee_name: Option<String>,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// The organisation's day on which it was due.
        pub day: String,
        /// Rises with each change.
        pub version: i64,
    }
}

impl SlaMiss {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.assignee_id, self.unit_id)
    }

    /// Nobody's becomes theirs who has the conversation.
    pub(crate) fn with_holder_of(mut self, conversation: &Conversation) -> Self {
        if self.assignee_id.is_none() {
            self.assignee_id = conversation.assignee_id;
            self.assignee_name.clone_from(&conversation.assignee_name);
            self.unit_id = conversation.unit_id;
        }
        self
    }
}

store::record! {
    /// How a conversation did, in numbers that add up to those of its queue's day.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct SlaCase {
        /// Which.
        pub conversation_id: ConversationId,
        /// The organisation's day on which it was opened.
        pub day: String,
        /// In which queue it waits, or waited last.
        pub queue_id: Option<QueueId>,
        /// First answers that are measured: one at most.
        pub first_measured: i64,
        /// Of these, missed.
        pub first_missed: i64,
        /// Later answers that are measured.
        pub next_measured: i64,
        /// Of these, missed.
        pub next_missed: i64,
        /// Whether its end is measured.
        pub final_measured: i64,
        /// Whether that was missed.
        pub final_missed: i64,
    }
}

impl SlaCase {
    pub(crate) fn new(conversation_id: ConversationId, day: String) -> Self {
        let (first_measured, first_missed, next_measured, next_missed) = (0, 0, 0, 0);
        let (queue_id, final_measured, final_missed) = (None, 0, 0);
        Self {
            conversation_id,
            day,
            queue_id,
            first_measured,
            first_missed,
            next_measured,
            next_missed,
            final_measured,
            final_missed,
        }
    }

    /// One of its clocks was met, or missed.
    pub(crate) fn measured(&mut self, target: SlaTarget, missed: bool) {
        match target {
            SlaTarget::First => {
                self.first_measured = 1;
                self.first_missed |= i64::from(missed);
            }
            SlaTarget::Next => self.next_missed += i64::from(missed),
            SlaTarget::Final => {
                self.final_measured = 1;
                self.final_missed |= i64::from(missed);
            }
        }
    }

    /// The later answers of the conversation as it stands: those given, and those missed that never were.
    pub(crate) fn count_later(&mut self, conversation: &Conversation) {
        let asked = conversation.terms.as_ref().is_some_and(|terms| terms.next_ms.is_some());
        let given = if asked { (conversation.responses - 1).max(0) } else { 0 };
        self.next_measured = given + (self.next_missed - conversation.late_answers).max(0);
    }

    pub(crate) fn counts(&self) -> [i64; 6] {
        [
            self.first_measured,
            self.first_missed,
            self.next_measured,
            self.next_missed,
            self.final_measured,
            self.final_missed,
        ]
    }
}

/// How a queue did on a day: kept out of measured, so that days and queues add up.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SlaDay {
    /// The organisation's day, `YYYY-MM-DD`.
    pub day: String,
    /// Which queue; none: those that came to no queue.
    pub queue_id: Option<QueueId>,
    /// First answers given in time, out of those measured.
    pub first: Ratio,
    /// Later answers given in time, out of those measured.
    pub next: Ratio,
    /// Conversations over in time, out of those measured.
    pub end: Ratio,
}
