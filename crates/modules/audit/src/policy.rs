//! Who may read the trail.

use http::Permission;
use kernel::{Actor, Result, Scope};

const READ: &str = "audit.read";

pub(crate) const PERMISSIONS: &[Permission] = &[Permission::whole(READ)];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}
