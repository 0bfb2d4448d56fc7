//! What fields say of a customer: set by hand, learnt from elsewhere, and as it stands over merged files.

use std::collections::HashMap;

use customers::{Source, SourceKind};
use kernel::{Actor, CustomerId, Error, FieldError, Id, Params, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Fact, Tx};

use crate::{
    codes,
    events::ProfileChanged,
    model::{CustomerField, FieldValue, ProfileChange, ProfileChangeOf},
    policy::Eyes,
    queries,
    value::{self, Normal},
};

/// A field's value that is wanted, and the version of it that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub field: Id<CustomerField>,
    /// None empties it.
    pub value: Option<Value>,
    /// None: whatever stands there.
    pub version: Option<i64>,
}

/// What a field of a customer's own file says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    value: Option<String>,
    word: Option<String>,
    number: Option<i64>,
    /// Where it came from, and as of when it was true.
    pub source: Source,
}

impl Held {
    fn of(row: &FieldValue) -> Self {
        let FieldValue { value, word, number, source, .. } = row.clone();
        Self { value, word, number, source }
    }
}

/// A field that a list wrote, and what stood there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Relearnt {
    /// Which field.
    pub field_id: Id<CustomerField>,
    /// What the customer's own file said; none: nothing.
    pub before: Option<Held>,
}

/// Each field's value of the person these files are: the survivor's own, which comes first, else the freshest of the
/// merged ones. A survivor's empty value hides theirs.
pub(crate) fn standing(of: &[CustomerId], rows: Vec<FieldValue>) -> HashMap<Id<CustomerField>, FieldValue> {
    let survivor = of.first().copied();
    let mut found: HashMap<Id<CustomerField>, FieldValue> = HashMap::new();
    for row in rows {
        let better = found.get(&row.field_id).is_none_or(|known| {
            let own = |row: &FieldValue| Some(row.customer_id) == survivor;
            own(&row) || (!own(known) && row.source.at > known.source.at)
        });
        // An alias's empty value says nothing of the others.
        if better && (row.value.is_some() || Some(row.customer_id) == survivor) {
            found.insert(row.field_id, row);
        }
    }
    found
}

