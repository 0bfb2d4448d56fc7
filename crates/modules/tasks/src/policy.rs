//! Who may see, make, close and hand on a task.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Result, Scope, Timestamp, UnitId, UserId};

use crate::model::{Assignee, Task};

const READ: &str = "tasks.read";
const CREATE: &str = "tasks.create";
const CLOSE: &str = "tasks.close";
const ASSIGN: &str = "tasks.assign";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(CREATE),
    Permission::reaching(CLOSE),
    Permission::reaching(ASSIGN),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// What one made oneself one sees, whoever must do it.
pub(crate) fn may_see(actor: &Actor, task: &Task) -> Result<()> {
    let scope = may_read(actor)?;
    if scope.covers(&task.owned()) || scope.covers(&made_by(task)) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_create(actor: &Actor, to: Assignee, now: Timestamp) -> Result<Permit> {
    actor.permit(CREATE, &to.owned(), now).map_err(|error| beyond(error, to))
}

pub(crate) fn may_complete(actor: &Actor, task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, task, CLOSE, &[task.owned()], now)
}

/// Whoever made a task may also call it off.
pub(crate) fn may_cancel(actor: &Actor, task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, task, CLOSE, &[task.owned(), made_by(task)], now)
}

/// Whoever made a task may also put it differently.
pub(crate) fn may_change(actor: &Actor, task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, task, CREATE, &[task.owned(), made_by(task)], now)
}

/// Both ends must lie within reach: who has it, and who gets it.
pub(crate) fn may_reassign(actor: &Actor, task: &Task, to: Assignee, now: Timestamp) -> Result<Permit> {
    let _from = on_sight(actor, task, ASSIGN, &[task.owned()], now)?;
    actor.permit(ASSIGN, &to.owned(), now).map_err(|error| beyond(error, to))
}

/// What one could close in a pool, one may take.
pub(crate) fn may_take(actor: &Actor, task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, task, CLOSE, &[Owned::by(None::<UserId>, task.unit_id), task.owned()], now)
}

/// The module that made a task vouches for what it does with it, whoever acts.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("tasks").permit(CLOSE, &Owned::NOBODY, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, task: &Task, permission: &'static str, any: &[Owned], now: Timestamp) -> Result<Permit> {
    may_see(actor, task)?;
    let mut answer = Err(Error::Forbidden(permission));
    for owned in any {
        match actor.permit(permission, owned, now) {
            Ok(permit) => return Ok(permit),
            Err(Error::NotFound) => {}
            Err(error) => answer = Err(error),
        }
    }
    answer
}

/// Somebody out of reach is nobody to give a task to.
fn beyond(error: Error, to: Assignee) -> Error {
    match error {
        Error::NotFound => Error::field(field(to), "not_allowed"),
        other => other,
    }
}

fn field(to: Assignee) -> &'static str {
    match to {
        Assignee::Person { .. } => "owner_id",
        Assignee::Pool(_) => "unit_id",
    }
}

fn made_by(task: &Task) -> Owned {
    Owned::by(task.created_by, None::<UnitId>)
}
