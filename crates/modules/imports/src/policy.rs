//! Who may bring lists along, and see what became of them.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Import;

pub(crate) const MANAGE: &str = "imports.manage";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::reaching(MANAGE).at_first(None, Some(Reach::Own), Some(Reach::Department))];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(MANAGE)
}

/// What somebody brings along is theirs. Each line is besides a customer that they must be allowed to enter or change.
pub(crate) fn may_bring(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(MANAGE, &Owned::by(staff.id, staff.unit), now)
}

pub(crate) fn may(actor: &Actor, import: &Import, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &import.owned(), now)
}
