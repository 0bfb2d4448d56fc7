//! What this module holds about customers: rows of batches, who keeps their files, what was noted of first contacts.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{
    contact,
    model::{Item, RecordSteward},
    owners,
};

sql! {
    ITEMS(Item) = "SELECT {cols} FROM intake_items
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id";
    OPEN = "SELECT DISTINCT customer_id FROM first_contacts
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state = 'open'";
    EMPTY_ITEMS = "UPDATE intake_items SET name = '', phone = NULL, email = NULL, note = '', key = NULL, reason = NULL,
        version = version + 1 WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    STEWARDS(RecordSteward) = "SELECT {cols} FROM record_stewards
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id";
    FORGET_STEWARDS = "DELETE FROM record_stewards WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

fn ids(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let ids = ids(customers)?;
    let items: Vec<Item> = tx.all(&ITEMS, params![ids])?;
    let items: Vec<_> = items
        .into_iter()
        .map(|item| json!({"name": item.name, "phone": item.phone, "email": item.email, "note": item.note, "department": item.department, "key": item.key, "at": item.created_at}))
        .collect();
    let stewards: Vec<RecordSteward> = tx.all(&STEWARDS, params![ids])?;
    let contacts = contact::of_people(tx, &ids)?;
    let newest = kernel::Cursor { key: i64::MAX, id: "~".into() };
    let handovers = owners::list(tx, &ids, &newest, 10_000)?;
    Ok(json!({"intake": items, "stewards": stewards, "first_contacts": contacts, "owners": handovers}))
}

/// Empties names, numbers and words; that somebody was brought in, given to whom and spoken to stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let ids = ids(customers)?;
    tx.exec(&EMPTY_ITEMS, params![ids])?;
    tx.exec(&FORGET_STEWARDS, params![ids])?;
    for customer in customers {
        let now = tx.now();
        contact::end(tx, *customer, now)?;
    }
    contact::empty(tx, &ids)?;
    owners::empty(tx, &ids)
}

/// Those of these customers whom somebody is to speak to for the first time.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![ids(customers)?])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
