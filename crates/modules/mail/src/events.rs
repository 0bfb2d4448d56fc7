//! Facts this module emits.

use conversations::ConversationId;
use kernel::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Mail, MailState, Mailbox};

/// A mailbox was added, or set otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailboxChanged {
    /// Which.
    pub mailbox_id: Id<Mailbox>,
    /// Whether it is fetched.
    pub active: bool,
}

impl MailboxChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "mailbox.changed";
}

/// A mail will not reach whom it was for first, because the address is dead: its server says that there is no such box, or
/// there is no such server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailBounced {
    /// Which.
    pub mail_id: Id<Mail>,
}

impl MailBounced {
    /// The fact's kind.
    pub const KIND: &'static str = "mail.bounced";
}

/// A mail came, went, or could not go.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MailChanged {
    /// Which.
    #[schema(value_type = String)]
    pub mail_id: Id<Mail>,
    /// By which mailbox.
    #[schema(value_type = String)]
    pub mailbox_id: Id<Mailbox>,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// Where it stands now.
    pub state: MailState,
}

impl MailChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "mail.changed";
}
