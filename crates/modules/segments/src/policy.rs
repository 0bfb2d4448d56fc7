//! Who may draw segments, and take lists along.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::{export::CustomerExport, model::Segment};

pub(crate) const MANAGE: &str = "segments.manage";
pub(crate) const EXPORT: &str = "segments.export";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(MANAGE),
    Permission::reaching(EXPORT).at_first(None, Some(Reach::Own), Some(Reach::Department)),
];

/// One's own; a shared one also whoever may change it, and everybody of the unit it was made in, or everybody.
pub(crate) fn sees(actor: &Actor, segment: &Segment) -> bool {
    let Actor::Staff(staff) = actor else { return matches!(actor, Actor::System(_)) };
    if segment.owner_id == Some(staff.id) {
        return true;
    }
    let reaches = || actor.scope(MANAGE).is_ok_and(|scope| scope.covers(&segment.owned()));
    segment.shared && (segment.unit_id.is_none() || segment.unit_id == staff.unit || reaches())
}

/// The right to make one.
pub(crate) fn may_make(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(MANAGE, &Owned::by(staff.id, staff.unit), now)
}

/// Whoever may change none is told so before anything is looked for.
pub(crate) fn may_any(actor: &Actor) -> Result<()> {
    actor.scope(MANAGE).map(drop)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
pub(crate) fn may_change(actor: &Actor, segment: &Segment, now: Timestamp) -> Result<Permit> {
    if !sees(actor, segment) {
        return Err(Error::NotFound);
    }
    actor.permit(MANAGE, &segment.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(MANAGE),
        other => other,
    })
}

pub(crate) fn may_export(actor: &Actor) -> Result<Scope> {
    actor.scope(EXPORT)
}

/// The right to take a list along: one's own.
pub(crate) fn may_begin(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(EXPORT, &Owned::by(staff.id, staff.unit), now)
}

/// An export's file is only ever whoever's who began it: another may see less than stands in it.
pub(crate) fn may_take(actor: &Actor, export: &CustomerExport, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    if staff.id != export.owner_id {
        return Err(Error::NotFound);
    }
    actor.permit(EXPORT, &export.owned(), now)
}

/// Whoever sees it may stop it.
pub(crate) fn may_stop(actor: &Actor, export: &CustomerExport, now: Timestamp) -> Result<Permit> {
    actor.permit(EXPORT, &export.owned(), now)
}
