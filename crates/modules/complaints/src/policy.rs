//! Who may see a complaint, take one in, handle it, read it after somebody, decide and sum up.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Complaint;

const READ: &str = "complaints.read";
const REGISTER: &str = "complaints.register";
const HANDLE: &str = "complaints.handle";
/// To read after somebody what needs a second reader.
pub(crate) const CONFIRM: &str = "complaints.confirm";
/// To choose among options and write the directive.
pub(crate) const DECIDE: &str = "complaints.decide";
pub(crate) const SUMMARISE: &str = "complaints.summarise";
/// To set times, limits and categories.
const RULES: &str = "complaints.rules";

const EVERYBODY: Option<Reach> = Some(Reach::All);
const LEADS: (Option<Reach>, Option<Reach>, Option<Reach>) = (None, Some(Reach::Team), Some(Reach::Department));

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::whole(REGISTER).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::reaching(HANDLE),
    Permission::reaching(CONFIRM).at_first(LEADS.0, LEADS.1, LEADS.2),
    Permission::reaching(DECIDE).at_first(LEADS.0, LEADS.1, LEADS.2),
    Permission::reaching(SUMMARISE).at_first(LEADS.0, LEADS.1, LEADS.2),
    Permission::whole(RULES).at_first(None, None, EVERYBODY),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever reaches the one whose turn it is, or the one who looks after it.
pub(crate) fn may_see(actor: &Actor, complaint: &Complaint) -> Result<()> {
    let scope = may_read(actor)?;
    if scope.covers(&complaint.owned()) || scope.covers(&complaint.handled()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_register(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(REGISTER, &Owned::NOBODY, now)
}

pub(crate) fn may_handle(actor: &Actor, complaint: &Complaint, now: Timestamp) -> Result<Permit> {
    on_sight(actor, complaint, HANDLE, now)
}

pub(crate) fn may_confirm(actor: &Actor, complaint: &Complaint, now: Timestamp) -> Result<Permit> {
    on_sight(actor, complaint, CONFIRM, now)
}

pub(crate) fn may_decide(actor: &Actor, complaint: &Complaint, now: Timestamp) -> Result<Permit> {
    on_sight(actor, complaint, DECIDE, now)
}

pub(crate) fn may_summarise(actor: &Actor, complaint: &Complaint, now: Timestamp) -> Result<Permit> {
    on_sight(actor, complaint, SUMMARISE, now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight(actor: &Actor, complaint: &Complaint, permission: &'static str, now: Timestamp) -> Result<Permit> {
    may_see(actor, complaint)?;
    let permit = match actor.permit(permission, &complaint.owned(), now) {
        Err(Error::NotFound) => actor.permit(permission, &complaint.handled(), now),
        answer => answer,
    };
    permit.map_err(|error| match error {
        Error::NotFound => Error::Forbidden(permission),
        other => other,
    })
}

/// Everything, for modules that did their own check.
pub(crate) fn everything() -> Result<Scope> {
    Actor::System("complaints").scope(READ)
}

/// The product itself, following what happened elsewhere.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("complaints").permit(HANDLE, &Owned::NOBODY, now)
}
