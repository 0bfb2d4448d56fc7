//! A complaint: what somebody is not content with, and everything that is done about it.

mod course;
mod duties;
mod figures;
mod own;
mod parts;
mod rules;
#[cfg(test)]
mod tests;

use conversations::ConversationId;
use kernel::{CustomerId, Id, Money, Noun, Owned, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub(crate) use course::{Assessment, Filing, Turn};
pub use duties::{Duty, DutyState};
pub use figures::Figures;
pub(crate) use figures::{ComplaintCounted, ComplaintFigure};
pub(crate) use own::APPEAL_DAYS;
pub use own::{Appeal, AppealAnswer, Rating, Told, ToldWay};
pub use parts::{
    Attempt, Attempts, BrandRisk, By, ChosenBy, Compensating, ComplaintKind, ComplaintSeverity, Complexity, Directive,
    Feedback, Impact, Implementation, Investigation, Judgement, Revisit, RevisitOutcome, SignOff, SignOffKind,
    SolutionOption, SolutionOptions, StepRun, StepRuns, Submission, Summary, Understanding, UnfoundedReason,
};
pub(crate) use rules::{Acknowledgement, Categories, ComplaintCategory, ComplaintPage, ComplaintRules, StepMinutes};

impl Noun for Complaint {
    const PREFIX: &'static str = "cpl";
}
impl Noun for ComplaintMove {
    const PREFIX: &'static str = "cpm";
}

/// Attempts to reach somebody before a complaint may go on without them (R094).
pub(crate) const ATTEMPTS: usize = 3;
/// Between two attempts that count, in milliseconds: half an hour.
pub(crate) const BETWEEN_ATTEMPTS_MS: i64 = 30 * 60_000;
/// Options to choose from, at least (R093), and at most.
pub(crate) const OPTIONS: std::ops::RangeInclusive<usize> = 2..=6;
/// How often a complaint may go back.
pub(crate) const MOST_RETURNS: i64 = 20;

text_enum! {
    /// The steps of a complaint, in their order; archived is what comes after the last.
    #[derive(PartialOrd, Ord)]
    pub enum ComplaintStep {
        /// It is taken in.
        Intake = "intake",
        /// Whether it is founded, and whose matter it is.
        Judgement = "judgement",
        /// What was the cause.
        Investigation = "investigation",
        /// What may be done, and what is.
        Solution = "solution",
        /// It is done, and the customer signs.
        Implementation = "implementation",
        /// What is learnt from it.
        Summary = "summary",
        /// The customer is asked again.
        Revisit = "revisit",
        /// It is over.
        Archived = "archived",
    }
}

text_enum! {
    /// Which way a complaint came.
    pub enum ComplaintWay {
        /// In a conversation.
        Conversation = "conversation",
        /// By telephone.
        Phone = "phone",
        /// At the counter.
        Counter = "counter",
        /// By letter or mail.
        Mail = "mail",
        /// By the public form.
        Form = "form",
        /// Some other way.
        Other = "other",
    }
}

text_enum! {
    /// What happened to a complaint.
    pub enum ComplaintMoveKind {
        /// It was taken in.
        Registered = "registered",
        /// Its complainant was told of its number.
        Acknowledged = "acknowledged",
        /// How grave it is was weighed anew.
        Assessed = "assessed",
        /// It was judged.
        Judged = "judged",
        /// A second reader agrees.
        Confirmed = "confirmed",
        /// A second reader does not.
        Objected = "objected",
        /// Its cause was found.
        Investigated = "investigated",
        /// Options were written down.
        Options = "options",
        /// The customer chose one.
        Chosen = "chosen",
        /// The options went to the leader.
        Submitted = "submitted",
        /// The leader decided.
        Decided = "decided",
        /// The leader wants other options.
        Refused = "refused",
        /// The compensation was approved.
        Granted = "granted",
        /// It was not.
        Denied = "denied",
        /// It was done, and the customer told.
        Done = "done",
        /// Somebody tried to reach the customer.
        Attempted = "attempted",
        /// It was signed, or not.
        Signed = "signed",
        /// What the customer says to it.
        Feedback = "feedback",
        /// It was summed up.
        Summed = "summed",
        /// The customer was asked again.
        Revisited = "revisited",
        /// A step is over.
        Completed = "completed",
        /// It went back.
        Returned = "returned",
        /// Somebody else has it.
        HandedOver = "handed_over",
        /// Its step was not over in time.
        Overdue = "overdue",
        /// Somebody noted something.
        Noted = "noted",
        /// The customer added words or files.
        Added = "added",
        /// The customer rated what was done.
        Rated = "rated",
        /// The customer appealed.
        Appealed = "appealed",
        /// The appeal was answered: what was decided stands.
        AppealRefused = "appeal_refused",
        /// The appeal was answered: it is decided anew.
        AppealGranted = "appeal_granted",
    }
}

store::record! {
    /// Something a customer is not content with, and what is done about it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Complaint {
        /// Its id.
        pub id: Id<Complaint>,
        /// Its number, without a gap within its day.
        #[schema(example = "TS20261126-0001")]
        pub number: String,
        /// The day it was taken in, in the organisation's time zone.
        pub day: String,
        /// Where it stands.
        pub step: ComplaintStep,
        /// What it is about, in a line.
        pub title: String,
        /// What happened, in the customer's words.
        pub content: String,
        /// What the customer asks for.
        pub remedy: String,
        /// Which goods or service.
        pub goods: Option<String>,
        /// When it happened.
        pub happened_at: Timestamp,
        /// Which way it came.
        pub way: ComplaintWay,
        /// Who complains; nobody where they stay unnamed.
        pub customer_id: Option<CustomerId>,
        /// Whether the complainant stays unnamed.
        pub anonymous: bool,
        /// Their name then.
        pub customer_name: String,
        /// The conversation it was said in.
        pub conversation_id: Option<ConversationId>,
        /// The message it was said with.
        pub message_seq: Option<i64>,
        /// How grave it is.
        pub severity: ComplaintSeverity,
        /// Whether anybody's safety is touched.
        pub safety: bool,
        /// How hard it is to solve.
        pub complexity: Complexity,
        /// How many it touches.
        pub impact: Impact,
        /// What it may do to the name of the house.
        pub brand_risk: BrandRisk,
        /// When its complainant was told of its number.
        pub acknowledged_at: Option<Timestamp>,
        /// What it is about by kind, once judged.
        pub kind: Option<ComplaintKind>,
        /// Its category of the second level, once judged.
        pub category_id: Option<String>,
        /// How that is called, with the one above it.
        pub category: Option<String>,
        /// Whether it is founded, once judged.
        pub upheld: Option<bool>,
        /// Who looks after it from beginning to end.
        pub handler_id: Option<UserId>,
        /// Their name.
        pub handler_name: String,
        /// Their unit.
        pub handler_unit_id: Option<UnitId>,
        /// Whose turn it is; nobody's in a pool.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Since when it stands at its step.
        pub entered_at: Timestamp,
        /// Until when the step is to be over.
        pub due_at: Option<Timestamp>,
        /// Until when the customer was promised an answer.
        pub answer_by: Option<Timestamp>,
        /// The steps it went through.
        pub runs: StepRuns,
        /// How often it was handed over, beyond whose turn each step is.
        pub hops: i64,
        /// What the chosen option costs, in minor units.
        pub cost: Option<Money>,
        /// How it was judged.
        pub judgement: Option<Judgement>,
        /// What was found.
        pub investigation: Option<Investigation>,
        /// What may be done.
        pub options: SolutionOptions,
        /// The option the customer chose, counted from 0.
        pub customer_choice: Option<i64>,
        /// That the options went to the leader.
        pub submission: Option<Submission>,
        /// What the leader decided.
        pub directive: Option<Directive>,
        /// What was done.
        pub implementation: Option<Implementation>,
        /// How the customer put a name to it, or why not.
        pub sign_off: Option<SignOff>,
        /// The attempts to reach the customer.
        pub attempts: Attempts,
        /// What the customer says to it.
        pub feedback: Option<Feedback>,
        /// What is learnt from it.
        pub summary: Option<Summary>,
        /// What the customer said when asked again.
        pub revisit: Option<Revisit>,
        /// That the product told the complainant of the number.
        pub told: Option<Told>,
        /// How the customer rates what was done, once it is over.
        pub rating: Option<Rating>,
        /// That the customer does not accept what was decided.
        pub appeal: Option<Appeal>,
        /// How often it went back.
        pub returns: i64,
        /// Who took it in.
        pub registered_by: Option<UserId>,
        /// Their name.
        pub registered_by_name: String,
        /// When.
        pub registered_at: Timestamp,
        /// When it was archived.
        pub closed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Something that happened to a complaint. Nothing changes or deletes one.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct ComplaintMove {
        /// Its id.
        pub id: Id<ComplaintMove>,
        /// Of which complaint.
        pub complaint_id: Id<Complaint>,
        /// Its place, from 1.
        pub number: i64,
        /// What happened.
        pub kind: ComplaintMoveKind,
        /// At which step.
        pub step: ComplaintStep,
        /// What was said or why; empty where nothing was.
        pub words: String,
        /// By whom; nobody where the customer or the product did it.
        pub by_id: Option<UserId>,
        /// Their name; the customer's where they did it themselves.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

impl Complaint {
    /// Whose it is while its step lasts, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whose it is from beginning to end, for scopes.
    pub fn handled(&self) -> Owned {
        Owned::by(self.handler_id, self.handler_unit_id)
    }

    /// Whether it is over.
    pub fn is_closed(&self) -> bool {
        self.step == ComplaintStep::Archived
    }

    /// Whether its step was not over in time, as of `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.is_closed() && self.due_at.is_some_and(|due| due < now)
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "number": self.number,
            "step": self.step,
            "severity": self.severity,
            "brand_risk": self.brand_risk,
            "category_id": self.category_id,
            "upheld": self.upheld,
            "owner_id": self.owner_id,
            "due_at": self.due_at,
            "cost": self.cost,
            "chosen": self.directive.as_ref().map(|one| (one.option, one.chosen_by)),
            "sign_off": self.sign_off.as_ref().map(|one| one.kind),
            "revisit": self.revisit.as_ref().map(|one| one.outcome),
            "rating": self.rating.as_ref().map(|one| one.score),
            "appeal": self.appeal.as_ref().map(|one| one.answer.as_ref().map(|answer| answer.granted)),
            "returns": self.returns,
            "version": self.version,
        })
    }

    /// Without anybody's words and the customer's name. A word that a step requires is left as a dash, so that what was
    /// done stays done.
    pub(crate) fn emptied(mut self) -> Self {
        // What the customer did themselves carries their name.
        let nameless = |by: &mut By| {
            if by.id.is_none() {
                by.name = String::new();
            }
        };
        let dash = |text: &mut String| {
            if !text.is_empty() {
                *text = "—".into();
            }
        };
        for text in [&mut self.title, &mut self.content, &mut self.remedy] {
            dash(text);
        }
        (self.customer_name, self.goods, self.message_seq) = (String::new(), None, None);
        if let Some(one) = &mut self.judgement {
            [&mut one.words, &mut one.reply].into_iter().for_each(dash);
        }
        if let Some(one) = &mut self.investigation {
            [&mut one.cause, &mut one.responsible].into_iter().for_each(dash);
        }
        for one in &mut self.options.0 {
            [&mut one.title, &mut one.how, &mut one.takes].into_iter().for_each(dash);
        }
        self.submission.as_mut().into_iter().for_each(|one| dash(&mut one.discussed_with));
        self.directive.as_mut().into_iter().for_each(|one| dash(&mut one.words));
        if let Some(one) = &mut self.implementation {
            [&mut one.what, &mut one.told].into_iter().for_each(dash);
        }
        if let Some(one) = &mut self.sign_off {
            dash(&mut one.words);
            one.file_id = None;
        }
        self.attempts.0.iter_mut().for_each(|one| dash(&mut one.words));
        self.feedback.as_mut().into_iter().for_each(|one| dash(&mut one.words));
        if let Some(one) = &mut self.summary {
            [&mut one.words, &mut one.countermeasures].into_iter().for_each(dash);
        }
        self.revisit.as_mut().into_iter().for_each(|one| dash(&mut one.words));
        self.rating.as_mut().into_iter().for_each(|one| dash(&mut one.words));
        if let Some(one) = &mut self.appeal {
            dash(&mut one.reasons);
            one.answer.as_mut().into_iter().for_each(|one| dash(&mut one.words));
        }
        self.sign_off.as_mut().into_iter().for_each(|one| nameless(&mut one.by));
        self.feedback.as_mut().into_iter().for_each(|one| nameless(&mut one.by));
        self.runs.0.iter_mut().filter_map(|one| one.returned.as_mut()).for_each(dash);
        self.version += 1;
        self
    }
}
