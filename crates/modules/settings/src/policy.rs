//! Who may change the settings. Everybody who is signed in may read them.

use http::Permission;
use kernel::{Actor, Owned, Permit, Result, Timestamp};

const MANAGE: &str = "settings.manage";
const JOBS: &str = "settings.jobs";

pub(crate) const PERMISSIONS: &[Permission] = &[Permission::whole(MANAGE), Permission::whole(JOBS)];

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

pub(crate) fn may_manage_jobs(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(JOBS, &Owned::NOBODY, now)
}

pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    match actor {
        Actor::System(_) => Ok(()),
        other => other.staff().map(drop),
    }
}
