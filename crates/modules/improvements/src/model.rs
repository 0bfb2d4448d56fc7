//! Why complaints come about, what they come to, and what is done that they do not come again.

mod action;
mod causes;
mod month;
mod outcome;
mod rules;
#[cfg(test)]
mod tests;

pub(crate) use action::{By, Complaints, Steps, Turn, WantedStep};
pub use action::{
    ImprovementAction, ImprovementDuty, ImprovementMove, ImprovementMoveKind, ImprovementOrigin, ImprovementState,
    ImprovementStep, Verification,
};
pub use causes::{ComplaintAnalysis, Why};
pub(crate) use causes::{RootCauseTree, RootCauses, Trees, Whys};
pub(crate) use month::{
    MonthAction, MonthActions, MonthDifference, MonthDifferences, MonthFeedback, MonthFigures, MonthReport,
    MonthRevision, reworded,
};
pub use outcome::RecoveryVerdict;
pub(crate) use outcome::{ComplaintOutcome, DAY_MS, RECOVERY_DAYS, crowd};
pub(crate) use rules::ImprovementRules;
