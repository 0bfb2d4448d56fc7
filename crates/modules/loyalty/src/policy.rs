//! Who may see members, give and take points, and set the rules.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Member;

pub(crate) const READ: &str = "loyalty.read";
/// To enter members, use their points for them, and hand out rewards.
pub(crate) const SERVE: &str = "loyalty.serve";
pub(crate) const ADJUST: &str = "loyalty.adjust";
/// To say that an order earned, or came back: for systems.
pub(crate) const POST: &str = "loyalty.post";
const FIGURES: &str = "loyalty.figures";
pub(crate) const MANAGE: &str = "loyalty.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(SERVE),
    Permission::reaching(ADJUST).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(POST),
    Permission::whole(FIGURES).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
];

/// What a reader of members may see.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub scope: Scope,
    /// Whether it covers those whom nobody looks after.
    pub unowned: bool,
}

fn beyond_own(actor: &Actor, permission: &str) -> bool {
    match actor {
        Actor::Staff(staff) => staff.grants.get(permission).is_some_and(|reach| *reach >= Reach::Team),
        actor => actor.has(permission),
    }
}

pub(crate) fn may_read(actor: &Actor) -> Result<Sight> {
    Ok(Sight { scope: actor.scope(READ)?, unowned: beyond_own(actor, READ) })
}

pub(crate) fn may_see(actor: &Actor, member: &Member) -> Result<()> {
    let sight = may_read(actor)?;
    if sight.scope.covers(&member.owned()) || (sight.unowned && member.owned() == Owned::NOBODY) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// The right to do what `permission` allows with this member's points. Whom nobody looks after belongs to everybody who
/// may do it to more than their own; whom one may see but not serve is forbidden, not missing.
pub(crate) fn may(actor: &Actor, permission: &'static str, member: &Member, now: Timestamp) -> Result<Permit> {
    may_see(actor, member)?;
    let owned = match (member.owned(), actor) {
        (Owned::NOBODY, Actor::Staff(staff)) if beyond_own(actor, permission) => Owned::by(staff.id, None),
        (owned, _) => owned,
    };
    actor.permit(permission, &owned, now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// To enter customers as members: whom one may see.
pub(crate) fn may_enter(actor: &Actor) -> Result<Scope> {
    actor.scope(SERVE)
}

pub(crate) fn may_post(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(POST, &Owned::NOBODY, now)
}

pub(crate) fn may_see_figures(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(FIGURES, &Owned::NOBODY, now)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
