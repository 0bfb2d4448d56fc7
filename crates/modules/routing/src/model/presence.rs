//! Who is there, and who takes work.

use channels::ChannelKind;
use kernel::{Check, Id, Noun, Owned, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

impl Noun for PresenceReason {
    const PREFIX: &'static str = "prr";
}
impl Noun for PresenceSpell {
    const PREFIX: &'static str = "psp";
}

/// Conversations at once, until somebody says otherwise.
pub(crate) const CAPACITY: i64 = 5;
/// Conversations at once, at most.
pub(crate) const MOST: i64 = 50;
/// The reason of whoever let an offer pass.
pub(crate) const MISSED_OFFER: &str = "missed_offer";
/// The reason of whoever was granted a pause.
pub(crate) const RECOVERY: &str = "recovery";
/// The reason of whoever had no connection for too long.
pub(crate) const ABSENT: &str = "absent";

text_enum! {
    /// Whether a person takes work.
    pub enum PresenceState {
        /// Not there.
        Offline = "offline",
        /// There, and not taking work.
        NotReady = "not_ready",
        /// Taking work.
        Ready = "ready",
        /// Taking no new work, and not ready as soon as the last conversation is over.
        Finishing = "finishing",
    }
}

store::record! {
    /// Why people are there and take no work.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PresenceReason {
        /// Its id.
        pub id: Id<PresenceReason>,
        /// What it is called.
        #[schema(example = "小休")]
        pub label: String,
        /// For how long at most, in minutes, as a hint to whoever is away and to who watches.
        pub minutes: Option<i64>,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Whether a person takes work, and how much.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Presence {
        /// Who.
        pub user_id: UserId,
        /// Their name.
        pub name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Whether they take work.
        pub state: PresenceState,
        /// Why not, when they do not: the chosen reason as it was called then, one's own word, or
        /// `missed_offer`, `absent` and `recovery`, which the desk says.
        pub reason: Option<String>,
        /// How many conversations at once.
        pub capacity: i64,
        /// Since when in this state for this reason.
        pub since: Timestamp,
        /// When they were last given work.
        pub served_at: Timestamp,
        /// The number of the last fact on their topic.
        pub last_seq: i64,
        /// Rises with each change.
        pub version: i64,
        /// Which reason was chosen.
        pub reason_id: Option<Id<PresenceReason>>,
        /// When their connection was last seen, to half a minute.
        pub seen_at: Timestamp,
        /// How many of single kinds of channel at once; of the others as many as `capacity` says.
        pub channel_capacities: ChannelCapacities,
    }
}

/// How many conversations of one kind of channel somebody may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelCapacity {
    /// Of which kind.
    pub kind: ChannelKind,
    /// How many, 0 to 50; with 0 they are given none.
    pub capacity: i64,
}

/// How many conversations of single kinds of channel somebody may have at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelCapacities(pub Vec<ChannelCapacity>);

impl ChannelCapacities {
    /// How many of this kind; none: as many as of all.
    pub fn of(&self, kind: ChannelKind) -> Option<i64> {
        self.0.iter().find(|one| one.kind == kind).map(|one| one.capacity)
    }

    /// Refuses a kind said twice, and what is out of range.
    pub(crate) fn check(&self, check: Check) -> Check {
        let fine = self.0.iter().all(|one| (0..=MOST).contains(&one.capacity));
        let twice = (1..self.0.len()).any(|at| self.0[..at].iter().any(|one| one.kind == self.0[at].kind));
        check.that(fine, "channel_capacities", "out_of_range").that(!twice, "channel_capacities", "repeated")
    }
}

store::record! {
    /// How long a person was in a state.
    #[derive(Clone, Debug)]
    pub(crate) struct PresenceSpell {
        pub id: Id<PresenceSpell>,
        pub user_id: UserId,
        pub unit_id: Option<UnitId>,
        pub state: PresenceState,
        pub reason_id: Option<Id<PresenceReason>>,
        pub reason: Option<String>,
        pub capacity: i64,
        pub since: Timestamp,
        pub until: Option<Timestamp>,
    }
}

store::record! {
    /// How long a person was in a state, as it goes out.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    #[schema(as = PresenceSpell)]
    pub(crate) struct PresenceSpellView {
        /// Its id.
        #[schema(value_type = String)]
        pub id: Id<PresenceSpell>,
        /// Whose.
        pub user_id: UserId,
        /// The unit they belonged to then.
        pub unit_id: Option<UnitId>,
        /// In which state.
        pub state: PresenceState,
        /// Which reason was chosen.
        pub reason_id: Option<Id<PresenceReason>>,
        /// Why, as it was called then; `missed_offer` and `absent` are the desk's own.
        pub reason: Option<String>,
        /// How many conversations at once.
        pub capacity: i64,
        /// Since when.
        pub since: Timestamp,
        /// Until when; none: it goes on.
        pub until: Option<Timestamp>,
        /// Their name.
        pub name: String,
    }
}

/// Why somebody takes no work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Because {
    pub id: Option<Id<PresenceReason>>,
    pub word: Option<String>,
}

impl Because {
    /// What the desk says.
    pub(crate) fn desk(word: &str) -> Self {
        Self { id: None, word: Some(word.to_owned()) }
    }
}

impl Presence {
    /// Somebody who said nothing yet.
    pub(crate) fn unknown(user_id: UserId, name: String, unit_id: Option<UnitId>, now: Timestamp) -> Self {
        Self {
            user_id,
            name,
            unit_id,
            state: PresenceState::Offline,
            reason: None,
            capacity: CAPACITY,
            since: now,
            served_at: now,
            last_seq: 0,
            version: 0,
            reason_id: None,
            seen_at: now,
            channel_capacities: ChannelCapacities::default(),
        }
    }

    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.user_id, self.unit_id)
    }

    /// The topic this person's facts are told on.
    pub(crate) fn topic(&self) -> String {
        format!("user:{}", self.user_id)
    }

    /// Another state, from `now` on. Who takes work needs no reason.
    pub(crate) fn become_state(mut self, state: PresenceState, because: Because, now: Timestamp) -> Self {
        let because = if state == PresenceState::Ready { Because::default() } else { because };
        if (self.state, self.reason_id, &self.reason) != (state, because.id, &because.word) {
            self.since = now;
        }
        (self.reason_id, self.reason) = (because.id, because.word);
        self.state = state;
        self.version += 1;
        self
    }
}
