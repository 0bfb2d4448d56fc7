//! A customer's profile as one reader may see it, and its history.

use std::collections::HashMap;

use customers::{CustomerCard, Source};
use kernel::{Cursor, CustomerId, Id, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{
        CustomerField, CustomerFieldKind, CustomerFieldRules, CustomerKind, FieldValue, ProfileChange, ProfileChangeOf,
    },
    policy::Eyes,
    queries, value, values,
};

/// What a field says of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileFieldView {
    /// Which field.
    field_id: Id<CustomerField>,
    /// What it is called.
    name: String,
    /// What values it takes.
    kind: CustomerFieldKind,
    /// Under which heading it stands; empty: under none.
    section: String,
    /// What whoever fills it in should know.
    hint: String,
    /// Which values it takes.
    rules: CustomerFieldRules,
    /// Whether it is masked unless asked for with a reason.
    personal: bool,
    /// Whether the reader may change it.
    may_change: bool,
    /// The value, unless it is masked; none: there is none, or it is masked.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// What of a masked value is shown.
    masked: Option<String>,
    /// Where it came from, and as of when it was true.
    source: Option<Source>,
    /// The merged file that says so, where that is not this one.
    from: Option<CustomerId>,
    /// Hand this back with a change; 0 where nothing ever stood.
    version: i64,
}

/// What is known of a customer besides how to reach them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Profile {
    /// Of whom: asked for an alias, of the survivor.
    customer_id: CustomerId,
    /// Whether the reader may change anything of it.
    may_edit: bool,
    /// What this installation keeps of such a customer, in order, as far as the reader may see it.
    fields: Vec<ProfileFieldView>,
}

/// The profile of the person these files are, as the actor may see it: four statements besides those that found them.
pub(crate) fn read(tx: &mut Tx<'_>, card: &CustomerCard, of: &[CustomerId], may_edit: bool) -> Result<Profile> {
    let eyes = Eyes::of(tx)?;
    let kind = CustomerKind::Person;
    let fields = queries::fields(tx)?;
    let mut standing = values::standing(of, queries::values_of(tx, of)?);
    let shown = fields.into_iter().filter(|field| !field.archived && field.is_of(kind) && eyes.see(field));
    let fields = shown
        .map(|field| {
            let row = standing.remove(&field.id);
            view(field, row, card.id, may_edit, eyes)
        })
        .collect();
    Ok(Profile { customer_id: card.id, may_edit, fields })
}

fn view(
    field: CustomerField,
    row: Option<FieldValue>,
    survivor: CustomerId,
    may_edit: bool,
    eyes: Eyes,
) -> ProfileFieldView {
    let held = row.as_ref().and_then(FieldValue::json);
    let may_change = may_edit && eyes.change(&field);
    let (value, masked) = match held {
        Some(held) if field.personal => (None, Some(value::masked(field.kind, &held))),
        held => (held, None),
    };
    ProfileFieldView {
        field_id: field.id,
        name: field.name,
        kind: field.kind,
        section: field.section,
        hint: field.hint,
        rules: field.rules,
        personal: field.personal,
        may_change,
        source: row.as_ref().map(|row| row.source.clone()).filter(|_| value.is_some() || masked.is_some()),
        from: row.as_ref().map(|row| row.customer_id).filter(|id| *id != survivor),
        version: row.map_or(0, |row| row.version),
        value,
        masked,
    }
}

/// One step of a profile's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileChangeView {
    /// Its id.
    id: Id<ProfileChange>,
    /// Of what.
    what: ProfileChangeOf,
    /// Of which: its id.
    subject: String,
    /// What that is called.
    name: String,
    /// What values it takes, of a field.
    kind: Option<CustomerFieldKind>,
    /// Its choices, of a field that offers some.
    rules: Option<CustomerFieldRules>,
    /// What it was; a masked value as its mask; none: nothing, or it was erased.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What it became, likewise.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// Whether both are masks.
    masked: bool,
    /// Where that came from.
    source: Source,
    /// The colleague who did it.
    by_id: Option<UserId>,
    /// Their name then.
    by_name: Option<String>,
    /// When.
    at: Timestamp,
}

/// The place of the last row that was looked at.
pub(crate) type LastLooked = (Timestamp, Id<ProfileChange>);

/// What became of what is known of the person these files are, newest first, as far as the actor may see it. As many
/// rows as asked for are looked at; the last of them is the place to go on from.
pub(crate) fn history(
    tx: &mut Tx<'_>,
    of: &[CustomerId],
    before: &Cursor,
    limit: i64,
) -> Result<(Vec<ProfileChangeView>, Option<LastLooked>)> {
    let eyes = Eyes::of(tx)?;
    let fields: HashMap<_, _> = queries::fields(tx)?.into_iter().map(|field| (field.id.to_string(), field)).collect();
    let rows = queries::changes(tx, of, before, limit)?;
    let last = rows.last().map(|row| (row.at, row.id)).filter(|_| rows.len() as i64 == limit);
    let shown = rows.into_iter().filter_map(|row| match row.what {
        ProfileChangeOf::Field => {
            fields.get(&row.subject).filter(|field| eyes.see(field)).map(|field| step(row, field))
        }
    });
    Ok((shown.collect(), last))
}

fn step(row: ProfileChange, field: &CustomerField) -> ProfileChangeView {
    let json = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let shown = |value: Value| {
        if field.personal {
            Value::String(value::masked(field.kind, &value))
        } else {
            value
        }
    };
    ProfileChangeView {
        id: row.id,
        what: row.what,
        before: json(&row.before).map(shown),
        after: json(&row.after).map(shown),
        masked: field.personal,
        subject: row.subject,
        name: field.name.clone(),
        kind: Some(field.kind),
        rules: Some(field.rules.clone()).filter(|rules| !rules.choices.is_empty() || rules.unit.is_some()),
        source: row.source,
        by_id: row.by_id,
        by_name: row.by_name,
        at: row.at,
    }
}
