//! One conversation of the demo story, told by the same transitions as a real one.

use audit::api::Entry;
use http::DemoPerson;
use kernel::{Actor, CustomerId, Owned, Permit, Result, Timestamp, Visitor};
use serde::Serialize;
use store::{Fact, SearchDoc, Tx};

use crate::{
    events,
    model::{Assignee, Author, Conversation, Message, MessageKind, Side},
    queries,
};

/// Something that happened, and when, and who did it.
struct Happened {
    at: Timestamp,
    by: Actor,
    fact: Fact,
    entry: Option<Entry>,
}

/// What is told but not yet written.
#[derive(Default)]
pub(super) struct Book {
    conversations: Vec<Conversation>,
    messages: Vec<Message>,
    happened: Vec<Happened>,
}

/// A conversation while it is told.
pub(super) struct Tale {
    conversation: Conversation,
    messages: Vec<Message>,
    happened: Vec<Happened>,
}

impl Tale {
    /// A customer opens it.
    pub(super) fn open(tx: &mut Tx<'_>, visitor: Visitor, name: String, at: Timestamp) -> Result<Self> {
        tx.as_of(at, Actor::Visitor(visitor))?;
        let conversation = Conversation::open(tx.new_id(), visitor.channel, visitor.customer, name, at);
        let fact = conversation.opened();
        let mut tale = Self { conversation, messages: Vec::new(), happened: Vec::new() };
        tale.tell(at, Actor::Visitor(visitor), events::OPENED, &fact, None)?;
        Ok(tale)
    }

    fn customer(&self) -> CustomerId {
        self.conversation.customer_id
    }

    /// Somebody says something.
    pub(super) fn say(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: Option<&DemoPerson>, text: String) -> Result<()> {
        let (author, actor, name) = match by {
            None => (Author::Customer, self.visitor(), self.conversation.customer_name.clone()),
            Some(person) => (Author::Agent, person.actor(), person.name.clone()),
        };
        tx.as_of(at, actor.clone())?;
        let message = Message {
            id: tx.new_id(),
            conversation_id: self.conversation.id,
            seq: self.conversation.take(author, &text, at),
            client_id: format!("demo-{}", self.messages.len() + 1),
            author,
            author_id: actor.id_text(),
            author_name: name,
            kind: MessageKind::Text,
            text,
            file_id: None,
            at,
        };
        self.tell(at, actor, events::MESSAGE_POSTED, &message, None)?;
        self.messages.push(message);
        Ok(())
    }

    /// The department has read all there is.
    pub(super) fn seen(&mut self, at: Timestamp, by: &DemoPerson) -> Result<()> {
        if let Some((after, fact)) = self.conversation.clone().read(Side::Agent, self.conversation.last_seq) {
            self.conversation = after;
            self.tell(at, by.actor(), events::MESSAGE_READ, &fact, None)?;
        }
        Ok(())
    }

    /// Somebody takes it.
    pub(super) fn take(&mut self, at: Timestamp, by: &DemoPerson) -> Result<()> {
        let before = self.conversation.clone();
        let to = Assignee { id: by.id, name: by.name.clone(), unit: by.unit };
        let (after, fact) = before.clone().assign(&permit(at)?, to)?;
        self.conversation = after;
        let entry = Entry::new("conversations.assigned", "conversation", before.id).change(&before, &self.conversation);
        self.tell(at, by.actor(), events::ASSIGNED, &fact, Some(entry))
    }

    /// It is over.
    pub(super) fn close(&mut self, at: Timestamp, by: Actor, reason: Option<&str>) -> Result<()> {
        let before = self.conversation.clone();
        let (after, fact) = before.clone().close(&permit(at)?, reason.map(str::to_owned))?;
        self.conversation = after;
        let entry = Entry::new("conversations.closed", "conversation", before.id).change(&before, &self.conversation);
        self.tell(at, by, events::CLOSED, &fact, Some(entry))
    }

    fn visitor(&self) -> Actor {
        Actor::Visitor(Visitor { customer: self.customer(), channel: self.conversation.channel_id })
    }

    fn tell(
        &mut self,
        at: Timestamp,
        by: Actor,
        kind: &'static str,
        fact: &impl Serialize,
        entry: Option<Entry>,
    ) -> Result<()> {
        let fact = Fact::new(kind, self.conversation.id, fact)?;
        let fact = fact.on(self.conversation.topic(), self.conversation.last_seq);
        self.happened.push(Happened { at, by, fact, entry });
        Ok(())
    }
}

fn permit(at: Timestamp) -> Result<Permit> {
    Actor::System("demo").permit(crate::policy::REPLY, &Owned::NOBODY, at)
}

impl Book {
    /// Takes a tale in.
    pub(super) fn add(&mut self, tale: Tale) {
        self.conversations.push(tale.conversation);
        self.messages.extend(tale.messages);
        self.happened.extend(tale.happened);
    }

    /// How many are in it.
    pub(super) fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Writes it down, everything in the order it happened in.
    pub(super) fn write(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        queries::insert_many(tx, &std::mem::take(&mut self.conversations))?;
        let mut messages = std::mem::take(&mut self.messages);
        messages.sort_by_key(|message| message.at);
        queries::insert_messages(tx, &messages)?;
        let docs: Vec<_> = messages
            .into_iter()
            .map(|message| SearchDoc {
                kind: "message",
                reference: format!("{}/{}", message.conversation_id, message.seq),
                at: message.at,
                text: message.text,
            })
            .collect();
        tx.index(&docs)?;
        let mut happened = std::mem::take(&mut self.happened);
        happened.sort_by_key(|one| one.at);
        for Happened { at, by, fact, entry } in happened {
            tx.as_of(at, by)?;
            tx.emit(fact);
            if let Some(entry) = entry {
                audit::api::record(tx, entry)?;
            }
        }
        Ok(())
    }
}
