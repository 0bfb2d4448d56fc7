//! What people bear, and the pauses they get for it.

use conversations::ConversationId;
use kernel::{Check, CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for AbusiveContact {
    const PREFIX: &'static str = "abc";
}
impl Noun for ReliefPause {
    const PREFIX: &'static str = "rlp";
}

pub(crate) const MINUTE: i64 = 60_000;

text_enum! {
    /// What made a contact abusive.
    pub enum AbuseKind {
        /// Insults.
        Insult = "insult",
        /// Threats.
        Threat = "threat",
        /// Sexual or other harassment.
        Harassment = "harassment",
        /// Words against what somebody is.
        Discrimination = "discrimination",
        /// Something else: the word says what.
        Other = "other",
    }
}

text_enum! {
    /// Why a pause was granted.
    pub enum PauseCause {
        /// After an abusive contact.
        Abuse = "abuse",
        /// After contacts one after another without a gap.
        Run = "run",
        /// A supervisor relieved them.
        Supervisor = "supervisor",
    }
}

store::record! {
    /// What pauses are granted by. Where a number is 0 that rule grants none.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ReliefRules {
        /// There is one row.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// Minutes of pause after an abusive contact.
        pub abuse_minutes: i64,
        /// After so many contacts without a gap a break is offered.
        pub run_contacts: i64,
        /// After so many minutes without a gap a break is offered.
        pub run_minutes: i64,
        /// So many minutes without any conversation are a gap.
        pub gap_minutes: i64,
        /// Minutes of the break that is offered.
        pub break_minutes: i64,
        /// Minutes the rules grant a person a day at most; what a supervisor grants does not count.
        pub most_minutes: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

impl ReliefRules {
    /// Refuses what is out of range.
    pub(crate) fn checked(self) -> Result<Self> {
        Check::new()
            .range("abuse_minutes", self.abuse_minutes, 0..=120)
            .range("run_contacts", self.run_contacts, 0..=500)
            .range("run_minutes", self.run_minutes, 0..=720)
            .range("gap_minutes", self.gap_minutes, 1..=60)
            .range("break_minutes", self.break_minutes, 1..=60)
            .range("most_minutes", self.most_minutes, 0..=480)
            .done()?;
        Ok(self)
    }

    /// Of so many minutes those that the day still allows.
    pub(crate) fn allowed(&self, minutes: i64, granted: i64) -> i64 {
        minutes.min(self.most_minutes - granted).max(0)
    }
}

store::record! {
    /// What a person had to bear on a day of the organisation, and what they got for it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct ReliefDay {
        /// Who.
        pub user_id: UserId,
        /// Which day: `YYYY-MM-DD`.
        pub day: String,
        /// Their name.
        pub name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Conversations they were given or took.
        pub contacts: i64,
        /// Of these, those that came without a gap after the one before.
        pub back_to_back: i64,
        /// The most without a gap.
        pub longest_run: i64,
        /// Those marked as abusive and not taken back.
        pub abusive: i64,
        /// Pauses they had.
        pub pauses: i64,
        /// Minutes the rules granted.
        pub granted_minutes: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

impl ReliefDay {
    /// A day on which nothing happened yet.
    pub(crate) fn new(user_id: UserId, day: String, name: String, unit_id: Option<UnitId>) -> Self {
        let (contacts, back_to_back, longest_run, abusive, pauses, granted_minutes, version) = (0, 0, 0, 0, 0, 0, 0);
        Self {
            user_id,
            day,
            name,
            unit_id,
            contacts,
            back_to_back,
            longest_run,
            abusive,
            pauses,
            granted_minutes,
            version,
        }
    }

    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.user_id, self.unit_id)
    }
}

store::record! {
    /// Contacts one after another without a gap, as they go on.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Run {
        pub user_id: UserId,
        pub since: Timestamp,
        pub contacts: i64,
        pub idle_since: Option<Timestamp>,
    }
}

impl Run {
    /// Whether they had a gap by then.
    pub(crate) fn over(&self, rules: &ReliefRules, now: Timestamp) -> bool {
        self.idle_since.is_some_and(|idle| now.since(idle) >= rules.gap_minutes * MINUTE)
    }

