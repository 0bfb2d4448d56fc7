//! Who may see, make, keep and withdraw a promise.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Promise;

const READ: &str = "promises.read";
const MAKE: &str = "promises.make";
const CLOSE: &str = "promises.close";
/// To withdraw one that is to be reported back.
const WAIVE: &str = "promises.waive";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(MAKE),
    Permission::reaching(CLOSE),
    Permission::reaching(WAIVE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_see(actor: &Actor, promise: &Promise) -> Result<()> {
    if may_read(actor)?.covers(&promise.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// One promises for oneself, and for those within one's reach.
pub(crate) fn may_make(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(MAKE, owned, now).map_err(Error::absent("owner_id", "not_allowed"))
}

pub(crate) fn may_keep(actor: &Actor, promise: &Promise, now: Timestamp) -> Result<Permit> {
    on_sight(actor, promise, CLOSE, now)
}

pub(crate) fn may_withdraw(actor: &Actor, promise: &Promise, now: Timestamp) -> Result<Permit> {
    on_sight(actor, promise, if promise.report_back { WAIVE } else { CLOSE }, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, promise: &Promise, permission: &'static str, now: Timestamp) -> Result<Permit> {
    may_see(actor, promise)?;
    actor.permit(permission, &promise.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// The product itself, telling what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("promises").permit(CLOSE, &Owned::NOBODY, now)
}
