//! What this module holds about customers: what they asked, and what they were told.

use kernel::{CustomerId, Error, Result, Timestamp};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{model::InquiryRecord, queries};

sql! {
    OF(InquiryRecord) = "SELECT {cols} FROM inquiry_records
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY ended_at, id";
    LAST = "SELECT customer_id, max(ended_at) FROM inquiry_records
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) GROUP BY customer_id";
    EMPTY = "UPDATE inquiry_records SET customer_name = '', phone = NULL, asked = '', answer = '', edited = TRUE,
        version = version + 1 WHERE id = $1";
    EMPTY_VERSIONS = "UPDATE inquiry_record_versions SET data = '{}', reason = NULL WHERE record_id = $1";
}

fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<InquiryRecord>> {
    tx.all(&OF, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

/// Their records in clear, with what these said before.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut all = Vec::new();
    for record in of(tx, customers)? {
        let versions = queries::versions(tx, record.id)?;
        all.push(json!({ "record": record, "phone": record.phone, "versions": versions }));
    }
    Ok(Value::Array(all))
}

/// Empties who asked and both sides' words, also those from before corrections. When it was, for what
/// reason and by whom it was answered stays: a signed sheet keeps its rows and its totals.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for record in of(tx, customers)? {
        tx.exec(&EMPTY, params![record.id])?;
        tx.exec(&EMPTY_VERSIONS, params![record.id])?;
    }
    Ok(())
}

/// When these asked last.
pub(crate) fn last(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<(CustomerId, Timestamp)>> {
    tx.all(&LAST, params![serde_json::to_string(customers).map_err(Error::internal)?])
}
