//! Making a task by hand.

use access::Placement;
use http::{Answer, App, Cx, Json};
use kernel::{Check, Error, Result, Timestamp, UnitId, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{self, TaskView};
use crate::{
    api::{self, Due},
    model::{Assignee, MANUAL},
    policy,
};

/// A new task. It is one's own, unless given to a person or a unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTask {
    /// What is to be done: 1 to 200 characters.
    title: String,
    /// More about it, up to 4,000 characters.
    detail: Option<String>,
    /// Who must do it.
    owner_id: Option<UserId>,
    /// The unit in whose pool it lies until somebody takes it; not together with `owner_id`.
    unit_id: Option<UnitId>,
    /// Until when.
    due_at: Option<Timestamp>,
    /// Until so many minutes of business time from now: 1 to 525,600; not together with `due_at`.
    due_minutes: Option<i64>,
}

/// Makes a task.
#[utoipa::path(post, path = "/tasks", tag = "tasks", request_body = NewTask, responses((status = 200, body = TaskView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewTask>) -> Answer<TaskView> {
    let app = cx.app().clone();
    let task = cx
        .write(move |tx| {
            let due = due(tx, request.due_at, request.due_minutes)?;
            let me = tx.actor().staff()?.id;
            let owner = request.owner_id.or(request.unit_id.is_none().then_some(me));
            let assignee = assignee(tx, &app, owner, request.unit_id)?;
            let _permit = policy::may_create(tx.actor(), assignee, tx.now())?;
            let new = api::NewTask {
                source: MANUAL,
                key: None,
                title: request.title.clone(),
                detail: request.detail.clone(),
                assignee,
                subject: None,
                due,
                by_hand: true,
            };
            let task = api::create(tx, new)?;
            view::one(tx, task)
        })
        .await?;
    Ok(Json(task))
}

/// The due date a request means: a moment to come, or minutes of business time, not both.
pub(super) fn due(tx: &Tx<'_>, at: Option<Timestamp>, minutes: Option<i64>) -> Result<Option<Due>> {
    let future = at.is_none_or(|at| at > tx.now());
    Check::new()
        .that(at.is_none() || minutes.is_none(), "due_minutes", "not_allowed")
        .that(future, "due_at", "in_the_past")
        .range("due_minutes", minutes.unwrap_or(1), 1..=525_600)
        .done()?;
    Ok(at.map(Due::At).or(minutes.map(|minutes| Due::BusinessMs(minutes * 60_000))))
}

/// To whom a request gives a task: an active person, or a pool, and not both.
pub(super) fn assignee(tx: &mut Tx<'_>, app: &App, owner: Option<UserId>, unit: Option<UnitId>) -> Result<Assignee> {
    match (owner, unit) {
        (Some(_), Some(_)) => Err(Error::field("unit_id", "not_allowed")),
        (None, None) => Err(Error::field("owner_id", "required")),
        (None, unit) => Ok(Assignee::Pool(unit)),
        (Some(id), None) => {
            let known = match access::api::user(tx, id) {
                Ok(user) => user.is_active(),
                Err(Error::NotFound) => false,
                Err(error) => return Err(error),
            };
            if !known {
                return Err(Error::field("owner_id", "unknown"));
            }
            let unit = app.part::<Box<dyn Placement>>().place(tx, id)?.unit;
            Ok(Assignee::Person { id, unit })
        }
    }
}