    /// With one more contact; a new run after a gap.
    pub(crate) fn next(before: Option<Self>, user_id: UserId, rules: &ReliefRules, now: Timestamp) -> Self {
        match before.filter(|run| !run.over(rules, now)) {
            Some(run) => Self { contacts: run.contacts + 1, idle_since: None, ..run },
            None => Self { user_id, since: now, contacts: 1, idle_since: None },
        }
    }

    /// Whether a break is due.
    pub(crate) fn due(&self, rules: &ReliefRules, now: Timestamp) -> bool {
        let many = rules.run_contacts > 0 && self.contacts >= rules.run_contacts;
        let long = rules.run_minutes > 0 && now.since(self.since) >= rules.run_minutes * MINUTE;
        !self.over(rules, now) && (many || long)
    }
}

store::record! {
    /// A pause somebody was granted: nothing is offered to them until it ends.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ReliefPause {
        /// Its id.
        pub id: Id<ReliefPause>,
        /// Whose.
        pub user_id: UserId,
        /// Their name.
        pub name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Why.
        pub cause: PauseCause,
        /// After which contact.
        pub contact_id: Option<Id<AbusiveContact>>,
        /// Which supervisor relieved them.
        pub granted_by: Option<UserId>,
        /// Their name.
        pub granted_by_name: Option<String>,
        /// Since when.
        pub since: Timestamp,
        /// Until when; they may end it sooner.
        pub until: Timestamp,
        /// When it was over.
        pub ended_at: Option<Timestamp>,
        /// What is later than this of their presence ends the pause.
        #[serde(skip)]
        #[schema(ignore)]
        pub presence_version: i64,
    }
}

store::record! {
    /// A contact that was abusive, as whoever bore it says.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct AbusiveContact {
        /// Its id.
        pub id: Id<AbusiveContact>,
        /// In which conversation.
        pub conversation_id: ConversationId,
        /// With whom.
        pub customer_id: CustomerId,
        /// Their name then.
        pub customer_name: String,
        /// Who bore it.
        pub user_id: UserId,
        /// Their name.
        pub user_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// What made it so.
        pub kind: AbuseKind,
        /// In their own words.
        pub word: String,
        /// On which day it counts.
        pub day: String,
        /// When it was marked.
        pub at: Timestamp,
        /// Minutes of pause it was granted.
        pub pause_minutes: i64,
        /// When a supervisor took it back.
        pub taken_back_at: Option<Timestamp>,
        /// Who did.
        pub taken_back_by: Option<UserId>,
        /// Their name.
        pub taken_back_by_name: Option<String>,
        /// Why.
        pub taken_back_why: Option<String>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl AbusiveContact {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.user_id, self.unit_id)
    }

    /// Taken back: it was none.
    pub(crate) fn taken_back(mut self, permit: &Permit, by: UserId, name: String, why: String) -> Result<Self> {
        if self.taken_back_at.is_some() {
            return Err(codes::TAKEN_BACK.conflict());
        }
        (self.taken_back_at, self.taken_back_by) = (Some(permit.at()), Some(by));
        (self.taken_back_by_name, self.taken_back_why) = (Some(name), Some(why));
        self.version += 1;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * MINUTE)
    }

    #[test]
    fn h11_a_run_goes_on_until_there_is_a_gap_and_a_break_is_due_by_count_or_length() {
        let rules = ReliefRules {
            id: "rules".into(),
            abuse_minutes: 10,
            run_contacts: 3,
            run_minutes: 60,
            gap_minutes: 5,
            break_minutes: 5,
            most_minutes: 12,
            version: 1,
        };
        let who = Id::new(at(0), &Rng::seeded(1));
        let first = Run::next(None, who, &rules, at(0));
        let second = Run::next(Some(Run { idle_since: Some(at(6)), ..first }), who, &rules, at(10));
        assert_eq!((second.contacts, second.due(&rules, at(10)), second.due(&rules, at(60))), (2, false, true));
        let third = Run::next(Some(second.clone()), who, &rules, at(11));
        assert!(third.due(&rules, at(11)));
        let rested = Run { idle_since: Some(at(20)), ..third };
        assert!(!rested.due(&rules, at(25)));
        assert_eq!(Run::next(Some(rested), who, &rules, at(25)).contacts, 1);
        assert_eq!((rules.allowed(10, 0), rules.allowed(10, 5), rules.allowed(10, 20)), (10, 7, 0));
    }
}
