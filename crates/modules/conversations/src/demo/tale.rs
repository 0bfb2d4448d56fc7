//! One conversation of the demo story, told by the same transitions as a real one.

use audit::api::Entry;
use channels::ChannelKind;
use files::FileId;
use http::{DemoPerson, DemoQueue};
use kernel::{Actor, Id, Owned, Permit, QueueId, Result, Timestamp, Visitor};
use serde::Serialize;
use settings::api::BusinessCalendar;
use store::{Fact, Tx};

use crate::{
    after_hours,
    api::DemoTake,
    events,
    events::Changed,
    message_left,
    model::{
        Assignee, Author, Conversation, Data, Event, Message, MessageKind, MessageVersion, Named, Rating, RatingRow,
        Side, State, Tags, VisitedPage, WrapUp, WrapUpReason, preview,
    },
};

/// Something that happened, and when, and who did it.
pub(super) struct Happened {
    pub(super) at: Timestamp,
    pub(super) by: Actor,
    pub(super) fact: Fact,
    pub(super) entry: Option<Entry>,
}

/// All there is of a conversation.
pub(super) struct Told {
    pub(super) conversation: Conversation,
    pub(super) messages: Vec<Message>,
    pub(super) versions: Vec<MessageVersion>,
    pub(super) rating: Option<RatingRow>,
    pub(super) happened: Vec<Happened>,
    pub(super) takes: Vec<DemoTake>,
}

/// A conversation while it is told.
pub(super) struct Tale {
    told: Told,
    /// Since when it waits in its queue.
    since: Timestamp,
}

/// What a message is made of.
pub(super) struct Words {
    pub(super) kind: MessageKind,
    pub(super) text: String,
    pub(super) file_id: Option<FileId>,
    pub(super) quote_seq: Option<i64>,
    pub(super) data: Option<Data>,
}

impl Words {
    pub(super) fn plain(text: String) -> Self {
        Self { kind: MessageKind::Text, text, file_id: None, quote_seq: None, data: None }
    }
}

/// Who says something, as it is kept.
type By = (Author, Actor, String);

