//! Customers by the many, as other modules are handed them.

use kernel::{Actor, ChannelId, CustomerId, Result, Scope, Timestamp};
use store::{Tx, params, sql};

use crate::{
    listing::{CustomerListQuery, list},
    model::{Customer, CustomerCard},
    policy,
};

sql! {
    ROWS(Customer) = "SELECT {cols} FROM customers WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    WITH_ALIASES(Customer) = "SELECT {cols} FROM customers WHERE survivor_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    AFTER = "SELECT id FROM customers WHERE id > $1 ORDER BY id LIMIT $2";
    QUIET(Customer) = "SELECT {cols} FROM customers WHERE id > $1 AND survivor_id IS NULL AND state = 'active'
        AND last_contact_at < $2 AND created_at < $2 ORDER BY id LIMIT $3";
    CHANNELS = "SELECT customer_id, channel_id FROM customer_identities
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// Customers by their ids, in that order, as far as the actor may see them; masked.
///
/// # Errors
/// [`kernel::Error::Forbidden`] without the permission to read any.
pub fn cards(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<CustomerCard>> {
    Ok(seen(tx, ids)?.iter().map(Customer::card).collect())
}

/// As [`cards`], in clear: for modules that check by themselves that it may go out, and write that it did.
///
/// # Errors
/// As [`cards`].
pub fn seen(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let sight = policy::may_read(tx.actor())?;
    let mut rows: Vec<Customer> = tx.all(&ROWS, params![serde_json::json!(ids).to_string()])?;
    rows.retain(|row| sight.covers(row));
    let at: std::collections::HashMap<_, _> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    rows.sort_by_key(|row| at.get(&row.id).copied());
    Ok(rows)
}

/// A page of a list in clear, and the cursor of the next: what [`CustomerListQuery`] asks for, as far as the actor may see
/// them. For modules that check by themselves that it may go out, and write that it did.
///
/// # Errors
/// [`kernel::Error::Forbidden`] without the permission to read any; [`kernel::Error::Invalid`].
pub fn page(tx: &mut Tx<'_>, query: &CustomerListQuery) -> Result<(Vec<Customer>, Option<String>)> {
    let listed = list(tx, query)?;
    Ok((listed.rows, listed.next))
}

/// How far somebody sees: the scope, and whether it covers those whom nobody looks after.
///
/// # Errors
/// [`kernel::Error::Forbidden`] without the permission to read any.
pub fn reach(actor: &Actor) -> Result<(Scope, bool)> {
    policy::may_read(actor).map(|sight| (sight.scope, sight.unowned))
}

/// Whether the actor may see this one's number and address in clear; that a reason was given and written down the
/// caller sees to.
pub fn shown_in_clear(tx: &Tx<'_>, customer: &Customer) -> bool {
    policy::may(tx.actor(), policy::UNMASK, customer, tx.now()).is_ok()
}

/// Whom these ids lead to, each with all of their aliases, in clear: for modules that did their own check.
///
/// # Errors
/// From the database.
pub fn families(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let rows: Vec<Customer> = tx.all(&ROWS, params![serde_json::json!(ids).to_string()])?;
    let survivors: std::collections::BTreeSet<_> = rows.iter().map(Customer::survivor).collect();
    let survivors = serde_json::json!(survivors).to_string();
    let mut all: Vec<Customer> = tx.all(&ROWS, params![survivors])?;
    all.extend(tx.all::<Customer>(&WITH_ALIASES, params![survivors])?);
    Ok(all)
}

/// The channels on which these were met.
///
/// # Errors
/// From the database.
pub fn channels_of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<(CustomerId, ChannelId)>> {
    tx.all(&CHANNELS, params![serde_json::json!(ids).to_string()])
}

/// The next customers behind this id, aliases among them, in the order of their ids: to go through all of them.
///
/// # Errors
/// From the database.
pub fn after(tx: &mut Tx<'_>, id: Option<CustomerId>, limit: i64) -> Result<Vec<CustomerId>> {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    Ok(tx.all::<(CustomerId,)>(&AFTER, params![id, limit])?.into_iter().map(|(id,)| id).collect())
}

/// The next behind this id, in the order of their ids, who were entered before `since` and with whom nobody was in contact
/// since then; in clear. Asks for no permission.
///
/// # Errors
/// From the database.
pub fn quiet(tx: &mut Tx<'_>, id: Option<CustomerId>, since: Timestamp, limit: i64) -> Result<Vec<Customer>> {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    tx.all(&QUIET, params![id, since, limit])
}
