//! Numbers that want no messages, and what may still be said to them. Pure.

use conversations::ConversationId;
use kernel::{ChannelId, CustomerId, Id, Noun, Timestamp};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// How a number came on the list.
    pub enum OptOutWay {
        /// Its owner wrote a word.
        Word = "word",
        /// A colleague put it there.
        Hand = "hand",
    }
}

impl Noun for OptOut {
    const PREFIX: &'static str = "smo";
}

store::record! {
    /// A number that wants no messages by a channel. The number itself is not kept.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = SmsOptOut)]
    pub struct OptOut {
        /// Its id.
        pub id: Id<OptOut>,
        /// By which channel.
        pub channel_id: ChannelId,
        /// A digest of the number.
        #[serde(skip)]
        pub mark: String,
        /// The number as it is shown, `138****5678`; empty once its owner was erased.
        pub masked: String,
        /// Whose it is, as far as that was known then.
        pub customer_id: Option<CustomerId>,
        /// How it came here.
        pub way: OptOutWay,
        /// By which word.
        pub word: String,
        /// Why, where a colleague said so.
        pub reason: String,
        /// The conversation its owner began, or went on with, afterwards: there they may be answered.
        pub answer_in: Option<ConversationId>,
        /// Since when.
        pub at: Timestamp,
    }
}

/// By what a number is known on a channel's list.
pub(crate) fn mark(channel: ChannelId, phone: &str) -> String {
    kernel::hex(Sha256::digest(format!("{channel}.{phone}").as_bytes()))
}

/// Whether something may be said to a number: to one that is on the list only where its owner wrote afterwards.
pub(crate) fn may_go(opt_out: Option<&OptOut>, conversation: Option<ConversationId>) -> bool {
    opt_out.is_none_or(|opt_out| conversation.is_some() && opt_out.answer_in == conversation)
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    #[test]
    fn who_wants_none_is_answered_only_where_they_wrote_afterwards() {
        let (now, rng) = (Timestamp::from_millis(1), Rng::seeded(1));
        let (here, there) = (Some(Id::new(now, &rng)), Some(Id::new(now, &rng)));
        let opt_out = OptOut {
            id: Id::new(now, &rng),
            channel_id: Id::new(now, &rng),
            mark: String::new(),
            masked: String::new(),
            customer_id: None,
            way: OptOutWay::Word,
            word: "TD".into(),
            reason: String::new(),
            answer_in: None,
            at: now,
        };
        let wrote = OptOut { answer_in: here, ..opt_out.clone() };
        for (opt_out, conversation, may) in [
            (None, here, true),
            (None, None, true),
            (Some(&opt_out), here, false),
            (Some(&opt_out), None, false),
            (Some(&wrote), here, true),
            (Some(&wrote), there, false),
            (Some(&wrote), None, false),
        ] {
            assert_eq!(may_go(opt_out, conversation), may);
        }
    }
}
