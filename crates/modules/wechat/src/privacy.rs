//! What this module holds about customers: who they are on which account, and what they allow.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// Who they are on each account.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let contacts = queries::of_customers(tx, customers)?.into_iter().map(|contact| {
        json!({
            "account_id": contact.account_id,
            "external_user": contact.external_user,
            "union_id": contact.union_id,
            "name": contact.name,
            "follows": contact.follows,
        })
    });
    Ok(Value::Array(contacts.collect()))
}

/// Forgets them, and what came from them.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::erase(tx, customers)
}
