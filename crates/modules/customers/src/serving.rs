//! Whoever serves a customer just now may see them, whoever looks after them otherwise.

use kernel::{CustomerId, Error, Owned, Permit, Result, UserId};
use store::Tx;

use crate::{
    api, codes,
    model::{Customer, CustomerCard, CustomerState},
    policy, queries,
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

/// What modules that keep more of a customer let be done to it, by those who may do it to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Changing what is known.
    Edit,
    /// Seeing in clear what is masked.
    Unmask,
}

/// The customer this id leads to, with the ids of all who are one with them, theirs first, when the actor may see
/// or serves them.
///
/// # Errors
/// As [`api::visible`].
pub fn file_of(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId) -> Result<(CustomerCard, Vec<CustomerId>)> {
    let card = visible(tx, serving, id)?;
    let aliases = queries::aliases(tx, card.id)?;
    let ids = std::iter::once(card.id).chain(aliases.iter().map(|alias| alias.id)).collect();
    Ok((card, ids))
}

/// The customer this id leads to and the right to do this to them, which whoever serves them has as for their own.
///
/// # Errors
/// [`Error::NotFound`] for one whom the actor may not see, [`Error::Forbidden`] without the permission,
/// [`Error::Conflict`] for one who was erased.
pub fn may_do(tx: &mut Tx<'_>, serving: &dyn Serving, right: Right, id: CustomerId) -> Result<(Customer, Permit)> {
    let customer = api::get(tx, id)?;
    let permission = match right {
        Right::Edit => policy::EDIT,
        Right::Unmask => policy::UNMASK,
    };
    let permit = may(tx, serving, permission, id, &customer)?;
    if customer.state == CustomerState::Erased {
        Err(codes::ERASED.conflict())
    } else {
        Ok((customer, permit))
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
