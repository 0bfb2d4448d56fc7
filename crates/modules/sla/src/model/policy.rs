//! A policy: to which conversations it applies, and what it asks of them.

use channels::ChannelKind;
use conversations::{Conversation, Terms};
use kernel::{Check, Id, QueueId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Some queues; none named: every one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct QueueIds(pub Vec<QueueId>);

/// Some kinds of channel; none named: every one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ChannelKinds(pub Vec<ChannelKind>);

store::kept_as_json!(QueueIds, ChannelKinds);

store::record! {
    /// What is asked of which conversations. Of those that apply the first counts.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct SlaPolicy {
        /// Its id.
        pub id: Id<SlaPolicy>,
        /// Its name, its own.
        pub name: String,
        /// Whether it counts.
        pub active: bool,
        /// Its place among the policies, from 0.
        pub position: i64,
        /// To conversations of which queues it applies.
        pub queue_ids: QueueIds,
        /// To those that came by which kinds of channel.
        pub channel_kinds: ChannelKinds,
        /// To those of customers whose tier has at least this rank; none: of all.
        pub tier: Option<i64>,
        /// Whether time counts in business time alone; else by the clock on the wall.
        pub business: bool,
        /// Within how many seconds a person answers first; none: that is not asked.
        pub first_seconds: Option<i64>,
        /// Within how many seconds later words are answered.
        pub next_seconds: Option<i64>,
        /// After how many seconds a conversation is over.
        pub final_seconds: Option<i64>,
        /// Whether the time until it is over counts only while the customer waits for an answer.
        pub pauses: bool,
        /// After how much of the time there is a warning, in percent; none together with `warn_seconds`.
        pub warn_percent: Option<i64>,
        /// Or how many seconds before its end.
        pub warn_seconds: Option<i64>,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

/// Ninety days: no target is longer.
const LONGEST: i64 = 90 * 86_400;

impl SlaPolicy {
    /// Refuses what is no policy.
    pub(crate) fn check(&self) -> Result<()> {
        let asks = [self.first_seconds, self.next_seconds, self.final_seconds];
        let in_range =
            |check: Check, field, seconds: Option<i64>| check.range(field, seconds.unwrap_or(1), 1..=LONGEST);
        let mut check = Check::new()
            .text("name", &self.name, 1..=60)
            .that(self.queue_ids.0.len() <= 100, "queue_ids", "too_many")
            .range("tier", self.tier.unwrap_or(1), 1..=customers::api::HIGHEST_TIER)
            .that(asks.iter().any(Option::is_some), "first_seconds", "required")
            .range("warn_percent", self.warn_percent.unwrap_or(50), 1..=99)
            .range("warn_seconds", self.warn_seconds.unwrap_or(1), 1..=LONGEST)
            .that(self.warn_percent.is_none() || self.warn_seconds.is_none(), "warn_seconds", "not_allowed");
        check = in_range(check, "first_seconds", self.first_seconds);
        check = in_range(check, "next_seconds", self.next_seconds);
        in_range(check, "final_seconds", self.final_seconds).done()
    }

    /// Whether it is for this conversation, whose customer's tier has this rank.
    pub(crate) fn applies(&self, conversation: &Conversation, tier: i64) -> bool {
        let kind = conversation.channel_kind;
        let of_queue =
            self.queue_ids.0.is_empty() || conversation.queue_id.is_some_and(|queue| self.queue_ids.0.contains(&queue));
        let high = self.tier.is_none_or(|least| tier >= least);
        self.active && of_queue && high && (self.channel_kinds.0.is_empty() || self.channel_kinds.0.contains(&kind))
    }

    /// What it asks.
    pub(crate) fn terms(&self) -> Terms {
        let ms = |seconds: Option<i64>| seconds.map(|seconds| seconds * 1_000);
        Terms {
            policy_id: self.id.to_string(),
            policy_name: self.name.clone(),
            business: self.business,
            first_ms: ms(self.first_seconds),
            next_ms: ms(self.next_seconds),
            final_ms: ms(self.final_seconds),
            pauses: self.pauses,
            warn_percent: self.warn_percent,
            warn_ms: ms(self.warn_seconds),
            unmeasured_since: None,
        }
    }
}
