//! A task as it goes out.

use std::collections::HashMap;

use kernel::{Error, Result, UserId};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::model::Task;

/// A task, with what a list shows beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    #[serde(flatten)]
    pub task: Task,
    /// The name of the person who must do it.
    pub owner_name: Option<String>,
    /// The name of the person who made it.
    pub created_by_name: Option<String>,
    /// Whether it should have been done by now.
    pub overdue: bool,
}

/// The task as it goes out.
pub(crate) fn one(tx: &mut Tx<'_>, task: Task) -> Result<TaskView> {
    view(tx, task, &mut HashMap::new())
}

/// The tasks as they go out; each name is looked up once.
pub(crate) fn all(tx: &mut Tx<'_>, tasks: Vec<Task>) -> Result<Vec<TaskView>> {
    let mut names = HashMap::new();
    tasks.into_iter().map(|task| view(tx, task, &mut names)).collect()
}

type Names = HashMap<UserId, Option<String>>;

fn view(tx: &mut Tx<'_>, task: Task, names: &mut Names) -> Result<TaskView> {
    let owner_name = name(tx, task.owner_id, names)?;
    let created_by_name = name(tx, task.created_by, names)?;
    let overdue = task.is_overdue(tx.now());
    Ok(TaskView { task, owner_name, created_by_name, overdue })
}

fn name(tx: &mut Tx<'_>, id: Option<UserId>, names: &mut Names) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    if let Some(name) = names.get(&id) {
        return Ok(name.clone());
    }
    let name = match access::api::user(tx, id) {
        Ok(user) => Some(user.name),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    names.insert(id, name.clone());
    Ok(name)
}
