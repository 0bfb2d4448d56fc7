//! Facts this module emits: `task.created`, `task.changed`, `task.completed`, `task.cancelled`,
//! `task.reopened`, `task.reassigned`, `task.taken`, and `task.overdue`, once for each due date.

use kernel::{Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::Task;

/// A task was made.
pub const CREATED: &str = "task.created";
/// Its words or due date were changed.
pub const CHANGED: &str = "task.changed";
/// It was done.
pub const COMPLETED: &str = "task.completed";
/// It need not be done any more.
pub const CANCELLED: &str = "task.cancelled";
/// It is to be done again.
pub const REOPENED: &str = "task.reopened";
/// It was given to somebody else, or to a pool.
pub const REASSIGNED: &str = "task.reassigned";
/// Somebody took it out of a pool.
pub const TAKEN: &str = "task.taken";
/// Its due date is past and it is still open.
pub const OVERDUE: &str = "task.overdue";

/// What every fact about a task carries: the task after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskFact {
    /// Which.
    pub task_id: Id<Task>,
    /// What it is called now.
    pub title: String,
    /// Who must do it now.
    pub owner_id: Option<UserId>,
    /// To which unit it belongs now.
    pub unit_id: Option<UnitId>,
    /// Who had it before: differs from `owner_id` when it was reassigned or taken.
    pub previous_owner_id: Option<UserId>,
    /// `manual`, or the module that made it.
    pub source: String,
    /// What kind of thing it is about.
    pub subject_kind: Option<String>,
    /// Which.
    pub subject_id: Option<String>,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// What came of it.
    pub result: Option<String>,
}

impl TaskFact {
    pub(crate) fn of(task: &Task, previous_owner_id: Option<UserId>) -> Self {
        Self {
            task_id: task.id,
            title: task.title.clone(),
            owner_id: task.owner_id,
            unit_id: task.unit_id,
            previous_owner_id,
            source: task.source.clone(),
            subject_kind: task.subject_kind.clone(),
            subject_id: task.subject_id.clone(),
            due_at: task.due_at,
            result: task.result.clone(),
        }
    }
}
