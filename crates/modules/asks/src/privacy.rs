//! What this module holds about customers: what was asked about their matters.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{
    model::{Ask, AskLine},
    queries,
};

sql! {
    OF(Ask) = "SELECT {cols} FROM asks WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY asked_at, id";
    OPEN = "SELECT DISTINCT customer_id FROM asks
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state = 'open'";
    EMPTY = "UPDATE asks SET question = '', customer_name = '', answer = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_LINES = "UPDATE ask_lines SET text = '' WHERE ask_id IN
        (SELECT id FROM asks WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";
}

fn ids(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let asks: Vec<Ask> = tx.all(&OF, params![ids(customers)?])?;
    let mut all = Vec::with_capacity(asks.len());
    for ask in asks {
        let lines: Vec<AskLine> = queries::lines(tx, ask.id)?;
        all.push(json!({ "ask": ask, "lines": lines }));
    }
    Ok(Value::Array(all))
}

/// Empties the words and the name; that something was asked, by whom and when it was answered stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY_LINES, params![ids(customers)?])?;
    tx.exec(&EMPTY, params![ids(customers)?]).map(drop)
}

/// Those of these customers with an open ask.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![ids(customers)?])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
