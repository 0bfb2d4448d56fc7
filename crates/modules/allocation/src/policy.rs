//! Who may share customers out, among whom.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::AllocationRun;

pub(crate) const MANAGE: &str = "allocation.manage";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::reaching(MANAGE).at_first(None, Some(Reach::Team), Some(Reach::Department))];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(MANAGE)
}

/// What somebody shares out is theirs; each customer is besides one that they must be allowed to change.
pub(crate) fn may_begin(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(MANAGE, &Owned::by(staff.id, staff.unit), now)
}

pub(crate) fn may(actor: &Actor, run: &AllocationRun, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &run.owned(), now)
}
