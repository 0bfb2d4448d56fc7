//! What other modules call.

use std::collections::HashSet;

use audit::api::Entry;
use customers::Source;
use kernel::{CustomerId, Error, Id, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{
    model::{CustomerField, CustomerFieldKind, CustomerFieldRules},
    policy::Eyes,
    queries,
    tags::{self, CustomerTag},
    value,
    values::{self, Relearnt},
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

/// A value of a kind in its one spelling, for fields of other things that take what those of customers take.
///
/// # Errors
/// What is wrong with it, as a field's code.
pub fn read(kind: CustomerFieldKind, rules: &CustomerFieldRules, given: &Value) -> Result<Value, &'static str> {
    value::read(kind, rules, given).map(|normal| normal.value)
}

/// Takes in what a line of a list says of a customer's fields, or only tells what would become of it: it overwrites what
/// is older, nothing fresher, and keeps `source` with each value. Answers what is there now that was not, with what the
/// customer's own file said before. The caller did its own check of who may, and held each text against [`check`].
///
/// # Errors
/// [`Error::NotFound`] without the customer; [`Error::Invalid`] for a text that its field does not take.
pub fn learn(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    said: &[(&CustomerField, &str)],
    source: &Source,
    rehearsal: bool,
) -> Result<Vec<Relearnt>> {
    let of = customers::api::members(tx, customer)?;
    let mut taken = Vec::new();
    for (field, text) in said {
        let normal = value::written(field.kind, &field.rules, text).map_err(|code| Error::field("value", code))?;
        taken.extend(values::learn(tx, &of, field, normal, source, rehearsal)?);
    }
    Ok(taken)
}

/// Gives these fields of this very customer back what stood there, as far as the list with this id is what is known of
/// them still. Answers which stay as they are, by the field's id and why: `fresher`, or `out_of_reach` for who acts. The
/// caller did its own check of who may change the customer.
///
/// # Errors
/// From the database.
pub fn put_back(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    import_id: &str,
    relearnt: &[Relearnt],
) -> Result<Vec<(String, &'static str)>> {
    values::put_back(tx, customer, import_id, relearnt)
}

/// Those of these of whose files something else is known than what the list with this id said.
///
/// # Errors
/// From the database.
pub fn known_besides(tx: &mut Tx<'_>, of: &[CustomerId], import_id: &str) -> Result<HashSet<CustomerId>> {
    queries::changed_besides(tx, of, import_id)
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
