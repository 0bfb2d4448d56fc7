//! What the steps of a complaint leave behind.

use approvals::Approval;
use files::FileId;
use kernel::{Id, Money, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::ComplaintStep;

text_enum! {
    /// How grave a complaint is.
    pub enum ComplaintSeverity {
        /// An inconvenience.
        Minor = "minor",
        /// A loss of money, time or trust.
        Serious = "serious",
        /// It cannot wait.
        Critical = "critical",
    }
}

text_enum! {
    /// How hard it is to solve.
    pub enum Complexity {
        /// One person can.
        Simple = "simple",
        /// Several departments must.
        Complex = "complex",
    }
}

text_enum! {
    /// How many it touches.
    pub enum Impact {
        /// One customer.
        One = "one",
        /// Some.
        Several = "several",
        /// Many.
        Many = "many",
    }
}

text_enum! {
    /// What it may do to the name of the house (R089).
    pub enum BrandRisk {
        /// Nothing.
        None = "none",
        /// It may become public.
        Possible = "possible",
        /// It is, and spreads: the leader is told at once.
        Viral = "viral",
    }
}

text_enum! {
    /// What a complaint is about by kind: who looks into it follows from it (R092).
    pub enum ComplaintKind {
        /// Goods or work: the head of the department that made them.
        Quality = "quality",
        /// How somebody was served: the agent's supervisor.
        Service = "service",
    }
}

text_enum! {
    /// Why a complaint is not founded (X3).
    pub enum UnfoundedReason {
        /// Nothing shows that it happened.
        NoEvidence = "no_evidence",
        /// It was used otherwise than it is meant to be.
        Misuse = "misuse",
        /// It was understood otherwise than it was said.
        Misunderstanding = "misunderstanding",
        /// Somebody else answers for it.
        ThirdParty = "third_party",
        /// What is asked for lies outside what was agreed.
        OutsideAgreement = "outside_agreement",
        /// Something else, said in the reply.
        Other = "other",
    }
}

text_enum! {
    /// How the customer took a reply.
    pub enum Understanding {
        /// They understand.
        Understood = "understood",
        /// They keep their opinion.
        Reserved = "reserved",
        /// They do not accept it.
        Rejected = "rejected",
    }
}

text_enum! {
    /// Who chose an option.
    pub enum ChosenBy {
        /// The leader.
        Leader = "leader",
        /// The customer, and the leader agrees (R096).
        Customer = "customer",
    }
}

text_enum! {
    /// Whether a compensation may be paid (H06).
    pub enum Compensating {
        /// None is to be paid.
        None = "none",
        /// It waits for somebody whose authority covers it.
        Pending = "pending",
        /// It may.
        Approved = "approved",
    }
}

text_enum! {
    /// How a customer put their name to what was done, or why not (R094).
    pub enum SignOffKind {
        /// On the screen.
        Screen = "screen",
        /// On paper, of which there is a picture.
        Paper = "paper",
        /// They said so, and it is on record where.
        Oral = "oral",
        /// They will not.
        Refused = "refused",
        /// They cannot be reached.
        Unreachable = "unreachable",
        /// Nobody knows who they are.
        Anonymous = "anonymous",
    }
}

text_enum! {
    /// What came of asking again.
    pub enum RevisitOutcome {
        /// They are content.
        Content = "content",
        /// They are neither.
        Middling = "middling",
        /// They are not.
        Discontent = "discontent",
        /// They cannot be reached.
        Unreachable = "unreachable",
        /// Nobody knows who they are.
        Anonymous = "anonymous",
    }
}

impl SignOffKind {
    /// Whether the customer agreed.
    pub fn is_consent(self) -> bool {
        matches!(self, Self::Screen | Self::Paper | Self::Oral)
    }

    /// Whether it needs attempts that failed.
    pub fn needs_attempts(self) -> bool {
        matches!(self, Self::Refused | Self::Unreachable)
    }
}

/// Somebody who did something, with their name then, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintBy)]
pub struct By {
    /// Who of the department; nobody where the customer did it themselves.
    pub id: Option<UserId>,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// How a complaint was judged (R091).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintJudgement)]
pub struct Judgement {
    /// Whether there are sufficient grounds.
    pub grounds: bool,
    /// Whether what is asked for is reasonable.
    pub reasonable: bool,
    /// Why it was judged so.
    pub words: String,
    /// The department that answers for it, when it is founded.
    pub responsible_unit_id: Option<UnitId>,
    /// Its name then.
    pub responsible_unit_name: String,
    /// Why it is not founded.
    pub reason: Option<UnfoundedReason>,
    /// What the customer was answered then.
    pub reply: String,
    /// How they took it.
    pub understanding: Option<Understanding>,
    /// Who judged.
    pub by: By,
    /// Who read it after them and agrees.
    pub second_reader: Option<By>,
}

/// What was found (R092).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintInvestigation)]
pub struct Investigation {
    /// What was the cause.
    pub cause: String,
    /// Who answers for it: a person, or what else was the reason.
    pub responsible: String,
    /// Who found it.
    pub by: By,
}

/// What may be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SolutionOption {
    /// What it is called: 1 to 60 characters.
    pub title: String,
    /// How it is done: 1 to 2,000 characters.
    pub how: String,
    /// What it costs us, all in all: minor units.
    pub cost: Money,
    /// Of this, what goes to the customer: minor units.
    pub compensation: Money,
    /// How long it takes: up to 100 characters.
    pub takes: String,
}

/// That the options went to the leader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintSubmission)]
pub struct Submission {
    /// Who talked it over, by department and name.
    pub discussed_with: String,
    /// Who sent it.
    pub by: By,
}

/// What the leader decided (R093).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = LeaderDirective)]
pub struct Directive {
    /// Which option, counted from 0.
    pub option: i64,
    /// Who chose it.
    pub chosen_by: ChosenBy,
    /// In the leader's words.
    pub words: String,
    /// Who decided.
    pub by: By,
    /// Whether its compensation may be paid.
    pub compensating: Compensating,
    /// The request for it.
    pub approval_id: Option<Id<Approval>>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintImplementation)]
