//! What staff may watch: the list `notices`.

use std::{future::Future, pin::Pin, sync::Arc};

use conversations::ConversationId;
use http::{Cx, Telling, Topics};
use kernel::{Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use wire::Opened;

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

pub(crate) struct AutomationTopics;

impl Topics for AutomationTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "notices"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("notices", "What automations tell one, while one is there.");
        vec![list.note::<Notice>("automation.notice", "Something that one is to know now.")]
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        _topic: &'a str,
        _since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>> {
        Box::pin(async move {
            // As far as one reads conversations; each notice says whom it is for.
            Ok(Opened::list(Arc::new(cx.actor().scope("conversations.read")?)))
        })
    }
}
