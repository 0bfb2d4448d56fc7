//! 《月底总结分析报表》: what a month came to, what its supervisor says of it, and as what it was signed.

use std::collections::BTreeMap;

use complaints::Statistics;
use kernel::{Id, Noun, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::text_enum;
use utoipa::ToSchema;

use super::{ImprovementAction, ImprovementState};
use crate::figures::{Costs, Recovery};

impl Noun for MonthReport {
    const PREFIX: &'static str = "mrp";
}
impl Noun for MonthRevision {
    const PREFIX: &'static str = "mrv";
}

/// How many differences are told at most.
const MOST_DIFFERENCES: usize = 200;

/// An action that something was done about in the month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MonthAction {
    /// Which.
    pub id: Id<ImprovementAction>,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub state: ImprovementState,
    /// Who has it.
    pub owner_name: String,
}

/// What was done about actions in the month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MonthActions {
    /// Opened.
    pub opened: i64,
    /// Completed.
    pub completed: i64,
    /// Found to help.
    pub closed: i64,
    /// Opened again: the cause came again, or it did not help.
    pub reopened: i64,
    /// Not done in time.
    pub overdue: i64,
    /// Which, 100 at most.
    pub actions: Vec<MonthAction>,
}

/// What else customers said in the month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MonthFeedback {
    /// Complaints.
    pub complaint: i64,
    /// Suggestions.
    pub suggestion: i64,
    /// Opinions.
    pub opinion: i64,
    /// Praise.
    pub praise: i64,
    /// Recognitions on the wall.
    pub recognised: i64,
}

/// What a month came to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct MonthFigures {
    /// Complaints taken in, by category and week.
    pub statistics: Statistics,
    /// Of the complaints closed, how many were won back.
    pub recovery: Recovery,
    /// What complaints taken in cost, by root cause.
    pub costs: Costs,
    /// What was done that causes do not come again.
    pub actions: MonthActions,
    /// What else customers said.
    pub feedback: MonthFeedback,
}

text_enum! {
    /// What a number that differs belongs to.
    pub(crate) enum MonthGroup {
        /// All complaints.
        Total = "total",
        /// Those of a category.
        Category = "category",
        /// Those won back.
        Recovery = "recovery",
        /// What all cost.
        Costs = "costs",
        /// What those of a root cause cost.
        Cause = "cause",
        /// Improvement actions.
        Actions = "actions",
        /// What else customers said.
        Feedback = "feedback",
        /// The words: which, as numbers say nothing of them.
        Words = "words",
    }
}

/// A number, or a text, that differs from the revision before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MonthDifference {
    /// What it belongs to.
    pub group: MonthGroup,
    /// Of which category or cause; empty for all others.
    pub name: String,
    /// Which number: `received`, `total`; which text: `summary`, `measures`.
    pub field: String,
    /// What it was; 0 for a text.
    pub before: i64,
    /// What it is; 0 for a text.
    pub after: i64,
}

/// The differences of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct MonthDifferences(pub Vec<MonthDifference>);

store::kept_as_json!(MonthFigures, MonthDifferences);

store::record! {
    /// What a unit says of a month.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct MonthReport {
        /// Its id.
        pub id: Id<MonthReport>,
        /// Which month: `2026-11`.
        pub month: String,
        /// Whose: a unit's id, or nothing for the whole house.
        #[serde(skip)]
        #[schema(ignore)]
        pub unit_key: String,
        /// The summary.
        pub summary: String,
        /// The measures.
        pub measures: String,
        /// How often it was signed.
        pub revisions: i64,
        /// Who wrote it last.
        pub written_by: UserId,
        /// Their name.
        pub written_by_name: String,
        /// When.
        pub written_at: Timestamp,
        /// When it was signed last.
        pub signed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// A report as it was signed.
    #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
    pub(crate) struct MonthRevision {
        /// Its id.
        pub id: Id<MonthRevision>,
        /// Of which report.
        pub month_report_id: Id<MonthReport>,
        /// Its number, from 1.
        pub number: i64,
        /// The summary.
        pub summary: String,
        /// The measures.
        pub measures: String,
        /// The figures as they were then.
        pub figures: MonthFigures,
        /// Why it was signed again; empty for the first.
        pub reason: String,
        /// What differs from the one before.
        pub differences: MonthDifferences,
        /// Who signed.
        pub by_id: UserId,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

impl MonthFigures {
    /// Every number, by what it belongs to.
    fn numbers(&self) -> BTreeMap<(usize, String, String), (MonthGroup, i64)> {
        let mut all = BTreeMap::new();
        let mut take = |group: MonthGroup, place: usize, name: &str, value: Value| {
            for (field, number) in value.as_object().into_iter().flatten() {
                if let Some(number) = number.as_i64() {
                    all.insert((place, name.to_owned(), field.clone()), (group, number));
                }
            }
        };
        let value = |one: Result<Value, serde_json::Error>| one.unwrap_or_default();
        take(MonthGroup::Total, 0, "", value(serde_json::to_value(&self.statistics.total)));
        for line in &self.statistics.categories {
            take(MonthGroup::Category, 1, &line.name, value(serde_json::to_value(&line.figures)));
        }
        take(MonthGroup::Recovery, 2, "", value(serde_json::to_value(&self.recovery)));
        take(MonthGroup::Costs, 3, "", value(serde_json::to_value(&self.costs.total)));
        for line in &self.costs.lines {
            take(MonthGroup::Cause, 4, &line.cause, value(serde_json::to_value(&line.cost)));
        }
        take(MonthGroup::Actions, 5, "", value(serde_json::to_value(&self.actions)));
        take(MonthGroup::Feedback, 6, "", value(serde_json::to_value(self.feedback)));
        all
    }

    /// What differs from what it was before.
    pub(crate) fn differences(&self, before: &Self) -> Vec<MonthDifference> {
        let (old, new) = (before.numbers(), self.numbers());
        let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let differing = keys.into_iter().filter_map(|key| {
            let (was, is) = (old.get(key), new.get(key));
            let (group, _) = was.or(is)?;
            let (before, after) = (was.map_or(0, |one| one.1), is.map_or(0, |one| one.1));
            let (_, name, field) = key.clone();
            (before != after).then_some(MonthDifference { group: *group, name, field, before, after })
        });
        differing.take(MOST_DIFFERENCES).collect()
    }
}

/// Whether a text changed, as a difference.
pub(crate) fn reworded(field: &str, before: &str, after: &str) -> Option<MonthDifference> {
    let (group, field) = (MonthGroup::Words, field.to_owned());
    (before != after).then_some(MonthDifference { group, name: String::new(), field, before: 0, after: 0 })
}
