//! What of the list somebody looks at often.

use channels::ChannelKind;
use kernel::{Check, Id, Noun, QueueId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::State;

impl Noun for ConversationView {
    const PREFIX: &'static str = "cvw";
}

text_enum! {
    /// Who has a view.
    pub(crate) enum ViewScope {
        /// Whoever made it.
        Personal = "personal",
        /// Everybody who reads conversations.
        All = "all",
    }
}

text_enum! {
    /// Whose conversations a view shows.
    pub(crate) enum ViewOwner {
        /// Those of whoever looks.
        Me = "me",
        /// Nobody's.
        Nobody = "nobody",
        /// Anybody else's.
        Others = "others",
    }
}

/// What a view shows of the open conversations: what fits all that is said here. Whoever looks at a list holds its
/// rows and counts them by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewFilter {
    /// Of one of these queues; none: of any. At most 20.
    #[serde(default)]
    pub queues: Vec<QueueId>,
    /// With one of these tags; none: with any or none. At most 20 of up to 30 characters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// By one of these kinds of channel; none: by any.
    #[serde(default)]
    pub kinds: Vec<ChannelKind>,
    /// That stand so; none: any that is open.
    #[serde(default)]
    pub states: Vec<State>,
    /// Whose; none: anybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<ViewOwner>,
    /// Only those in which the customer waits for an answer.
    #[serde(default)]
    pub waiting: bool,
    /// Only those that are put away until a time; else none of them.
    #[serde(default)]
    pub snoozed: bool,
}
store::kept_as_json!(ViewFilter);

impl ViewFilter {
    const MOST: usize = 20;

    pub(crate) fn check(&self, check: Check) -> Check {
        let tag = |tag: &String| (1..=30).contains(&tag.trim().chars().count());
        check
            .that(self.queues.len() <= Self::MOST, "filter.queues", "too_many")
            .that(self.tags.len() <= Self::MOST, "filter.tags", "too_many")
            .that(self.tags.iter().all(tag), "filter.tags", "malformed")
            .that(self.kinds.len() <= Self::MOST, "filter.kinds", "too_many")
            .that(self.states.len() <= Self::MOST, "filter.states", "too_many")
            .that(!self.states.contains(&State::Closed), "filter.states", "not_allowed")
            .that(*self != Self::default(), "filter", "required")
    }
}

store::record! {
    /// What of the list somebody looks at often.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct ConversationView {
        /// Its id.
        pub id: Id<ConversationView>,
        /// Its name, its own among those of its person, or everybody's.
        pub name: String,
        /// Who has it.
        pub scope: ViewScope,
        /// Whose it is, for a personal one.
        pub owner_id: Option<UserId>,
        /// What it shows.
        pub filter: ViewFilter,
        /// Since when there is one.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}