pub struct Implementation {
    /// What.
    pub what: String,
    /// How the customer was told of it; empty while they were not.
    pub told: String,
    /// Who did it.
    pub by: By,
}

/// How the customer put their name to it, or why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CustomerSignOff)]
pub struct SignOff {
    /// How.
    pub kind: SignOffKind,
    /// The picture of the name, or of the paper, or the sound of the consent.
    pub file_id: Option<FileId>,
    /// Where the consent is on record, or why there is none.
    pub words: String,
    /// Who wrote it down.
    pub by: By,
    /// Who read it after them and agrees, where there is no consent.
    pub second_reader: Option<By>,
}

/// An attempt to reach somebody that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintAttempt)]
pub struct Attempt {
    /// At which step.
    pub step: ComplaintStep,
    /// Which way, and what came of it.
    pub words: String,
    /// Who tried, and when.
    pub by: By,
}

/// What the customer says to what was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintFeedback)]
pub struct Feedback {
    /// How content they are: 1 to 5.
    pub score: i64,
    /// In their words.
    pub words: String,
    /// Who wrote it down.
    pub by: By,
}

/// What is learnt (R095).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintSummary)]
pub struct Summary {
    /// How it went.
    pub words: String,
    /// What is done that it does not happen again.
    pub countermeasures: String,
    /// Who summed up.
    pub by: By,
}

/// What came of asking again (R085).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintRevisit)]
pub struct Revisit {
    /// What.
    pub outcome: RevisitOutcome,
    /// How content they are: 1 to 5; none where nobody was reached.
    pub score: Option<i64>,
    /// In their words.
    pub words: String,
    /// Who asked.
    pub by: By,
}

/// A complaint at one of its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintStepRun)]
pub struct StepRun {
    /// Which.
    pub step: ComplaintStep,
    /// Whose turn it was, by name.
    pub owner_name: String,
    /// Since when.
    pub entered_at: Timestamp,
    /// Until when it was to be over.
    pub due_at: Option<Timestamp>,
    /// When it was.
    pub left_at: Option<Timestamp>,
    /// Why it went back from it.
    pub returned: Option<String>,
}

macro_rules! lists {
    ($($(#[$meta:meta])* $name:ident of $item:ty, $schema:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(as = $schema)]
        pub struct $name(pub Vec<$item>);
        store::kept_as_json!($name);
    )*};
}
lists! {
    /// What may be done, in order.
    SolutionOptions of SolutionOption, SolutionOptions;
    /// Attempts, in order.
    Attempts of Attempt, ComplaintAttempts;
    /// Steps, in the order they were gone through.
    StepRuns of StepRun, ComplaintStepRuns;
}

store::kept_as_json!(
    Judgement,
    Investigation,
    Submission,
    Directive,
    Implementation,
    SignOff,
    Feedback,
    Summary,
    Revisit
);
