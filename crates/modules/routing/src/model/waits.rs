//! The ledger of who waited how long in which queue, and the figures made of it.

use conversations::ConversationId;
use kernel::{Id, Noun, QueueId, Ratio, Timestamp};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::SkillsAsked;

impl Noun for Wait {
    const PREFIX: &'static str = "wai";
}

text_enum! {
    /// How a wait ended.
    pub(crate) enum Outcome {
        /// Somebody took the conversation, or was given it.
        Answered = "answered",
        /// The customer left.
        Abandoned = "abandoned",
        /// The department ended it, it waits in another queue now, or its customer left a message
        /// rather than wait: it counts for no queue.
        Withdrawn = "withdrawn",
    }
}

store::record! {
    /// One time a conversation waited in a queue.
    #[derive(Clone, Debug)]
    pub(crate) struct Wait {
        pub id: Id<Wait>,
        pub conversation_id: ConversationId,
        pub queue_id: QueueId,
        pub day: String,
        pub since: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub outcome: Option<Outcome>,
        pub in_target: bool,
        /// What the queue's rules gave it.
        pub priority: i64,
        /// The skills they let it ask for.
        pub asks: SkillsAsked,
        /// Whether they say anything of it.
        pub weighed: bool,
        /// By what it stands in line: since when the conversation is open.
        pub turn_at: Timestamp,
    }
}

/// What a queue's waits of one day add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Conversations that came to wait, but for those the department withdrew or moved on.
    pub offered: i64,
    /// Those somebody took.
    pub answered: i64,
    /// Those somebody took within the queue's target.
    pub answered_in_target: i64,
    /// Those whose customer left before.
    pub abandoned: i64,
    /// How long those answered waited, added up, in milliseconds.
    pub wait_ms: i64,
}

impl Counts {
    /// What one wait adds.
    pub(crate) fn of(wait: &Wait) -> Self {
        let counts = wait.outcome != Some(Outcome::Withdrawn);
        let answered = counts && wait.outcome == Some(Outcome::Answered);
        let waited = wait.ended_at.map_or(0, |end| (end.millis() - wait.since.millis()).max(0));
        Self {
            offered: counts.into(),
            answered: answered.into(),
            answered_in_target: (answered && wait.in_target).into(),
            abandoned: (wait.outcome == Some(Outcome::Abandoned)).into(),
            wait_ms: if answered { waited } else { 0 },
        }
    }

    /// These, `sign` times those more.
    pub(crate) fn plus(self, other: Self, sign: i64) -> Self {
        Self {
            offered: self.offered + sign * other.offered,
            answered: self.answered + sign * other.answered,
            answered_in_target: self.answered_in_target + sign * other.answered_in_target,
            abandoned: self.abandoned + sign * other.abandoned,
            wait_ms: self.wait_ms + sign * other.wait_ms,
        }
    }

    /// Answered within the target, of all that came; none before anybody came.
    pub(crate) fn service_level(&self) -> Option<Ratio> {
        (self.offered > 0).then(|| Ratio::share(self.answered_in_target, self.offered))
    }
}
