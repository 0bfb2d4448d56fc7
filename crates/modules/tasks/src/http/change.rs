//! Putting a task differently.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    create,
    view::{self, TaskView},
};
use crate::{
    api, events,
    model::{Change, Task},
    policy,
    pools::{self, Pools},
    queries,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskChange {
    /// The version that was seen.
    version: i64,
    /// What is to be done: 1 to 200 characters.
    title: Option<String>,
    /// More about it, up to 4,000 characters; empty to take it away.
    detail: Option<String>,
    /// Until when.
    due_at: Option<Timestamp>,
    /// Until so many minutes of business time from now: 1 to 525,600; not together with `due_at`.
    due_minutes: Option<i64>,
}

/// Changes an open task's words or due date.
#[utoipa::path(patch, path = "/tasks/{id}", tag = "tasks", params(("id" = Id<Task>, Path)), request_body = TaskChange, responses((status = 200, body = TaskView)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<Id<Task>>, Json(request): Json<TaskChange>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .write(move |tx| {
            Check::new()
                .maybe_text("title", request.title.as_deref(), 1..=200)
                .maybe_text("detail", request.detail.as_deref(), 0..=4_000)
                .done()?;
            let due = create::due(tx, request.due_at, request.due_minutes)?;
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let permit = policy::may_change(tx.actor(), &queues, &before, tx.now())?;
            let trimmed = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned());
            let due_at = due.map(|due| due.at(tx)).transpose()?;
            let change = Change { title: trimmed(&request.title), detail: trimmed(&request.detail), due_at };
            let after = before.clone().changed(&permit, request.version, change)?;
            api::keep(tx, &before, &after, events::CHANGED, Entry::new("tasks.changed", "task", id))?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}
