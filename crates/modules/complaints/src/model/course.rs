//! What may become of a complaint. Each transition belongs to a step and is refused at any other.

use kernel::{Code, Error, Permit, Result, Timestamp, UnitId, UserId};

use super::{
    Attempt, BETWEEN_ATTEMPTS_MS, BrandRisk, By, ChosenBy, Compensating, Complaint, ComplaintKind, ComplaintSeverity,
    ComplaintStep, Complexity, Directive, Feedback, Impact, Implementation, Investigation, Judgement, MOST_RETURNS,
    OPTIONS, Revisit, RevisitOutcome, SignOff, SolutionOption, SolutionOptions, StepRun, Submission, Summary,
};
use crate::codes;

/// Whose turn it is next, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub owner_id: Option<UserId>,
    pub owner_name: String,
    pub unit_id: Option<UnitId>,
    pub due_at: Option<Timestamp>,
}

/// How grave a complaint is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessment {
    pub severity: ComplaintSeverity,
    pub safety: bool,
    pub complexity: Complexity,
    pub impact: Impact,
    pub brand_risk: BrandRisk,
}

/// Under what a complaint is filed.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    pub kind: ComplaintKind,
    pub category_id: String,
    pub category: String,
}

impl Complaint {
    fn stands_at(&self, step: ComplaintStep) -> Result<()> {
        match self.step {
            at if at == step => Ok(()),
            ComplaintStep::Archived => Err(codes::CLOSED.conflict()),
            _ => Err(codes::OTHER_STEP.conflict()),
        }
    }

    fn is_open(&self) -> Result<()> {
        if self.is_closed() { Err(codes::CLOSED.conflict()) } else { Ok(()) }
    }

    pub(super) fn risen(mut self) -> Self {
        self.version += 1;
        self
    }

    /// Its complainant was told of its number.
    pub(crate) fn acknowledged(mut self, permit: &Permit) -> Result<Self> {
        self.stands_at(ComplaintStep::Intake)?;
        refuse(self.anonymous, codes::ANONYMOUS)?;
        refuse(self.acknowledged_at.is_some(), codes::ACKNOWLEDGED)?;
        self.acknowledged_at = Some(permit.at());
        Ok(self.risen())
    }

    /// How grave it is is weighed anew; at any step, for it may get worse.
    pub(crate) fn assessed(mut self, _permit: &Permit, new: Assessment) -> Result<Self> {
        self.is_open()?;
        (self.severity, self.safety, self.complexity) = (new.severity, new.safety, new.complexity);
        (self.impact, self.brand_risk) = (new.impact, new.brand_risk);
        Ok(self.risen())
    }

    /// It is judged: founded with a department that answers for it, or not, with a reply. Whoever read an earlier
    /// judgement reads this one anew.
    pub(crate) fn judged(
        mut self,
        _permit: &Permit,
        judgement: Judgement,
        upheld: bool,
        filing: Filing,
        answer_by: Option<Timestamp>,
    ) -> Result<Self> {
        self.stands_at(ComplaintStep::Judgement)?;
        self.upheld = Some(upheld);
        self.judgement = Some(Judgement { second_reader: None, ..judgement });
        (self.kind, self.category_id, self.category) =
            (Some(filing.kind), Some(filing.category_id), Some(filing.category));
        self.answer_by = answer_by.or(self.answer_by);
        Ok(self.risen())
    }

    /// What waits for somebody else to read it, and who wrote it.
    pub(crate) fn to_be_read(&self) -> Option<&By> {
        match self.step {
            ComplaintStep::Judgement if self.upheld == Some(false) => {
                self.judgement.as_ref().filter(|one| one.second_reader.is_none()).map(|one| &one.by)
            }
            ComplaintStep::Implementation => self
                .sign_off
                .as_ref()
                .filter(|one| !one.kind.is_consent() && one.second_reader.is_none())
                .map(|one| &one.by),
            _ => None,
        }
    }

