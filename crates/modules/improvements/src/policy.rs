//! Who sees actions and figures, works on them, verifies, keeps the trees of causes, sets the rules and signs reports.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UnitId};

use crate::model::ImprovementAction;

const READ: &str = "improvements.read";
const HANDLE: &str = "improvements.handle";
/// To find whether what somebody else did helps.
pub(crate) const VERIFY: &str = "improvements.verify";
/// To keep the trees of root causes.
const CAUSES: &str = "improvements.causes";
/// To write what a month came to, and to sign it.
const REPORT: &str = "improvements.report";
const RULES: &str = "improvements.rules";

const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(HANDLE),
    Permission::reaching(VERIFY).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(CAUSES).at_first(None, EVERYBODY, EVERYBODY),
    Permission::reaching(REPORT).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(RULES).at_first(None, None, EVERYBODY),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever reaches the one who has it, and whoever is to verify it.
pub(crate) fn may_see(actor: &Actor, action: &ImprovementAction) -> Result<()> {
    let scope = may_read(actor)?;
    let verifies = actor.staff().is_ok_and(|staff| Some(staff.id) == action.verifier_id);
    if verifies || scope.covers(&action.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Whoever may open one of this unit, or of none.
pub(crate) fn may_open(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(HANDLE, owned, now)
}

pub(crate) fn may_handle(actor: &Actor, action: &ImprovementAction, now: Timestamp) -> Result<Permit> {
    may_see(actor, action)?;
    forbidden(actor.permit(HANDLE, &action.owned(), now), HANDLE)
}

pub(crate) fn may_verify(actor: &Actor, action: &ImprovementAction, now: Timestamp) -> Result<Permit> {
    may_see(actor, action)?;
    // Whoever is asked by name may, wherever the owner sits.
    match actor.staff().ok().filter(|staff| Some(staff.id) == action.verifier_id) {
        Some(staff) => actor.permit(VERIFY, &Owned::by(staff.id, None), now),
        None => forbidden(actor.permit(VERIFY, &action.owned(), now), VERIFY),
    }
}

pub(crate) fn may_keep_causes(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(CAUSES, &Owned::NOBODY, now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// Figures of a unit, or of the whole house: one who may not see them does not see the unit.
pub(crate) fn may_see_unit(actor: &Actor, unit: Option<UnitId>) -> Result<()> {
    if may_read(actor)?.covers(&of_unit(unit)) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// To write and sign what a unit, or the whole house, says of a month.
pub(crate) fn may_report(actor: &Actor, unit: Option<UnitId>, now: Timestamp) -> Result<Permit> {
    may_see_unit(actor, unit)?;
    forbidden(actor.permit(REPORT, &of_unit(unit), now), REPORT)
}

fn of_unit(unit: Option<UnitId>) -> Owned {
    unit.map_or(Owned::NOBODY, |unit| Owned::by(None, unit))
}

/// Everything, for figures of a unit that one may see.
pub(crate) fn everything() -> Result<Scope> {
    Actor::System("improvements").scope(READ)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn forbidden(permit: Result<Permit>, permission: &'static str) -> Result<Permit> {
    permit.map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// The product itself, following what happened elsewhere.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("improvements").permit(HANDLE, &Owned::NOBODY, now)
}
