//! Customers shared out: what is asked, what comes of it, how far it is.

use customers::{CustomerChoice, Stage};
use kernel::{Check, CustomerId, Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use profiles::CustomerTag;
use routing::SkillId;
use segments::Segment;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{balance::Why, codes};

/// People a run may share out among.
const MOST_PEOPLE: usize = 1_000;
/// Needs a run may name.
const MOST_NEEDS: usize = 20;
/// The best level of a skill.
const BEST: i64 = 5;
/// Customers of a run, at most; the rest waits for the next.
pub(crate) const MOST_CUSTOMERS: usize = 1_000_000;

impl Noun for AllocationRun {
    const PREFIX: &'static str = "alc";
}

text_enum! {
    /// How far a run has come.
    pub enum AllocationState {
        /// It is worked out who goes where.
        Computing = "computing",
        /// That is known, and nothing was changed yet.
        Ready = "ready",
        /// Customers are handed over.
        Applying = "applying",
        /// They were.
        Applied = "applied",
        /// They are given back.
        Undoing = "undoing",
        /// They were given back, as far as nobody had changed anything since.
        Undone = "undone",
        /// It could not go on: see `error`.
        Failed = "failed",
    }
}

text_enum! {
    /// Whose customers stay where they are whatever else.
    pub enum Keeping {
        /// Nobody's: all are shared out anew.
        Nobody = "nobody",
        /// Those who are customers stay with who looks after them; leads and contacts are shared out.
        Customers = "customers",
        /// Everybody stays with who looks after them; only those nobody looks after are shared out.
        All = "all",
    }
}

text_enum! {
    /// Why a customer goes where they go.
    pub enum AllocationWhy {
        /// Kept with who looks after them.
        Kept = "kept",
        /// Kept, although who looks after them has not what they need.
        KeptUnable = "kept_unable",
        /// They stay: as even, and one move fewer.
        Stays = "stays",
        /// Nobody of these people looked after them.
        New = "new",
        /// Who looks after them is away.
        Away = "away",
        /// Who looks after them has not what they need.
        Unable = "unable",
        /// Who looks after them has enough.
        Even = "even",
        /// Nobody who is there has what they need.
        NobodyAble = "nobody_able",
        /// All who have what they need have their most.
        NoRoom = "no_room",
    }
}

impl From<Why> for AllocationWhy {
    fn from(why: Why) -> Self {
        match why {
            Why::Kept => Self::Kept,
            Why::KeptUnable => Self::KeptUnable,
            Why::Stays => Self::Stays,
            Why::New => Self::New,
            Why::Away => Self::Away,
            Why::Unable => Self::Unable,
            Why::Even => Self::Even,
            Why::NobodyAble => Self::NobodyAble,
            Why::NoRoom => Self::NoRoom,
        }
    }
}

text_enum! {
    /// What became of a move.
    pub enum MoveState {
        /// Nothing yet; or nothing is to be done.
        Planned = "planned",
        /// The customer was handed over.
        Done = "done",
        /// Somebody else looked after them by then, or it lay out of reach.
        Skipped = "skipped",
        /// They were given back.
        Returned = "returned",
        /// They stay where they were handed to: somebody changed that since.
        Left = "left",
    }
}

/// Of some customers: what whoever looks after them must be good at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationNeed)]
pub struct Need {
    /// Those at this stage; all.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Those in whose name or note this stands: 1 to 40 characters; all.
    #[serde(default)]
    pub words: Option<String>,
    /// The skill.
    pub skill_id: SkillId,
    /// The least level: 1 to 5.
    pub level: i64,
}

/// Somebody customers are shared out among.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationSeat)]
pub struct Seat {
    /// Who.
    pub user_id: UserId,
    /// How many they should have at least.
    #[serde(default)]
    pub least: u32,
    /// How many they may have at most; as many as come.
    #[serde(default)]
    pub most: Option<u32>,
    /// Their share against that of a full position, in percent: 1 to 100.
    #[serde(default = "full")]
    pub share: u32,
    /// Whether they are away: they get nobody, and keep only those who are kept.
    #[serde(default)]
    pub away: bool,
}

fn full() -> u32 {
    100
}

/// What is asked of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationPlan)]
pub struct Plan {
    /// Which customers.
    pub who: CustomerChoice,
    /// Of these only who belongs to the segment, as far as who asks may see.
    #[serde(default)]
    pub segment_id: Option<Id<Segment>>,
    /// Of these only who has the tag.
    #[serde(default)]
    pub tag_id: Option<Id<CustomerTag>>,
    /// Who of them stays whatever else.
    pub keep: Keeping,
    /// What they need; up to 20, which add up.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Among whom: 1 to 1,000.
    pub people: Vec<Seat>,
    /// Whether what people have besides these customers counts.
    #[serde(default)]
    pub count_held: bool,
}

impl Plan {
    pub(crate) fn checked(mut self) -> Result<Self> {
        let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        self.who.words = trimmed(self.who.words);
        for need in &mut self.needs {
            need.words = trimmed(need.words.take());
        }
        let mut ids: Vec<_> = self.people.iter().map(|seat| seat.user_id).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).any(|two| two[0] == two[1]);
        let fits = |seat: &Seat| (1..=100).contains(&seat.share) && seat.most.is_none_or(|most| most >= seat.least);
        let short = |text: &Option<String>| text.as_deref().is_none_or(|text| text.chars().count() <= 40);
        let import = self.who.import_id.as_deref();
        Check::new()
            .that(!self.people.is_empty(), "people", "required")
            .that(self.people.len() <= MOST_PEOPLE, "people", "too_many")
            .that(!twice, "people", "duplicate")
            .that(self.people.iter().all(fits), "people", "out_of_range")
            .that(self.people.is_empty() || self.people.iter().any(|seat| !seat.away), "people", "all_away")
            .that(self.needs.len() <= MOST_NEEDS, "needs", "too_many")
            .that(self.needs.iter().all(|need| (1..=BEST).contains(&need.level)), "needs", "out_of_range")
            .that(self.needs.iter().all(|need| short(&need.words)), "needs", "too_long")
            .that(short(&self.who.words), "words", "too_long")
            .that(import.is_none_or(|id| id.starts_with("imp_") && id.len() == 30), "import_id", "malformed")
            .done()?;
        Ok(self)
    }
}

