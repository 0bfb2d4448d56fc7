//! What this module holds about customers: the mails that went to and fro.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// Every mail of theirs, in clear.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mails = queries::of_customers(tx, customers)?;
    mails
        .into_iter()
        .map(|mail| serde_json::to_value(mail).map_err(Error::internal))
        .collect::<Result<Vec<_>>>()
        .map(|mails| json!(mails))
}

/// Empties them: that one came or went, when and by which mailbox stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for mail in queries::of_customers(tx, customers)? {
        for file in &mail.attachments.0 {
            files::api::detach(tx, file.file_id, "mail", mail.id)?;
        }
    }
    queries::empty(tx, customers)
}
