//! How an item goes from when it came to when it is over.

use complaints::Complaint;
use kernel::{Id, Permit, Result, Timestamp, UnitId, UserId};

use super::{AnswerWay, FeedbackItem, FeedbackKind, FeedbackState};
use crate::codes;

/// Whoever acts, as of now.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub id: UserId,
    pub name: String,
    pub at: Timestamp,
}

/// Who has it from now on, and until when it is to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub owner_id: Option<UserId>,
    pub owner_name: String,
    pub unit_id: Option<UnitId>,
    pub due_at: Option<Timestamp>,
}

/// What whoever said it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub words: String,
    pub way: AnswerWay,
    pub adopted: Option<bool>,
    pub reason: Option<String>,
}

impl FeedbackItem {
    /// With whoever has it from now on; with nobody, it waits again.
    pub(crate) fn with(mut self, turn: Turn) -> Self {
        self.state = if turn.owner_id.is_some() {
            FeedbackState::Assigned
        } else {
            FeedbackState::Received
        };
        (self.owner_id, self.owner_name, self.unit_id) = (turn.owner_id, turn.owner_name, turn.unit_id);
        self.due_at = turn.due_at;
        self
    }

    /// In other hands, due when it was.
    ///
    /// # Errors
    /// `feedback.not_open` once answered; `feedback.same_owner`.
    pub(crate) fn assigned(mut self, _permit: &Permit, turn: Turn) -> Result<Self> {
        if !self.is_open() {
            return Err(codes::NOT_OPEN.conflict());
        }
        if turn.owner_id.is_some() && turn.owner_id == self.owner_id {
            return Err(codes::SAME_OWNER.conflict());
        }
        self.version += 1;
        Ok(self.with(turn))
    }

    /// Of another kind than whoever took it in thought.
    ///
    /// # Errors
    /// `feedback.closed` once over; `feedback.same_kind`.
    pub(crate) fn sorted(mut self, _permit: &Permit, kind: FeedbackKind) -> Result<Self> {
        self.not_over()?;
        if self.kind == kind {
            return Err(codes::SAME_KIND.conflict());
        }
        // What was awarded stays what it was awarded for.
        if self.award.is_some() {
            return Err(codes::AWARDED.conflict());
        }
        // Whether it is adopted is said of suggestions alone.
        if kind != FeedbackKind::Suggestion {
            (self.adopted, self.adoption_reason) = (None, None);
        }
        self.kind = kind;
        self.version += 1;
        Ok(self)
    }

    /// Answered; whoever answers what waits has it from then on.
    ///
    /// # Errors
    /// `feedback.not_open` once answered.
    pub(crate) fn answered(mut self, _permit: &Permit, by: By, unit: Option<UnitId>, answer: Answer) -> Result<Self> {
        if !self.is_open() {
            return Err(codes::NOT_OPEN.conflict());
        }
        if self.owner_id.is_none() {
            (self.owner_id, self.owner_name, self.unit_id) = (Some(by.id), by.name.clone(), unit.or(self.unit_id));
        }
        self.state = FeedbackState::Answered;
        (self.answer, self.answer_way) = (Some(answer.words), Some(answer.way));
        (self.answered_by, self.answered_by_name, self.answered_at) = (Some(by.id), by.name, Some(by.at));
        (self.adopted, self.adoption_reason) = (answer.adopted, answer.reason);
        self.version += 1;
        Ok(self)
    }

    /// Over.
    ///
    /// # Errors
    /// `feedback.not_answered` before; `feedback.closed` after.
    pub(crate) fn closed(mut self, _permit: &Permit, now: Timestamp) -> Result<Self> {
        self.not_over()?;
        if self.state != FeedbackState::Answered {
            return Err(codes::NOT_ANSWERED.conflict());
        }
        (self.state, self.closed_at) = (FeedbackState::Closed, Some(now));
        self.version += 1;
        Ok(self)
    }

    /// Open again; what it was answered stands until it is answered anew.
    ///
    /// # Errors
    /// `feedback.not_over` while it is open; `feedback.closed` for what is a complaint now.
    pub(crate) fn reopened(mut self, _permit: &Permit, turn: Turn) -> Result<Self> {
        match self.state {
            FeedbackState::Received | FeedbackState::Assigned => return Err(codes::NOT_OVER.conflict()),
            FeedbackState::Converted => return Err(codes::CLOSED.conflict()),
            FeedbackState::Answered | FeedbackState::Closed => {}
        }
        self.closed_at = None;
        self.reopenings += 1;
        self.version += 1;
        Ok(self.with(turn))
    }

    /// A complaint from now on.
    ///
    /// # Errors
    /// `feedback.closed` once over.
    pub(crate) fn converted(
        mut self,
        _permit: &Permit,
        complaint: Id<Complaint>,
        number: String,
        now: Timestamp,
    ) -> Result<Self> {
        self.not_over()?;
        (self.state, self.closed_at) = (FeedbackState::Converted, Some(now));
        (self.complaint_id, self.complaint_number) = (Some(complaint), Some(number));
        self.version += 1;
        Ok(self)
    }

    /// # Errors
    /// `feedback.closed` once over.
    pub(crate) fn not_over(&self) -> Result<()> {
        match self.state {
            FeedbackState::Closed | FeedbackState::Converted => Err(codes::CLOSED.conflict()),
            _ => Ok(()),
        }
    }
}
