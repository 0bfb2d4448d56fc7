//! Who may see what customers are worth, set the rules, and win customers back.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

pub(crate) const READ: &str = "worth.read";
pub(crate) const RULES: &str = "worth.rules";
pub(crate) const WIN_BACK: &str = "worth.win_back";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::whole(RULES),
    Permission::reaching(WIN_BACK).at_first(None, Some(Reach::Team), Some(Reach::Department)),
];

/// What a reader may see: as of customers, those whom nobody looks after are everybody's whose permission reaches beyond
/// their own.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub scope: Scope,
    pub unowned: bool,
}

impl Sight {
    pub(crate) fn covers(&self, owned: &Owned) -> bool {
        self.scope.covers(owned) || (self.unowned && *owned == Owned::NOBODY)
    }
}

fn sight(actor: &Actor, permission: &'static str) -> Result<Sight> {
    let unowned = match actor {
        Actor::Staff(staff) => staff.grants.get(permission).is_some_and(|reach| *reach >= Reach::Team),
        actor => actor.has(permission),
    };
    Ok(Sight { scope: actor.scope(permission)?, unowned })
}

pub(crate) fn may_read(actor: &Actor) -> Result<Sight> {
    sight(actor, READ)
}

/// Who may count anew and set what counts.
pub(crate) fn may_rule(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// Whom the actor may choose from to win back, and the attempts they may see.
pub(crate) fn may_win_back(actor: &Actor) -> Result<Sight> {
    sight(actor, WIN_BACK)
}

/// An attempt begun is whoever's began it.
pub(crate) fn may_begin(actor: &Actor, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(WIN_BACK, &Owned::by(staff.id, staff.unit), now)
}

/// Who may tell how it went with somebody: who looks after them, and whoever may see the attempt.
pub(crate) fn may_tell(actor: &Actor, customer: &Owned, attempt: &Owned, now: Timestamp) -> Result<Permit> {
    let theirs =
        may_read(actor)?.scope.covers(customer) || may_win_back(actor).is_ok_and(|sight| sight.covers(attempt));
    if theirs { actor.permit_own(now) } else { Err(Error::NotFound) }
}
