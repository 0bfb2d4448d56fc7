//! Who sees what customers thought, and sets how they are asked.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "satisfaction.read";
const RULES: &str = "satisfaction.rules";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::reaching(READ), Permission::whole(RULES).at_first(None, None, Some(Reach::All))];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}
