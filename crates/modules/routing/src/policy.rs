//! Who takes work, who sees who does, who sets it up.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp, UserId};

const WORK: &str = "routing.work";
const WATCH: &str = "routing.watch";
const MANAGE: &str = "routing.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(WORK).at_first(Some(Reach::All), Some(Reach::All), None),
    Permission::reaching(WATCH),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
];

/// One's own presence and offers; answers whose.
pub(crate) fn may_work(actor: &Actor, now: Timestamp) -> Result<(UserId, Permit)> {
    let permit = actor.permit(WORK, &Owned::NOBODY, now)?;
    Ok((actor.staff()?.id, permit))
}

pub(crate) fn may_watch(actor: &Actor) -> Result<Scope> {
    actor.scope(WATCH)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
