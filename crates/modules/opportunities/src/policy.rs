//! Who may see, make and pursue an opportunity, and who says what is looked for.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Opportunity;

pub(crate) const READ: &str = "opportunities.read";
const MAKE: &str = "opportunities.make";
const PURSUE: &str = "opportunities.pursue";
/// To say what is looked for in talks and records.
const RULES: &str = "opportunities.rules";

/// To take lists along as files, of what one sees.
const EXPORT: &str = "opportunities.export";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(MAKE),
    Permission::reaching(PURSUE),
    Permission::whole(EXPORT).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(RULES).at_first(None, Some(Reach::All), Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// As [`may_read`], and to take it along.
pub(crate) fn may_export(actor: &Actor, now: Timestamp) -> Result<Scope> {
    let _permit = actor.permit(EXPORT, &Owned::NOBODY, now)?;
    may_read(actor)
}

pub(crate) fn may_see(actor: &Actor, opportunity: &Opportunity) -> Result<()> {
    if may_read(actor)?.covers(&opportunity.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// One makes them for oneself, and for those within one's reach.
pub(crate) fn may_make(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    given(actor, MAKE, owned, now)
}

/// One gives them to oneself, and to those within one's reach.
pub(crate) fn may_give(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    given(actor, PURSUE, owned, now)
}

fn given(actor: &Actor, permission: &'static str, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(permission, owned, now).map_err(Error::absent("owner_id", "not_allowed"))
}

/// What one sees but may not change is forbidden; what one does not see is not there.
pub(crate) fn may_pursue(actor: &Actor, opportunity: &Opportunity, now: Timestamp) -> Result<Permit> {
    may_see(actor, opportunity)?;
    actor.permit(PURSUE, &opportunity.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(PURSUE),
        other => other,
    })
}

pub(crate) fn may_rule(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// The product itself, looking through talks.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("opportunities").permit(PURSUE, &Owned::NOBODY, now)
}
