//! What channels of other kinds need for their part of the demo story.

use std::{collections::HashMap, sync::Arc};

use http::DemoPerson;
use kernel::{Actor, ChannelId, Owned, QueueId, Reach, Result, Staff, Timestamp, Visitor};
use store::Tx;

use crate::{
    api::{self, Post, assignee},
    line::{Outlook, Place, QueuePlace},
    model::{Conversation, ConversationId},
};

const MINUTE: i64 = 60_000;

/// Where all of the story's conversations on a channel wait.
#[derive(Clone, Copy, Debug)]
pub struct DemoPlace(pub QueueId);

impl QueuePlace for DemoPlace {
    fn queue(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Option<QueueId>> {
        Ok(Some(self.0))
    }

    fn place(&self, _tx: &mut Tx<'_>, _conversation: &Conversation) -> Result<Option<Place>> {
        Ok(None)
    }

    fn outlook(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Outlook> {
        Ok(Outlook::default())
    }
}

/// In the story, a colleague takes what a customer began at `came`, answers it after some minutes and
/// ends it; answers the conversation and the number of the answer.
///
/// # Errors
/// From the database.
pub fn demo_answer(
    tx: &mut Tx<'_>,
    visitor: Visitor,
    agent: &DemoPerson,
    words: &str,
    came: Timestamp,
) -> Result<Option<(ConversationId, i64)>> {
    let Some(conversation) = api::open_of(tx, visitor.channel, visitor.customer)? else { return Ok(None) };
    tx.as_of(came.plus_millis(4 * MINUTE), agent.actor())?;
    let permit = Actor::System("demo").permit("conversations.assign", &Owned::NOBODY, tx.now())?;
    let to = assignee(tx.actor())?;
    api::assign(tx, &permit, conversation.id, to)?;
    tx.as_of(came.plus_millis(11 * MINUTE), agent.actor())?;
    let by = Actor::Staff(Arc::new(Staff {
        id: agent.id,
        name: agent.name.clone(),
        unit: agent.unit,
        team: Vec::new(),
        department: Vec::new(),
        grants: HashMap::from([("conversations.reply".to_owned(), Reach::All)]),
    }));
    let post = Post::new(conversation.id, by, format!("demo.{}", conversation.id), words.to_owned());
    let seq = api::post(tx, post)?.seq;
    tx.as_of(came.plus_millis(13 * MINUTE), agent.actor())?;
    let permit = Actor::System("demo").permit("conversations.close", &Owned::NOBODY, tx.now())?;
    api::close(tx, &permit, conversation.id, None)?;
    Ok(Some((conversation.id, seq)))
}
