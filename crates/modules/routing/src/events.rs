//! Facts this module emits, on the topic `user:<id>`, each with the next number there.

use kernel::{Id, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Offer, OfferState};

/// A conversation was offered: [`crate::model::OfferView`].
pub const OFFER_MADE: &str = "offer.made";
/// An offer is over: [`OfferEnded`].
pub const OFFER_ENDED: &str = "offer.ended";
/// A person's presence changed: [`crate::Presence`].
pub const PRESENCE_CHANGED: &str = "presence.changed";

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
