//! What this module holds about customers: what they were promised.

use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::{Tx, params, sql};

use crate::model::Promise;

sql! {
    OF(Promise) = "SELECT {cols} FROM promises WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY made_at, id";
    OPEN = "SELECT DISTINCT customer_id FROM promises
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state = 'open'";
    EMPTY = "UPDATE promises SET what = '', customer_name = '', result = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

fn ids(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let promises: Vec<Promise> = tx.all(&OF, params![ids(customers)?])?;
    serde_json::to_value(promises).map_err(Error::internal)
}

/// Empties the words and the name; that something was promised, by whom and whether it was kept stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY, params![ids(customers)?]).map(drop)
}

/// Those of these customers with an open promise.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![ids(customers)?])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
