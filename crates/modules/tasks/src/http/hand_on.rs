//! Giving a task to somebody else, and taking one from a pool.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, UnitId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    create::assignee,
    view::{self, TaskView},
};
use crate::{
    api, events,
    model::Task,
    policy,
    pools::{self, Pools},
    queries,
};

/// To whom, and why: a person or a unit's pool.
#[derive(Deserialize, ToSchema)]
#[schema(as = TaskReassignment)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reassignment {
    /// The person who must do it from now on.
    owner_id: Option<UserId>,
    /// The unit in whose pool it lies from now on.
    unit_id: Option<UnitId>,
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Gives an open task to another person or to a pool, for a reason.
#[utoipa::path(post, path = "/tasks/{id}/reassignment", tag = "tasks", params(("id" = Id<Task>, Path)), request_body = Reassignment, responses((status = 200, body = TaskView)))]
pub(crate) async fn reassign(cx: Cx, Path(id): Path<Id<Task>>, Json(request): Json<Reassignment>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let app = cx.app().clone();
    let task = cx
        .write(move |tx| {
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            policy::may_see(tx.actor(), &queues, &before)?;
            let to = assignee(tx, &app, request.owner_id, request.unit_id)?;
            let permit = policy::may_reassign(tx.actor(), &queues, &before, to, tx.now())?;
            let after = before.clone().reassigned(&permit, to)?;
            let entry = Entry::new("tasks.reassigned", "task", id).reason(request.reason.trim());
            api::keep(tx, &before, &after, events::REASSIGNED, entry)?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}

/// Takes a task out of its pool: it is one's own from now on, and stays the unit's work.
#[utoipa::path(post, path = "/tasks/{id}/taking", tag = "tasks", params(("id" = Id<Task>, Path)), responses((status = 200, body = TaskView)))]
pub(crate) async fn take(cx: Cx, Path(id): Path<Id<Task>>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let permit = policy::may_take(tx.actor(), &queues, &before, tx.now())?;
            let (me, unit) = (tx.actor().staff()?.id, tx.actor().staff()?.unit);
            let after = before.clone().taken(&permit, me, unit)?;
            api::keep(tx, &before, &after, events::TAKEN, Entry::new("tasks.taken", "task", id))?;
            view::one(tx, after)
        })
        .await?;
    Ok(Json(task))
}
