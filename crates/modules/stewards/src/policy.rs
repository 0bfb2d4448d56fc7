//! Who hands over, classifies, keeps files, reports.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "stewards.read";
/// To hand over what a day brought, to update files one keeps, to file first contacts.
pub(crate) const HAND_OVER: &str = "stewards.hand_over";
const CLASSIFY: &str = "stewards.classify";
/// To hand over rows of another department.
const FEED: &str = "stewards.feed";
const RULES: &str = "stewards.rules";
/// To name who looks after a customer, and to hand over to somebody else.
const PLACE: &str = "stewards.place";
const REPORT: &str = "stewards.report";
const TERRITORIES: &str = "stewards.territories";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(HAND_OVER),
    Permission::reaching(CLASSIFY).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(FEED).at_first(None, None, Some(Reach::Department)),
    Permission::whole(RULES).at_first(None, None, Some(Reach::All)),
    Permission::reaching(PLACE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(REPORT),
    Permission::reaching(TERRITORIES).at_first(None, None, Some(Reach::Department)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// What one hands over is one's own.
pub(crate) fn may_hand_over(actor: &Actor, now: Timestamp) -> Result<Permit> {
    own(actor, HAND_OVER, now)
}

pub(crate) fn may_change(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    on_sight(actor, HAND_OVER, owned, now)
}

pub(crate) fn may_classify(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    on_sight(actor, CLASSIFY, owned, now)
}

/// Somebody may be named by whoever reaches them.
pub(crate) fn may_name(actor: &Actor, steward: &Owned, now: Timestamp) -> Result<Permit> {
    reaching(actor, CLASSIFY, steward, "steward_id", now)
}

pub(crate) fn may_feed(actor: &Actor, now: Timestamp) -> Result<Permit> {
    own(actor, FEED, now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

pub(crate) fn may_place(actor: &Actor, owner: &Owned, now: Timestamp) -> Result<Permit> {
    reaching(actor, PLACE, owner, "owner_id", now)
}

pub(crate) fn may_report(actor: &Actor, now: Timestamp) -> Result<Permit> {
    own(actor, REPORT, now)
}

pub(crate) fn may_draw(actor: &Actor, now: Timestamp) -> Result<Permit> {
    own(actor, TERRITORIES, now)
}

/// A territory is changed by who reaches whoever manages it.
pub(crate) fn may_redraw(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(TERRITORIES, owned, now)
}

/// Who draws territories is who reads what is reported of them.
pub(crate) fn may_take_note(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    on_sight(actor, TERRITORIES, owned, now)
}

fn own(actor: &Actor, permission: &'static str, now: Timestamp) -> Result<Permit> {
    let staff = actor.staff()?;
    actor.permit(permission, &Owned::by(staff.id, staff.unit), now)
}

fn reaching(
    actor: &Actor,
    permission: &'static str,
    whom: &Owned,
    field: &'static str,
    now: Timestamp,
) -> Result<Permit> {
    actor.permit(permission, whom, now).map_err(Error::absent(field, "not_allowed"))
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, permission: &'static str, owned: &Owned, now: Timestamp) -> Result<Permit> {
    if !may_read(actor)?.covers(owned) {
        return Err(Error::NotFound);
    }
    actor.permit(permission, owned, now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// The product itself, telling what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("stewards").permit(HAND_OVER, &Owned::NOBODY, now)
}
