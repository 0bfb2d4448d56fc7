//! Conversations and messages, and what may become of them.

mod about;
mod clock;
mod conversation;
mod event;
mod message;
mod participant;
mod reason;
mod snooze;
mod view;

use kernel::{Id, Noun};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

pub(crate) use about::RatingRow;
pub use about::{Attributes, NewRating, Rating, Step, Tags, Trail, VisitedPage, WrapUp};
pub use clock::{Alarm, SlaTarget, Terms};
pub(crate) use conversation::VisitorConversation;
pub use conversation::{Assignee, Conversation};
pub use event::{Event, Named};
pub use message::{Card, Copied, CopiedFrom, Data, Mentions, Message, MessageKind};
pub(crate) use message::{MessageVersion, check_message, check_text, fit, preview, reused};
pub use participant::{Participant, Participants};
pub use reason::WrapUpReason;
pub use snooze::SnoozePreset;
pub(crate) use snooze::{LONGEST_MS, SnoozeTime, snooze_times};
pub(crate) use view::{ConversationView, ViewFilter, ViewScope};

/// The id of a [`Conversation`].
pub type ConversationId = Id<Conversation>;

impl Noun for Conversation {
    const PREFIX: &'static str = "cnv";
}
impl Noun for Message {
    const PREFIX: &'static str = "msg";
}

text_enum! {
    /// Where a conversation stands.
    pub enum State {
        /// It waits for somebody.
        Queued = "queued",
        /// Somebody has it.
        Active = "active",
        /// The customer left a message rather than wait: nobody's, in no line, and to be answered.
        Message = "message",
        /// It is over.
        Closed = "closed",
    }
}

text_enum! {
    /// Who wrote a message.
    pub enum Author {
        /// The customer.
        Customer = "customer",
        /// A member of the department.
        Agent = "agent",
        /// The product.
        System = "system",
    }
}

/// One of the two sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer.
    Customer,
    /// The department.
    Agent,
}

/// The topic the facts of a conversation are told on.
pub fn topic(id: ConversationId) -> String {
    format!("conversation:{id}")
}
