//! What staff may watch: `conversation:<id>` and the list `inbox`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use wire::{Opened, snapshot};

use crate::{
    events,
    model::{Conversation, ConversationId, Message, Side},
    policy, queries,
    visitor::Ready,
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

    fn tells(&self) -> Vec<Telling> {
        vec![
            Telling::numbered::<ConversationState>("conversation:{id}", "One conversation with its latest messages.")
                .fact::<events::Opened>(events::OPENED, "A customer opened it; it waits for somebody.")
                .fact::<events::Assigned>(events::ASSIGNED, "Somebody took it, or was given it.")
                .fact::<events::Opened>(events::REQUEUED, "It waits again.")
                .fact::<events::Opened>(events::LEFT_MESSAGE, "Its customer left a message rather than wait.")
                .fact::<events::Changed>(events::CHANGED, "Something said about it changed: what is there, is new.")
                .fact::<events::Participation>(events::PARTICIPANT_JOINED, "A colleague takes part from now on.")
                .fact::<events::Participation>(events::PARTICIPANT_CHANGED, "What they may do changed.")
                .fact::<events::Participation>(events::PARTICIPANT_LEFT, "A colleague no longer takes part.")
                .fact::<events::Snoozed>(events::SNOOZED, "It was put away until a time.")
                .fact::<events::Snoozed>(events::WOKEN, "It came back, in time or by hand.")
                .fact::<events::Closed>(events::CLOSED, "It is over.")
                .fact::<Message>(events::MESSAGE_POSTED, "Something was said that both sides see.")
                .fact::<Message>(events::MESSAGE_EDITED, "Its author changed it: as it is now.")
                .fact::<Message>(events::MESSAGE_RECALLED, "Its author took it back: without its words.")
                .fact::<Message>(events::NOTE_POSTED, "A note, or a line of what happened, that only staff see.")
                .fact::<Message>(events::NOTE_EDITED, "A note was changed: as it is now.")
                .fact::<Message>(events::NOTE_RECALLED, "A note was taken back: without its words.")
                .fact::<events::Read>(events::MESSAGE_READ, "One side read up to a number.")
                .note::<events::CustomerTyping>(events::CUSTOMER_TYPING, "What the customer has typed so far.")
                .note::<events::AgentTyping>(events::AGENT_TYPING, "A colleague is typing.")
                .note::<events::AgentViewing>(events::AGENT_VIEWING, "A colleague looks at it, or no longer does.")
                .to_visitors(&events::FOR_VISITORS)
                .frame::<Ready<'static>>("ready"),
            Telling::list("inbox", "Conversations, as far as one may see them.")
                .note::<Conversation>("conversation.changed", "A conversation is there, or stands otherwise.")
                .note::<Conversation>("conversation.left", "A conversation is no longer in one's reach."),
        ]
    }

    /// Whoever loses a conversation hears no more of it.
    fn asks_again(&self) -> &'static [&'static str] {
        &[events::ASSIGNED, events::REQUEUED, events::PARTICIPANT_LEFT]
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
