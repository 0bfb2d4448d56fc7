//! A number or an address that leads to nobody is let go of; the person stays.

use audit::api::Entry;
use kernel::{CustomerId, Result};
use store::Tx;

use crate::{
    api, codes,
    model::{CustomerState, Details},
    policy, queries,
};

/// Takes this number or address, in its one spelling, from the person this id leads to and from every alias that has it,
/// as whoever may edit them; written on the trail with the reason. Answers whether anybody had it.
///
/// # Errors
/// [`kernel::Error::NotFound`] without the customer, or beyond one's reach; [`kernel::Error::Forbidden`]; `customers.erased`.
pub fn let_go(tx: &mut Tx<'_>, id: CustomerId, contact: &str, reason: &str) -> Result<bool> {
    let survivor = api::get(tx, id)?;
    if survivor.state == CustomerState::Erased {
        return Err(codes::ERASED.conflict());
    }
    let permit = policy::may(tx.actor(), policy::EDIT, &survivor, tx.now())?;
    let (by, _) = api::keeper(tx.actor());
    let mut had = false;
    for before in api::whole(tx, id)? {
        let none = |known: &Option<String>| (known.as_deref() == Some(contact)).then(String::new);
        let details = Details { phone: none(&before.phone), email: none(&before.email), ..Details::default() };
        if details.is_empty() {
            continue;
        }
        had = true;
        let mut after = before.clone().changed(&permit, by, before.version, &details)?;
        // Nothing was learnt of them: nobody is fresher because a dead number is gone.
        after.sources = before.sources.clone();
        for (field, gone) in [("phone", details.phone.is_some()), ("email", details.email.is_some())] {
            if gone {
                after.sources.0.remove(field);
            }
        }
        queries::save(tx, &after)?;
        let entry = Entry::new("customers.changed", "customer", after.id).reason(reason);
        audit::api::record(tx, entry.change(&before.trace(), &after.trace_from(&before)))?;
        api::changed(tx, &before, &after)?;
    }
    Ok(had)
}
