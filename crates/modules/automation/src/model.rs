//! What is automated, and what came of it.

mod batch;
mod check;
mod macros;
mod spec;

pub use batch::{Batch, BatchOutcome, BatchState};
pub(crate) use batch::{BatchRow, undoing};
pub(crate) use check::Occasion;
use conversations::ConversationId;
use kernel::{Id, Noun, Timestamp, UserId};
pub use macros::{Actions, Macro, MacroScope};
use serde::{Deserialize, Serialize};
pub use spec::{Action, AutomationEvent, Condition, ConditionField, ConditionOp, Holder, Spec};
use store::text_enum;
use utoipa::ToSchema;

impl Noun for Automation {
    const PREFIX: &'static str = "aut";
}
impl Noun for AutomationVersion {
    const PREFIX: &'static str = "auv";
}
impl Noun for AutomationRun {
    const PREFIX: &'static str = "aur";
}

/// After so many failures in a row an automation pauses itself.
pub(crate) const MOST_FAILURES: i64 = 5;
/// Automations do so much to one conversation within a minute, all together: what sets each other off in a
/// circle ends there.
pub(crate) const MOST_A_MINUTE: i64 = 10;

store::record! {
    /// Something that is done by itself.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Automation {
        /// Its id.
        pub id: Id<Automation>,
        /// Its name, its own.
        pub name: String,
        /// Whether it is on.
        pub active: bool,
        /// Its place among all, from 0: what comes first is done first.
        pub position: i64,
        /// What sets it off.
        pub event: AutomationEvent,
        /// What must hold, and what is done.
        pub spec: Spec,
        /// Since when it stands as it does: what happened before sets nothing off.
        pub since: Timestamp,
        /// When it paused itself.
        pub paused_at: Option<Timestamp>,
        /// Why: what failed last.
        pub paused_why: Option<String>,
        /// How often it failed since it last did what it should.
        pub failures: i64,
        /// When it last did something.
        pub ran_at: Option<Timestamp>,
        /// Since when there is one.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Automation {
    /// Whether something that happened at `at` sets it off.
    pub(crate) fn is_awake(&self, at: Timestamp) -> bool {
        self.active && self.paused_at.is_none() && self.since <= at
    }
}

store::record! {
    /// An automation as it was, and may be again.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct AutomationVersion {
        /// Its id.
        pub id: Id<AutomationVersion>,
        /// Of which.
        pub automation_id: Id<Automation>,
        /// Which version.
        pub version: i64,
        /// Its name then.
        pub name: String,
        /// Whether it was on.
        pub active: bool,
        /// What set it off.
        pub event: AutomationEvent,
        /// What had to hold, and what was done.
        pub spec: Spec,
        /// Since when.
        pub at: Timestamp,
        /// Who made it so.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
    }
}

text_enum! {
    /// What came of a run.
    pub enum RunOutcome {
        /// It is about to act.
        Waiting = "waiting",
        /// It did what it should.
        Done = "done",
        /// Something stood in the way; nothing of it was done.
        Failed = "failed",
        /// The conversation was over before.
        Overtaken = "overtaken",
        /// It had done so to this conversation as often as it may within the hour, or automations had done
        /// too much to it within a minute.
        Held = "held",
    }
}

/// A condition, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationFinding)]
pub struct Finding {
    /// The condition.
    pub condition: Condition,
    /// The value it saw; empty when there was none.
    pub saw: String,
    /// Whether it held.
    pub holds: bool,
}

/// What was found, in the order of the conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

store::record! {
    /// A run of an automation, and why.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct AutomationRun {
        /// Its id.
        pub id: Id<AutomationRun>,
        /// Of which automation.
        pub automation_id: Id<Automation>,
        /// Its name then.
        pub name: String,
        /// Its version then.
        pub version: i64,
        /// What set it off.
        pub event: AutomationEvent,
        /// In which conversation.
        pub conversation_id: ConversationId,
        /// What came of it.
        pub outcome: RunOutcome,
        /// Why it ran: each condition with the value it saw.
        pub findings: Findings,
        /// What stood in the way: a code, and which action, from 1.
        pub why: Option<String>,
        /// When.
        pub at: Timestamp,
        /// What it is known by: the same thing sets it off once.
        #[serde(skip)]
        #[schema(ignore)]
        pub run_key: String,
    }
}

store::kept_as_json!(Spec, Findings, Actions);
