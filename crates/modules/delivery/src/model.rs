//! A message on its way to a customer, and what may become of it.

use channels::ChannelKind;
use conversations::{ConversationId, events::Outgoing};
use kernel::{ChannelId, CustomerId, Id, Noun, Timestamp};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use crate::{Carried, Why};

/// Characters of what the other side said that are kept.
const LONGEST_WHY: usize = 300;
/// Characters of the other side's name of a message.
const LONGEST_NAME: usize = 200;

impl Noun for Delivery {
    const PREFIX: &'static str = "dlv";
}

text_enum! {
    /// Where a message to a customer stands. It never goes back, but for one that failed and is sent again.
    pub enum DeliveryState {
        /// It is to go, or is tried again: see `why`.
        Waiting = "waiting",
        /// The other side took it.
        Sent = "sent",
        /// It did not arrive: see `why`.
        Failed = "failed",
        /// It is on the customer's screen.
        Delivered = "delivered",
        /// The customer read it.
        Read = "read",
    }
}

impl DeliveryState {
    /// How far along it is. One that was given up may have arrived all the same.
    const fn rank(self) -> u8 {
        match self {
            Self::Waiting => 0,
            Self::Sent => 1,
            Self::Failed => 2,
            Self::Delivered => 3,
            Self::Read => 4,
        }
    }
}

store::record! {
    /// A message that a channel carries to the customer, and what became of it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Delivery {
        /// Its id.
        pub id: Id<Delivery>,
        /// In which conversation it was said.
        pub conversation_id: ConversationId,
        /// The message's number there.
        pub seq: i64,
        /// By which channel.
        pub channel_id: ChannelId,
        /// Of which kind.
        pub channel_kind: ChannelKind,
        /// To whom.
        pub customer_id: CustomerId,
        /// Where it stands.
        pub state: DeliveryState,
        /// The other side's name of it.
        pub external_id: Option<String>,
        /// Why it failed or is tried again: a stable name.
        pub why_code: Option<String>,
        /// What the other side said of that.
        pub why: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried again.
        pub next_at: Option<Timestamp>,
        /// When it was said.
        pub at: Timestamp,
        /// Since when it stands there.
        pub changed_at: Timestamp,
    }
}

impl Delivery {
    /// One that waits.
    pub(crate) fn new(id: Id<Self>, outgoing: &Outgoing, customer_id: CustomerId, now: Timestamp) -> Self {
        Self {
            id,
            conversation_id: outgoing.conversation_id,
            seq: outgoing.seq,
            channel_id: outgoing.channel_id,
            channel_kind: outgoing.channel_kind,
            customer_id,
            state: DeliveryState::Waiting,
            external_id: None,
            why_code: None,
            why: String::new(),
            attempts: 0,
            next_at: None,
            at: now,
            changed_at: now,
        }
    }

    /// The other side took it. A receipt may have been quicker than its answer.
    pub(crate) fn carried(mut self, carried: &Carried, now: Timestamp) -> Self {
        self.attempts += 1;
        self.external_id = carried.external_id.as_ref().map(|name| name.chars().take(LONGEST_NAME).collect());
        self.forward(carried.state(), now).unwrap_or(self)
    }

    /// It is tried again then.
    pub(crate) fn put_off(mut self, why: &Why, until: Timestamp) -> Self {
        self.attempts += 1;
        self.because(why);
        self.next_at = Some(until);
        self
    }

    /// It is given up.
    pub(crate) fn failed(mut self, why: &Why, now: Timestamp) -> Self {
        self.attempts += 1;
        self.because(why);
        (self.state, self.next_at, self.changed_at) = (DeliveryState::Failed, None, now);
        self
    }

    /// Somebody sends it again; none when it has not failed.
    pub(crate) fn again(mut self, now: Timestamp) -> Option<Self> {
        if self.state != DeliveryState::Failed {
            return None;
        }
        (self.state, self.attempts, self.changed_at) = (DeliveryState::Waiting, 0, now);
        (self.why_code, self.why) = (None, String::new());
        Some(self)
    }

