//! Where conversations wait, and who serves there.

use std::collections::{HashMap, HashSet};

use kernel::{ChannelId, Check, QueueId, Result, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RoutingRules, SkillsAsked, Strategy};

store::record! {
    /// Where conversations wait.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Queue {
        /// Its id.
        pub id: QueueId,
        /// Its name, its own.
        pub name: String,
        /// How long an offer waits for an answer, in seconds.
        pub offer_seconds: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
        /// How long a conversation that is over holds its agent's room until somebody says what it was
        /// about, in seconds; 0: not at all.
        pub wrap_up_seconds: i64,
        /// Within how many seconds customers should be answered: the service level counts these.
        pub target_seconds: i64,
        /// Whether a customer goes to whoever served them last, where that one has room.
        pub last_agent_first: bool,
        /// Whether everybody who takes work serves it, rather than those named.
        pub everybody: bool,
        /// Whether it takes what comes by a channel that feeds no other; cannot be deleted.
        pub is_default: bool,
        /// How many of a hundred customers should be answered within `target_seconds`: what the service
        /// level is held against.
        pub target_percent: i64,
        /// Who is asked first of those who serve it and have room.
        pub strategy: Strategy,
        /// The skills each of its conversations asks for.
        pub skills: SkillsAsked,
        /// After each such time, in seconds, the levels asked for sink by one; 0: never.
        pub sink_seconds: i64,
        /// What gives conversations a priority, or lets them ask for skills.
        pub rules: RoutingRules,
        /// After how many seconds a wait comes before every priority.
        pub outranks_seconds: i64,
        /// For how many seconds a customer waits for whoever served them last, while that one takes work
        /// and has no room; 0: not at all.
        pub hold_seconds: i64,
        /// After how many seconds whoever takes work is asked, whatever they serve; 0: never.
        pub overflow_seconds: i64,
        /// Conversations of it that one person is given within an hour, at most; 0: any number.
        pub fair_limit: i64,
        /// After how many minutes in which a customer waited in vain for an answer the conversation goes
        /// back into the queue; 0: never.
        pub silent_minutes: i64,
        /// After how many seconds in the queue a customer's words become a message that is answered
        /// later; 0: never.
        pub message_seconds: i64,
    }
}

impl Queue {
    /// A queue as one begins.
    pub(crate) fn new(id: QueueId, name: String, now: Timestamp) -> Self {
        Self {
            id,
            name,
            offer_seconds: 30,
            created_at: now,
            version: 1,
            wrap_up_seconds: 0,
            target_seconds: 30,
            last_agent_first: true,
            everybody: true,
            is_default: false,
            target_percent: 80,
            strategy: Strategy::LongestIdle,
            skills: SkillsAsked::default(),
            sink_seconds: 0,
            rules: RoutingRules::default(),
            outranks_seconds: 300,
            hold_seconds: 0,
            overflow_seconds: 0,
            fair_limit: 0,
            silent_minutes: 0,
            message_seconds: 0,
        }
    }

    /// Refuses what is no queue.
    pub(crate) fn check(&self) -> Result<()> {
        let check = Check::new()
            .text("name", &self.name, 1..=60)
            .range("offer_seconds", self.offer_seconds, 5..=300)
            .range("wrap_up_seconds", self.wrap_up_seconds, 0..=3_600)
            .range("target_seconds", self.target_seconds, 1..=86_400)
            .range("target_percent", self.target_percent, 1..=100)
            .range("sink_seconds", self.sink_seconds, 0..=3_600)
            .range("outranks_seconds", self.outranks_seconds, 10..=86_400)
            .range("hold_seconds", self.hold_seconds, 0..=3_600)
            .range("overflow_seconds", self.overflow_seconds, 0..=86_400)
            .range("fair_limit", self.fair_limit, 0..=1_000)
            .range("silent_minutes", self.silent_minutes, 0..=240)
            .range("message_seconds", self.message_seconds, 0..=86_400);
        self.rules.check(self.skills.check(check)).done()
    }
}

store::record! {
    /// What a queue was that is no more: the figures of its days are still told.
    #[derive(Clone, Debug)]
    pub(crate) struct RetiredQueue {
        pub id: QueueId,
        pub name: String,
        pub everybody: bool,
        /// Who served it: a JSON array of ids.
        pub member_ids: String,
        pub target_seconds: i64,
        pub target_percent: i64,
        pub retired_at: Timestamp,
    }
}

impl RetiredQueue {
    /// Those named, in no order.
    pub(crate) fn members(&self) -> Vec<UserId> {
        serde_json::from_str(&self.member_ids).unwrap_or_default()
    }
}

/// Every queue, who serves it, and what feeds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queues {
    pub all: Vec<Queue>,
    pub members: HashMap<QueueId, HashSet<UserId>>,
    pub channels: HashMap<ChannelId, QueueId>,
}

impl Queues {
    pub(crate) fn get(&self, id: QueueId) -> Option<&Queue> {
        self.all.iter().find(|queue| queue.id == id)
    }

    /// The queue that takes what no other does.
    pub(crate) fn default_queue(&self) -> Option<&Queue> {
        self.all.iter().find(|queue| queue.is_default).or(self.all.first())
    }

    /// Where what comes by this channel waits.
    pub(crate) fn of_channel(&self, channel: ChannelId) -> Option<&Queue> {
        self.channels.get(&channel).and_then(|id| self.get(*id)).or_else(|| self.default_queue())
    }

    /// Whether this person, who takes work, serves the queue.
    pub(crate) fn serves(&self, queue: &Queue, user: UserId) -> bool {
        queue.everybody || self.members.get(&queue.id).is_some_and(|members| members.contains(&user))
    }

    /// Whether this person may be given conversations of the queue, now or after they waited long enough.
    pub(crate) fn may_serve(&self, queue: &Queue, user: UserId) -> bool {
        queue.overflow_seconds > 0 || self.serves(queue, user)
    }

    /// Those named, in order.
    pub(crate) fn named(&self, queue: QueueId) -> Vec<UserId> {
        let mut members: Vec<_> = self.members.get(&queue).into_iter().flatten().copied().collect();
        members.sort_unstable();
        members
    }

    /// What feeds it, in order.
    pub(crate) fn feeding(&self, queue: QueueId) -> Vec<ChannelId> {
        let feeds = self.channels.iter().filter(|(_, fed)| **fed == queue);
        let mut channels: Vec<_> = feeds.map(|(channel, _)| *channel).collect();
        channels.sort_unstable();
        channels
    }
}
