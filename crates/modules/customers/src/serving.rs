//! Whoever serves a customer just now may see them, whoever looks after them otherwise.

use kernel::{CustomerId, Error, Owned, Permit, Result, UserId};
use store::Tx;

use crate::{
    api,
    model::{Customer, CustomerCard},
    policy,
};

/// What `conversations` registers, as a part `Box<dyn Serving>`: who serves whom.
pub trait Serving: Send + Sync {
    /// Whether `user` serves this customer now, or did within the last day: what is over is still to be
    /// wrapped up.
    ///
    /// # Errors
    /// From the database.
    fn serves(&self, tx: &mut Tx<'_>, user: UserId, customer: CustomerId) -> Result<bool>;
}

/// Until `conversations` says otherwise, nobody serves anybody.
struct Nobody;

impl Serving for Nobody {
    fn serves(&self, _tx: &mut Tx<'_>, _user: UserId, _customer: CustomerId) -> Result<bool> {
        Ok(false)
    }
}

pub(crate) fn nobody() -> Box<dyn Serving> {
    Box::new(Nobody)
}

/// As [`api::visible`], also of one whom the actor serves.
///
/// # Errors
/// As [`api::visible`].
pub fn visible(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId) -> Result<CustomerCard> {
    match api::visible(tx, id) {
        Err(Error::NotFound) => {
            let customer = api::get(tx, id)?;
            if served(tx, serving, id, &customer)? {
                Ok(customer.card())
            } else {
                Err(Error::NotFound)
            }
        }
        answer => answer,
    }
}

/// As [`policy::may`], also of one whom the actor, who asks for `id`, serves.
pub(crate) fn may(
    tx: &mut Tx<'_>,
    serving: &dyn Serving,
    permission: &'static str,
    id: CustomerId,
    customer: &Customer,
) -> Result<Permit> {
    let now = tx.now();
    match policy::may(tx.actor(), permission, customer, now) {
        Err(Error::NotFound | Error::Forbidden(_)) if served(tx, serving, id, customer)? => {
            let own = Owned::by(tx.actor().staff()?.id, None);
            tx.actor().permit(permission, &own, now)
        }
        answer => answer,
    }
}

/// Whether the actor serves them, by the name asked for or by the survivor's.
fn served(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId, customer: &Customer) -> Result<bool> {
    let Ok(me) = tx.actor().staff().map(|staff| staff.id) else { return Ok(false) };
    Ok(serving.serves(tx, me, id)? || (customer.id != id && serving.serves(tx, me, customer.id)?))
}
