//! Facts this module emits, on the topic `conversation:<id>`, each with the next number there.

use kernel::{ChannelId, CustomerId, UnitId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{ConversationId, Side};

/// A message was posted; the payload is the [`crate::Message`].
pub const MESSAGE_POSTED: &str = "message.posted";
/// Somebody read up to a number: [`Read`].
pub const MESSAGE_READ: &str = "message.read";
/// A customer opened a conversation, which now waits for somebody: [`Opened`].
pub const OPENED: &str = "conversation.opened";
/// Somebody took it, or was given it: [`Assigned`].
pub const ASSIGNED: &str = "conversation.assigned";
/// It waits again: [`Opened`].
pub const REQUEUED: &str = "conversation.requeued";
/// It is over: [`Closed`].
pub const CLOSED: &str = "conversation.closed";

/// See [`MESSAGE_READ`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageRead)]
pub struct Read {
    /// Who read.
    pub by: Side,
    /// Everything up to this number.
    pub seq: i64,
}

/// See [`OPENED`] and [`REQUEUED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationOpened)]
pub struct Opened {
    /// Which.
    pub conversation_id: ConversationId,
    /// On which channel.
    pub channel_id: ChannelId,
    /// With whom.
    pub customer_id: CustomerId,
}

/// See [`ASSIGNED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationAssigned)]
pub struct Assigned {
    /// Which.
    pub conversation_id: ConversationId,
    /// To whom.
    pub assignee_id: UserId,
    /// Their name.
    pub assignee_name: String,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Who had it before.
    pub before: Option<UserId>,
}

/// See [`CLOSED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationClosed)]
pub struct Closed {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who had it.
    pub assignee_id: Option<UserId>,
    /// Why it was closed, in the closer's words.
    pub reason: Option<String>,
}
