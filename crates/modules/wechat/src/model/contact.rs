//! Whom we met on an account, what came from them and is to be taken in, and what lets us speak.

use conversations::ConversationId;
use kernel::{CustomerId, Id, Timestamp};

use super::{Allowance, WechatAccount, window::Window};

store::record! {
    /// Somebody met on an account.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Contact {
        pub account_id: Id<WechatAccount>,
        /// Their `openid` there, or `external_userid`.
        pub external_user: String,
        /// Who they are; none until something they said was taken in.
        pub customer_id: Option<CustomerId>,
        /// Where they spoke last.
        pub conversation_id: Option<ConversationId>,
        /// What the platform calls them on all accounts of one owner.
        pub union_id: Option<String>,
        /// The name the platform gives.
        pub name: String,
        /// When the platform was asked who they are.
        pub asked_at: Option<Timestamp>,
        /// Whether they follow the account; none where one need not.
        pub follows: Option<bool>,
        pub until: Option<Timestamp>,
        pub remaining: i64,
        pub brief_until: Option<Timestamp>,
        pub brief_remaining: i64,
        /// The number of the last thing that came from them.
        pub arrived: i64,
    }
}

impl Contact {
    /// Somebody of whom nothing is known yet.
    pub(crate) fn stranger(account_id: Id<WechatAccount>, external_user: &str) -> Self {
        Self {
            account_id,
            external_user: external_user.to_owned(),
            customer_id: None,
            conversation_id: None,
            union_id: None,
            name: String::new(),
            asked_at: None,
            follows: None,
            until: None,
            remaining: 0,
            brief_until: None,
            brief_remaining: 0,
            arrived: 0,
        }
    }

    /// With what they allow us to say turned by `turn`.
    pub(crate) fn allowing(mut self, turn: impl FnOnce(Window) -> Window) -> Self {
        let window = turn(self.window());
        (self.until, self.remaining) = (window.until, window.left);
        (self.brief_until, self.brief_remaining) = (window.brief_until, window.brief_left);
        self
    }

    /// What may be said to them now.
    pub(crate) fn allowance(&self, now: Timestamp) -> Allowance {
        let allowance = self.window().allowance(now);
        match self.follows {
            Some(false) => Allowance { left: 0, until: None, ..allowance },
            _ => allowance,
        }
    }

    const fn window(&self) -> Window {
        Window {
            until: self.until,
            left: self.remaining,
            brief_until: self.brief_until,
            brief_left: self.brief_remaining,
        }
    }
}

store::record! {
    /// Something that came, until it is taken in; afterwards only that it came.
    #[derive(Clone, Debug)]
    pub(crate) struct Arrival {
        pub account_id: Id<WechatAccount>,
        pub external_user: String,
        /// Rises with each of theirs.
        pub number: i64,
        /// What the platform calls it: known again when it comes again.
        pub external_id: String,
        /// What was said, as JSON; empty once it is taken in.
        pub said: String,
        /// When it was said.
        pub at: Timestamp,
        pub came_at: Timestamp,
        pub taken_at: Option<Timestamp>,
    }
}

store::record! {
    /// What lets us speak to the platform, for two hours or so. One for all nodes.
    #[derive(Clone, Debug)]
    pub(crate) struct AccessToken {
        pub account_id: Id<WechatAccount>,
        pub access_token: String,
        pub until: Timestamp,
        /// Until when one node is getting a new one.
        pub claimed_until: Timestamp,
    }
}
