//! What each step requires: data that a screen can show, and the only judge of whether a step may be left.

use kernel::{Code, Error, Params, Result};
use serde::Serialize;
use serde_json::json;
use store::text_enum;
use utoipa::ToSchema;

use super::{ATTEMPTS, Compensating, Complaint, ComplaintStep, OPTIONS, RevisitOutcome};

text_enum! {
    /// Something that must be there before a step may be left.
    pub enum Duty {
        /// The complainant was told of the number.
        Acknowledged = "acknowledged",
        /// It has a category of both levels (R021).
        Category = "category",
        /// It was asked whether there are grounds, and whether the demand is reasonable.
        Judged = "judged",
        /// It is known which department answers for it.
        ResponsibleUnit = "responsible_unit",
        /// The customer was told how long it takes.
        AnswerBy = "answer_by",
        /// Why it is not founded.
        Reason = "reason",
        /// A tactful reply.
        Reply = "reply",
        /// How the customer took it.
        Understanding = "understanding",
        /// Somebody else read it and agrees (X3, R094).
        SecondReader = "second_reader",
        /// The cause.
        Cause = "cause",
        /// Who answers for it.
        Responsible = "responsible",
        /// At least two options with what they cost.
        TwoOptions = "two_options",
        /// They went to the leader.
        Submitted = "submitted",
        /// The leader decided.
        Directive = "directive",
        /// Somebody whose authority covers the compensation approved it.
        Authority = "authority",
        /// What was done.
        Done = "done",
        /// The customer was told.
        Told = "told",
        /// A signature, or recorded consent, or why there is none.
        SignOff = "sign_off",
        /// Three documented attempts.
        Attempts = "attempts",
        /// What the customer says to it.
        Feedback = "feedback",
        /// A supervisor summed up.
        Summed = "summed",
        /// What is done that it does not happen again.
        Countermeasures = "countermeasures",
        /// The customer was asked again.
        Revisited = "revisited",
    }
}

/// Something a step requires, and whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutyState {
    /// What.
    pub duty: Duty,
    /// Whether it is there.
    pub met: bool,
}

impl Complaint {
    /// What the step it stands at requires, in the order in which it is mostly done.
    pub fn duties(&self) -> Vec<DutyState> {
        let mut duties = Vec::new();
        let mut wants = |duty, met| duties.push(DutyState { duty, met });
        let said = |text: &str| !text.trim().is_empty();
        match self.step {
            ComplaintStep::Intake => {
                if !self.anonymous {
                    wants(Duty::Acknowledged, self.acknowledged_at.is_some());
                }
            }
            ComplaintStep::Judgement => {
                let judged = self.judgement.as_ref();
                wants(Duty::Judged, judged.is_some() && self.upheld.is_some());
                wants(Duty::Category, self.category_id.is_some() && self.kind.is_some());
                if self.upheld == Some(false) {
                    wants(Duty::Reason, judged.is_some_and(|one| one.reason.is_some()));
                    wants(Duty::Reply, judged.is_some_and(|one| said(&one.reply)));
                    if !self.anonymous {
                        wants(Duty::Understanding, judged.is_some_and(|one| one.understanding.is_some()));
                    }
                    wants(Duty::SecondReader, judged.is_some_and(|one| one.second_reader.is_some()));
                } else {
                    wants(Duty::ResponsibleUnit, judged.is_some_and(|one| one.responsible_unit_id.is_some()));
                    if !self.anonymous {
                        wants(Duty::AnswerBy, self.answer_by.is_some());
                    }
                }
            }
            ComplaintStep::Investigation => {
                let found = self.investigation.as_ref();
                wants(Duty::Cause, found.is_some_and(|one| said(&one.cause)));
                wants(Duty::Responsible, found.is_some_and(|one| said(&one.responsible)));
            }
            ComplaintStep::Solution => {
                wants(Duty::TwoOptions, self.options.0.len() >= *OPTIONS.start());
                wants(Duty::Submitted, self.submission.is_some());
                wants(Duty::Directive, self.directive.is_some());
                if let Some(directive) = self.directive.as_ref().filter(|one| one.compensating != Compensating::None) {
                    wants(Duty::Authority, directive.compensating == Compensating::Approved);
                }
            }
            ComplaintStep::Implementation => {
                wants(Duty::Done, self.implementation.as_ref().is_some_and(|one| said(&one.what)));
                if !self.anonymous {
                    wants(Duty::Told, self.implementation.as_ref().is_some_and(|one| said(&one.told)));
                }
                wants(Duty::SignOff, self.sign_off.is_some());
                if let Some(sign_off) = &self.sign_off {
                    if sign_off.kind.needs_attempts() {
                        wants(Duty::Attempts, self.attempts_at(ComplaintStep::Implementation) >= ATTEMPTS);
                    }
                    if sign_off.kind.is_consent() {
                        wants(Duty::Feedback, self.feedback.is_some());
                    } else {
                        wants(Duty::SecondReader, sign_off.second_reader.is_some());
                    }
                }
            }
            ComplaintStep::Summary => {
                let summary = self.summary.as_ref();
                wants(Duty::Summed, summary.is_some_and(|one| said(&one.words)));
                wants(Duty::Countermeasures, summary.is_some_and(|one| said(&one.countermeasures)));
            }
            ComplaintStep::Revisit => {
                wants(Duty::Revisited, self.revisit.is_some());
                if self.revisit.as_ref().is_some_and(|one| one.outcome == RevisitOutcome::Unreachable) {
                    wants(Duty::Attempts, self.attempts_at(ComplaintStep::Revisit) >= ATTEMPTS);
                }
            }
            ComplaintStep::Archived => {}
        }
        duties
    }

    /// How many attempts to reach the customer failed at this step.
    pub(crate) fn attempts_at(&self, step: ComplaintStep) -> usize {
        self.attempts.0.iter().filter(|one| one.step == step).count()
    }

    /// Refuses while anything its step requires is missing, and names it.
    pub(super) fn must_be_done(&self, code: Code) -> Result<()> {
        let unmet: Vec<_> = self.duties().into_iter().filter(|one| !one.met).map(|one| one.duty).collect();
        if unmet.is_empty() {
            return Ok(());
        }
        Err(Error::Conflict(code, Params::from([("duties", json!(unmet))])))
    }

    /// The step after this one.
    pub fn next(&self) -> ComplaintStep {
        use ComplaintStep::{Archived, Implementation, Intake, Investigation, Judgement, Revisit, Solution, Summary};
        match self.step {
            Intake => Judgement,
            // What is not founded was answered; it is only asked again how the customer took it.
            Judgement if self.upheld == Some(false) => Revisit,
            Judgement => Investigation,
            Investigation => Solution,
            Solution => Implementation,
            Implementation => Summary,
            Summary => Revisit,
            Revisit | Archived => Archived,
        }
    }
}
