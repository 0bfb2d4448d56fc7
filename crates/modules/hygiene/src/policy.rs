//! Who may see, verify and remove what is out of date, and who sets the rules.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Purge;

const READ: &str = "hygiene.read";
const VERIFY: &str = "hygiene.verify";
pub(crate) const PURGE: &str = "hygiene.purge";
const RULES: &str = "hygiene.rules";

const EVERYWHERE: Option<Reach> = Some(Reach::All);

/// Reading and verifying go as far as one sees customers. What is to be removed is seen by whose request it is; each
/// customer is besides one whom the one who asked must be allowed to erase.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(EVERYWHERE, EVERYWHERE, EVERYWHERE),
    Permission::whole(VERIFY).at_first(EVERYWHERE, EVERYWHERE, EVERYWHERE),
    Permission::reaching(PURGE).at_first(None, None, Some(Reach::Department)),
    Permission::whole(RULES),
];

/// Whether the actor may see which of the customers they see are out of date.
pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    actor.scope(READ).map(drop)
}

/// The right to say of customers whom one sees what is right, and how a call went.
pub(crate) fn may_verify(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(VERIFY, &Owned::NOBODY, now)
}

/// The purges one may see.
pub(crate) fn may_read_purges(actor: &Actor) -> Result<Scope> {
    actor.scope(PURGE)
}

pub(crate) fn may_see(actor: &Actor, purge: &Purge) -> Result<()> {
    if may_read_purges(actor)?.covers(&purge.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// What somebody asks for is theirs.
pub(crate) fn may_ask(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(PURGE, &Owned::by(staff.id, staff.unit), now)
}

pub(crate) fn may_turn(actor: &Actor, purge: &Purge, now: Timestamp) -> Result<Permit> {
    actor.permit(PURGE, &purge.owned(), now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}
