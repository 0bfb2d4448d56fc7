//! What stands in the way, and what may become of it.

mod ladder;

use conversations::{ConversationId, Named};
use kernel::{Actor, CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub use ladder::{Ladder, LadderAddressee, LadderClock, Level, Levels, Severity};

use crate::codes;

impl Noun for Escalation {
    const PREFIX: &'static str = "esc";
}
impl Noun for Ladder {
    const PREFIX: &'static str = "esl";
}

text_enum! {
    /// Where an escalation stands.
    pub enum EscalationState {
        /// It is to be solved; the next level is told when its time comes.
        Open = "open",
        /// It is solved.
        Solved = "solved",
        /// It need not be solved, or was none.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What a step was.
    pub enum StepKind {
        /// It was reported.
        Raised = "raised",
        /// A level was told.
        Told = "told",
        /// Somebody said how it goes.
        Word = "word",
        /// It was solved.
        Solved = "solved",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
    }
}

/// Those who were told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = EscalationTold)]
pub struct Told(pub Vec<Named>);

store::kept_as_json!(Told, Levels);

store::record! {
    /// Something that stands in the way and goes up level by level until it is solved.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Escalation {
        /// Its id.
        pub id: Id<Escalation>,
        /// Where it stands.
        pub state: EscalationState,
        /// The ladder it goes up.
        pub ladder_id: Id<Ladder>,
        /// What that was called: `网站故障`.
        pub name: String,
        /// How bad it is.
        pub severity: Severity,
        /// By which clock its levels are told.
        pub clock: LadderClock,
        /// Its levels, as they were set when it was raised.
        pub levels: Levels,
        /// What stands in the way, in a line.
        pub what: String,
        /// More about it.
        pub detail: Option<String>,
        /// In which conversation it came up.
        pub conversation_id: Option<ConversationId>,
        /// With which customer.
        pub customer_id: Option<CustomerId>,
        /// Their name then.
        pub customer_name: String,
        /// Who reported it.
        pub raised_by: UserId,
        /// Their name.
        pub raised_by_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// When.
        pub raised_at: Timestamp,
        /// How many levels were told.
        pub level: i64,
        /// When the next is told, unless it is solved; none after the last.
        pub next_at: Option<Timestamp>,
        /// Everybody who was told.
        pub told: Told,
        /// Since when it is unsolved beyond its first term.
        pub late_since: Option<Timestamp>,
        /// How it was solved, or why it was withdrawn.
        pub result: Option<String>,
        /// When.
        pub closed_at: Option<Timestamp>,
        /// By whom.
        pub closed_by: Option<UserId>,
        /// Their name.
        pub closed_by_name: Option<String>,
        /// How many steps there are.
        pub steps: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// One step of an escalation.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct EscalationStep {
        /// Of which.
        pub escalation_id: Id<Escalation>,
        /// Counts from 1.
        pub number: i64,
        /// What it was.
        pub kind: StepKind,
        /// Which level was told, from 1.
        pub level: Option<i64>,
        /// Who was told; nobody: it lies in the pool of the unit.
        pub told: Told,
        /// What was said.
        pub text: String,
        /// By whom; nobody: the clock.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

/// Somebody of the department, with their name.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

impl Escalation {
    /// Whose it is: whoever reported it.
    pub fn owned(&self) -> Owned {
        Owned::by(self.raised_by, self.unit_id)
    }

    /// Whether the actor was told.
    pub(crate) fn told_to(&self, actor: &Actor) -> bool {
        actor.id_text().is_some_and(|id| self.told.0.iter().any(|one| one.id == id))
    }

    /// What the trail holds of it: nobody's words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "state": self.state,
            "severity": self.severity,
            "ladder_id": self.ladder_id,
            "level": self.level,
            "next_at": self.next_at,
            "told": self.told.0.iter().map(|one| &one.id).collect::<Vec<_>>(),
            "version": self.version,
        })
    }

    /// The level whose turn it is at `now`, counted from 1.
    pub(crate) fn due(&self, now: Timestamp) -> Option<(i64, Level)> {
        let due = self.state == EscalationState::Open && self.next_at.is_some_and(|at| at <= now);
        let level = self.levels.0.get(self.level as usize).filter(|_| due)?;
        Some((self.level + 1, level.clone()))
    }

    /// One level up: these were told, and the next is told at `next_at`.
    pub(crate) fn climbed(
        mut self,
        told: Vec<Named>,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> (Self, EscalationStep) {
        let waited = self.levels.0.get(self.level as usize).is_some_and(|level| level.after_minutes > 0);
        self.level += 1;
        self.next_at = next_at;
        if waited {
            self.late_since = self.late_since.or(Some(now));
        }
        for one in &told {
            if !self.told.0.contains(one) {
                self.told.0.push(one.clone());
            }
        }
        let level = self.level;
        let step = self.step(StepKind::Told, None, String::new(), now);
        (self, EscalationStep { level: Some(level), told: Told(told), ..step })
    }

    /// The next step.
    pub(crate) fn step(&mut self, kind: StepKind, by: Option<Who>, text: String, now: Timestamp) -> EscalationStep {
        self.steps += 1;
        self.version += 1;
        let (by_id, by_name) = by.map(|by| (by.id, by.name)).unzip();
        let (escalation_id, number) = (self.id, self.steps);
        EscalationStep {
            escalation_id,
            number,
            kind,
            level: None,
            told: Told::default(),
            text,
            by_id,
            by_name,
            at: now,
        }
    }

    /// How it goes, in somebody's words.
    pub(crate) fn said(mut self, permit: &Permit, by: Who, text: String) -> Result<(Self, EscalationStep)> {
        self.must_be_open()?;
        let step = self.step(StepKind::Word, Some(by), text, permit.at());
        Ok((self, step))
    }

    /// Solved, and how; or withdrawn, and why. No further level is told.
    pub(crate) fn closed(
        mut self,
        permit: &Permit,
        by: Who,
        solved: bool,
        text: String,
    ) -> Result<(Self, EscalationStep)> {
        self.must_be_open()?;
        let (state, kind) = if solved {
            (EscalationState::Solved, StepKind::Solved)
        } else {
            (EscalationState::Withdrawn, StepKind::Withdrawn)
        };
        self.state = state;
        (self.next_at, self.result) = (None, Some(text.clone()));
        self.closed_at = Some(permit.at());
        (self.closed_by, self.closed_by_name) = (Some(by.id), Some(by.name.clone()));
        let step = self.step(kind, Some(by), text, permit.at());
        Ok((self, step))
    }

    fn must_be_open(&self) -> Result<()> {
        if self.state == EscalationState::Open {
            Ok(())
        } else {
            Err(codes::NOT_OPEN.conflict())
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn escalation() -> Escalation {
        let rng = Rng::seeded(1);
        let level = |after_minutes| Level { after_minutes, to: LadderAddressee::Lead, user_id: None, post_id: None };
        Escalation {
            id: Id::new(at(1), &rng),
            state: EscalationState::Open,
            ladder_id: Id::new(at(1), &rng),
            name: "网站故障".into(),
            severity: Severity::Critical,
            clock: LadderClock::Wall,
            levels: Levels(vec![level(0), level(30)]),
            what: "支付页打不开".into(),
            detail: None,
            conversation_id: None,
            customer_id: None,
            customer_name: String::new(),
            raised_by: Id::new(at(1), &rng),
            raised_by_name: "林".into(),
            unit_id: None,
            raised_at: at(0),
            level: 0,
            next_at: Some(at(0)),
            told: Told::default(),
            late_since: None,
            result: None,
            closed_at: None,
            closed_by: None,
            closed_by_name: None,
            steps: 0,
            version: 1,
        }
    }

    #[test]
    fn r060_each_level_has_its_turn_and_none_after_the_last_or_the_end() {
        let (first, step) = escalation().climbed(vec![Named::new("usr_1", "沈")], Some(at(30)), at(0));
        assert_eq!((first.due(at(0)).map(|(n, _)| n), step.level, first.late_since), (None, Some(1), None));
        assert_eq!(first.due(at(30)).map(|(number, _)| number), Some(2));
        let (second, _) = first.clone().climbed(vec![Named::new("usr_1", "沈")], None, at(31));
        assert_eq!((second.due(at(99)).is_none(), second.told.0.len(), second.late_since), (true, 1, Some(at(31))));
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, at(20)).unwrap();
        let by = Who { id: first.raised_by, name: "林".into() };
        let (solved, _) = first.closed(&permit, by.clone(), true, "回滚后恢复".into()).unwrap();
        assert!(solved.due(at(99)).is_none() && solved.clone().said(&permit, by, "x".into()).is_err());
    }
}
