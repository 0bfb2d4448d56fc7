//! An improvement action (改进措施): what is done that a root cause does not come again.

use complaints::Complaint;
use kernel::{Error, Id, Noun, Owned, Params, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for ImprovementAction {
    const PREFIX: &'static str = "iac";
}
impl Noun for ImprovementMove {
    const PREFIX: &'static str = "imm";
}

text_enum! {
    /// Where an action stands.
    pub enum ImprovementState {
        /// Somebody is at it.
        Open = "open",
        /// It is done; whether it helps is to be verified.
        Completed = "completed",
        /// Somebody else found that it helps.
        Closed = "closed",
    }
}

text_enum! {
    /// How an action came to be.
    pub enum ImprovementOrigin {
        /// By itself: its cause came too often.
        Recurrence = "recurrence",
        /// Somebody opened it.
        ByHand = "by_hand",
    }
}

text_enum! {
    /// What an action needs before it is complete.
    pub enum ImprovementDuty {
        /// What puts right what went wrong.
        Corrective = "corrective",
        /// What keeps it from happening again.
        Preventive = "preventive",
        /// A step at least, and since it was opened again a new one.
        Steps = "steps",
        /// Every step done.
        StepsDone = "steps_done",
    }
}

text_enum! {
    /// What happened to an action.
    pub enum ImprovementMoveKind {
        /// It was opened.
        Opened = "opened",
        /// One more complaint of its cause came while it was open.
        Joined = "joined",
        /// What is to be done was written down.
        Planned = "planned",
        /// A step was done.
        StepDone = "step_done",
        /// It is done.
        Completed = "completed",
        /// It helps.
        Verified = "verified",
        /// It does not: it is open again.
        Ineffective = "ineffective",
        /// Its cause came again: it is open again.
        Recurred = "recurred",
        /// Somebody else has it.
        HandedOver = "handed_over",
        /// It was not done in time.
        Overdue = "overdue",
        /// Somebody noted something.
        Noted = "noted",
    }
}

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImprovementStep {
    /// Its number within the action.
    pub number: i64,
    /// What.
    pub what: String,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// By whom.
    pub done_by: String,
}

/// The things to be done, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ImprovementSteps)]
pub struct Steps(pub Vec<ImprovementStep>);

/// The complaints that led to an action, in the order they came to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ImprovementComplaints)]
pub struct Complaints(pub Vec<Id<Complaint>>);

/// What somebody who had no part in it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImprovementVerification)]
pub struct Verification {
    /// Whether it helps.
    pub effective: bool,
    /// By what one sees it.
    pub words: String,
    /// Who found it.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

store::kept_as_json!(Steps, Complaints, Verification);

store::record! {
    /// What is done that a root cause does not come again, by whom and until when.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct ImprovementAction {
        /// Its id.
        pub id: Id<ImprovementAction>,
        /// Its number, without a gap within its day.
        #[schema(example = "GJ20261127-0001")]
        pub number: String,
        /// The day it was opened, in the organisation's time zone.
        pub day: String,
        /// Where it stands.
        pub state: ImprovementState,
        /// What it is about, in a line.
        pub title: String,
        /// The root cause.
        pub cause_id: String,
        /// How that was called then, with the group above it.
        pub cause: String,
        /// How it came to be.
        pub origin: ImprovementOrigin,
        /// What it is to achieve; empty where it opened by itself.
        pub detail: String,
        /// The complaints that led to it.
        pub complaints: Complaints,
        /// Who has it; nobody while it waits in a pool.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// Their unit, or the one in whose pool it waits.
        pub unit_id: Option<UnitId>,
        /// Until when it is to be done.
        pub due_at: Option<Timestamp>,
        /// What puts right what went wrong.
        pub corrective: String,
        /// What keeps it from happening again.
        pub preventive: String,
        /// What is to be done.
        pub steps: Steps,
        /// What came of it, once it is done.
        pub result: Option<String>,
        /// When it was done.
        pub completed_at: Option<Timestamp>,
        /// By whom.
        pub completed_by: Option<UserId>,
        /// Their name.
        pub completed_by_name: String,
        /// Who is to verify it; nobody named in a pool.
        pub verifier_id: Option<UserId>,
        /// What they found last.
        pub verification: Option<Verification>,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
        /// When it was opened again.
        pub reopened_at: Option<Timestamp>,
        /// How often it was opened again.
        pub reopenings: i64,
        /// Who opened it; nobody where it opened by itself.
        pub opened_by: Option<UserId>,
        /// Their name.
        pub opened_by_name: String,
        /// When.
        pub opened_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Something that happened to an action. Nothing changes or deletes one.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct ImprovementMove {
        /// Its id.
        pub id: Id<ImprovementMove>,
        /// Of which action.
        pub improvement_action_id: Id<ImprovementAction>,
        /// Its place, from 1.
        pub number: i64,
        /// What happened.
        pub kind: ImprovementMoveKind,
        /// What was said or why; empty where nothing was.
        pub words: String,
        /// By whom; nobody where the product did it.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

/// Whoever acts, as of now.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub id: UserId,
    pub name: String,
    pub at: Timestamp,
}

/// Who has it from now on, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub owner_id: Option<UserId>,
    pub owner_name: String,
    pub unit_id: Option<UnitId>,
    pub due_at: Option<Timestamp>,
}

/// A step as it is wanted: one that is there by its number, or a new one.
#[derive(Clone, Debug)]
pub(crate) struct WantedStep {
    pub number: Option<i64>,
    pub what: String,
}

impl ImprovementAction {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether it was not done in time, as of `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == ImprovementState::Open && self.due_at.is_some_and(|due| due < now)
    }

    /// What it needs before it is complete, and whether that is there.
    pub(crate) fn duties(&self) -> Vec<(ImprovementDuty, bool)> {
        let steps = &self.steps.0;
        let since = self.reopened_at.unwrap_or(self.opened_at);
        let new = steps.iter().any(|step| step.done_at.is_none_or(|at| at >= since));
        vec![
            (ImprovementDuty::Corrective, !self.corrective.is_empty()),
            (ImprovementDuty::Preventive, !self.preventive.is_empty()),
            (ImprovementDuty::Steps, new),
            (ImprovementDuty::StepsDone, !steps.is_empty() && steps.iter().all(|step| step.done_at.is_some())),
        ]
    }

    fn stands(&self, state: ImprovementState) -> Result<()> {
        if self.state == state { Ok(()) } else { Err(codes::OTHER_STATE.conflict()) }
    }

    fn risen(mut self) -> Self {
        self.version += 1;
        self
    }

    fn with(mut self, turn: Turn) -> Self {
        (self.owner_id, self.owner_name, self.unit_id) = (turn.owner_id, turn.owner_name, turn.unit_id);
        self.due_at = turn.due_at;
        self
    }

    /// One more complaint of its cause.
    pub(crate) fn joined(mut self, complaint: Id<Complaint>) -> Self {
        if !self.complaints.0.contains(&complaint) {
            self.complaints.0.push(complaint);
        }
        self.risen()
    }

    /// What is to be done. A step that was done stays, whatever is wanted.
    ///
    /// # Errors
    /// `improvements.other_state` unless it is open.
    pub(crate) fn planned(
        mut self,
        _permit: &Permit,
        (corrective, preventive): (String, String),
        wanted: Vec<WantedStep>,
    ) -> Result<Self> {
        self.stands(ImprovementState::Open)?;
        let mut last = self.steps.0.iter().map(|step| step.number).max().unwrap_or(0);
        let before = std::mem::take(&mut self.steps.0);
        let (done, open): (Vec<_>, Vec<_>) = before.into_iter().partition(|step| step.done_at.is_some());
        let mut steps = done;
        for one in wanted {
            if steps.iter().any(|step| Some(step.number) == one.number) {
                continue;
            }
            let known = open.iter().find(|step| Some(step.number) == one.number);
            let number = known.map_or_else(|| last + 1, |step| step.number);
            last = last.max(number);
            steps.push(ImprovementStep { number, what: one.what, done_at: None, done_by: String::new() });
        }
        (self.steps, self.corrective, self.preventive) = (Steps(steps), corrective, preventive);
        Ok(self.risen())
    }

    /// A step is done.
    ///
    /// # Errors
    /// `improvements.other_state` unless it is open, `improvements.step_done` the second time; [`Error::Invalid`] without
    /// such a step.
    pub(crate) fn step_done(mut self, _permit: &Permit, number: i64, by: &By) -> Result<Self> {
        self.stands(ImprovementState::Open)?;
        let step = self.steps.0.iter_mut().find(|step| step.number == number);
        let step = step.ok_or_else(|| Error::field("step", "unknown"))?;
        if step.done_at.is_some() {
            return Err(codes::STEP_DONE.conflict());
        }
        (step.done_at, step.done_by) = (Some(by.at), by.name.clone());
        Ok(self.risen())
    }

    /// It is done.
    ///
    /// # Errors
    /// `improvements.duties_unmet` names what is missing.
    pub(crate) fn completed(
        mut self,
        _permit: &Permit,
        by: By,
        result: String,
        verifier: Option<UserId>,
    ) -> Result<Self> {
        self.stands(ImprovementState::Open)?;
        let unmet: Vec<_> = self.duties().into_iter().filter(|(_, met)| !met).map(|(duty, _)| duty).collect();
        if !unmet.is_empty() {
            return Err(Error::Conflict(codes::DUTIES_UNMET, Params::from([("duties", json!(unmet))])));
        }
        (self.state, self.result, self.completed_at) = (ImprovementState::Completed, Some(result), Some(by.at));
        (self.completed_by, self.completed_by_name) = (Some(by.id), by.name);
        self.verifier_id = verifier;
        Ok(self.risen())
    }

    /// Somebody else found whether it helps; where it does not, it is open again with `turn`.
    ///
    /// # Errors
    /// `improvements.own_verification` for whoever has it or completed it.
    pub(crate) fn verified(mut self, permit: &Permit, verification: Verification, turn: Turn) -> Result<Self> {
        self.stands(ImprovementState::Completed)?;
        let by = Some(verification.by_id);
        if by == self.completed_by || by == self.owner_id {
            return Err(codes::OWN_VERIFICATION.conflict());
        }
        let effective = verification.effective;
        self.verification = Some(verification);
        if effective {
            (self.state, self.closed_at) = (ImprovementState::Closed, Some(permit.at()));
            return Ok(self.risen());
        }
        Ok(self.open_again(permit.at(), turn))
    }

    /// Its cause came again.
    pub(crate) fn recurred(mut self, permit: &Permit, complaints: &[Id<Complaint>], turn: Turn) -> Self {
        for one in complaints {
            if !self.complaints.0.contains(one) {
                self.complaints.0.push(*one);
            }
        }
        // What was found of the time before stands in its course.
        self.verification = None;
        self.open_again(permit.at(), turn)
    }

    fn open_again(mut self, at: Timestamp, turn: Turn) -> Self {
        (self.state, self.reopened_at) = (ImprovementState::Open, Some(at));
        (self.completed_at, self.completed_by, self.closed_at) = (None, None, None);
        self.completed_by_name = String::new();
        self.verifier_id = None;
        self.reopenings += 1;
        self.with(turn).risen()
    }

    /// Somebody else has it, due when it was.
    ///
    /// # Errors
    /// `improvements.other_state` unless it is open; `improvements.same_owner`.
    pub(crate) fn handed_over(self, _permit: &Permit, turn: Turn) -> Result<Self> {
        self.stands(ImprovementState::Open)?;
        if turn.owner_id == self.owner_id && turn.unit_id == self.unit_id {
            return Err(codes::SAME_OWNER.conflict());
        }
        Ok(self.with(turn).risen())
    }

    /// What the trail holds of it: nobody's words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "number": self.number,
            "state": self.state,
            "cause_id": self.cause_id,
            "origin": self.origin,
            "complaints": self.complaints.0.len(),
            "owner_id": self.owner_id,
            "due_at": self.due_at,
            "steps": self.steps.0.len(),
            "steps_done": self.steps.0.iter().filter(|step| step.done_at.is_some()).count(),
            "completed_at": self.completed_at,
            "effective": self.verification.as_ref().map(|one| one.effective),
            "reopenings": self.reopenings,
            "version": self.version,
        })
    }
}
