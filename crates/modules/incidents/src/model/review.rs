//! Looking back on an incident.

use kernel::{Id, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use tasks::Task;
use utoipa::ToSchema;

/// What was found out about an incident once it was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentReview {
    /// What happened.
    pub what: String,
    /// Why.
    pub cause: String,
    /// What is done about it: each is a task.
    pub actions: Vec<ReviewAction>,
    /// Who wrote it last.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

/// Something to be done after an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentAction)]
pub struct ReviewAction {
    /// What.
    pub title: String,
    /// By whom.
    pub owner_id: UserId,
    /// Their name.
    pub owner_name: String,
    /// Until when.
    pub due_at: Timestamp,
    /// The task it became.
    pub task_id: Id<Task>,
}
