//! What this module holds about customers: what they asked, and what they were told.

use ::http::{Aged, AgedRecord, Keeping};
use kernel::{CustomerId, Error, Id, Result, Timestamp};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{model::InquiryRecord, queries};

sql! {
    OF(InquiryRecord) = "SELECT {cols} FROM inquiry_records
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY ended_at, id";
    LAST = "SELECT customer_id, max(ended_at) FROM inquiry_records
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) GROUP BY customer_id";
    AGED = "SELECT id, ended_at, customer_id FROM inquiry_records
        WHERE emptied_at IS NULL AND ended_at < $1 AND (ended_at, id) > ($2, $3) ORDER BY ended_at, id LIMIT $4";
    COUNT_AGED = "SELECT COUNT(*) FROM inquiry_records WHERE emptied_at IS NULL AND ended_at < $1";
    EMPTY = "UPDATE inquiry_records SET customer_name = '', phone = NULL, asked = '', answer = '', edited = TRUE,
        emptied_at = COALESCE(emptied_at, $2), version = version + 1 WHERE id = $1";
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

/// Records that are kept for a time, whichever way the contact came.
pub(crate) const KEEPING: Keeping = Keeping { kind: "inquiries", channels: &[], aged, count, empty: empty_aged };

fn aged(tx: &mut Tx<'_>, wanted: &Aged) -> Result<Vec<AgedRecord>> {
    let (at, id) = &wanted.after;
    tx.all(&AGED, params![wanted.before, *at, id, wanted.most])
}

fn count(tx: &mut Tx<'_>, wanted: &Aged) -> Result<i64> {
    tx.one::<(i64,)>(&COUNT_AGED, params![wanted.before]).map(|(count,)| count)
}

fn empty_aged(tx: &mut Tx<'_>, ids: &[String]) -> Result<()> {
    ids.iter().try_for_each(|id| empty(tx, id.parse().map_err(Error::internal)?))
}

pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    of(tx, customers)?.into_iter().try_for_each(|record| empty(tx, record.id))
}

/// Empties who asked and both sides' words, also those from before corrections. When it was, for what
/// reason and by whom it was answered stays: a signed sheet keeps its rows and its totals.
fn empty(tx: &mut Tx<'_>, id: Id<InquiryRecord>) -> Result<()> {
    let now = tx.now();
    tx.exec(&EMPTY, params![id, now])?;
    tx.exec(&EMPTY_VERSIONS, params![id]).map(drop)
}

/// When these asked last.
pub(crate) fn last(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<(CustomerId, Timestamp)>> {
    tx.all(&LAST, params![serde_json::to_string(customers).map_err(Error::internal)?])
}