/// How many somebody has, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationLoad)]
pub struct Load {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// How many they have now of those that count.
    pub before: i64,
    /// How many they have then.
    pub after: i64,
    /// How many come.
    pub come: i64,
    /// How many go.
    pub go: i64,
    /// Whether they are away.
    pub away: bool,
}

/// What some customers need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationClass)]
pub struct Class {
    /// Names of skills, each with the least level.
    pub needs: Vec<Needed>,
    /// How many customers need that.
    pub customers: i64,
    /// How many of the people who are there have it.
    pub able: i64,
}

/// A skill, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationNeeded)]
pub struct Needed {
    /// What it is called.
    pub skill: String,
    /// The least level.
    pub level: i64,
}

/// Some people, and how many customers that says something about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationBound)]
pub struct Limit {
    /// Names, the first few.
    pub names: Vec<String>,
    /// How many people.
    pub people: i64,
    /// How many customers they have between them.
    pub customers: i64,
    /// How many of these stay in any case.
    pub fixed: i64,
    /// How many of the people are at a limit of their own.
    pub at_limit: i64,
}

/// Why it can be no more even.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationFloor)]
pub struct Floor {
    /// The most anybody has: it cannot be less.
    pub most: i64,
    /// Who must have as much between them: what they have can go to nobody else.
    pub above: Limit,
    /// The least anybody has: it cannot be more.
    pub least: i64,
    /// Who can have no more between them: nothing more can come to them.
    pub below: Limit,
}

/// What comes of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationOutcome)]
pub struct Outcome {
    /// How many customers.
    pub customers: i64,
    /// How many of them go to somebody else.
    pub moves: i64,
    /// How many get somebody for the first time.
    pub new: i64,
    /// How many stay where they are.
    pub stay: i64,
    /// How many are kept where not all that they need is there.
    pub kept_unable: i64,
    /// How many nobody who is there has the skills for.
    pub nobody_able: i64,
    /// How many find no room.
    pub no_room: i64,
    /// How many the people have too few, against what they should have at least.
    pub below_least: i64,
    /// Whether there are more customers than a run takes.
    pub cut_off: bool,
    /// Per person.
    pub people: Vec<Load>,
    /// What customers need.
    pub classes: Vec<Class>,
    /// Why it can be no more even; none where it is as even as numbers can be.
    pub floor: Option<Floor>,
}

store::kept_as_json!(Plan, Outcome);

