//! What automations tell people while they are there: the list `notices`.

use conversations::ConversationId;
use kernel::UserId;
use serde::Serialize;
use utoipa::ToSchema;

/// An automation tells somebody something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AutomationNotice)]
pub(crate) struct Notice {
    /// The run that tells it.
    pub run_id: String,
    /// About which conversation.
    pub conversation_id: ConversationId,
    /// The automation's name.
    pub name: String,
    /// What it says.
    pub text: String,
    /// To whom.
    pub user_id: UserId,
}
