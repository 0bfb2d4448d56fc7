//! Queues, presence and offers.

use conversations::{Conversation, ConversationId};
use kernel::{ChannelId, Id, Noun, Owned, QueueId, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Offer {
    const PREFIX: &'static str = "ofr";
}

text_enum! {
    /// Whether a person takes work.
    pub enum PresenceState {
        /// Not there.
        Offline = "offline",
        /// There, and not taking work.
        NotReady = "not_ready",
        /// Taking work.
        Ready = "ready",
    }
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
    /// Where conversations wait.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Queue {
        /// Its id.
        pub id: QueueId,
        /// Its name.
        pub name: String,
        /// How long an offer waits for an answer, in seconds.
        pub offer_seconds: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Whether a person takes work, and how much.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Presence {
        /// Who.
        pub user_id: UserId,
        /// Their name.
        pub name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Whether they take work.
        pub state: PresenceState,
        /// Why not, when they do not.
        pub reason: Option<String>,
        /// How many conversations at once.
        pub capacity: i64,
        /// Since when in this state.
        pub since: Timestamp,
        /// When they were last given work.
        pub served_at: Timestamp,
        /// The number of the last fact on their topic.
        pub last_seq: i64,
        /// Rises with each change.
        pub version: i64,
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
}

impl OfferView {
    pub(crate) fn of(offer: &Offer, conversation: &Conversation) -> Self {
        Self {
            id: offer.id,
            conversation_id: offer.conversation_id,
            channel_id: conversation.channel_id,
            customer_name: conversation.customer_name.clone(),
            preview: conversation.preview.clone(),
            waiting_since: conversation.waiting_since,
            made_at: offer.made_at,
            expires_at: offer.expires_at,
        }
    }
}

impl Presence {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.user_id, self.unit_id)
    }

    /// The topic this person's facts are told on.
    pub(crate) fn topic(&self) -> String {
        format!("user:{}", self.user_id)
    }

    /// Another state, from `now` on.
    pub(crate) fn become_state(mut self, state: PresenceState, reason: Option<String>, now: Timestamp) -> Self {
        if self.state != state {
            self.since = now;
        }
        self.reason = reason.filter(|_| state == PresenceState::NotReady);
        self.state = state;
        self.version += 1;
        self
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
