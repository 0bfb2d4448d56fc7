//! Facts this module emits, on the topic `user:<id>`, each with the next number there.

use conversations::ConversationId;
use kernel::{Id, QueueId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Offer, OfferState};

/// A conversation was offered: [`crate::model::OfferView`].
pub const OFFER_MADE: &str = "offer.made";
/// An offer is over: [`OfferEnded`].
pub const OFFER_ENDED: &str = "offer.ended";
/// A person's presence changed: [`crate::Presence`].
pub const PRESENCE_CHANGED: &str = "presence.changed";
/// A conversation is over, and the person's room is held until they say what it was about:
/// [`crate::WrapUpHold`].
pub const WRAP_UP_BEGAN: &str = "wrap_up.began";
/// It is held no longer: they said it, or the time is up. [`crate::WrapUpHold`].
pub const WRAP_UP_ENDED: &str = "wrap_up.ended";
/// A conversation went back into its queue, because its customer waited too long for an answer of theirs:
/// [`TakenBack`].
pub const TAKEN_BACK: &str = "conversation.taken_back";
/// On the list topic `desk`: the figures of these queues changed: [`DeskChanged`].
pub const DESK_CHANGED: &str = "desk.changed";

/// See [`DESK_CHANGED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeskChanged {
    /// Which queues.
    pub queue_ids: Vec<QueueId>,
}

/// See [`TAKEN_BACK`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TakenBack {
    /// Which.
    pub conversation_id: ConversationId,
    /// Whose.
    pub customer_name: String,
    /// For how many minutes they waited at least.
    pub silent_minutes: i64,
}

/// See [`OFFER_ENDED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferEnded {
    /// Which.
    pub offer_id: Id<Offer>,
    /// Whose.
    pub user_id: UserId,
    /// How.
    pub state: OfferState,
}