    /// Somebody else read a judgement of unfounded, or that there is no signature, and agrees or not. What they do not
    /// agree with is to be written anew.
    pub(crate) fn read_by_another(mut self, _permit: &Permit, by: By, agrees: bool) -> Result<Self> {
        self.is_open()?;
        let author = self.to_be_read().ok_or_else(|| codes::NOTHING_TO_READ.conflict())?.id;
        refuse(author == by.id, codes::OWN_READING)?;
        if self.step == ComplaintStep::Judgement {
            if agrees {
                self.judgement.as_mut().into_iter().for_each(|one| one.second_reader = Some(by.clone()));
            } else {
                (self.judgement, self.upheld) = (None, None);
            }
        } else if agrees {
            // Three attempts come first: the reader confirms them too.
            let tried = self.attempts_at(ComplaintStep::Implementation) >= super::ATTEMPTS;
            let needs = self.sign_off.as_ref().is_some_and(|one| one.kind.needs_attempts());
            refuse(needs && !tried, codes::DUTIES_UNMET)?;
            self.sign_off.as_mut().into_iter().for_each(|one| one.second_reader = Some(by.clone()));
        } else {
            self.sign_off = None;
        }
        Ok(self.risen())
    }

    /// Its cause is found.
    pub(crate) fn investigated(mut self, _permit: &Permit, found: Investigation) -> Result<Self> {
        self.stands_at(ComplaintStep::Investigation)?;
        self.investigation = Some(found);
        Ok(self.risen())
    }

    /// What may be done; not while it lies with the leader. What the customer chose of other options is void.
    pub(crate) fn with_options(mut self, _permit: &Permit, options: Vec<SolutionOption>) -> Result<Self> {
        self.stands_at(ComplaintStep::Solution)?;
        refuse(self.submission.is_some(), codes::SUBMITTED)?;
        if self.options.0 != options {
            self.customer_choice = None;
        }
        self.options = SolutionOptions(options);
        Ok(self.risen())
    }

    /// The customer chose an option (R096), before the leader decided.
    pub(crate) fn chosen(mut self, _permit: &Permit, option: i64) -> Result<Self> {
        self.stands_at(ComplaintStep::Solution)?;
        refuse(self.anonymous, codes::ANONYMOUS)?;
        refuse(self.directive.is_some(), codes::DECIDED)?;
        self.option(option)?;
        self.customer_choice = Some(option);
        Ok(self.risen())
    }

    /// An option, counted from 0.
    fn option(&self, number: i64) -> Result<&SolutionOption> {
        let found = usize::try_from(number).ok().and_then(|number| self.options.0.get(number));
        found.ok_or_else(|| Error::field("option", "unknown"))
    }

    /// The options go to the leader: two of them at least (R093).
    pub(crate) fn submitted(mut self, _permit: &Permit, submission: Submission) -> Result<Self> {
        self.stands_at(ComplaintStep::Solution)?;
        refuse(self.submission.is_some(), codes::SUBMITTED)?;
        refuse(self.options.0.len() < *OPTIONS.start(), codes::ONE_OPTION)?;
        self.submission = Some(submission);
        Ok(self.risen())
    }

    /// Whether the leader may decide now: once, and not on what they sent up themselves.
    fn may_be_decided(&self, by: &By) -> Result<()> {
        // Whoever decides at the same moment hears that it is decided, even where it has gone on since.
        refuse(self.directive.is_some(), codes::DECIDED)?;
        self.stands_at(ComplaintStep::Solution)?;
        let submission = self.submission.as_ref().ok_or_else(|| codes::NOT_SUBMITTED.conflict())?;
        refuse(submission.by.id == by.id, codes::OWN_SUBMISSION)
    }

    /// The leader chooses an option and says why; answers what is to be paid by it to the customer.
    pub(crate) fn decided(mut self, _permit: &Permit, by: By, option: i64, words: String) -> Result<Self> {
        self.may_be_decided(&by)?;
        let chosen = self.option(option)?.clone();
        let customers = self.customer_choice == Some(option);
        let compensating = if chosen.compensation.0 > 0 {
            Compensating::Pending
        } else {
            Compensating::None
        };
        let chosen_by = if customers { ChosenBy::Customer } else { ChosenBy::Leader };
        self.directive = Some(Directive { option, chosen_by, words, by, compensating, approval_id: None });
        self.cost = Some(chosen.cost);
        Ok(self.risen())
    }

