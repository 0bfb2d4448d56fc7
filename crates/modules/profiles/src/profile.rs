//! A customer's profile as one reader may see it, and its history.

use std::collections::{BTreeSet, HashMap};

use customers::{CustomerCard, Source, api::visible_cards};
use kernel::{Cursor, CustomerId, Id, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    addresses::{self, ProfileAddressView},
    completeness::{self, ProfileCompleteness},
    model::{
        CustomerField, CustomerFieldKind, CustomerFieldRules, CustomerKind, FieldValue, ProfileChange, ProfileChangeOf,
    },
    observations::{self, ProfileObservationView},
    organisations::{self, ContactPersonView},
    policy::Eyes,
    queries,
    tags::{self, ProfileTagView},
    value, values,
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
    /// A person or an organisation.
    kind: CustomerKind,
    /// An organisation's unified social credit code.
    credit_code: Option<String>,
    /// What they are sorted by, in the order it was said.
    tags: Vec<ProfileTagView>,
    /// What colleagues noticed, newest first; what is over among it.
    observations: Vec<ProfileObservationView>,
    /// Where they live, work, and have things sent, masked; main ones first.
    addresses: Vec<ProfileAddressView>,
    /// Who speaks for an organisation, main ones first.
    contact_persons: Vec<ContactPersonView>,
    /// The organisations a person speaks for, likewise.
    contact_person_of: Vec<ContactPersonView>,
    /// How whole the file is.
    completeness: ProfileCompleteness,
    /// What this installation keeps of such a customer, in order, as far as the reader may see it.
    fields: Vec<ProfileFieldView>,
}

/// The profile of the person these files are, as the actor may see it: ten statements besides those that found them,
/// one more where there are tags, two more where there are contact persons.
pub(crate) fn read(tx: &mut Tx<'_>, card: &CustomerCard, of: &[CustomerId], may_edit: bool) -> Result<Profile> {
    let eyes = Eyes::of(tx)?;
    let (kind, credit_code, _) = organisations::kind(tx, of)?;
    let all = queries::fields(tx)?;
    let mut standing = values::standing(of, queries::values_of(tx, of)?);
    let tags = tags::views(tx, of)?;
    let addresses = addresses::views(tx, of)?;
    let (contact_persons, contact_person_of) = organisations::contacts(tx, of)?;
    let said = standing.iter().filter(|(_, row)| row.value.is_some());
    let mut has: BTreeSet<String> = said.map(|(field, _)| field.to_string()).collect();
    completeness::has(card, &mut has);
    completeness::also(&mut has, "address", !addresses.is_empty());
    completeness::also(&mut has, "tag", !tags.is_empty());
    completeness::also(&mut has, "credit_code", credit_code.is_some());
    completeness::also(&mut has, "contact_person", !contact_persons.is_empty());
    let known = all.iter().map(|field| (field.id, field)).collect();
    let wanted = &completeness::wanted(tx)?[usize::from(kind == CustomerKind::Organisation)];
    let completeness = ProfileCompleteness::of(wanted, &has, &known);
    let shown = all.into_iter().filter(|field| !field.archived && field.is_of(kind) && eyes.see(field));
    let fields = shown
        .map(|field| {
            let row = standing.remove(&field.id);
            view(field, row, card.id, may_edit, eyes)
        })
        .collect();
    let observations = observations::views(tx, of, may_edit)?;
    Ok(Profile {
        customer_id: card.id,
        may_edit,
        kind,
        credit_code,
        tags,
        observations,
        addresses,
        contact_persons,
        contact_person_of,
        completeness,
        fields,
    })
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
    /// What that is called; empty where it has no name, or one may not see whom it names.
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
    let tags: HashMap<_, _> = tags::all(tx)?.into_iter().map(|tag| (tag.id.to_string(), tag.name)).collect();
    let rows = queries::changes(tx, of, before, limit)?;
    let last = rows.last().map(|row| (row.at, row.id)).filter(|_| rows.len() as i64 == limit);
    let others = rows.iter().filter(|row| row.what == ProfileChangeOf::ContactPerson);
    let others: Vec<CustomerId> = others.filter_map(|row| row.subject.parse().ok()).collect();
    let cards = if others.is_empty() { HashMap::new() } else { visible_cards(tx, &others)? };
    let other =
        |row: &ProfileChange| row.subject.parse().ok().and_then(|id| cards.get(&id)).map(|card| card.name.clone());
    let shown = rows.into_iter().filter_map(|row| match row.what {
        ProfileChangeOf::Field => {
            fields.get(&row.subject).filter(|field| eyes.see(field)).map(|field| step(row, field))
        }
        ProfileChangeOf::Tag => {
            let name = tags.get(&row.subject)?.clone();
            Some(plain(row, name))
        }
        ProfileChangeOf::ContactPerson => {
            let name = other(&row).unwrap_or_default();
            Some(plain(row, name))
        }
        ProfileChangeOf::Address => Some(masked(plain(row, String::new()))),
        ProfileChangeOf::Observation | ProfileChangeOf::Kind => Some(plain(row, String::new())),
    });
    Ok((shown.collect(), last))
}

fn json(text: &Option<String>) -> Option<Value> {
    text.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// A step that shows what it holds.
fn plain(row: ProfileChange, name: String) -> ProfileChangeView {
    ProfileChangeView {
        id: row.id,
        what: row.what,
        before: json(&row.before),
        after: json(&row.after),
        masked: false,
        subject: row.subject,
        name,
        kind: None,
        rules: None,
        source: row.source,
        by_id: row.by_id,
        by_name: row.by_name,
        at: row.at,
    }
}

/// An address shows the way to the district.
fn masked(step: ProfileChangeView) -> ProfileChangeView {
    let shown = |held: Option<Value>| held.as_ref().map(addresses::masked);
    ProfileChangeView { before: shown(step.before), after: shown(step.after), masked: true, ..step }
}

fn step(row: ProfileChange, field: &CustomerField) -> ProfileChangeView {
    let shown = |held: Option<Value>| match held {
        Some(held) if field.personal => Some(Value::String(value::masked(field.kind, &held))),
        held => held,
    };
    let step = plain(row, field.name.clone());
    ProfileChangeView {
        before: shown(step.before),
        after: shown(step.after),
        masked: field.personal,
        kind: Some(field.kind),
        rules: Some(field.rules.clone()).filter(|rules| !rules.choices.is_empty() || rules.unit.is_some()),
        ..step
    }
}
