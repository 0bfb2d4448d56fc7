//! Closing a task, and opening it again.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{self, TaskView};
use crate::{
    api, events,
    model::{Closer, Task},
    policy,
    pools::{self, Pools},
    queries,
};

/// That it was done.
#[derive(Deserialize, ToSchema)]
#[schema(as = TaskCompletion)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    /// What came of it, up to 2,000 characters.
    result: Option<String>,
}

/// Completes a task.
#[utoipa::path(post, path = "/tasks/{id}/completion", tag = "tasks", params(("id" = Id<Task>, Path)), request_body = Completion, responses((status = 200, body = TaskView)))]
pub(crate) async fn complete(cx: Cx, Path(id): Path<Id<Task>>, Json(request): Json<Completion>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .write(move |tx| {
            Check::new().maybe_text("result", request.result.as_deref(), 0..=2_000).done()?;
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let permit = policy::may_complete(tx.actor(), &queues, &before, tx.now())?;
            let by = Closer::Person(tx.actor().staff()?.id);
            let result = request.result.as_deref().map(str::trim).filter(|result| !result.is_empty());
            let after = before.clone().completed(&permit, by, result.map(str::to_owned))?;
            api::keep_closed(tx, &before, &after)?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[schema(as = TaskReason)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Cancels a task, for a reason.
#[utoipa::path(post, path = "/tasks/{id}/cancellation", tag = "tasks", params(("id" = Id<Task>, Path)), request_body = Reason, responses((status = 200, body = TaskView)))]
pub(crate) async fn cancel(cx: Cx, Path(id): Path<Id<Task>>, Json(request): Json<Reason>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .write(move |tx| {
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let permit = policy::may_cancel(tx.actor(), &queues, &before, tx.now())?;
            let by = Closer::Person(tx.actor().staff()?.id);
            let after = before.clone().cancelled(&permit, by, Some(request.reason.trim().to_owned()))?;
            api::keep_closed(tx, &before, &after)?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}

/// Opens a closed task again, for a reason.
#[utoipa::path(post, path = "/tasks/{id}/reopening", tag = "tasks", params(("id" = Id<Task>, Path)), request_body = Reason, responses((status = 200, body = TaskView)))]
pub(crate) async fn reopen(cx: Cx, Path(id): Path<Id<Task>>, Json(request): Json<Reason>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .write(move |tx| {
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let permit = policy::may_cancel(tx.actor(), &queues, &before, tx.now())?;
            let after = before.clone().reopened(&permit)?;
            let entry = Entry::new("tasks.reopened", "task", id).reason(request.reason.trim());
            api::keep(tx, &before, &after, events::REOPENED, entry)?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}