store::record! {
    /// Customers shared out among people.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct AllocationRun {
        /// Its id.
        pub id: Id<AllocationRun>,
        /// How far it has come.
        pub state: AllocationState,
        /// What is asked.
        pub plan: Plan,
        /// What comes of it, once that is known.
        pub outcome: Option<Outcome>,
        /// How many of its customers were gone through.
        pub done: i64,
        /// How many were handed over.
        pub moved: i64,
        /// How many could not be.
        pub skipped: i64,
        /// How many were given back.
        pub returned: i64,
        /// Why it could not go on.
        pub error: Option<String>,
        /// Whose it is.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Since when.
        pub created_at: Timestamp,
        /// When customers were handed over.
        pub applied_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Where a customer goes.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Move {
        pub run_id: Id<AllocationRun>,
        pub place: i64,
        pub customer_id: CustomerId,
        pub class: i64,
        pub from_id: Option<UserId>,
        pub to_id: Option<UserId>,
        pub why: AllocationWhy,
        pub state: MoveState,
    }
}

impl Move {
    /// Whether anything is to be done.
    pub(crate) fn moves(&self) -> bool {
        self.to_id.is_some() && self.from_id != self.to_id
    }
}

/// What became of some moves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub moved: i64,
    pub skipped: i64,
    pub returned: i64,
}

impl AllocationRun {
    pub(crate) fn new(permit: &Permit, id: Id<Self>, by: &Staff, plan: Plan) -> Self {
        Self {
            id,
            state: AllocationState::Computing,
            plan,
            outcome: None,
            done: 0,
            moved: 0,
            skipped: 0,
            returned: 0,
            error: None,
            owner_id: by.id,
            owner_name: by.name.clone(),
            unit_id: by.unit,
            created_at: permit.at(),
            applied_at: None,
            version: 1,
        }
    }

    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether a job is at it.
    pub(crate) fn is_at_work(&self) -> bool {
        use AllocationState::{Applying, Computing, Undoing};
        matches!(self.state, Computing | Applying | Undoing)
    }

    /// Asked otherwise: it is worked out anew.
    pub(crate) fn planned(self, _permit: &Permit, plan: Plan) -> Result<Self> {
        match self.state {
            AllocationState::Ready | AllocationState::Failed if self.applied_at.is_none() => {}
            AllocationState::Computing => return Err(codes::AT_WORK.conflict()),
            _ => return Err(codes::APPLIED.conflict()),
        }
        let version = self.version + 1;
        Ok(Self { state: AllocationState::Computing, plan, outcome: None, error: None, version, ..self })
    }

    /// What comes of it is known.
    pub(crate) fn ready(self, outcome: Outcome) -> Self {
        Self { state: AllocationState::Ready, outcome: Some(outcome), version: self.version + 1, ..self }
    }

    /// Customers are to be handed over.
    pub(crate) fn applying(self, permit: &Permit) -> Result<Self> {
        match self.state {
            AllocationState::Ready => {}
            AllocationState::Computing | AllocationState::Failed => return Err(codes::NOT_READY.conflict()),
            _ => return Err(codes::APPLIED.conflict()),
        }
        let (applied_at, version) = (Some(permit.at()), self.version + 1);
        Ok(Self { state: AllocationState::Applying, applied_at, done: 0, version, ..self })
    }

    /// They are to be given back.
    pub(crate) fn undoing(self, _permit: &Permit) -> Result<Self> {
        match self.state {
            AllocationState::Applied => {
                Ok(Self { state: AllocationState::Undoing, done: 0, version: self.version + 1, ..self })
            }
            AllocationState::Applying | AllocationState::Undoing => Err(codes::AT_WORK.conflict()),
            _ => Err(codes::NOT_APPLIED.conflict()),
        }
    }

    /// So many further.
    pub(crate) fn advanced(self, done: i64, tally: Tally) -> Self {
        Self {
            done,
            moved: self.moved + tally.moved,
            skipped: self.skipped + tally.skipped,
            returned: self.returned + tally.returned,
            version: self.version + 1,
            ..self
        }
    }

    /// Nothing is left to be done.
    pub(crate) fn finished(self) -> Self {
        let state = match self.state {
            AllocationState::Undoing => AllocationState::Undone,
            _ => AllocationState::Applied,
        };
        Self { state, version: self.version + 1, ..self }
    }

    /// It cannot go on.
    pub(crate) fn failed(self, error: &'static str) -> Self {
        Self { state: AllocationState::Failed, error: Some(error.to_owned()), version: self.version + 1, ..self }
    }
}