    /// The leader wants other options.
    pub(crate) fn refused(mut self, _permit: &Permit, by: &By) -> Result<Self> {
        self.may_be_decided(by)?;
        self.submission = None;
        Ok(self.risen())
    }

    /// The compensation was granted, or was not: then other options are to be found.
    pub(crate) fn compensation(mut self, granted: bool) -> Result<Self> {
        self.stands_at(ComplaintStep::Solution)?;
        match &mut self.directive {
            Some(directive) if granted => directive.compensating = Compensating::Approved,
            _ => (self.directive, self.submission, self.cost) = (None, None, None),
        }
        Ok(self.risen())
    }

    /// It is done, and the customer told.
    pub(crate) fn done(mut self, _permit: &Permit, done: Implementation) -> Result<Self> {
        self.stands_at(ComplaintStep::Implementation)?;
        self.implementation = Some(done);
        Ok(self.risen())
    }

    /// Somebody tried to reach the customer in vain; half an hour after the time before at the earliest.
    pub(crate) fn attempted(mut self, _permit: &Permit, by: By, words: String) -> Result<Self> {
        self.is_open()?;
        if !matches!(self.step, ComplaintStep::Implementation | ComplaintStep::Revisit) {
            return Err(codes::OTHER_STEP.conflict());
        }
        refuse(self.anonymous, codes::ANONYMOUS)?;
        let last = self.attempts.0.last();
        refuse(last.is_some_and(|last| by.at.since(last.by.at) < BETWEEN_ATTEMPTS_MS), codes::TOO_SOON)?;
        refuse(self.attempts.0.len() >= 50, codes::OTHER_STEP)?;
        self.attempts.0.push(Attempt { step: self.step, words, by });
        Ok(self.risen())
    }

    /// The customer put their name to it, or it is written down why they did not. Who stays unnamed cannot.
    pub(crate) fn signed(mut self, _permit: &Permit, sign_off: SignOff) -> Result<Self> {
        self.stands_at(ComplaintStep::Implementation)?;
        let unnamed = sign_off.kind == super::SignOffKind::Anonymous;
        if unnamed != self.anonymous {
            return Err(Error::field("kind", "not_allowed"));
        }
        self.sign_off = Some(SignOff { second_reader: None, ..sign_off });
        Ok(self.risen())
    }

    /// What the customer says to it.
    pub(crate) fn fed_back(mut self, _permit: &Permit, feedback: Feedback) -> Result<Self> {
        self.stands_at(ComplaintStep::Implementation)?;
        refuse(self.anonymous, codes::ANONYMOUS)?;
        self.feedback = Some(feedback);
        Ok(self.risen())
    }

    /// It is summed up.
    pub(crate) fn summed(mut self, _permit: &Permit, summary: Summary) -> Result<Self> {
        self.stands_at(ComplaintStep::Summary)?;
        self.summary = Some(summary);
        Ok(self.risen())
    }

    /// The customer was asked again.
    pub(crate) fn revisited(mut self, _permit: &Permit, revisit: Revisit) -> Result<Self> {
        self.stands_at(ComplaintStep::Revisit)?;
        if (revisit.outcome == RevisitOutcome::Anonymous) != self.anonymous {
            return Err(Error::field("outcome", "not_allowed"));
        }
        self.revisit = Some(revisit);
        Ok(self.risen())
    }

    /// Goes on to the next step; with everything this one requires, or not at all.
    pub(crate) fn completed(mut self, permit: &Permit, turn: Turn) -> Result<Self> {
        self.is_open()?;
        self.must_be_done(codes::DUTIES_UNMET)?;
        let next = self.next();
        self.leave(permit.at(), None);
        self.enter(next, permit.at(), turn);
        Ok(self.risen())
    }

    /// Whether it may go back to that step: an earlier one that it went through.
    pub(crate) fn may_go_back(&self, to: ComplaintStep) -> bool {
        let between = self.runs.0.iter().any(|run| run.step == to);
        let skipped = self.upheld == Some(false) && to > ComplaintStep::Judgement;
        !self.is_closed() && to < self.step && between && !skipped
    }

