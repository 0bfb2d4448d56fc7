//! Queues, presence, waits and offers.

mod presence;
mod queue;
mod terms;
mod waits;

pub(crate) use presence::{
    ABSENT, Because, ChannelCapacities, MISSED_OFFER, MOST, PresenceSpell, PresenceSpellView, RECOVERY,
};
pub use presence::{Presence, PresenceReason, PresenceState};
pub use queue::Queue;
pub(crate) use queue::{Queues, RetiredQueue};
pub(crate) use terms::{BEST, Candidate, Candidates};
pub use terms::{OfferVerdict, RoutingRule, RoutingRules, Skill, SkillAsked, SkillId, SkillsAsked, Strategy, Why};
pub(crate) use waits::{Counts, Outcome, Wait};

use conversations::{Conversation, ConversationId};
use kernel::{ChannelId, Id, Noun, QueueId, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Offer {
    const PREFIX: &'static str = "ofr";
}

text_enum! {
    /// Where an offer stands.
    pub enum OfferState {
        /// It waits for an answer.
        Open = "open",
        /// Taken.
        Accepted = "accepted",
        /// Turned down.
        Refused = "refused",
        /// Nobody answered in time.
        Expired = "expired",
        /// The conversation needs nobody any more, or the person left.
        Withdrawn = "withdrawn",
    }
}

store::record! {
    /// The right of one person to take one conversation, for a while.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Offer {
        /// Its id.
        pub id: Id<Offer>,
        /// Which conversation.
        pub conversation_id: ConversationId,
        /// To whom.
        pub user_id: UserId,
        /// The fencing number of the owner of routing who made it.
        pub epoch: i64,
        /// Where it stands.
        pub state: OfferState,
        /// Since when.
        pub made_at: Timestamp,
        /// Until when it can be taken.
        pub expires_at: Timestamp,
        /// When it was over.
        pub ended_at: Option<Timestamp>,
        /// Of which queue it was made.
        pub queue_id: Option<QueueId>,
    }
}

store::record! {
    /// Why an offer was made to whom it was made.
    #[derive(Clone, Debug)]
    pub(crate) struct OfferExplanation {
        pub offer_id: Id<Offer>,
        pub why: Why,
        pub waited_ms: i64,
        pub priority: i64,
        /// Whether it had waited so long that it came before every priority.
        pub outranked: bool,
        pub candidates: Candidates,
    }
}

/// An offer as the person it is made to sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// Its id.
    pub id: Id<Offer>,
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// By which channel.
    pub channel_id: ChannelId,
    /// In which queue it waits.
    pub queue_id: Option<QueueId>,
    /// With whom.
    pub customer_name: String,
    /// The beginning of the last message.
    pub preview: String,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// Since when it is offered.
    pub made_at: Timestamp,
    /// Until when it can be taken.
    pub expires_at: Timestamp,
    /// Why it is offered to them.
    pub why: Option<Why>,
}

impl OfferView {
    pub(crate) fn of(offer: &Offer, conversation: &Conversation, why: Option<Why>) -> Self {
        Self {
            id: offer.id,
            conversation_id: offer.conversation_id,
            channel_id: conversation.channel_id,
            queue_id: conversation.queue_id,
            customer_name: conversation.customer_name.clone(),
            preview: conversation.preview.clone(),
            waiting_since: conversation.waiting_since,
            made_at: offer.made_at,
            expires_at: offer.expires_at,
            why,
        }
    }
}

impl Offer {
    /// Ends it as `state`. Only an open one can end, and only one whose time has not run out can be
    /// taken: by then it may be somebody else's.
    pub(crate) fn end(mut self, state: OfferState, now: Timestamp) -> Result<Self> {
        let late = state == OfferState::Accepted && self.expires_at <= now;
        if self.state != OfferState::Open || late {
            return Err(codes::OFFER_OVER.conflict());
        }
        self.state = state;
        self.ended_at = Some(now);
        Ok(self)
    }
}

/// What is still to be said about a conversation that is over; its agent's room is held meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrapUpHold {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// Whose room it holds.
    pub user_id: UserId,
    /// Until when at the latest.
    pub until: Timestamp,
}
