//! One thread with one customer, and what may become of it.

use channels::ChannelKind;
use kernel::{Actor, ChannelId, CustomerId, Owned, Permit, QueueId, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Attributes, Author, ConversationId, Message, MessageKind, Named, Participant, Participants, Rating, Side,
    SlaTarget, State, Tags, Terms, Trail, VisitedPage, WrapUp, preview, topic,
};
use crate::{codes, events};

store::record! {
    /// One thread with one customer on one channel.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Conversation {
        /// Its id.
        pub id: ConversationId,
        /// The channel it came by.
        pub channel_id: ChannelId,
        /// What kind that channel is of.
        pub channel_kind: ChannelKind,
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
        /// In which queue it waits, or waited last; none until it was given one.
        pub queue_id: Option<QueueId>,
        /// The number of its last fact.
        pub last_seq: i64,
        /// Up to which number the customer has read.
        pub customer_read_seq: i64,
        /// Up to which number the department has read.
        pub agent_read_seq: i64,
        /// The customer's messages after that.
        pub unread: i64,
        /// When the last message came.
        pub last_message_at: Timestamp,
        /// The beginning of the last message; notes and what happened do not count.
        pub preview: String,
        /// Since when the customer waits for an answer, if they do.
        pub waiting_since: Option<Timestamp>,
        /// Since when.
        pub opened_at: Timestamp,
        /// Until when.
        pub closed_at: Option<Timestamp>,
        /// Words staff sort it by.
        pub tags: Tags,
        /// Where the visitor is, or was last.
        pub page: Option<VisitedPage>,
        /// What they answered before the chat, and what the embedding page says of them.
        pub attributes: Attributes,
        /// What they did on the embedding page, as it says: the last of it.
        pub trail: Trail,
        /// Colleagues who take part while the owner stays.
        pub participants: Participants,
        /// When the customer first wrote.
        pub first_message_at: Option<Timestamp>,
        /// When a person first answered.
        pub first_response_at: Option<Timestamp>,
        /// Business time the customer's first words waited for that, in milliseconds.
        pub first_response_ms: Option<i64>,
        /// The same by the clock on the wall.
        pub first_response_wall_ms: Option<i64>,
        /// How often the customer waited and a person answered.
        pub responses: i64,
        /// Business time they waited, over all of those, in milliseconds: the average is this over `responses`.
        pub response_ms: i64,
        /// The same by the clock on the wall.
        pub response_wall_ms: i64,
        /// What it was about, once somebody said so.
        pub wrap_up: Option<WrapUp>,
        /// What the customer thought of it, once they said so.
        pub rating: Option<Rating>,
        /// Whether the customer wrote outside business time, or left a message rather than wait, and
        /// nobody has answered yet.
        pub after_hours: bool,
        /// What its service level asks of it, if one applies.
        pub terms: Option<Terms>,
        /// When whoever has it is warned that the customer waits for an answer, while one is due.
        pub answer_warn_at: Option<Timestamp>,
        /// Until when the answer is due the customer waits for.
        pub answer_due_at: Option<Timestamp>,
        /// When there is a warning that it should be over.
        pub final_warn_at: Option<Timestamp>,
        /// Until when it should be over; none while the clock stands.
        pub final_due_at: Option<Timestamp>,
        /// How long it took until it was over, in milliseconds, as its terms count.
        pub final_ms: Option<i64>,
        /// Answers after the first that came later than its terms ask.
        pub late_answers: i64,
        /// When its clocks are looked at next, at the latest.
        #[serde(skip)]
        #[schema(ignore)]
        pub alarm_at: Option<Timestamp>,
        /// Until when it is put away; it comes back then, or when the customer writes.
        pub snoozed_until: Option<Timestamp>,
        /// Why it is, or last was, put away, if that was said.
        pub snooze_reason: Option<String>,
        /// What it is about, where it was given a name of its own.
        pub subject: Option<String>,
        /// Whether it stands beside the one its customer has open on its channel, having been split off: they do not
        /// write in it, and but for mail are not answered in it.
        pub aside: bool,
        /// The one it was split off from.
        pub split_from: Option<ConversationId>,
        /// The one it was put together with; then it is over.
        pub merged_into: Option<ConversationId>,
        /// When what was said in it was removed for good, its time being over or its customer erased.
        pub emptied_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

/// A conversation as its customer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct VisitorConversation<'a> {
    pub id: ConversationId,
    pub state: State,
    pub assignee_name: Option<&'a str>,
    pub last_seq: i64,
    pub customer_read_seq: i64,
    pub agent_read_seq: i64,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub rating: Option<&'a Rating>,
    pub after_hours: bool,
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

impl Conversation {
    /// A conversation a customer opens; it waits.
    pub(crate) fn open(
        id: ConversationId,
        channel: (ChannelId, ChannelKind),
        customer_id: CustomerId,
        customer_name: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            channel_id: channel.0,
            channel_kind: channel.1,
            customer_id,
            customer_name,
            state: State::Queued,
            assignee_id: None,
            assignee_name: None,
            unit_id: None,
            queue_id: None,
            last_seq: 1,
            customer_read_seq: 0,
            agent_read_seq: 0,
            unread: 0,
            last_message_at: now,
            preview: String::new(),
            waiting_since: Some(now),
            opened_at: now,
            closed_at: None,
            tags: Tags::default(),
            page: None,
            attributes: Attributes::default(),
            trail: Trail::default(),
            participants: Participants::default(),
            first_message_at: None,
            first_response_at: None,
            first_response_ms: None,
            first_response_wall_ms: None,
            responses: 0,
            response_ms: 0,
            response_wall_ms: 0,
            wrap_up: None,
            rating: None,
            after_hours: false,
            terms: None,
            answer_warn_at: None,
            answer_due_at: None,
            final_warn_at: None,
            final_due_at: None,
            final_ms: None,
            late_answers: 0,
            alarm_at: None,
            snoozed_until: None,
            snooze_reason: None,
            subject: None,
            aside: false,
            split_from: None,
            merged_into: None,
            emptied_at: None,
            version: 1,
        }
    }

    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.assignee_id, self.unit_id)
    }

    /// What a search among its messages can be narrowed by: whose it is, and who takes part.
    pub(crate) fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.assignee_id.map(|id| id.to_string()).into_iter().collect();
        labels.extend(self.unit_id.map(|id| id.to_string()));
        let others = self.participants.0.iter().filter(|one| Some(one.user_id) != self.assignee_id);
        labels.extend(others.map(|one| one.user_id.to_string()));
        labels
    }

    /// How the actor takes part, if they do.
    pub(crate) fn part_of(&self, actor: &Actor) -> Option<&Participant> {
        match actor {
            Actor::Staff(staff) => self.participants.of(staff.id),
            _ => None,
        }
    }

    /// The topic its facts are told on.
    pub fn topic(&self) -> String {
        topic(self.id)
    }

    /// Who has it.
    pub(crate) fn holder(&self) -> Option<Named> {
        Some(Named::new(self.assignee_id?, self.assignee_name.clone().unwrap_or_default()))
    }

    /// What its channel has to carry when this is said in it; none where the customer sees it without.
    pub(crate) fn carries(&self, message: &Message) -> Option<events::Outgoing> {
        let said = matches!(message.kind, MessageKind::Text | MessageKind::File | MessageKind::Card);
        if self.channel_kind.is_direct() || message.author == Author::Customer || message.staff_only || !said {
            return None;
        }
        let Self { id, channel_id, channel_kind, .. } = *self;
        Some(events::Outgoing { conversation_id: id, seq: message.seq, channel_id, channel_kind })
    }

    /// What its customer may know of it.
    pub(crate) fn for_visitor(&self) -> VisitorConversation<'_> {
        VisitorConversation {
            id: self.id,
            state: self.state,
            assignee_name: self.assignee_name.as_deref(),
            last_seq: self.last_seq,
            customer_read_seq: self.customer_read_seq,
            agent_read_seq: self.agent_read_seq,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            rating: self.rating.as_ref(),
            after_hours: self.after_hours,
        }
    }

    pub(crate) fn opened(&self) -> events::Opened {
        events::Opened {
            conversation_id: self.id,
            channel_id: self.channel_id,
            customer_id: self.customer_id,
            queue_id: self.queue_id,
        }
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

    /// Since when the customer's words wait for an answer; none when there is nothing to answer.
    pub(crate) fn unanswered_since(&self) -> Option<Timestamp> {
        Some(self.waiting_since?.max(self.first_message_at?))
    }

    /// Counts in that a person answers what waited since `since`, after so much business time. Answers what
    /// that means to its service level, where that is worth telling.
    pub(crate) fn answered(&mut self, since: Timestamp, business_ms: i64, now: Timestamp) -> Option<events::Measured> {
        let measured = self.measured(since, business_ms, now);
        self.late_answers += i64::from(measured.as_ref().is_some_and(|one| one.late && one.target == SlaTarget::Next));
        // A clock set back makes no time run backwards.
        let (business, wall) = (business_ms.max(0), now.since(since).max(0));
        if self.first_response_at.is_none() {
            self.first_response_at = Some(now);
            (self.first_response_ms, self.first_response_wall_ms) = (Some(business), Some(wall));
        }
        self.responses += 1;
        self.response_ms += business;
        self.response_wall_ms += wall;
        measured
    }

    /// Counts a message in: the waiting clock starts with the customer's first unanswered one and
    /// stops with an answer. Answers the message's number.
    pub(crate) fn take(&mut self, author: Author, text: &str, now: Timestamp) -> i64 {
        let seq = self.advance();
        self.last_message_at = now;
        self.preview = preview(text);
        match author {
            Author::Customer => {
                self.waiting_since = self.waiting_since.or(Some(now));
                self.first_message_at = self.first_message_at.or(Some(now));
                self.customer_read_seq = seq;
                self.unread += 1;
                self.snoozed_until = None;
            }
            Author::Agent => {
                self.waiting_since = None;
                self.agent_read_seq = seq;
                self.unread = 0;
            }
            Author::System => {}
        }
        seq
    }

    /// Whether its customer has written again while nobody has it: the first words are told by its being opened.
    pub(crate) fn waits_alone(&self) -> bool {
        self.state == State::Queued && self.assignee_id.is_none() && self.unread > 1
    }

    /// One side has read up to `seq`, after which `unread` messages of the customer follow. None when
    /// that is nothing new.
    pub(crate) fn read(mut self, by: Side, seq: i64, unread: i64) -> Option<(Self, events::Read)> {
        let seq = seq.min(self.last_seq);
        let mark = match by {
            Side::Customer => &mut self.customer_read_seq,
            Side::Agent => &mut self.agent_read_seq,
        };
        if seq <= *mark {
            return None;
        }
        *mark = seq;
        if by == Side::Agent {
            self.unread = unread;
        }
        self.advance();
        let unread = (by == Side::Agent).then_some(unread);
        Some((self, events::Read { by, seq, unread }))
    }

    /// Gives it to somebody. The permit says that it may be done.
    pub(crate) fn assign(mut self, _permit: &Permit, to: Assignee) -> Result<(Self, events::Assigned)> {
        self.must_be_open()?;
        let before = self.assignee_id.replace(to.id);
        self.assignee_name = Some(to.name.clone());
        self.unit_id = to.unit;
        (self.state, self.snoozed_until) = (State::Active, None);
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

    /// Lets it wait again for somebody else, in another queue if one is named.
    pub(crate) fn requeue(mut self, _permit: &Permit, queue: Option<QueueId>) -> Result<(Self, events::Opened)> {
        self.must_be_open()?;
        (self.assignee_id, self.assignee_name, self.state) = (None, None, State::Queued);
        self.snoozed_until = None;
        self.queue_id = queue.or(self.queue_id);
        self.advance();
        let fact = self.opened();
        Ok((self, fact))
    }

    /// The customer who waits will not, and has their words answered later; none when they do not wait.
    pub(crate) fn stop_waiting(mut self) -> Option<(Self, events::Opened)> {
        if self.state != State::Queued {
            return None;
        }
        (self.state, self.after_hours) = (State::Message, true);
        self.unmeasured();
        self.advance();
        let fact = self.opened();
        Some((self, fact))
    }

    /// The customer who left a message is there again and waits; none when no message was left.
    pub(crate) fn wait_again(mut self) -> Option<(Self, events::Opened)> {
        if self.state != State::Message {
            return None;
        }
        self.state = State::Queued;
        self.advance();
        let fact = self.opened();
        Some((self, fact))
    }

    /// It was ended by being put together with another one, and that is taken back.
    pub(crate) fn reopen(&mut self, _permit: &Permit, state: State) {
        (self.state, self.closed_at, self.merged_into) = (state, None, None);
        self.advance();
    }

    /// Whether its customer sees what is said in it.
    pub(crate) fn must_reach_the_customer(&self) -> Result<()> {
        if self.aside && self.channel_kind != ChannelKind::Email {
            Err(codes::ASIDE.conflict())
        } else {
            Ok(())
        }
    }

    /// Ends it.
    pub(crate) fn close(mut self, permit: &Permit, by: Option<Side>) -> Result<(Self, events::Closed)> {
        self.must_be_open()?;
        self.state = State::Closed;
        self.closed_at = Some(permit.at());
        (self.waiting_since, self.snoozed_until) = (None, None);
        self.advance();
        let fact = events::Closed { conversation_id: self.id, assignee_id: self.assignee_id, by, merged_into: None };
        Ok((self, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Rng};

    fn conversation() -> Conversation {
        let (now, rng) = (Timestamp::from_millis(1_000), Rng::seeded(1));
        let channel = (Id::new(now, &rng), ChannelKind::WebChat);
        Conversation::open(Id::new(now, &rng), channel, Id::new(now, &rng), "韩女士".into(), now)
    }

    #[test]
    fn the_waiting_clock_runs_from_the_first_unanswered_message_to_the_answer() {
        let mut conversation = conversation();
        let at = Timestamp::from_millis;
        conversation.take(Author::Agent, "您好", at(2_000));
        assert_eq!((conversation.waiting_since, conversation.unanswered_since()), (None, None));
        conversation.take(Author::Customer, "在吗", at(3_000));
        conversation.take(Author::Customer, "?", at(9_000));
        assert_eq!(conversation.waiting_since, Some(at(3_000)));
        assert_eq!((conversation.last_seq, conversation.customer_read_seq, conversation.unread), (4, 4, 2));
    }

    #[test]
    fn r048_each_answer_counts_from_what_it_answers_and_the_first_is_kept() {
        let mut conversation = conversation();
        let at = Timestamp::from_millis;
        // Nobody has said anything yet: whoever writes first answers nothing.
        assert_eq!(conversation.unanswered_since(), None);
        for (asked, answered, business) in [(10_000, 40_000, 20_000), (50_000, 60_000, 10_000)] {
            conversation.take(Author::Customer, "?", at(asked));
            conversation.take(Author::Customer, "??", at(asked + 1));
            let since = conversation.unanswered_since().unwrap_or_default();
            conversation.answered(since, business, at(answered));
            conversation.take(Author::Agent, "!", at(answered));
        }
        assert_eq!((conversation.first_response_at, conversation.first_response_ms), (Some(at(40_000)), Some(20_000)));
        assert_eq!((conversation.responses, conversation.response_ms), (2, 30_000));
        assert_eq!(conversation.unanswered_since(), None);
    }

    #[test]
    fn reading_never_goes_back_nor_past_the_end() {
        let mut conversation = conversation();
        conversation.take(Author::Customer, "在吗", Timestamp::from_millis(2_000));
        let (conversation, read) = conversation.read(Side::Agent, 99, 0).unwrap();
        assert_eq!((read.seq, conversation.unread), (2, 0));
        assert!(conversation.clone().read(Side::Agent, 1, 0).is_none());
    }

    #[test]
    fn a_closed_conversation_stays_closed() {
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap();
        let (closed, _) = conversation().close(&permit, None).unwrap();
        assert!(closed.clone().close(&permit, None).is_err() && closed.clone().requeue(&permit, None).is_err());
        assert_eq!(closed.closed_at, Some(Timestamp::from_millis(5)));
    }
}