    /// Goes back to an earlier step for a reason. What was written down at that step and after it is to be done anew: a
    /// signature under another solution is none.
    pub(crate) fn went_back(mut self, permit: &Permit, to: ComplaintStep, why: String, turn: Turn) -> Result<Self> {
        self.is_open()?;
        refuse(!self.may_go_back(to) || self.returns >= MOST_RETURNS, codes::NOT_BACK)?;
        refuse(self.is_approval_pending(), codes::APPROVAL_PENDING)?;
        self.leave(permit.at(), Some(why));
        self.forget_from(to);
        self.returns += 1;
        self.enter(to, permit.at(), turn);
        Ok(self.risen())
    }

    /// Whether its compensation waits for a decision.
    pub(crate) fn is_approval_pending(&self) -> bool {
        let pending = |one: &Directive| one.compensating == Compensating::Pending && one.approval_id.is_some();
        self.step == ComplaintStep::Solution && self.directive.as_ref().is_some_and(pending)
    }

    pub(super) fn forget_from(&mut self, to: ComplaintStep) {
        if to <= ComplaintStep::Judgement {
            (self.judgement, self.upheld) = (None, None);
        }
        if to <= ComplaintStep::Investigation {
            self.investigation = None;
        }
        if to < ComplaintStep::Solution {
            self.options = SolutionOptions::default();
        }
        if to <= ComplaintStep::Solution {
            (self.customer_choice, self.submission, self.directive, self.cost) = (None, None, None, None);
        }
        if to <= ComplaintStep::Implementation {
            (self.implementation, self.sign_off, self.feedback) = (None, None, None);
        }
        if to <= ComplaintStep::Summary {
            self.summary = None;
        }
        self.revisit = None;
        self.attempts.0.retain(|one| one.step < to);
    }

    pub(super) fn leave(&mut self, at: Timestamp, returned: Option<String>) {
        if let Some(run) = self.runs.0.last_mut() {
            (run.left_at, run.returned) = (Some(at), returned);
        }
    }

    /// Enters a step. Whose turn it is follows from the step: nobody passed it on.
    pub(crate) fn enter(&mut self, step: ComplaintStep, at: Timestamp, turn: Turn) {
        (self.step, self.entered_at, self.due_at) = (step, at, turn.due_at);
        if step == ComplaintStep::Archived {
            self.closed_at = Some(at);
            return;
        }
        self.give(turn);
        let owner_name = self.owner_name.clone();
        let due_at = self.due_at;
        self.runs.0.push(StepRun { step, owner_name, entered_at: at, due_at, left_at: None, returned: None });
    }

    fn give(&mut self, turn: Turn) {
        (self.owner_id, self.owner_name, self.unit_id) = (turn.owner_id, turn.owner_name, turn.unit_id);
    }

    /// What somebody had who is no longer here goes to `turn`: the step, or the whole, or both.
    pub(crate) fn left_by(mut self, who: UserId, turn: Turn) -> Self {
        if self.handler_id == Some(who) {
            (self.handler_id, self.handler_name) = (turn.owner_id, turn.owner_name.clone());
        }
        if self.owner_id == Some(who) {
            self.give(turn);
        }
        self.risen()
    }

    /// Somebody else has it from now on; its step is due when it was.
    pub(crate) fn handed_over(mut self, turn: Turn) -> Result<Self> {
        self.is_open()?;
        refuse(turn.owner_id == self.owner_id && turn.unit_id == self.unit_id, codes::SAME_OWNER)?;
        let owner_name = turn.owner_name.clone();
        if self.handler_id.is_none() && turn.owner_id.is_some() {
            // One that came by the form is looked after by whoever takes it.
            (self.handler_id, self.handler_name, self.handler_unit_id) =
                (turn.owner_id, turn.owner_name.clone(), turn.unit_id);
        }
        // Taken out of a pool is not passed on.
        self.hops += i64::from(self.owner_id.is_some());
        self.give(turn);
        self.runs.0.last_mut().into_iter().for_each(|run| run.owner_name.clone_from(&owner_name));
        Ok(self.risen())
    }
}

pub(super) fn refuse(when: bool, code: Code) -> Result<()> {
    if when { Err(code.conflict()) } else { Ok(()) }
}
