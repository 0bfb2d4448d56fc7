//! Conversations and messages, and what may become of them.

use files::FileId;
use kernel::{
    ChannelId, Check, CustomerId, Error, FieldError, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId,
};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{codes, events};

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

text_enum! {
    /// What a message is.
    pub enum MessageKind {
        /// Text.
        Text = "text",
        /// A file, with an optional text.
        File = "file",
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

store::record! {
    /// One thread with one customer on one channel.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Conversation {
        /// Its id.
        pub id: ConversationId,
        /// The channel it came by.
        pub channel_id: ChannelId,
        /// With whom.
        pub customer_id: CustomerId,
        /// The customer's name when it was opened.
        pub customer_name: String,
        /// Where it stands.
        pub state: State,
        /// Who has it; who had it last when it is closed.
        pub assignee_id: Option<UserId>,
        /// Their name.
        pub assignee_name: Option<String>,
        /// The unit it belongs to: the assignee's.
        pub unit_id: Option<UnitId>,
        /// The number of its last fact.
        pub last_seq: i64,
        /// Up to which number the customer has read.
        pub customer_read_seq: i64,
        /// Up to which number the department has read.
        pub agent_read_seq: i64,
        /// When the last message came.
        pub last_message_at: Timestamp,
        /// The beginning of the last message.
        pub preview: String,
        /// Since when the customer waits for an answer, if they do.
        pub waiting_since: Option<Timestamp>,
        /// Since when.
        pub opened_at: Timestamp,
        /// Until when.
        pub closed_at: Option<Timestamp>,
        /// Why it was closed, in the closer's words.
        pub close_reason: Option<String>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Something somebody said.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Message {
        /// Its id.
        pub id: Id<Message>,
        /// Where it was said.
        pub conversation_id: ConversationId,
        /// Its number among the facts of the conversation: rises, with gaps where other things happened.
        pub seq: i64,
        /// The sender's own id of it: said twice with one id, it is said once.
        pub client_id: String,
        /// Which side, or the product.
        pub author: Author,
        /// The person's or customer's id.
        pub author_id: Option<String>,
        /// Their name then.
        pub author_name: String,
        /// What it is.
        pub kind: MessageKind,
        /// What was said.
        pub text: String,
        /// The file, when it is one.
        pub file_id: Option<FileId>,
        /// When it was kept.
        pub at: Timestamp,
    }
}

impl Message {
    /// Whether a customer who says `text` under the same client id says this again.
    pub(crate) fn repeats(&self, text: &str) -> bool {
        self.author == Author::Customer && self.text == text
    }
}

/// Who gets a conversation.
#[derive(Clone, Debug)]
pub struct Assignee {
    /// Who.
    pub id: UserId,
    /// The name the customer sees.
    pub name: String,
    /// The unit it then belongs to.
    pub unit: Option<UnitId>,
}

/// Characters of a message at most.
const LONGEST: usize = 5_000;
const PREVIEW: usize = 80;

impl Conversation {
    /// A conversation a customer opens; it waits.
    pub(crate) fn open(
        id: ConversationId,
        channel_id: ChannelId,
        customer_id: CustomerId,
        customer_name: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            channel_id,
            customer_id,
            customer_name,
            state: State::Queued,
            assignee_id: None,
            assignee_name: None,
            unit_id: None,
            last_seq: 1,
            customer_read_seq: 0,
            agent_read_seq: 0,
            last_message_at: now,
            preview: String::new(),
            waiting_since: Some(now),
            opened_at: now,
            closed_at: None,
            close_reason: None,
            version: 1,
        }
    }

    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.assignee_id, self.unit_id)
    }

    /// The topic its facts are told on.
    pub fn topic(&self) -> String {
        topic(self.id)
    }

    pub(crate) fn opened(&self) -> events::Opened {
        events::Opened { conversation_id: self.id, channel_id: self.channel_id, customer_id: self.customer_id }
    }

    /// Takes the next number for something that happened.
    pub(crate) fn advance(&mut self) -> i64 {
        self.last_seq += 1;
        self.version += 1;
        self.last_seq
    }

    /// Refuses what cannot happen to a closed conversation.
    pub(crate) fn must_be_open(&self) -> Result<()> {
        if self.state == State::Closed { Err(codes::CLOSED.conflict()) } else { Ok(()) }
    }

    /// Counts a message in: the waiting clock starts with the customer's first unanswered one and
    /// stops with an answer. Answers the message's number.
    pub(crate) fn take(&mut self, author: Author, text: &str, now: Timestamp) -> i64 {
        let seq = self.advance();
        self.last_message_at = now;
        self.preview = text.chars().take(PREVIEW).collect();
        match author {
            Author::Customer => {
                self.waiting_since = self.waiting_since.or(Some(now));
                self.customer_read_seq = seq;
            }
            Author::Agent => {
                self.waiting_since = None;
                self.agent_read_seq = seq;
            }
            Author::System => {}
        }
        seq
    }

    /// One side has read up to `seq`. None when that is nothing new.
    pub(crate) fn read(mut self, by: Side, seq: i64) -> Option<(Self, events::Read)> {
        let seq = seq.min(self.last_seq);
        let mark = match by {
            Side::Customer => &mut self.customer_read_seq,
            Side::Agent => &mut self.agent_read_seq,
        };
        if seq <= *mark {
            return None;
        }
        *mark = seq;
        self.advance();
        Some((self, events::Read { by, seq }))
    }

    /// Gives it to somebody. The permit says that it may be done.
    pub(crate) fn assign(mut self, _permit: &Permit, to: Assignee) -> Result<(Self, events::Assigned)> {
        self.must_be_open()?;
        let before = self.assignee_id.replace(to.id);
        self.assignee_name = Some(to.name.clone());
        self.unit_id = to.unit;
        self.state = State::Active;
        self.advance();
        let fact = events::Assigned {
            conversation_id: self.id,
            assignee_id: to.id,
            assignee_name: to.name,
            unit_id: to.unit,
            before,
        };
        Ok((self, fact))
    }

    /// Lets it wait again for somebody else.
    pub(crate) fn requeue(mut self, _permit: &Permit) -> Result<(Self, events::Opened)> {
        self.must_be_open()?;
        (self.assignee_id, self.assignee_name, self.state) = (None, None, State::Queued);
        self.advance();
        let fact = self.opened();
        Ok((self, fact))
    }

    /// Ends it.
    pub(crate) fn close(mut self, permit: &Permit, reason: Option<String>) -> Result<(Self, events::Closed)> {
        self.must_be_open()?;
        self.state = State::Closed;
        self.closed_at = Some(permit.at());
        self.close_reason.clone_from(&reason);
        self.waiting_since = None;
        self.advance();
        let fact = events::Closed { conversation_id: self.id, assignee_id: self.assignee_id, reason };
        Ok((self, fact))
    }
}

