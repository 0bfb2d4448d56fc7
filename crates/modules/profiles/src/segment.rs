//! What segments can be drawn by: what a customer is, tags, how whole the file is, and fields of one's own that everybody
//! may see.

use std::collections::{BTreeSet, HashMap};

use http::{
    Asked, Attribute, AttributeChoice, AttributeKind, AttributeLabel, AttributeRow, AttributeValue, SegmentSource,
};
use kernel::{CustomerId, Id, Result, Timestamp};
use store::Tx;

use crate::{
    addresses,
    completeness::{self, DETAILS, DETAILS_OF_ORGANISATIONS, ProfileCompleteness},
    model::{CustomerField, CustomerFieldKind, CustomerKind, FieldValue},
    organisations, queries,
    tags::{self, Tagging},
    values,
};

const KIND: &str = "profiles.kind";
const TAGS: &str = "profiles.tags";
const COMPLETENESS: &str = "profiles.completeness";
const MISSING: &str = "profiles.missing";
const DAY: i64 = 86_400_000;

pub(crate) fn source() -> SegmentSource {
    SegmentSource { module: "profiles", attributes, values: read }
}

fn key(field: &CustomerField) -> String {
    format!("profiles.{}", field.id)
}

/// What a field's values are to segments; none for texts, which are no conditions, and for what not everybody sees.
fn kind(field: &CustomerField) -> Option<AttributeKind> {
    if field.archived || !field.seen_by.0.is_empty() {
        return None;
    }
    match field.kind {
        CustomerFieldKind::Number => Some(AttributeKind::Number),
        CustomerFieldKind::Money => Some(AttributeKind::Money),
        CustomerFieldKind::Date => Some(AttributeKind::Date),
        CustomerFieldKind::Choice => Some(AttributeKind::Choice),
        CustomerFieldKind::Choices => Some(AttributeKind::Set),
        CustomerFieldKind::YesNo => Some(AttributeKind::YesNo),
        CustomerFieldKind::Text | CustomerFieldKind::Phone | CustomerFieldKind::Link => None,
    }
}

fn attributes(tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    let fields = queries::fields(tx)?;
    let tags = tags::all(tx)?;
    let keyed =
        |value: &str, key: &'static str| AttributeChoice { value: value.to_owned(), label: AttributeLabel::Key(key) };
    let named = |value: String, name: &str| AttributeChoice { value, label: AttributeLabel::Text(name.to_owned()) };
    let attribute = |key: &str, kind, label, choices| Attribute {
        key: key.to_owned(),
        kind,
        label: AttributeLabel::Key(label),
        permission: None,
        personal: false,
        choices,
    };
    let kinds = vec![keyed("person", "profiles.of.person"), keyed("organisation", "profiles.of.organisation")];
    let grouped = |tag: &tags::CustomerTag| {
        let group = tags.iter().find(|group| Some(group.id) == tag.parent_id).map_or("", |group| group.name.as_str());
        named(tag.id.to_string(), &format!("{group} · {}", tag.name))
    };
    let tagged = tags.iter().filter(|tag| tag.parent_id.is_some()).map(grouped).collect();
    let missing = DETAILS
        .iter()
        .chain(DETAILS_OF_ORGANISATIONS)
        .map(|detail| keyed(detail, label(detail)))
        .chain(
            fields
                .iter()
                .filter(|field| !field.archived && field.seen_by.0.is_empty())
                .map(|field| named(field.id.to_string(), &field.name)),
        )
        .collect();
    let own = fields.iter().filter_map(|field| {
        let choices = field.rules.choices.iter().map(|choice| named(choice.id.clone(), &choice.label)).collect();
        Some(Attribute {
            key: key(field),
            kind: kind(field)?,
            label: AttributeLabel::Text(field.name.clone()),
            permission: None,
            personal: field.personal,
            choices,
        })
    });
    let ours = [
        attribute(KIND, AttributeKind::Choice, "profiles.attributes.kind", kinds),
        attribute(TAGS, AttributeKind::Set, "profiles.attributes.tags", tagged),
        attribute(COMPLETENESS, AttributeKind::Number, "profiles.attributes.completeness", Vec::new()),
        attribute(MISSING, AttributeKind::Set, "profiles.attributes.missing", missing),
    ];
    Ok(ours.into_iter().chain(own).collect())
}

