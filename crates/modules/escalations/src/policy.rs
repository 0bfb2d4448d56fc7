//! Who may see, report and solve, and who sets the ladders.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UnitId};

use crate::model::Escalation;

const READ: &str = "escalations.read";
const RAISE: &str = "escalations.raise";
const SOLVE: &str = "escalations.solve";
/// To set who is told of what.
const LADDERS: &str = "escalations.ladders";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(RAISE),
    Permission::reaching(SOLVE),
    Permission::whole(LADDERS).at_first(None, None, Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever was told sees it, wherever it was reported.
pub(crate) fn may_see(actor: &Actor, escalation: &Escalation) -> Result<()> {
    if may_read(actor)?.covers(&escalation.owned()) || escalation.told_to(actor) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_raise(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(RAISE, owned, now)
}

/// Whoever was told may solve it, and say how it goes.
pub(crate) fn may_solve(actor: &Actor, escalation: &Escalation, now: Timestamp) -> Result<Permit> {
    may_see(actor, escalation)?;
    let owned = match actor.staff() {
        Ok(staff) if escalation.told_to(actor) => Owned::by(staff.id, None::<UnitId>),
        _ => escalation.owned(),
    };
    actor.permit(SOLVE, &owned, now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(SOLVE),
        other => other,
    })
}

pub(crate) fn may_set_ladders(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(LADDERS, &Owned::NOBODY, now)
}

/// The product itself, telling what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("escalations").permit(SOLVE, &Owned::NOBODY, now)
}
