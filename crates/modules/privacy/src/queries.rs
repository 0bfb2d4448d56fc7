//! All SQL of this module.

pub(crate) mod requests;
pub(crate) mod texts;

use kernel::{CustomerId, Error, Id, Result};
use serde_json::json;
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{ConsentPurpose, ConsentRecord, DoNotContact},
};

/// More than anybody ever said.
const MOST: i64 = 1_000;

sql! {
    INSERT_CONSENT(ConsentRecord) = "INSERT INTO consents ({cols}) VALUES ({vals})";
    INSERT_ENTRY(DoNotContact) = "INSERT INTO do_not_contacts ({cols}) VALUES ({vals})";
    COVER = "INSERT INTO consent_members (customer_id, said_id) VALUES {rows:TEXT,TEXT}";
    CONSENTS(ConsentRecord) = "SELECT {cols} FROM consents WHERE id IN (SELECT said_id FROM consent_members
          WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))
          AND (CAST($2 AS TEXT) IS NULL OR purpose = $2) ORDER BY said_at DESC, id DESC LIMIT $3";
    ENTRIES(DoNotContact) = "SELECT {cols} FROM do_not_contacts WHERE id IN (SELECT said_id FROM consent_members
          WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))) ORDER BY entered_at DESC, id DESC LIMIT $2";
    ENTRY(DoNotContact) = "SELECT {cols} FROM do_not_contacts WHERE id = $1";
    LIFT = "UPDATE do_not_contacts SET lifted_at = $2, lifted_by = $3, lifted_by_name = $4, lift_reason = $5
          WHERE id = $1 AND lifted_at IS NULL";
    EMPTY_CONSENTS = "UPDATE consents SET words = '', reference = NULL
          WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_ENTRIES = "UPDATE do_not_contacts SET reason = '', lift_reason = NULL
          WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

fn ids(of: &[CustomerId]) -> String {
    json!(of).to_string()
}

pub(crate) fn insert_consent(tx: &mut Tx<'_>, consent: &ConsentRecord) -> Result<()> {
    match tx.exec(&INSERT_CONSENT, &consent.values())? {
        1 => cover(tx, &consent.id.to_string(), &consent.covers.0),
        _ => Err(Error::internal("a consent was not written")),
    }
}

pub(crate) fn insert_entry(tx: &mut Tx<'_>, entry: &DoNotContact) -> Result<()> {
    match tx.exec(&INSERT_ENTRY, &entry.values())? {
        1 => cover(tx, &entry.id.to_string(), &entry.covers.0),
        _ => Err(Error::internal("an entry was not written")),
    }
}

fn cover(tx: &mut Tx<'_>, said: &str, members: &[CustomerId]) -> Result<()> {
    let rows: Vec<_> = members.iter().map(|id| vec![id.to_value(), said.to_value()]).collect();
    tx.exec_rows(&COVER, &rows)
}

/// What was said of these, or of one purpose, the latest first.
pub(crate) fn consents(
    tx: &mut Tx<'_>,
    of: &[CustomerId],
    purpose: Option<ConsentPurpose>,
) -> Result<Vec<ConsentRecord>> {
    tx.all(&CONSENTS, params![ids(of), purpose, MOST])
}

/// What keeps these in peace, or did, the latest first.
pub(crate) fn entries(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<DoNotContact>> {
    tx.all(&ENTRIES, params![ids(of), MOST])
}

pub(crate) fn entry(tx: &mut Tx<'_>, id: Id<DoNotContact>) -> Result<DoNotContact> {
    tx.one(&ENTRY, params![id])
}

/// Keeps that it was lifted; of two who lift it at once one is told that it was.
pub(crate) fn save_lifted(tx: &mut Tx<'_>, entry: &DoNotContact) -> Result<()> {
    let DoNotContact { id, lifted_at, lifted_by, lifted_by_name, lift_reason, .. } = entry;
    tx.exec_one(&LIFT, params![id, lifted_at, lifted_by, lifted_by_name, lift_reason], codes::NOT_STANDING)
}

/// Empties the words of these.
pub(crate) fn empty(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY_CONSENTS, params![ids(of)])?;
    tx.exec(&EMPTY_ENTRIES, params![ids(of)]).map(drop)
}
