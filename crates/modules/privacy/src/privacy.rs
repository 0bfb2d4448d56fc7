//! What this module holds about customers: what they said and asked of their data, and that they want to be
//! left in peace.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{api, handling, queries};

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let (consents, entries) = (queries::consents(tx, customers, None)?, queries::entries(tx, customers)?);
    let requests = queries::requests::of(tx, customers)?;
    Ok(json!({ "consents": consents, "do_not_contacts": entries, "requests": requests }))
}

/// Empties the words and lets go of the files. What was agreed to and refused stays as proof, and peace stays peace.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for consent in queries::consents(tx, customers, None)? {
        if let Some(file) = consent.reference.as_deref().and_then(|reference| reference.parse().ok()) {
            files::api::detach(tx, file, api::FILE_OF, consent.id)?;
        }
    }
    handling::erase(tx, customers)?;
    queries::empty(tx, customers)
}
