//! Who may see, make, close and hand on a task.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, QueueId, Result, Scope, Timestamp, UnitId, UserId};

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

/// What one made oneself one sees, whoever must do it; and what waits to be taken by those who serve one of
/// `queues`, which the actor does.
pub(crate) fn may_see(actor: &Actor, queues: &[QueueId], task: &Task) -> Result<()> {
    let scope = may_read(actor)?;
    if scope.covers(&task.owned()) || scope.covers(&made_by(task)) || waits_for(queues, task) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_create(actor: &Actor, to: Assignee, now: Timestamp) -> Result<Permit> {
    actor.permit(CREATE, &to.owned(), now).map_err(Error::absent(field(to), "not_allowed"))
}

pub(crate) fn may_complete(actor: &Actor, queues: &[QueueId], task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, queues, task, CLOSE, &[task.owned()], now)
}

/// Whoever made a task may also call it off.
pub(crate) fn may_cancel(actor: &Actor, queues: &[QueueId], task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, queues, task, CLOSE, &[task.owned(), made_by(task)], now)
}

/// Whoever made a task may also put it differently.
pub(crate) fn may_change(actor: &Actor, queues: &[QueueId], task: &Task, now: Timestamp) -> Result<Permit> {
    on_sight(actor, queues, task, CREATE, &[task.owned(), made_by(task)], now)
}

/// Both ends must lie within reach: who has it, and who gets it.
pub(crate) fn may_reassign(
    actor: &Actor,
    queues: &[QueueId],
    task: &Task,
    to: Assignee,
    now: Timestamp,
) -> Result<Permit> {
    let _from = on_sight(actor, queues, task, ASSIGN, &[task.owned()], now)?;
    actor.permit(ASSIGN, &to.owned(), now).map_err(Error::absent(field(to), "not_allowed"))
}

/// What one could close in a pool, one may take; and what waits for those who serve a queue.
pub(crate) fn may_take(actor: &Actor, queues: &[QueueId], task: &Task, now: Timestamp) -> Result<Permit> {
    let mut any = vec![Owned::by(None::<UserId>, task.unit_id), task.owned()];
    if waits_for(queues, task) {
        any.push(Owned::by(actor.staff()?.id, None));
    }
    on_sight(actor, queues, task, CLOSE, &any, now)
}

/// Whether it waits to be taken by those who serve one of these queues.
fn waits_for(queues: &[QueueId], task: &Task) -> bool {
    task.owner_id.is_none() && task.queue_id.is_some_and(|queue| queues.contains(&queue))
}

/// The module that made a task vouches for what it does with it, whoever acts.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("tasks").permit(CLOSE, &Owned::NOBODY, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(
    actor: &Actor,
    queues: &[QueueId],
    task: &Task,
    permission: &'static str,
    any: &[Owned],
    now: Timestamp,
) -> Result<Permit> {
    may_see(actor, queues, task)?;
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

/// By which field somebody is named: who is out of reach is nobody to give a task to.
fn field(to: Assignee) -> &'static str {
    match to {
        Assignee::Person { .. } => "owner_id",
        Assignee::Pool(_) | Assignee::Queue(_) => "unit_id",
    }
}

fn made_by(task: &Task) -> Owned {
    Owned::by(task.created_by, None::<UnitId>)
}
