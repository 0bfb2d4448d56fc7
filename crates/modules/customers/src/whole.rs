//! A person over all modules: everything that is held about them, and erasing it.

use std::collections::BTreeMap;

use audit::api::Entry;
use http::Privacies;
use kernel::{CustomerId, Permit, Result};
use serde::Serialize;
use serde_json::Value;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api::{self, CustomerExport},
    codes,
    model::{Customer, CustomerCard, CustomerState},
    policy,
};

/// Everything held about a person.
#[derive(Serialize, ToSchema)]
pub struct Everything {
    #[serde(flatten)]
    customer: CustomerExport,
    /// What other modules hold, by module.
    #[schema(value_type = Object)]
    elsewhere: BTreeMap<&'static str, Value>,
}

/// Everything held about the person this id leads to by this module and every other, in clear, for whoever may unmask
/// them; written on the trail with the reason.
///
/// # Errors
/// [`kernel::Error::NotFound`] without the customer, or beyond one's reach; [`kernel::Error::Forbidden`].
pub fn everything(tx: &mut Tx<'_>, privacies: &Privacies, id: CustomerId, reason: &str) -> Result<Everything> {
    let customer = api::get(tx, id)?;
    let _permit = policy::may(tx.actor(), policy::UNMASK, &customer, tx.now())?;
    audit::api::record(tx, Entry::new("customers.exported", "customer", customer.id).reason(reason))?;
    let customer = api::export(tx, id)?;
    let ids = api::members(tx, id)?;
    let mut elsewhere = BTreeMap::new();
    for privacy in &privacies.0 {
        elsewhere.insert(privacy.module, (privacy.export)(tx, &ids)?);
    }
    Ok(Everything { customer, elsewhere })
}

/// Empties the person this id leads to and every alias of what is personal, here and in every other module, for good,
/// by whoever may erase them; written on the trail with the reason.
///
/// # Errors
/// As [`everything`]; `customers.erased` for one who is already.
pub fn erase_everywhere(tx: &mut Tx<'_>, privacies: &Privacies, id: CustomerId, reason: &str) -> Result<CustomerCard> {
    let customer = api::get(tx, id)?;
    let permit = policy::may(tx.actor(), policy::ERASE, &customer, tx.now())?;
    if customer.state == CustomerState::Erased {
        return Err(codes::ERASED.conflict());
    }
    empty(tx, privacies, &permit, id, reason).map(|customer| customer.card())
}

/// Empties the person this id leads to in every module.
pub(crate) fn empty(
    tx: &mut Tx<'_>,
    privacies: &Privacies,
    permit: &Permit,
    id: CustomerId,
    reason: &str,
) -> Result<Customer> {
    let ids = api::members(tx, id)?;
    for privacy in &privacies.0 {
        (privacy.erase)(tx, &ids)?;
    }
    api::erase(tx, permit, id, reason)
}

/// Whether the actor may see the person this id leads to in clear.
///
/// # Errors
/// As [`everything`].
pub fn may_unmask(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    let customer = api::get(tx, id)?;
    policy::may(tx.actor(), policy::UNMASK, &customer, tx.now()).map(drop)
}

/// Whether the actor may erase the person this id leads to.
///
/// # Errors
/// As [`erase_everywhere`], but for one who is erased already.
pub fn may_erase(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    let customer = api::get(tx, id)?;
    policy::may(tx.actor(), policy::ERASE, &customer, tx.now()).map(drop)
}
