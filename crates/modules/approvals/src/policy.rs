//! Who may ask, see, decide, and set limits.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UserId};

use crate::model::{Approval, Decision};

const READ: &str = "approvals.read";
const ASK: &str = "approvals.ask";
pub(crate) const DECIDE: &str = "approvals.decide";
const SET_LIMITS: &str = "approvals.set_limits";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::whole(ASK).at_first(Some(Reach::All), Some(Reach::All), Some(Reach::All)),
    Permission::reaching(DECIDE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(SET_LIMITS),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// One sees what lies in reach, what one took part in, and what one has a hand in.
pub(crate) fn may_see(actor: &Actor, approval: &Approval, steps: &[Decision], has_hand: bool) -> Result<()> {
    let scope = may_read(actor)?;
    let me = actor.staff()?.id;
    let took_part = steps.iter().any(|step| step.decided_by == me || step.in_name_of == me);
    if has_hand || took_part || scope.covers(&approval.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_ask(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(ASK, &Owned::NOBODY, now)
}

/// Whoever has authority over the applicant's unit. That the applicant belongs to oneself counts for
/// nothing here: nobody decides on their own.
pub(crate) fn may_decide(authority: &Actor, approval: &Approval, now: Timestamp) -> Result<Permit> {
    authority.permit(DECIDE, &Owned::by(None::<UserId>, approval.unit_id), now).map_err(|_| Error::Forbidden(DECIDE))
}

/// Only who may decide something can hand that on.
pub(crate) fn may_delegate(actor: &Actor) -> Result<Scope> {
    actor.scope(DECIDE)
}

pub(crate) fn may_set_limits(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(SET_LIMITS, &Owned::NOBODY, now)
}
