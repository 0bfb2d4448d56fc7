//! Who may see and change customers.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Customer;

pub(crate) const READ: &str = "customers.read";
pub(crate) const EDIT: &str = "customers.edit";
pub(crate) const UNMASK: &str = "customers.unmask";
pub(crate) const MERGE: &str = "customers.merge";
pub(crate) const ERASE: &str = "customers.erase";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(EDIT),
    Permission::reaching(UNMASK),
    Permission::reaching(MERGE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(ERASE).at_first(None, None, Some(Reach::Department)),
];

/// What a reader of customers may see.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub scope: Scope,
    /// Whether it covers those whom nobody looks after yet.
    pub unowned: bool,
}

impl Sight {
    pub(crate) fn covers(&self, customer: &Customer) -> bool {
        self.scope.covers(&customer.owned()) || (self.unowned && customer.owned() == Owned::NOBODY)
    }
}

pub(crate) fn may_read(actor: &Actor) -> Result<Sight> {
    Ok(Sight { scope: actor.scope(READ)?, unowned: beyond_own(actor, READ) })
}

/// The right to do what `permission` allows to this customer. One whom nobody looks after belongs to
/// everybody who may do it to more than their own.
pub(crate) fn may(actor: &Actor, permission: &'static str, customer: &Customer, now: Timestamp) -> Result<Permit> {
    let owned = match (customer.owned(), actor) {
        (Owned::NOBODY, Actor::Staff(staff)) if beyond_own(actor, permission) => Owned::by(staff.id, None),
        (owned, _) => owned,
    };
    actor.permit(permission, &owned, now).map_err(|refusal| match refusal {
        // Whoever may see the customer hears that a permission is wanting, not that nobody is there.
        Error::NotFound if may_read(actor).is_ok_and(|sight| sight.covers(customer)) => Error::Forbidden(permission),
        refusal => refusal,
    })
}

/// Whoever may merge everybody may look at everybody for who was entered twice.
pub(crate) fn may_search(actor: &Actor, now: Timestamp) -> Result<Permit> {
    if !actor.scope(MERGE)?.is_all() {
        return Err(Error::Forbidden(MERGE));
    }
    actor.permit(MERGE, &Owned::NOBODY, now)
}

fn beyond_own(actor: &Actor, permission: &str) -> bool {
    match actor {
        Actor::Staff(staff) => staff.grants.get(permission).is_some_and(|reach| *reach >= Reach::Team),
        actor => actor.has(permission),
    }
}
