//! Who may see colleagues, and who may place them.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UnitId};

const READ: &str = "people.read";
const MANAGE: &str = "people.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    // Whoever hands a customer on must see to whom.
    Permission::reaching(READ).at_first(Some(Reach::Team), Some(Reach::Department), Some(Reach::All)),
    Permission::reaching(MANAGE).at_first(None, None, Some(Reach::Department)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// To change something of this unit; of the whole, for none.
pub(crate) fn may_manage(actor: &Actor, unit: Option<UnitId>, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::by(None, unit), now)
}

/// To say who is responsible for what: whoever manages the people of their own unit.
pub(crate) fn may_assign(actor: &Actor, now: Timestamp) -> Result<Permit> {
    may_manage(actor, actor.staff().ok().and_then(|staff| staff.unit), now)
}

/// To do what moves the bounds of departments, and with them how far permissions reach.
pub(crate) fn may_redraw(actor: &Actor, now: Timestamp) -> Result<Permit> {
    if !actor.scope(MANAGE)?.is_all() {
        return Err(Error::Forbidden(MANAGE));
    }
    may_manage(actor, None, now)
}
