//! What this module holds about customers: what stood in the way of serving them.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::{Tx, params, sql};

use crate::{model::Escalation, queries};

sql! {
    OF(Escalation) = "SELECT {cols} FROM escalations WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY raised_at, id";
    OPEN = "SELECT DISTINCT customer_id FROM escalations
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state = 'open'";
    EMPTY = "UPDATE escalations SET what = '', detail = NULL, customer_name = '', result = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_STEPS = "UPDATE escalation_steps SET text = '' WHERE escalation_id IN
        (SELECT id FROM escalations WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";
}

fn ids(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let escalations: Vec<Escalation> = tx.all(&OF, params![ids(customers)?])?;
    let mut all = Vec::with_capacity(escalations.len());
    for escalation in escalations {
        let steps = queries::steps(tx, escalation.id)?;
        all.push(json!({ "escalation": escalation, "steps": steps }));
    }
    Ok(Value::Array(all))
}

/// Empties the words and the name; that something was reported, by whom and when it was solved stays.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY_STEPS, params![ids(customers)?])?;
    tx.exec(&EMPTY, params![ids(customers)?]).map(drop)
}

/// Those of these customers with an open escalation.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![ids(customers)?])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
