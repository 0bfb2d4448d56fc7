//! Who may see, write, sign and take along what was asked.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UnitId, UserId};

use crate::model::InquiryRecord;

const READ: &str = "inquiries.read";
const WRITE: &str = "inquiries.write";
/// To sign a team's day, and to correct what was signed.
const SIGN: &str = "inquiries.sign";
const EXPORT: &str = "inquiries.export";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(WRITE),
    Permission::reaching(SIGN).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(EXPORT).at_first(None, Some(Reach::Team), Some(Reach::Department)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_see(actor: &Actor, record: &InquiryRecord) -> Result<()> {
    if may_read(actor)?.covers(&record.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// What one writes down is one's own, and one's unit's.
pub(crate) fn may_log(actor: &Actor, now: Timestamp) -> Result<(Permit, Owned)> {
    let staff = actor.staff()?;
    let owned = Owned::by(staff.id, staff.unit);
    Ok((actor.permit(WRITE, &owned, now)?, owned))
}

pub(crate) fn may_write(actor: &Actor, record: &InquiryRecord, now: Timestamp) -> Result<Permit> {
    on_sight(actor, record, WRITE, now)
}

/// To correct what was signed takes whoever could sign it.
pub(crate) fn may_correct(actor: &Actor, record: &InquiryRecord, now: Timestamp) -> Result<Permit> {
    on_sight(actor, record, SIGN, now)
}

/// The sheets of whole teams: one's own rows alone make none.
pub(crate) fn may_see_sheet(actor: &Actor, unit: Option<UnitId>) -> Result<()> {
    if may_read(actor)?.covers(&team(unit)) { Ok(()) } else { Err(Error::NotFound) }
}

pub(crate) fn may_sign(actor: &Actor, unit: Option<UnitId>, now: Timestamp) -> Result<Permit> {
    may_see_sheet(actor, unit)?;
    actor.permit(SIGN, &team(unit), now).map_err(|error| forbidden(error, SIGN))
}

pub(crate) fn may_export(actor: &Actor, unit: Option<UnitId>) -> Result<()> {
    may_see_sheet(actor, unit)?;
    if actor.scope(EXPORT)?.covers(&team(unit)) {
        Ok(())
    } else {
        Err(Error::Forbidden(EXPORT))
    }
}

/// The product itself, writing down what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("inquiries").permit(WRITE, &Owned::NOBODY, now)
}

fn team(unit: Option<UnitId>) -> Owned {
    Owned::by(None::<UserId>, unit)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, record: &InquiryRecord, permission: &'static str, now: Timestamp) -> Result<Permit> {
    may_see(actor, record)?;
    actor.permit(permission, &record.owned(), now).map_err(|error| forbidden(error, permission))
}

fn forbidden(error: Error, permission: &'static str) -> Error {
    match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    }
}
