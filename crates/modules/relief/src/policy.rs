//! Who sees what people bear, who marks a contact, relieves, and sets the rules.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp, UserId};

const READ: &str = "relief.read";
/// To say that a contact was abusive.
const MARK: &str = "relief.mark";
/// To relieve somebody, and to take back what was marked.
const SUPERVISE: &str = "relief.supervise";
const RULES: &str = "relief.rules";
/// Whoever takes work has a day, and pauses.
const WORK: &str = "routing.work";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(MARK),
    Permission::reaching(SUPERVISE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(RULES).at_first(None, None, Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// One's own day; answers whose.
pub(crate) fn may_work(actor: &Actor, now: Timestamp) -> Result<(UserId, Permit)> {
    let permit = actor.permit(WORK, &Owned::NOBODY, now)?;
    Ok((actor.staff()?.id, permit))
}

pub(crate) fn may_mark(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(MARK, owned, now)
}

pub(crate) fn may_supervise(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(SUPERVISE, owned, now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}