fn label(detail: &str) -> &'static str {
    match detail {
        "name" => "profiles.details.name",
        "phone" => "profiles.details.phone",
        "email" => "profiles.details.email",
        "owner" => "profiles.details.owner",
        "address" => "profiles.details.address",
        "tag" => "profiles.details.tag",
        "credit_code" => "profiles.details.credit_code",
        _ => "profiles.details.contact_person",
    }
}

/// The rows of each person, by the survivor's id.
fn by_person<Row>(asked: &Asked, rows: Vec<Row>, of: fn(&Row) -> CustomerId) -> HashMap<CustomerId, Vec<Row>> {
    let mut found: HashMap<CustomerId, Vec<Row>> = HashMap::new();
    for row in rows {
        if let Some(person) = asked.whose(of(&row)) {
            found.entry(person).or_default().push(row);
        }
    }
    found
}

/// Eight statements, however many are asked of.
fn read(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<AttributeRow>> {
    let ids = asked.ids();
    let fields = queries::fields(tx)?;
    let known: HashMap<Id<CustomerField>, &CustomerField> = fields.iter().map(|field| (field.id, field)).collect();
    let wanted = completeness::wanted(tx)?;
    let now = tx.now();
    let mut values_of = by_person(asked, queries::values_of(tx, &ids)?, |row: &FieldValue| row.customer_id);
    let mut taggings = by_person(asked, tags::of(tx, &ids)?, |row: &Tagging| row.customer_id);
    let addresses = by_person(asked, addresses::of(tx, &ids)?, |row| row.customer_id);
    let mut kinds = by_person(asked, organisations::kinds(tx, &ids)?, |row| row.customer_id);
    let contacts = by_person(asked, organisations::of_organisations(tx, &ids)?, |row| row.organisation_id);
    let mut rows = Vec::new();
    for customer in customers::api::cards(tx, &ids)?.into_iter().filter(|one| asked.whose(one.id) == Some(one.id)) {
        let id = customer.id;
        let files = [id];
        let mut put = |key: &str, value| rows.push(AttributeRow { customer_id: id, key: key.to_owned(), value });
        let (kind, code, _) = organisations::standing(&files, kinds.remove(&id).unwrap_or_default());
        put(KIND, AttributeValue::Choice(kind.text().to_owned()));
        let tagged = tags::standing(&files, taggings.remove(&id).unwrap_or_default(), now);
        if !tagged.is_empty() {
            put(TAGS, AttributeValue::Set(tagged.iter().map(|row| row.tag_id.to_string()).collect()));
        }
        let said = values::standing(&files, values_of.remove(&id).unwrap_or_default());
        let mut has: BTreeSet<String> =
            said.iter().filter(|(_, row)| row.value.is_some()).map(|(field, _)| field.to_string()).collect();
        completeness::has(&customer, &mut has);
        completeness::also(&mut has, "address", addresses.contains_key(&id));
        completeness::also(&mut has, "tag", !tagged.is_empty());
        completeness::also(&mut has, "credit_code", code.is_some());
        completeness::also(&mut has, "contact_person", contacts.contains_key(&id));
        let whole = ProfileCompleteness::of(&wanted[usize::from(kind == CustomerKind::Organisation)], &has, &known);
        put(COMPLETENESS, AttributeValue::Number(whole.percent()));
        let missing = whole.missing();
        if !missing.is_empty() {
            put(MISSING, AttributeValue::Set(missing));
        }
        for (field, row) in &said {
            if let Some((field, value)) = known.get(field).and_then(|field| Some((field, value(field, row)?))) {
                put(&key(field), value);
            }
        }
    }
    Ok(rows)
}

fn value(field: &CustomerField, row: &FieldValue) -> Option<AttributeValue> {
    let number = row.number;
    match kind(field)? {
        AttributeKind::Number => number.map(|number| AttributeValue::Number(number.div_euclid(1_000))),
        AttributeKind::Money => number.map(AttributeValue::Number),
        AttributeKind::Date => number.map(|days| AttributeValue::Date(Timestamp::from_millis(days * DAY))),
        AttributeKind::YesNo => number.map(|yes| AttributeValue::YesNo(yes == 1)),
        AttributeKind::Choice => row.word.clone().map(AttributeValue::Choice),
        AttributeKind::Set => {
            let chosen = row.word.as_deref()?.split('|').filter(|id| !id.is_empty()).map(str::to_owned).collect();
            Some(AttributeValue::Set(chosen))
        }
        AttributeKind::Events => None,
    }
}
