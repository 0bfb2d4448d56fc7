//! Facts this module emits, on the topic `conversation:<id>`, each with the next number there.
//!
//! What begins with `note.` and [`CHANGED`] is told to staff alone. Beside the facts, unnumbered and
//! never kept, go [`CUSTOMER_TYPING`], [`AGENT_TYPING`] and [`AGENT_VIEWING`].

use channels::ChannelKind;
use kernel::{ChannelId, CustomerId, QueueId, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{
    Attributes, ConversationId, Participants, Rating, Side, SlaTarget, Tags, Trail, VisitedPage, WrapUp,
};

/// A message was posted that both sides see; the payload is the [`crate::Message`].
pub const MESSAGE_POSTED: &str = "message.posted";
/// A message was posted that only staff see: a note, or a line of what happened. The [`crate::Message`].
pub const NOTE_POSTED: &str = "note.posted";
/// A message was posted that the channel has to carry to the customer: [`Outgoing`]. On no topic: who
/// carries it tells what becomes of it. Most messages are none, so that whoever carries is not kept
/// busy by those that need nobody.
pub const MESSAGE_OUTGOING: &str = "message.outgoing";
/// A message's author changed it: the [`crate::Message`] as it is now.
pub const MESSAGE_EDITED: &str = "message.edited";
/// A note's author changed it: the [`crate::Message`] as it is now.
pub const NOTE_EDITED: &str = "note.edited";
/// A message's author took it back: the [`crate::Message`] as it is now, without its words.
pub const MESSAGE_RECALLED: &str = "message.recalled";
/// A note's author took it back: the [`crate::Message`] as it is now, without its words.
pub const NOTE_RECALLED: &str = "note.recalled";
/// Somebody read up to a number: [`Read`].
pub const MESSAGE_READ: &str = "message.read";
/// A customer opened a conversation, which now waits for somebody: [`Opened`].
pub const OPENED: &str = "conversation.opened";
/// Somebody took it, or was given it: [`Assigned`].
pub const ASSIGNED: &str = "conversation.assigned";
/// It waits again: [`Opened`].
pub const REQUEUED: &str = "conversation.requeued";
/// Its customer left a message rather than wait: [`Opened`].
pub const LEFT_MESSAGE: &str = "conversation.left_message";
/// It is over: [`Closed`].
pub const CLOSED: &str = "conversation.closed";
/// Something said about it changed: [`Changed`].
pub const CHANGED: &str = "conversation.changed";
/// A colleague takes part from now on, told to staff alone: [`Participation`].
pub const PARTICIPANT_JOINED: &str = "participant.joined";
/// What a colleague who takes part may do changed: [`Participation`].
pub const PARTICIPANT_CHANGED: &str = "participant.changed";
/// A colleague no longer takes part: [`Participation`].
pub const PARTICIPANT_LEFT: &str = "participant.left";
/// It was put away until a time, told to staff alone: [`Snoozed`].
pub const SNOOZED: &str = "conversation.snoozed";
/// It came back, its time being there or by hand, told to staff alone: [`Snoozed`]. That the customer's words
/// brought it back those say themselves.
pub const WOKEN: &str = "conversation.woken";
/// A customer wrote while all is closed: [`CameAfterHours`]. On no topic: what follows from it is told.
pub const CAME_AFTER_HOURS: &str = "conversation.came_after_hours";
/// A customer wrote again while nobody has their conversation: [`CameWaiting`]. On no topic: what answers by itself
/// hears this, and nothing of conversations that somebody has.
pub const CAME_WAITING: &str = "conversation.came_waiting";
/// A service level was met with the first answer, or missed with any: [`Measured`]. On no topic, and only
/// where one applies: an answer in time that is not the first is told nowhere.
pub const MEASURED: &str = "conversation.measured";
/// Its customer said what they think of it, for the first time or otherwise than before: [`Rated`]. On no topic.
pub const RATED: &str = "conversation.rated";
/// What was said in it was removed, having been kept as long as it is to be: [`Emptied`]. On no topic. The words of one
/// whose customer is erased go in that transaction, untold.
pub const EMPTIED: &str = "conversation.emptied";
/// Unnumbered: what the customer has typed so far, told to staff: [`CustomerTyping`].
pub const CUSTOMER_TYPING: &str = "customer.typing";
/// Unnumbered: a colleague is typing: [`AgentTyping`].
pub const AGENT_TYPING: &str = "agent.typing";
/// Unnumbered: a colleague looks at it, or no longer does, told to staff alone: [`AgentViewing`].
pub const AGENT_VIEWING: &str = "agent.viewing";

/// What a visitor is told of; their place in the line too, where the channel shows it.
pub(crate) const FOR_VISITORS: [&str; 9] = [
    REQUEUED,
    MESSAGE_POSTED,
    MESSAGE_EDITED,
    MESSAGE_RECALLED,
    MESSAGE_READ,
    ASSIGNED,
    LEFT_MESSAGE,
    CLOSED,
    AGENT_TYPING,
];

/// A part of a conversation became one of its own: [`Split`]. On no topic.
pub const SPLIT: &str = "conversation.split";

/// See [`MESSAGE_READ`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageRead)]
pub struct Read {
    /// Who read.
    pub by: Side,
    /// Everything up to this number.
    pub seq: i64,
    /// The customer's messages after it, when the department read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<i64>,
}

/// See [`OPENED`], [`REQUEUED`] and [`LEFT_MESSAGE`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationOpened)]
pub struct Opened {
    /// Which.
    pub conversation_id: ConversationId,
    /// On which channel.
    pub channel_id: ChannelId,
    /// With whom.
    pub customer_id: CustomerId,
    /// In which queue it waits; none until it was given one.
    #[serde(default)]
    pub queue_id: Option<QueueId>,
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
    /// Which side ended it; none: the product.
    #[serde(default)]
    pub by: Option<Side>,
    /// The one it goes on in, when it is over by being put together with it: then nothing that follows an end follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ConversationId>,
}

/// See [`SPLIT`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationWasSplit)]
pub struct Split {
    /// The new one.
    pub conversation_id: ConversationId,
    /// The one it was a part of.
    pub from_id: ConversationId,
}

/// See [`CHANGED`]: the fields of the conversation that changed, as they are now.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationChanged)]
pub struct Changed {
    /// In which queue it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<QueueId>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// Where the visitor is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<VisitedPage>,
    /// What they answered before the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// What they did on the embedding page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail: Option<Trail>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<WrapUp>,
    /// What the customer thought of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// Whether it came outside business time and waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_hours: Option<bool>,
    /// Whether it stands beside the one its customer writes in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<bool>,
}

/// See [`SNOOZED`] and [`WOKEN`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationSnoozed)]
pub struct Snoozed {
    /// Which.
    pub conversation_id: ConversationId,
    /// Until when it is put away; none: no longer.
    pub until: Option<Timestamp>,
}

/// See [`MESSAGE_OUTGOING`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageOutgoing)]
pub struct Outgoing {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The message's number.
    pub seq: i64,
    /// By which channel.
    pub channel_id: ChannelId,
    /// Of which kind.
    pub channel_kind: ChannelKind,
}

/// See [`PARTICIPANT_JOINED`], [`PARTICIPANT_CHANGED`] and [`PARTICIPANT_LEFT`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Participation {
    /// Whose part in it changed.
    pub user_id: UserId,
    /// Everybody who takes part now.
    pub participants: Participants,
}

/// See [`CAME_AFTER_HOURS`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CameAfterHours {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The message's number.
    pub seq: i64,
}

/// See [`CAME_WAITING`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CameWaiting {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The message's number.
    pub seq: i64,
}

/// See [`MEASURED`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// Which answer was waited for.
    pub target: SlaTarget,
    /// Since when.
    pub since: Timestamp,
    /// For how long, in milliseconds, as the terms count.
    pub took_ms: i64,
    /// How long it may have taken.
    pub target_ms: i64,
    /// Whether that was too long.
    pub late: bool,
    /// Whether there was an answer; else it ended without.
    pub answered: bool,
}

/// See [`RATED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationRated)]
pub struct Rated {
    /// Which.
    pub conversation_id: ConversationId,
}

/// See [`EMPTIED`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationEmptied)]
pub struct Emptied {
    /// Which.
    pub conversation_id: ConversationId,
}

/// See [`CUSTOMER_TYPING`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CustomerTyping {
    /// What stands in the visitor's box, cut at 500 characters; empty when they stopped.
    pub text: String,
}

/// See [`AGENT_TYPING`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentTyping {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
}

/// See [`AGENT_VIEWING`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentViewing {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they look at it now; holds for 45 seconds unless said again.
    pub here: bool,
}
