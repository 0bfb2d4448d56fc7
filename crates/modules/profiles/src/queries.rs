//! All SQL of this module.

use std::collections::HashSet;

use customers::Source;
use kernel::{Cursor, CustomerId, Error, Id, Result};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{CustomerField, FieldValue, ProfileChange},
};

sql! {
    INSERT_FIELD(CustomerField) = "INSERT INTO customer_fields ({cols}) VALUES ({vals})";
    UPDATE_FIELD(CustomerField) = "UPDATE customer_fields SET {sets} WHERE id = $1 AND version = $14 - 1";
    FIELD(CustomerField) = "SELECT {cols} FROM customer_fields WHERE id = $1";
    FIELDS(CustomerField) = "SELECT {cols} FROM customer_fields ORDER BY position, id";

    PUT_VALUE(FieldValue) = "INSERT INTO customer_field_values ({cols}) VALUES ({vals}) ON CONFLICT (customer_id, field_id)
        DO UPDATE SET value = excluded.value, word = excluded.word, number = excluded.number, source = excluded.source, version = excluded.version
        WHERE customer_field_values.version = excluded.version - 1";
    VALUES_OF(FieldValue) = "SELECT {cols} FROM customer_field_values
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id, field_id";
    REMOVE_VALUE = "DELETE FROM customer_field_values WHERE customer_id = $1 AND field_id = $2 AND version = $3";
    ERASE_VALUES = "DELETE FROM customer_field_values WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_CHANGE(ProfileChange) = "INSERT INTO profile_changes ({cols}) VALUES ({vals})";
    CHANGES(ProfileChange) = "SELECT {cols} FROM profile_changes
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (at, id) < ($2, $3)
        ORDER BY at DESC, id DESC LIMIT $4";
    SOURCES_OF = "SELECT customer_id, source FROM profile_changes
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id, at, id";
    ERASE_CHANGES = "UPDATE profile_changes SET before = NULL, after = NULL
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

pub(crate) fn insert_field(tx: &mut Tx<'_>, field: &CustomerField) -> Result<()> {
    tx.exec(&INSERT_FIELD, &field.values()).map(drop)
}

pub(crate) fn save_field(tx: &mut Tx<'_>, field: &CustomerField) -> Result<()> {
    tx.exec_one(&UPDATE_FIELD, &field.values(), codes::STALE)
}

pub(crate) fn field(tx: &mut Tx<'_>, id: Id<CustomerField>) -> Result<CustomerField> {
    tx.one(&FIELD, params![id])
}

/// Every field there is or was, in order.
pub(crate) fn fields(tx: &mut Tx<'_>) -> Result<Vec<CustomerField>> {
    tx.all(&FIELDS, &[])
}

/// Writes a value over the version before it.
pub(crate) fn put_value(tx: &mut Tx<'_>, value: &FieldValue) -> Result<()> {
    tx.exec_one(&PUT_VALUE, &value.values(), codes::STALE)
}

/// Forgets a value as it was seen.
pub(crate) fn remove_value(tx: &mut Tx<'_>, value: &FieldValue) -> Result<()> {
    tx.exec_one(&REMOVE_VALUE, params![value.customer_id, value.field_id, value.version], codes::STALE)
}

/// Those of these of whose files something changed that the list with this id did not say.
pub(crate) fn changed_besides(tx: &mut Tx<'_>, of: &[CustomerId], import_id: &str) -> Result<HashSet<CustomerId>> {
    let rows: Vec<(CustomerId, Source)> = tx.all(&SOURCES_OF, params![ids(of)?])?;
    let other = |source: &Source| source.import_id.as_deref() != Some(import_id);
    Ok(rows.into_iter().filter(|(_, source)| other(source)).map(|(id, _)| id).collect())
}

/// What these files say, each of its own.
pub(crate) fn values_of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<FieldValue>> {
    tx.all(&VALUES_OF, params![ids(of)?])
}

pub(crate) fn insert_change(tx: &mut Tx<'_>, change: &ProfileChange) -> Result<()> {
    tx.exec(&INSERT_CHANGE, &change.values()).map(drop)
}

/// What became of these, the newest before the cursor first.
pub(crate) fn changes(tx: &mut Tx<'_>, of: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<ProfileChange>> {
    tx.all(&CHANGES, params![ids(of)?, before.key, before.id, limit])
}

/// Forgets what these said, and empties what it was and became.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    let ids = ids(of)?;
    tx.exec(&ERASE_VALUES, params![ids])?;
    tx.exec(&ERASE_CHANGES, params![ids]).map(drop)
}

/// As a list for `IN`.
pub(crate) fn ids(of: &[CustomerId]) -> Result<String> {
    serde_json::to_string(of).map_err(Error::internal)
}
