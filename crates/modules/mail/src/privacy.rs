//! What this module holds about customers: the mails that went to and fro.

use conversations::events::EMPTIED;
use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::Tx;
use work::Listener;

use crate::{model::Mail, queries};

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
    let mails = queries::of_customers(tx, customers)?;
    empty(tx, &mails)?;
    queries::empty_threads(tx, customers)
}

/// Those of conversations whose words are no longer kept go with them.
pub(crate) fn listener() -> Listener {
    Listener::new("mail.emptied", &[EMPTIED], |tx, fact| {
        let mails = queries::whole(tx, fact.subject.parse().map_err(Error::internal)?)?;
        empty(tx, &mails)
    })
}

fn empty(tx: &mut Tx<'_>, mails: &[Mail]) -> Result<()> {
    for mail in mails {
        for file in &mail.attachments.0 {
            files::api::detach(tx, file.file_id, "mail", mail.id)?;
        }
    }
    queries::empty(tx, mails)
}
