//! All SQL of this module.

use kernel::{ChannelId, CustomerId, Error, Result, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{Customer, Identity},
    stage::Step,
};

sql! {
    INSERT(Customer) = "INSERT INTO customers ({cols}) VALUES ({vals})";
    INSERT_MANY(Customer) = "INSERT INTO customers ({cols}) VALUES {rows}";
    ROWS(Customer) = "SELECT {cols} FROM customers WHERE id {in:TEXT}";
    WITH_PHONES = "SELECT phone, COALESCE(survivor_id, id) FROM customers WHERE phone {in:TEXT}";
    WITH_EMAILS = "SELECT email, COALESCE(survivor_id, id) FROM customers WHERE email {in:TEXT}";
    // Not what follows from events (last_contact_at and the like), which others write meanwhile.
    UPDATE = "UPDATE customers SET name = $2, folded = $3, phone = $4, email = $5, note = $6, owner_id = $7, unit_id = $8,
            merged_into = $9, survivor_id = $10, state = $11, stage = $12, created_at = $13, version = $14, sources = $15,
            sort_name = $16
        WHERE id = $1 AND version = $14 - 1";
    FIND(Customer) = "SELECT {cols} FROM customers WHERE id = $1";
    ALIASES(Customer) = "SELECT {cols} FROM customers WHERE survivor_id = $1 ORDER BY created_at, id";
    MERGED_INTO = "SELECT id FROM customers WHERE merged_into = $1";
    LEAD_TO = "UPDATE customers SET survivor_id = $2
        WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    NAMES = "SELECT c.id, s.name FROM customers c JOIN customers s ON s.id = COALESCE(c.survivor_id, c.id)
        WHERE c.id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_STEP(Step) = "INSERT INTO customer_stages ({cols}) VALUES ({vals})";
    STEPS(Step) = "SELECT {cols} FROM customer_stages
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    ERASE_STEPS = "UPDATE customer_stages SET words = '' WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_IDENTITY(Identity) = "INSERT INTO customer_identities ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    IDENTITY(Identity) = "SELECT {cols} FROM customer_identities WHERE channel_id = $1 AND external_id = $2";
    SEEN = "UPDATE customer_identities SET name = $3, seen_at = $4 WHERE channel_id = $1 AND external_id = $2";
    IDENTITIES(Identity) = "SELECT {cols} FROM customer_identities
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY created_at, channel_id, external_id";
    WITH_PHONE = "SELECT DISTINCT COALESCE(survivor_id, id) AS who FROM customers WHERE phone = $1 ORDER BY who LIMIT 2";
    WITH_EMAIL = "SELECT DISTINCT COALESCE(survivor_id, id) AS who FROM customers WHERE email = $1 ORDER BY who LIMIT 2";
    PROVEN = "SELECT i.customer_id FROM customer_identities i JOIN customers c ON c.id = i.customer_id
        WHERE (c.id = $1 OR c.survivor_id = $1) AND i.external_id LIKE 'id:%' LIMIT 1";
    ERASE_IDENTITIES = "DELETE FROM customer_identities WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// The columns of a customer that are their details: the first so many.
const DETAILS: usize = 16;

/// The first two who are known to have this number, merges followed.
pub(crate) fn with_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&WITH_PHONE, params![phone])?.into_iter().map(|(id,)| id).collect())
}

/// The first two who are known to have this address, merges followed.
pub(crate) fn with_email(tx: &mut Tx<'_>, email: &str) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&WITH_EMAIL, params![email])?.into_iter().map(|(id,)| id).collect())
}

/// Enters many at once.
pub(crate) fn insert_many(tx: &mut Tx<'_>, customers: &[Customer]) -> Result<()> {
    tx.exec_rows(&INSERT_MANY, &customers.iter().map(Customer::values).collect::<Vec<_>>())
}

/// These very rows, aliases or not, in no order.
pub(crate) fn rows(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    tx.all_rows(&ROWS, &keys(ids))
}

/// Who has one of these numbers, by number, merges followed.
pub(crate) fn with_phones(tx: &mut Tx<'_>, phones: &[&str]) -> Result<Vec<(String, CustomerId)>> {
    tx.all_rows(&WITH_PHONES, &keys(phones))
}

/// Who has one of these addresses, by address, merges followed.
pub(crate) fn with_emails(tx: &mut Tx<'_>, emails: &[&str]) -> Result<Vec<(String, CustomerId)>> {
    tx.all_rows(&WITH_EMAILS, &keys(emails))
}

fn keys<T: ToValue>(keys: &[T]) -> Vec<Vec<store::Value<'_>>> {
    keys.iter().map(|key| vec![key.to_value()]).collect()
}

pub(crate) fn insert(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    match tx.exec(&INSERT, &customer.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a customer was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    tx.exec_one(&UPDATE, &customer.values()[..DETAILS], codes::STALE)
}

/// This very row, alias or not.
pub(crate) fn find(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer> {
    tx.one(&FIND, params![id])
}

/// Every alias that leads to this customer, however far.
pub(crate) fn aliases(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<Customer>> {
    tx.all(&ALIASES, params![id])
}

/// The rows somebody merged into this very one.
pub(crate) fn merged_into(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&MERGED_INTO, params![id])?.into_iter().map(|(id,)| id).collect())
}

/// Makes these aliases lead to `survivor`.
pub(crate) fn lead_to(tx: &mut Tx<'_>, aliases: &[CustomerId], survivor: CustomerId) -> Result<()> {
    match aliases {
        [] => Ok(()),
        aliases => tx.exec(&LEAD_TO, params![ids(aliases), survivor]).map(drop),
    }
}

pub(crate) fn names(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
    tx.all(&NAMES, params![ids(of)])
}

pub(crate) fn insert_step(tx: &mut Tx<'_>, step: &Step) -> Result<()> {
    tx.exec(&INSERT_STEP, &step.values()).map(drop)
}

/// What became of these, step by step.
pub(crate) fn steps(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Step>> {
    tx.all(&STEPS, params![ids(of)])
}

/// Empties the words of the steps.
pub(crate) fn erase_steps(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE_STEPS, params![ids(of)]).map(drop)
}

/// Adds an identity; false when the channel knows this external id already.
pub(crate) fn insert_identity(tx: &mut Tx<'_>, identity: &Identity) -> Result<bool> {
    Ok(tx.exec(&INSERT_IDENTITY, &identity.values())? == 1)
}

pub(crate) fn identity(tx: &mut Tx<'_>, channel: ChannelId, external_id: &str) -> Result<Option<Identity>> {
    tx.maybe(&IDENTITY, params![channel, external_id])
}

pub(crate) fn seen(tx: &mut Tx<'_>, identity: &Identity, name: &str, at: Timestamp) -> Result<()> {
    tx.exec(&SEEN, params![identity.channel_id, identity.external_id, name, at]).map(drop)
}

pub(crate) fn identities(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Identity>> {
    tx.all(&IDENTITIES, params![ids(of)])
}

/// Whether an embedding site proved who this survivor, or one of their aliases, is.
pub(crate) fn is_proven(tx: &mut Tx<'_>, id: CustomerId) -> Result<bool> {
    Ok(tx.maybe::<(CustomerId,)>(&PROVEN, params![id])?.is_some())
}

pub(crate) fn erase_identities(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE_IDENTITIES, params![ids(of)]).map(drop)
}

fn ids(of: &[CustomerId]) -> String {
    serde_json::json!(of).to_string()
}
