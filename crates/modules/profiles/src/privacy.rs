//! What this module holds about customers.

use kernel::{Cursor, CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{
    addresses::{self, CustomerAddress},
    model::{CustomerField, ProfileChangeOf},
    observations, organisations,
    policy::Eyes,
    queries, tags,
};

/// The longest history that is told at once, in rows.
const LONGEST: i64 = 10_000;

/// Everything the actor may see, in clear; `withheld` says how many fields there are that they may not see, of whomever.
pub(crate) fn export(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Value> {
    let eyes = Eyes::of(tx)?;
    let all = queries::fields(tx)?;
    let withheld = all.iter().filter(|field| !eyes.see(field)).count();
    let named = |id: &str| all.iter().find(|field| field.id.to_string() == id && eyes.see(field));
    let values: Vec<_> = queries::values_of(tx, of)?
        .into_iter()
        .filter_map(|row| {
            let field: &CustomerField = named(&row.field_id.to_string())?;
            let value = row.json()?;
            Some(json!({"customer_id": row.customer_id, "field": field.name, "value": value, "source": row.source}))
        })
        .collect();
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    let changes: Vec<_> = queries::changes(tx, of, &newest, LONGEST)?
        .into_iter()
        .filter_map(|row| {
            let name = match row.what {
                ProfileChangeOf::Field => named(&row.subject)?.name.clone(),
                _ => row.subject.clone(),
            };
            Some(json!({"what": row.what, "name": name, "before": row.before, "after": row.after, "at": row.at, "by": row.by_name}))
        })
        .collect();
    let tags = tags::views(tx, of)?;
    let observations = observations::of(tx, of)?;
    let addresses: Vec<_> = addresses::of(tx, of)?.iter().map(CustomerAddress::details).collect();
    let organisation = organisations::export(tx, of)?;
    Ok(json!({
        "fields": values, "changes": changes, "withheld": withheld, "tags": tags, "observations": observations,
        "addresses": addresses, "organisation": organisation,
    }))
}

/// Forgets what fields say, tags, addresses and links, and empties sentences; that something changed or was noticed, when
/// and by whom, stays.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    queries::erase(tx, of)?;
    tags::erase(tx, of)?;
    observations::erase(tx, of)?;
    addresses::erase(tx, of)?;
    organisations::erase(tx, of)?;
    http::attributes_changed(tx, of)
}
