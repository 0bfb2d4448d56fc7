//! What staff may watch: `conversation:<id>` and the list `inbox`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Topics};
use kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use wire::{Opened, snapshot};

use crate::{
    events,
    model::{Conversation, ConversationId, Message, Side},
    policy, queries,
};

/// Messages a snapshot begins with; older ones are fetched page by page.
pub(crate) const FIRST: i64 = 50;

/// The state of a conversation's topic.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationState {
    /// The conversation.
    pub conversation: Conversation,
    /// Its latest messages, oldest first.
    pub messages: Vec<Message>,
}

pub(crate) struct ConversationTopics;

impl Topics for ConversationTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "inbox" || topic.starts_with("conversation:")
    }

    /// Whoever loses a conversation hears no more of it.
    fn asks_again(&self) -> &'static [&'static str] {
        &[events::ASSIGNED, events::REQUEUED]
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        topic: &'a str,
        since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>> {
        Box::pin(async move {
            let Some(id) = topic.strip_prefix("conversation:") else {
                return Ok(Opened::list(Arc::new(policy::may_list(cx.actor())?)));
            };
            let id: ConversationId = id.parse().map_err(|_| Error::NotFound)?;
            let (cx, name) = (cx.clone(), topic.to_owned());
            let app = cx.app().clone();
            app.db()
                .snapshot(cx.origin(), move |tx| {
                    let conversation = queries::find(tx, id)?;
                    policy::may_read(tx.actor(), &conversation)?;
                    let seq = conversation.last_seq;
                    if let Some(since) = since.filter(|since| *since <= seq) {
                        return Ok(Opened::since(since));
                    }
                    let messages = queries::messages_before(tx, id, i64::MAX, FIRST, Side::Agent)?;
                    Ok(Opened::state(seq, snapshot(&name, seq, &ConversationState { conversation, messages })?))
                })
                .await
        })
    }
}
