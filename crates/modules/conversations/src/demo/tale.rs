//! One conversation of the demo story, told by the same transitions as a real one.

use std::collections::HashMap;

use audit::api::Entry;
use http::DemoPerson;
use kernel::{Actor, CustomerId, Id, Owned, Permit, Result, Timestamp, Visitor};
use serde::Serialize;
use store::{Fact, Tx};

use crate::{
    events,
    events::Changed,
    model::{
        Assignee, Author, Conversation, Data, Event, Message, MessageKind, Named, Rating, RatingRow, Side, Tags,
        WrapUp, WrapUpReason,
    },
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
    ratings: Vec<RatingRow>,
    happened: Vec<Happened>,
}

/// A conversation while it is told.
pub(super) struct Tale {
    conversation: Conversation,
    messages: Vec<Message>,
    rating: Option<RatingRow>,
    happened: Vec<Happened>,
}

impl Tale {
    /// A customer opens it.
    pub(super) fn open(tx: &mut Tx<'_>, visitor: Visitor, name: String, at: Timestamp) -> Result<Self> {
        tx.as_of(at, Actor::Visitor(visitor))?;
        let conversation = Conversation::open(tx.new_id(), visitor.channel, visitor.customer, name, at);
        let fact = conversation.opened();
        let mut tale = Self { conversation, messages: Vec::new(), rating: None, happened: Vec::new() };
        tale.tell(at, Actor::Visitor(visitor), events::OPENED, &fact, None)?;
        tale.line(tx, at, Event::Opened { by: None })?;
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
        if let Some(since) = self.conversation.unanswered_since().filter(|_| author == Author::Agent) {
            let business = settings::api::calendar(tx)?.elapsed(since, at);
            self.conversation.answered(since, business, at);
        }
        let seq = self.conversation.take(author, &text, at);
        let by = Some((actor, name));
        self.post(tx, at, seq, author, by, MessageKind::Text, text, None)
    }

    /// A colleague leaves a note.
    pub(super) fn note(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: &DemoPerson, text: String) -> Result<()> {
        let seq = self.conversation.advance();
        let by = Some((by.actor(), by.name.clone()));
        self.post(tx, at, seq, Author::Agent, by, MessageKind::Note, text, None)
    }