impl Tale {
    /// A customer opens it, on this page; it waits in this queue.
    pub(super) fn open(
        tx: &mut Tx<'_>,
        visitor: Visitor,
        name: String,
        queue: QueueId,
        page: VisitedPage,
        at: Timestamp,
    ) -> Result<Self> {
        tx.as_of(at, Actor::Visitor(visitor))?;
        let conversation =
            Conversation::open(tx.new_id(), (visitor.channel, ChannelKind::WebChat), visitor.customer, name, at);
        let conversation = Conversation { queue_id: Some(queue), page: Some(page), ..conversation };
        let fact = conversation.opened();
        let (messages, versions, happened, takes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let told = Told { conversation, messages, versions, rating: None, happened, takes };
        let mut tale = Self { told, since: at };
        tale.tell(at, Actor::Visitor(visitor), events::OPENED, &fact, None)?;
        tale.line(tx, at, Event::Opened { by: None })?;
        Ok(tale)
    }

    /// Whether it is not over yet.
    pub(super) fn is_open(&self) -> bool {
        self.told.conversation.state != State::Closed
    }

    /// All of it.
    pub(super) fn told(self) -> Told {
        self.told
    }

    /// The number of what the customer said last.
    pub(super) fn last_words(&self) -> Option<i64> {
        let said = self.told.messages.iter().rev().find(|message| message.author == Author::Customer);
        said.map(|message| message.seq)
    }

    /// Whether something was said under this client id.
    pub(super) fn has(&self, client_id: &str) -> bool {
        self.told.messages.iter().any(|message| message.client_id == client_id)
    }

    /// Somebody says something.
    pub(super) fn say(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: Option<&DemoPerson>, text: String) -> Result<()> {
        self.post(tx, at, by, Words::plain(text))
    }

    /// Somebody says something, shows something or sends something: the customer, or this person.
    pub(super) fn post(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: Option<&DemoPerson>, words: Words) -> Result<()> {
        let (author, actor, name) = self.by(by);
        let message = self.taken(tx, at, (author, actor.clone(), name), words)?;
        self.posted(at, actor, message)
    }

    /// What lists show of a message without words.
    pub(super) fn shows(&mut self, name: &str) {
        self.told.conversation.preview = preview(name);
    }

    /// A colleague says something, and soon says it better, or takes it back.
    pub(super) fn reword(
        &mut self,
        tx: &mut Tx<'_>,
        (at, changed): (Timestamp, Timestamp),
        by: &DemoPerson,
        before: &str,
        after: Option<&str>,
    ) -> Result<()> {
        let said = self.by(Some(by));
        let message = self.taken(tx, at, said, Words::plain(before.to_owned()))?;
        self.told.versions.push(MessageVersion {
            id: tx.new_id(),
            conversation_id: message.conversation_id,
            seq: message.seq,
            number: 1,
            text: before.to_owned(),
            file_id: None,
            data: None,
            at,
            replaced_at: changed,
        });
        let (edited_at, recalled_at) = if after.is_some() { (Some(changed), None) } else { (None, Some(changed)) };
        let now = Message { text: after.unwrap_or_default().to_owned(), edited_at, recalled_at, ..message };
        // What was said before is no longer told, whoever comes back later.
        self.posted(at, by.actor(), now.clone())?;
        self.told.conversation.preview = preview(&now.text);
        self.told.conversation.advance();
        let kind = if after.is_some() { events::MESSAGE_EDITED } else { events::MESSAGE_RECALLED };
        self.tell(changed, by.actor(), kind, &now, None)
    }

    /// A colleague leaves a note.
    pub(super) fn note(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: &DemoPerson, text: String) -> Result<()> {
        let seq = self.told.conversation.advance();
        let words = Words { kind: MessageKind::Note, ..Words::plain(text) };
        let message = self.message(tx, at, seq, self.by(Some(by)), words);
        self.posted(at, by.actor(), message)
    }

    /// It is closed until then: the customer is told so, and a task waits for the opening.
    pub(super) fn closed_until(
        &mut self,
        tx: &mut Tx<'_>,
        at: Timestamp,
        client_id: String,
        calendar: &BusinessCalendar,
        opens_at: Timestamp,
    ) -> Result<()> {
        let system = Actor::System("demo");
        tx.as_of(at, system.clone())?;
        if let Some(message) = self.told.messages.last() {
            after_hours::remember(tx, &self.told.conversation, message, opens_at)?;
        }
        if !self.told.conversation.after_hours {
            self.told.conversation.after_hours = true;
            self.change(at, system.clone(), &Changed { after_hours: Some(true), ..Changed::default() })?;
        }
        let organisation = settings::api::organisation(tx)?;
        let text = after_hours::words(&self.told.conversation, &organisation, calendar, String::new(), opens_at);
        let event = Event::AfterHours { opens_at, time_zone: organisation.time_zone };
        let seq = self.told.conversation.advance();
        let words = Words { kind: MessageKind::Event, data: Some(Data::Event(event)), ..Words::plain(text) };
        let message = self.message(tx, at, seq, (Author::System, system.clone(), String::new()), words);
        self.posted(at, system, Message { client_id, ..message })
    }

    /// The customer will not wait: what they said is a message, and a task until it is answered.
    pub(super) fn leave_message(&mut self, tx: &mut Tx<'_>, at: Timestamp) -> Result<()> {
        let visitor = self.visitor();
        let Some((after, fact)) = self.told.conversation.clone().stop_waiting() else { return Ok(()) };
        self.told.conversation = after;
        self.tell(at, visitor.clone(), events::LEFT_MESSAGE, &fact, None)?;
        self.line(tx, at, Event::LeftMessage {})?;
        tx.as_of(at, visitor)?;
        let due = message_left::due(tx)?;
        let said = self.told.messages.iter().rfind(|message| message.author == Author::Customer);
        match said {
            Some(words) => after_hours::remember(tx, &self.told.conversation, words, due),
            None => Ok(()),
        }
    }

    /// The department has read all there is.
    pub(super) fn seen(&mut self, at: Timestamp, by: &DemoPerson) -> Result<()> {
        let conversation = &self.told.conversation;
        if let Some((after, fact)) = conversation.clone().read(Side::Agent, conversation.last_seq, 0) {
            self.told.conversation = after;
            self.tell(at, by.actor(), events::MESSAGE_READ, &fact, None)?;
        }
        Ok(())
    }

    /// Somebody takes it.
    pub(super) fn take(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: &DemoPerson) -> Result<()> {
        let before = self.told.conversation.clone();
        let to = Assignee { id: by.id, name: by.name.clone(), unit: by.unit };
        let (after, fact) = before.clone().assign(&permit(at)?, to)?;
        self.told.conversation = after;
        let (conversation_id, since) = (before.id, self.since);
        let take = |queue_id| DemoTake { conversation_id, user_id: by.id, queue_id, since, at };
        self.told.takes.extend(before.queue_id.map(take));
        let entry = self.entry("conversations.assigned", &before);
        self.tell(at, by.actor(), events::ASSIGNED, &fact, Some(entry))?;
        self.line(tx, at, Event::Assigned { to: Named::new(by.id, by.name.clone()), by: None })
    }

    /// Whoever has it passes it on to a queue, with a word to those who serve it.
    pub(super) fn pass_on(
        &mut self,
        tx: &mut Tx<'_>,
        at: Timestamp,
        by: &DemoPerson,
        queue: &DemoQueue,
        note: String,
    ) -> Result<()> {
        let before = self.told.conversation.clone();
        let (after, fact) = before.clone().requeue(&permit(at)?, Some(queue.id))?;
        (self.told.conversation, self.since) = (after, at);
        let entry = self.entry("conversations.requeued", &before);
        self.tell(at, by.actor(), events::REQUEUED, &fact, Some(entry))?;
        let queue = Some(Named::new(queue.id, queue.name.clone()));
        self.line(tx, at, Event::Transferred { from: before.holder(), to: None, queue })?;
        self.note(tx, at, by, note)
    }

    /// It is over, and what it was about.
    pub(super) fn close(
        &mut self,
        tx: &mut Tx<'_>,
        at: Timestamp,
        by: Actor,
        reason: Option<&(Id<WrapUpReason>, String)>,
    ) -> Result<()> {
        let before = self.told.conversation.clone();
        let named = by.staff().ok().map(|staff| Named::new(staff.id, staff.name.clone()));
        let side = if named.is_some() { Side::Agent } else { Side::Customer };
        let (after, fact) = before.clone().close(&permit(at)?, Some(side))?;
        self.told.conversation = after;
        let entry = self.entry("conversations.closed", &before);
        self.tell(at, by.clone(), events::CLOSED, &fact, Some(entry))?;
        self.line(tx, at, Event::Closed { by: named.clone(), by_customer: side == Side::Customer })?;
        if side == Side::Agent {
            self.settle(tx, at, by.clone())?;
        }
        if let Some((id, reason)) = reason {
            let wrap_up = WrapUp { reason_id: Some(*id), reason: Some(reason.clone()), note: None, at, by: named };
            self.told.conversation.wrap_up = Some(wrap_up.clone());
            self.change(at, by, &Changed { wrap_up: Some(wrap_up), ..Changed::default() })?;
        }
        Ok(())
    }

    /// What it is about, in a few words.
    pub(super) fn tag(&mut self, at: Timestamp, by: &DemoPerson, tags: &[&str]) -> Result<()> {
        let tags = Tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
        self.told.conversation.tags = tags.clone();
        self.change(at, by.actor(), &Changed { tags: Some(tags), ..Changed::default() })
    }

    /// What the customer thought of it: `form` is a word of the form, or nothing.
    pub(super) fn rate(&mut self, tx: &mut Tx<'_>, at: Timestamp, score: i64, form: &str, comment: &str) -> Result<()> {
        let tags = Tags(Some(form).filter(|form| !form.is_empty()).map(str::to_owned).into_iter().collect());
        let rating = Rating { solved: Some(score > 2), score: Some(score), tags, comment: comment.to_owned(), at };
        let Rating { solved, score, tags, comment, .. } = rating.clone();
        let of = &self.told.conversation;
        self.told.rating = Some(RatingRow {
            id: tx.new_id(),
            conversation_id: of.id,
            customer_id: of.customer_id,
            channel_id: of.channel_id,
            queue_id: of.queue_id,
            agent_id: of.assignee_id,
            agent_name: of.assignee_name.clone(),
            solved,
            score,
            tags,
            comment,
            at,
            latest: true,
        });
        self.told.conversation.rating = Some(rating.clone());
        self.change(at, self.visitor(), &Changed { rating: Some(rating), ..Changed::default() })?;
        self.line(tx, at, Event::Rated { solved, score })
    }

    fn visitor(&self) -> Actor {
        let Conversation { customer_id: customer, channel_id: channel, .. } = self.told.conversation;
        Actor::Visitor(Visitor { customer, channel })
    }

    fn by(&self, by: Option<&DemoPerson>) -> By {
        match by {
            None => (Author::Customer, self.visitor(), self.told.conversation.customer_name.clone()),
            Some(person) => (Author::Agent, person.actor(), person.name.clone()),
        }
    }

    /// Counts something said in, as it is when messages are kept.
    fn taken(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: By, words: Words) -> Result<Message> {
        if by.0 == Author::Agent
            && let Some(since) = self.told.conversation.unanswered_since()
        {
            self.settle(tx, at, by.1.clone())?;
            let business = settings::api::calendar(tx)?.elapsed(since, at);
            self.told.conversation.answered(since, business, at);
        }
        let seq = self.told.conversation.take(by.0, &words.text, at);
        Ok(self.message(tx, at, seq, by, words))
    }

    /// Nothing waits for the opening any more.
    fn settle(&mut self, tx: &mut Tx<'_>, at: Timestamp, by: Actor) -> Result<()> {
        if !self.told.conversation.after_hours {
            return Ok(());
        }
        self.told.conversation.after_hours = false;
        tx.as_of(at, by.clone())?;
        after_hours::done(tx, self.told.conversation.id)?;
        self.change(at, by, &Changed { after_hours: Some(false), ..Changed::default() })
    }

    /// A line of what happened.
    fn line(&mut self, tx: &mut Tx<'_>, at: Timestamp, event: Event) -> Result<()> {
        let seq = self.told.conversation.advance();
        let by = (Author::System, Actor::System("demo"), String::new());
        let words = Words { kind: MessageKind::Event, data: Some(Data::Event(event)), ..Words::plain(String::new()) };
        let message = self.message(tx, at, seq, by, words);
        self.posted(at, Actor::System("demo"), message)
    }

    fn message(&self, tx: &Tx<'_>, at: Timestamp, seq: i64, (author, actor, name): By, words: Words) -> Message {
        let Words { kind, text, file_id, quote_seq, data } = words;
        Message {
            id: Id::new(at, tx.rng()),
            conversation_id: self.told.conversation.id,
            seq,
            client_id: if kind == MessageKind::Event {
                format!("event {seq}")
            } else {
                format!("demo-{seq}")
            },
            author,
            author_id: (kind != MessageKind::Event).then(|| actor.id_text()).flatten(),
            author_name: name,
            kind,
            text,
            file_id,
            at,
            staff_only: kind == MessageKind::Note || matches!(&data, Some(Data::Event(event)) if event.staff_only()),
            quote_seq,
            data,
            edited_at: None,
            recalled_at: None,
        }
    }

    fn posted(&mut self, at: Timestamp, by: Actor, message: Message) -> Result<()> {
        let kind = if message.staff_only { events::NOTE_POSTED } else { events::MESSAGE_POSTED };
        self.tell(at, by, kind, &message, None)?;
        self.told.messages.push(message);
        Ok(())
    }

    /// Something said about it is as `changed` says from now on.
    fn change(&mut self, at: Timestamp, by: Actor, changed: &Changed) -> Result<()> {
        self.told.conversation.advance();
        self.tell(at, by, events::CHANGED, changed, None)
    }

    fn entry(&self, action: &'static str, before: &Conversation) -> Entry {
        Entry::new(action, "conversation", before.id).change(before, &self.told.conversation)
    }

    fn tell(
        &mut self,
        at: Timestamp,
        by: Actor,
        kind: &'static str,
        fact: &impl Serialize,
        entry: Option<Entry>,
    ) -> Result<()> {
        let conversation = &self.told.conversation;
        let fact = Fact::new(kind, conversation.id, fact)?.on(conversation.topic(), conversation.last_seq);
        self.told.happened.push(Happened { at, by, fact, entry });
        Ok(())
    }
}

fn permit(at: Timestamp) -> Result<Permit> {
    Actor::System("demo").permit(crate::policy::REPLY, &Owned::NOBODY, at)
}