    /// The other side says that it got so far; none when that is no news.
    pub(crate) fn forward(&self, state: DeliveryState, now: Timestamp) -> Option<Self> {
        if state.rank() <= self.state.rank() {
            return None;
        }
        let mut after = self.clone();
        (after.state, after.changed_at, after.next_at) = (state, now, None);
        if state != DeliveryState::Failed {
            (after.why_code, after.why) = (None, String::new());
        }
        Some(after)
    }

    pub(crate) fn because(&mut self, why: &Why) {
        self.why_code = Some(why.code.to_owned());
        self.why = why.text.chars().filter(|c| !c.is_control()).take(LONGEST_WHY).collect();
    }
}

store::record! {
    /// To whom a conversation's messages are carried, and who carries just now.
    #[derive(Clone, Debug)]
    pub(crate) struct Lane {
        pub conversation_id: ConversationId,
        pub channel_id: ChannelId,
        pub customer_id: CustomerId,
        /// As the channel names them; empty when nobody knows, or it was forgotten.
        pub recipient: String,
        /// When they wrote last.
        pub heard_at: Option<Timestamp>,
        pub opened_at: Timestamp,
        /// The job that carries.
        pub held_by: Option<String>,
        /// Until when nobody else may.
        pub held_until: Timestamp,
    }
}

impl Lane {
    /// One to whoever will have written.
    pub(crate) fn new(id: ConversationId, channel_id: ChannelId, customer_id: CustomerId, now: Timestamp) -> Self {
        Self {
            conversation_id: id,
            channel_id,
            customer_id,
            recipient: String::new(),
            heard_at: None,
            opened_at: now,
            held_by: None,
            held_until: Timestamp::from_millis(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn delivery() -> Delivery {
        let (now, rng) = (Timestamp::from_millis(1_000), Rng::seeded(1));
        let outgoing = Outgoing {
            conversation_id: Id::new(now, &rng),
            seq: 2,
            channel_id: Id::new(now, &rng),
            channel_kind: ChannelKind::Open,
        };
        Delivery::new(Id::new(now, &rng), &outgoing, Id::new(now, &rng), now)
    }

    #[test]
    fn a_receipt_never_takes_back_what_an_earlier_one_said() {
        use DeliveryState::{Delivered, Failed, Read, Sent, Waiting};
        let now = Timestamp::from_millis(2_000);
        for (from, to, moves) in [
            (Waiting, Sent, true),
            (Waiting, Read, true),
            (Sent, Failed, true),
            (Sent, Delivered, true),
            (Delivered, Failed, false),
            (Delivered, Sent, false),
            (Read, Delivered, false),
            (Read, Read, false),
            (Failed, Sent, false),
            // Given up, and it had arrived all the same.
            (Failed, Delivered, true),
        ] {
            let before = Delivery { state: from, ..delivery() };
            assert_eq!(before.forward(to, now).is_some(), moves, "{from:?} {to:?}");
        }
    }

    #[test]
    fn only_what_failed_is_sent_again_and_begins_anew() {
        let now = Timestamp::from_millis(2_000);
        assert!(delivery().again(now).is_none());
        let failed = delivery().put_off(&Why::new("timeout", ""), now).failed(&Why::new("gone", "no\u{7}body"), now);
        assert_eq!((failed.attempts, failed.why.as_str(), failed.why_code.as_deref()), (2, "nobody", Some("gone")));
        let again = failed.again(now).unwrap();
        assert_eq!((again.state, again.attempts, again.why_code), (DeliveryState::Waiting, 0, None));
    }

    #[test]
    fn a_receipt_that_was_quicker_than_the_answer_stays() {
        let now = Timestamp::from_millis(2_000);
        let read = delivery().forward(DeliveryState::Read, now).unwrap();
        let carried = read.carried(&Carried { external_id: Some("x".into()), delivered: false }, now);
        assert_eq!((carried.state, carried.external_id.as_deref()), (DeliveryState::Read, Some("x")));
    }
}
