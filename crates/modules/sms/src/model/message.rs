//! Single text messages, outside any conversation.

use kernel::{ChannelId, CustomerId, Id, Noun, Timestamp};
use serde::Serialize;
use store::text_enum;

text_enum! {
    /// What a single message is for.
    pub enum Purpose {
        /// Another module sends it: refused to whoever wants none.
        Notice = "notice",
        /// It says that a wish to be left alone, or to hear again, was heard.
        Confirmation = "confirmation",
    }
}

text_enum! {
    /// Where a single message stands.
    pub enum SmsState {
        /// It is to go, or is tried again.
        Waiting = "waiting",
        /// The gateway took it.
        Sent = "sent",
        /// It arrived.
        Delivered = "delivered",
        /// It did not: see `why`.
        Failed = "failed",
    }
}

impl SmsState {
    /// How far along it is; what was given up may have arrived all the same.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::Waiting => 0,
            Self::Sent => 1,
            Self::Failed => 2,
            Self::Delivered => 3,
        }
    }
}

impl Noun for Sms {
    const PREFIX: &'static str = "sms";
}

store::record! {
    /// A single text message.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct Sms {
        /// Its id.
        pub id: Id<Sms>,
        /// By which channel.
        pub channel_id: ChannelId,
        /// To whom; none where nobody knows whose number it is.
        pub customer_id: Option<CustomerId>,
        /// To which number; empty once nothing more is to go there.
        pub phone: String,
        /// What it is for.
        pub purpose: Purpose,
        /// What the sender calls it.
        pub reference: String,
        /// What it says.
        pub text: String,
        /// Where it stands.
        pub state: SmsState,
        /// Why it is tried again or failed, by its name among the reasons of deliveries.
        pub why: Option<String>,
        /// How often it was tried.
        pub attempts: i64,
        /// Since when.
        pub at: Timestamp,
        /// Since when it stands there.
        pub changed_at: Timestamp,
    }
}