    /// A line of what happened.
    fn line(&mut self, tx: &mut Tx<'_>, at: Timestamp, event: Event) -> Result<()> {
        let seq = self.conversation.advance();
        self.post(tx, at, seq, Author::System, None, MessageKind::Event, String::new(), Some(Data::Event(event)))
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a message")]
    fn post(
        &mut self,
        tx: &Tx<'_>,
        at: Timestamp,
        seq: i64,
        author: Author,
        by: Option<(Actor, String)>,
        kind: MessageKind,
        text: String,
        data: Option<Data>,
    ) -> Result<()> {
        let (actor, author_name) = by.unwrap_or((Actor::System("demo"), String::new()));
        let message = Message {
            id: tx.new_id(),
            conversation_id: self.conversation.id,
            seq,
            client_id: if kind == MessageKind::Event {
                format!("event {seq}")
            } else {
                format!("demo-{seq}")
            },
            author,
            author_id: (kind != MessageKind::Event).then(|| actor.id_text()).flatten(),
            author_name,
            kind,
            text,
            file_id: None,
            at,
            staff_only: kind == MessageKind::Note || matches!(&data, Some(Data::Event(event)) if event.staff_only()),
            quote_seq: None,
            data,
            edited_at: None,
            recalled_at: None,
        };
        let kind = if message.staff_only { events::NOTE_POSTED } else { events::MESSAGE_POSTED };
        self.tell(at, actor, kind, &message, None)?;
        self.messages.push(message);
        Ok(())
    }

    /// The department has read all there is.
    pub(super) fn seen(&mut self, at: Timestamp, by: &DemoPerson) -> Result<()> {
        if let Some((after, fact)) = self.conversation.clone().read(Side::Agent, self.conversation.last_seq, 0) {
            self.conversation = after;
            self.tell(at, by.actor(), events::MESSAGE_READ, &fact, None)?;
        }
        Ok(())
    }

    /// Somebody takes it.
    pub(super) fn take(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: &DemoPerson) -> Result<()> {
        let before = self.conversation.clone();
        let to = Assignee { id: by.id, name: by.name.clone(), unit: by.unit };
        let (after, fact) = before.clone().assign(&permit(at)?, to)?;
        self.conversation = after;
        let entry = Entry::new("conversations.assigned", "conversation", before.id).change(&before, &self.conversation);
        self.tell(at, by.actor(), events::ASSIGNED, &fact, Some(entry))?;
        self.line(tx, at, Event::Assigned { to: Named::new(by.id, by.name.clone()), by: None })
    }

    /// It is over, and what it was about.
    pub(super) fn close(
        &mut self,
        tx: &mut Tx<'_>,
        at: Timestamp,
        by: Actor,
        reason: Option<&(Id<WrapUpReason>, String)>,
    ) -> Result<()> {
        let before = self.conversation.clone();
        let side = by.staff().ok().map(|_| Side::Agent);
        let named = by.staff().ok().map(|staff| Named::new(staff.id, staff.name.clone()));
        let (after, fact) = before.clone().close(&permit(at)?, side)?;
        self.conversation = after;
        let entry = Entry::new("conversations.closed", "conversation", before.id).change(&before, &self.conversation);
        self.tell(at, by.clone(), events::CLOSED, &fact, Some(entry))?;
        self.line(tx, at, Event::Closed { by: named.clone(), by_customer: false })?;
        if let Some((id, reason)) = reason {
            let wrap_up = WrapUp { reason_id: Some(*id), reason: Some(reason.clone()), note: None, at, by: named };
            self.conversation.wrap_up = Some(wrap_up.clone());
            self.conversation.advance();
            self.tell(at, by, events::CHANGED, &Changed { wrap_up: Some(wrap_up), ..Changed::default() }, None)?;
        }
        Ok(())
    }

    /// What it is about, in a few words.
    pub(super) fn tag(&mut self, at: Timestamp, by: &DemoPerson, tags: &[&str]) -> Result<()> {
        self.conversation.tags = Tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
        self.conversation.advance();
        let changed = Changed { tags: Some(self.conversation.tags.clone()), ..Changed::default() };
        self.tell(at, by.actor(), events::CHANGED, &changed, None)
    }

    /// What the customer thought of it.
    pub(super) fn rate(&mut self, tx: &mut Tx<'_>, at: Timestamp, score: i64, comment: &str) -> Result<()> {
        let (solved, score) = (Some(score > 2), Some(score));
        let rating = Rating { solved, score, tags: Tags::default(), comment: comment.to_owned(), at };
        let of = &self.conversation;
        self.rating = Some(RatingRow {
            id: tx.new_id(),
            conversation_id: of.id,
            customer_id: of.customer_id,
            channel_id: of.channel_id,
            queue_id: of.queue_id,
            agent_id: of.assignee_id,
            agent_name: of.assignee_name.clone(),
            solved,
            score,
            tags: Tags::default(),
            comment: comment.to_owned(),
            at,
            latest: true,
        });
        self.conversation.rating = Some(rating.clone());
        self.conversation.advance();
        let changed = Changed { rating: Some(rating), ..Changed::default() };
        self.tell(at, self.visitor(), events::CHANGED, &changed, None)?;
        self.line(tx, at, Event::Rated { solved, score })
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
        self.ratings.extend(tale.rating);
        self.happened.extend(tale.happened);
    }

    /// How many are in it.
    pub(super) fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Writes it down, everything in the order it happened in.
    pub(super) fn write(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let conversations = std::mem::take(&mut self.conversations);
        queries::insert_many(tx, &conversations)?;
        let labels: HashMap<_, _> = conversations.iter().map(|one| (one.id, one.labels())).collect();
        let labels = |message: &Message| labels.get(&message.conversation_id).cloned().unwrap_or_default();
        let mut messages = std::mem::take(&mut self.messages);
        messages.sort_by_key(|message| message.at);
        queries::insert_messages(tx, &messages)?;
        let said = messages.iter().filter(|message| !message.text.is_empty());
        let docs: Vec<_> = said.map(|message| message.search_doc(labels(message))).collect();
        tx.index(&docs)?;
        for rating in std::mem::take(&mut self.ratings) {
            queries::rated(tx, &rating)?;
        }
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