/// Sets these by hand, all or none. What the actor may not see is not there.
///
/// # Errors
/// [`Error::Invalid`] naming every value that cannot be taken by its place in `given`; [`Error::Forbidden`] for a field
/// that is seen but not to be changed; [`Error::Conflict`] when a version seen is not the one that stands.
pub(crate) fn set(tx: &mut Tx<'_>, of: &[CustomerId], given: &[Given]) -> Result<()> {
    let eyes = Eyes::of(tx)?;
    let fields = queries::fields(tx)?;
    let survivor = *of.first().ok_or(Error::NotFound)?;
    let rows = queries::values_of(tx, of)?;
    let own: HashMap<_, _> =
        rows.iter().filter(|row| row.customer_id == survivor).map(|row| (row.field_id, row.clone())).collect();
    let standing = standing(of, rows);
    let mut wrong = Vec::new();
    let mut wanted = Vec::new();
    for (at, one) in given.iter().enumerate() {
        let mut bad =
            |code| wrong.push(FieldError { field: format!("values[{at}].value").into(), code, params: Params::new() });
        let known = fields.iter().find(|field| field.id == one.field && !field.archived && eyes.see(field));
        let Some(field) = known else {
            bad("unknown");
            continue;
        };
        if !eyes.change(field) {
            return Err(Error::Forbidden("customers.edit"));
        }
        let before = standing.get(&field.id);
        if one.version.is_some_and(|seen| seen != before.map_or(0, |row| row.version)) {
            return Err(codes::STALE.conflict());
        }
        match &one.value {
            None if field.rules.required && before.is_some_and(|row| row.value.is_some()) => bad("required"),
            None => wanted.push((field, None)),
            Some(value) => match value::read(field.kind, &field.rules, value) {
                Ok(normal) if chooses_archived(field, &normal, before) => bad("no_longer_offered"),
                Ok(normal) => wanted.push((field, Some(normal))),
                Err(code) => bad(code),
            },
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let by = match tx.actor() {
        Actor::Staff(staff) => Some(staff.id),
        _ => None,
    };
    let source = Source::entered(by, tx.now());
    let mut changed = false;
    for (field, normal) in wanted {
        let before = standing.get(&field.id);
        let version = own.get(&field.id).map_or(0, |row| row.version);
        changed |= write(tx, survivor, field, normal, before, version, &source)?;
    }
    if changed { told(tx, survivor) } else { Ok(()) }
}

/// A choice that can be chosen no more, where it was not chosen before.
fn chooses_archived(field: &CustomerField, normal: &Normal, before: Option<&FieldValue>) -> bool {
    let held = before.and_then(FieldValue::json).map(|value| value.to_string()).unwrap_or_default();
    let chosen = normal.value.to_string();
    let named = |text: &str, id: &str| text.contains(&format!("\"{id}\""));
    let closed = field.rules.choices.iter().filter(|choice| choice.archived);
    closed.into_iter().any(|choice| named(&chosen, &choice.id) && !named(&held, &choice.id))
}

/// Takes in a value from elsewhere: a list overwrites what is older than it, what a customer says of themselves fills
/// what is empty, and neither anything fresher. Answers what the survivor's own file said, when it stands there now and did
/// not before; of a rehearsal, would.
pub(crate) fn learn(
    tx: &mut Tx<'_>,
    of: &[CustomerId],
    field: &CustomerField,
    normal: Normal,
    source: &Source,
    rehearsal: bool,
) -> Result<Option<Relearnt>> {
    let survivor = *of.first().ok_or(Error::NotFound)?;
    let rows: Vec<_> = queries::values_of(tx, of)?.into_iter().filter(|row| row.field_id == field.id).collect();
    let own = rows.iter().find(|row| row.customer_id == survivor);
    let version = own.map_or(0, |row| row.version);
    let relearnt = Relearnt { field_id: field.id, before: own.map(Held::of) };
    let standing = standing(of, rows);
    let before = standing.get(&field.id);
    let fresher = before.is_some_and(|row| match source.kind {
        SourceKind::Customer => row.value.is_some() || row.source.at >= source.at,
        SourceKind::Staff | SourceKind::Import => row.source.at >= source.at,
    });
    if fresher || before.is_some_and(|row| row.json().as_ref() == Some(&normal.value)) {
        return Ok(None);
    }
    if !rehearsal && write(tx, survivor, field, Some(normal), before, version, source)? {
        told(tx, survivor)?;
    }
    Ok(Some(relearnt))
}

/// Gives fields back what stood there before a list wrote over it; those stay that it is not what is known of any more.
pub(crate) fn put_back(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    import_id: &str,
    relearnt: &[Relearnt],
) -> Result<Vec<(String, &'static str)>> {
    let (eyes, fields) = (Eyes::of(tx)?, queries::fields(tx)?);
    let rows = queries::values_of(tx, &[customer])?;
    let mut stay = Vec::new();
    let mut changed = false;
    for old in relearnt {
        let field = fields.iter().find(|field| field.id == old.field_id);
        let row = rows.iter().find(|row| row.field_id == old.field_id);
        let row = row.filter(|row| row.source.import_id.as_deref() == Some(import_id));
        let Some(row) = row else {
            stay.push((old.field_id.to_string(), "fresher"));
            continue;
        };
        if !field.is_some_and(|field| eyes.change(field)) {
            stay.push((old.field_id.to_string(), "out_of_reach"));
            continue;
        }
        let before = old.before.clone();
        match &before {
            Some(Held { value, word, number, source }) => queries::put_value(
                tx,
                &FieldValue {
                    value: value.clone(),
                    word: word.clone(),
                    number: *number,
                    source: source.clone(),
                    version: row.version + 1,
                    ..row.clone()
                },
            )?,
            None => queries::remove_value(tx, row)?,
        }
        let (was, value) = (row.value.clone(), before.and_then(|held| held.value));
        note(tx, customer, ProfileChangeOf::Field, old.field_id.to_string(), (was, value), &row.source)?;
        changed = true;
    }
    if changed {
        told(tx, customer)?;
    }
    Ok(stay)
}

/// Writes a value of the survivor's own and what became of it; whether anything changed.
fn write(
    tx: &mut Tx<'_>,
    survivor: CustomerId,
    field: &CustomerField,
    normal: Option<Normal>,
    before: Option<&FieldValue>,
    version: i64,
    source: &Source,
) -> Result<bool> {
    let was = before.and_then(|row| row.value.clone());
    let (value, word, number) = match normal {
        Some(normal) => (Some(normal.value.to_string()), normal.word, normal.number),
        None => (None, None, None),
    };
    if value == was {
        return Ok(false);
    }
    let row = FieldValue {
        customer_id: survivor,
        field_id: field.id,
        value: value.clone(),
        word,
        number,
        source: source.clone(),
        version: version + 1,
    };
    queries::put_value(tx, &row)?;
    note(tx, survivor, ProfileChangeOf::Field, field.id.to_string(), (was, value), source)?;
    Ok(true)
}

/// Writes down what something was and became.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    customer_id: CustomerId,
    what: ProfileChangeOf,
    subject: String,
    (before, after): (Option<String>, Option<String>),
    source: &Source,
) -> Result<()> {
    let (by_id, by_name) = match tx.actor() {
        Actor::Staff(staff) => (Some(staff.id), Some(staff.name.clone())),
        _ => (None, None),
    };
    let (id, at, source) = (tx.new_id(), tx.now(), source.clone());
    queries::insert_change(
        tx,
        &ProfileChange { id, customer_id, what, subject, before, after, source, by_id, by_name, at },
    )
}

/// Says that something that is known of a customer is different.
pub(crate) fn told(tx: &mut Tx<'_>, customer_id: CustomerId) -> Result<()> {
    tx.emit(Fact::new(ProfileChanged::KIND, customer_id, &ProfileChanged { customer_id })?);
    http::attributes_changed(tx, &[customer_id])
}