/// The topic the facts of a conversation are told on.
pub fn topic(id: ConversationId) -> String {
    format!("conversation:{id}")
}

/// Refuses what is no message: empty, over-long, or with a client id that is no id.
pub(crate) fn check_message(client_id: &str, text: &str, has_file: bool) -> Result<()> {
    let plain = client_id.bytes().all(|byte| byte.is_ascii_graphic()) && (1..=64).contains(&client_id.len());
    let least = usize::from(!has_file);
    Check::new().that(plain, "client_id", "malformed").text("text", text, least..=LONGEST).done()
}

/// A second message with a client id that another text already has: a fault of the client.
pub(crate) fn reused() -> Error {
    Error::Invalid(vec![FieldError { field: "client_id".into(), code: "reused", params: kernel::Params::new() }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Rng};

    fn conversation() -> Conversation {
        let (now, rng) = (Timestamp::from_millis(1_000), Rng::seeded(1));
        Conversation::open(Id::new(now, &rng), Id::new(now, &rng), Id::new(now, &rng), "韩女士".into(), now)
    }

    #[test]
    fn the_waiting_clock_runs_from_the_first_unanswered_message_to_the_answer() {
        let mut conversation = conversation();
        let at = Timestamp::from_millis;
        conversation.take(Author::Agent, "您好", at(2_000));
        assert_eq!(conversation.waiting_since, None);
        conversation.take(Author::Customer, "在吗", at(3_000));
        conversation.take(Author::Customer, "?", at(9_000));
        assert_eq!(conversation.waiting_since, Some(at(3_000)));
        assert_eq!((conversation.last_seq, conversation.customer_read_seq), (4, 4));
    }

    #[test]
    fn reading_never_goes_back_nor_past_the_end() {
        let mut conversation = conversation();
        conversation.take(Author::Customer, "在吗", Timestamp::from_millis(2_000));
        let (conversation, read) = conversation.read(Side::Agent, 99).unwrap();
        assert_eq!(read.seq, 2);
        assert!(conversation.clone().read(Side::Agent, 1).is_none());
    }

    #[test]
    fn a_closed_conversation_stays_closed() {
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap();
        let (closed, _) = conversation().close(&permit, None).unwrap();
        assert!(closed.clone().close(&permit, None).is_err() && closed.clone().requeue(&permit).is_err());
        assert_eq!(closed.closed_at, Some(Timestamp::from_millis(5)));
    }
}
