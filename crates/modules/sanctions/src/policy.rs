//! Who may see, propose and decide a sanction.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Sanction;

const PROPOSE: &str = "sanctions.propose";
/// To decide an appeal, and to withdraw what stands.
pub(crate) const DECIDE: &str = "sanctions.decide";
const RULES: &str = "sanctions.rules";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(PROPOSE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(DECIDE).at_first(None, None, Some(Reach::Department)),
    Permission::whole(RULES).at_first(None, None, Some(Reach::All)),
];

/// What somebody may see: what concerns them, and what lies within the reach of either permission.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub proposing: Option<Scope>,
    pub deciding: Option<Scope>,
}

impl Sight {
    pub(crate) fn covers(&self, owned: &Owned) -> bool {
        [&self.proposing, &self.deciding].into_iter().flatten().any(|scope| scope.covers(owned))
    }
}

fn granted(actor: &Actor, permission: &'static str) -> Result<Option<Scope>> {
    match actor.scope(permission) {
        Ok(scope) => Ok(Some(scope)),
        Err(Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the signed-in member may see.
pub(crate) fn sight(actor: &Actor) -> Result<Sight> {
    actor.staff()?;
    Ok(Sight { proposing: granted(actor, PROPOSE)?, deciding: granted(actor, DECIDE)? })
}

pub(crate) fn may_see(actor: &Actor, sanction: &Sanction) -> Result<()> {
    if sanction.concerns(actor.staff()?.id) || sight(actor)?.covers(&sanction.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_propose_any(actor: &Actor) -> Result<()> {
    actor.scope(PROPOSE).map(drop)
}

/// For somebody within one's reach; never for oneself.
pub(crate) fn may_propose(actor: &Actor, person: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(PROPOSE, person, now).map_err(Error::absent("person_id", "not_allowed"))
}

/// What only the person concerned may do.
pub(crate) fn may_answer(actor: &Actor, sanction: &Sanction, now: Timestamp) -> Result<Permit> {
    may_see(actor, sanction)?;
    if sanction.concerns(actor.staff()?.id) {
        actor.permit_own(now)
    } else {
        Err(Error::Forbidden("own"))
    }
}

pub(crate) fn may_serve(actor: &Actor, sanction: &Sanction, now: Timestamp) -> Result<Permit> {
    on_sight(actor, sanction, PROPOSE, now)
}

pub(crate) fn may_decide(actor: &Actor, sanction: &Sanction, now: Timestamp) -> Result<Permit> {
    on_sight(actor, sanction, DECIDE, now)
}

/// Whoever proposed it, until it stands; after that whoever may decide.
pub(crate) fn may_withdraw(actor: &Actor, sanction: &Sanction, now: Timestamp) -> Result<Permit> {
    may_see(actor, sanction)?;
    if !sanction.is_final() && actor.staff()?.id == sanction.proposed_by {
        return on_sight(actor, sanction, PROPOSE, now);
    }
    on_sight(actor, sanction, DECIDE, now)
}

/// Those who propose, decide or set them.
pub(crate) fn may_see_rules(actor: &Actor) -> Result<()> {
    if [PROPOSE, DECIDE, RULES].into_iter().any(|permission| actor.has(permission)) {
        Ok(())
    } else {
        actor.scope(PROPOSE).map(drop)
    }
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, sanction: &Sanction, permission: &'static str, now: Timestamp) -> Result<Permit> {
    may_see(actor, sanction)?;
    actor.permit(permission, &sanction.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// The product itself, telling what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("sanctions").permit(DECIDE, &Owned::NOBODY, now)
}
