//! What other modules call.

use std::collections::HashSet;

use audit::api::Entry;
use customers::Source;
use kernel::{CustomerId, Error, Id, Result};
use serde_json::json;
use store::Tx;

use crate::{
    model::CustomerField,
    policy::Eyes,
    queries,
    tags::{self, CustomerTag},
    value, values,
};

/// The fields that whoever acts may fill in, in order.
///
/// # Errors
/// From the database.
pub fn fillable(tx: &mut Tx<'_>) -> Result<Vec<CustomerField>> {
    let eyes = Eyes::of(tx)?;
    Ok(queries::fields(tx)?.into_iter().filter(|field| !field.archived && eyes.change(field)).collect())
}

/// Whether a field takes what somebody wrote, in whatever spelling.
///
/// # Errors
/// What is wrong with it, as a field's code.
pub fn check(field: &CustomerField, text: &str) -> Result<(), &'static str> {
    value::written(field.kind, &field.rules, text).map(drop)
}

/// Takes in what a line of a list says of a customer's fields, or only tells what would become of it: it overwrites what
/// is older, nothing fresher, and keeps `source` with each value. Whether anything is there now that was not. The caller
/// did its own check of who may, and held each text against [`check`].
///
/// # Errors
/// [`Error::NotFound`] without the customer; [`Error::Invalid`] for a text that its field does not take.
pub fn learn(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    said: &[(&CustomerField, &str)],
    source: &Source,
    rehearsal: bool,
) -> Result<bool> {
    let of = customers::api::members(tx, customer)?;
    let mut taken = false;
    for (field, text) in said {
        let normal = value::written(field.kind, &field.rules, text).map_err(|code| Error::field("value", code))?;
        taken |= values::learn(tx, &of, field, normal, source, rehearsal)?;
    }
    Ok(taken)
}

/// Whether customers can get this tag: it is one, not a group, and not archived.
///
/// # Errors
/// From the database.
pub fn takes_tag(tx: &mut Tx<'_>, tag: Id<CustomerTag>) -> Result<bool> {
    tags::can_be_set(tx, tag)
}

/// Who of these has the tag just now.
///
/// # Errors
/// From the database.
pub fn with_tag(tx: &mut Tx<'_>, customers: &[CustomerId], tag: Id<CustomerTag>) -> Result<HashSet<CustomerId>> {
    let people = customers::api::members_of(tx, customers)?;
    tags::with(tx, &people, tag)
}

/// Gives a customer a tag because a rule says so; whether they have it since. They have not where they had it, have as
/// many as one may have, or nobody can get it any more. The caller did its own check of who may.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn tag(tx: &mut Tx<'_>, customer: CustomerId, tag: Id<CustomerTag>) -> Result<bool> {
    let files = customers::api::members(tx, customer)?;
    let set = tags::set_by_rule(tx, &files, tag)?;
    if set {
        audit::api::record(tx, Entry::new("profiles.tag_set", "customer", customer).created(&json!({"tag_id": tag})))?;
    }
    Ok(set)
}
