//! Facts this module emits.

use conversations::ConversationId;
use kernel::{ChannelId, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Delivery, DeliveryState};

/// A message was carried, arrived, was read, or could not be carried.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryChanged {
    /// Which.
    #[schema(value_type = String)]
    pub delivery_id: Id<Delivery>,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The message's number.
    pub seq: i64,
    /// By which channel.
    pub channel_id: ChannelId,
    /// Where it stands now.
    pub state: DeliveryState,
}

impl DeliveryChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "delivery.changed";
}
