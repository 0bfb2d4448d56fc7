//! What is known of customers: what modules say (`http::SegmentSource`), and what the customer's own row says.

use std::collections::{BTreeSet, HashMap};

use http::{
    Asked, Attribute, AttributeChoice, AttributeKind, AttributeLabel, AttributeRow, AttributeValue, SegmentSources,
};
use kernel::{CustomerId, Result};
use store::Tx;

/// Columns no rule names: who is somebody in their own right, whose unit they are of, how their name sounds.
pub(crate) const ALIVE: &str = "#alive";
pub(crate) const UNIT: &str = "#unit";
pub(crate) const NAME: [&str; 2] = ["#name.0", "#name.1"];
pub(crate) const OWNER: &str = "customers.owner";
pub(crate) const CREATED: &str = "customers.created";
pub(crate) const CONTACT: &str = "customers.last_contact";
pub(crate) const WORTH: &str = "customers.worth";
pub(crate) const TIER: &str = "customers.tier";
const STAGE: &str = "customers.stage";
const CHANNELS: &str = "customers.channels";
const PHONE: &str = "customers.has_phone";
const EMAIL: &str = "customers.has_email";
/// Characters of a name's spelling in one number: six bits each.
const PACKED: usize = 10;

/// Every attribute there is, by key.
///
/// # Errors
/// From the database.
pub(crate) fn all(tx: &mut Tx<'_>, sources: &SegmentSources) -> Result<Vec<Attribute>> {
    let mut all = own(tx)?;
    for source in &sources.0 {
        all.extend((source.attributes)(tx)?);
    }
    Ok(all)
}

/// Those the actor may use, by key.
///
/// # Errors
/// From the database.
pub(crate) fn usable(tx: &mut Tx<'_>, sources: &SegmentSources) -> Result<HashMap<String, Attribute>> {
    let all = all(tx, sources)?;
    let actor = tx.actor();
    let usable = all.into_iter().filter(|one| one.permission.is_none_or(|permission| actor.has(permission)));
    Ok(usable.map(|one| (one.key.clone(), one)).collect())
}

/// What the customer's own row says, and where they were met.
fn own(tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    let attribute = |key: &'static str, label, kind, choices| Attribute {
        key: key.into(),
        kind,
        label: AttributeLabel::Key(label),
        permission: None,
        personal: false,
        choices,
    };
    let stage = |value: &str, label| AttributeChoice { value: value.into(), label: AttributeLabel::Key(label) };
    let stages = vec![
        stage("contact", "customers.stages.contact"),
        stage("lead", "customers.stages.lead"),
        stage("customer", "customers.stages.customer"),
    ];
    let owners = access::api::granted(tx, customers::api::READ)?;
    let owners = owners.into_iter().map(|(id, name)| (id.to_string(), name));
    let channels = channels::api::names(tx)?.into_iter().map(|(id, name)| (id.to_string(), name));
    let named = |pairs: &mut dyn Iterator<Item = (String, String)>| -> Vec<_> {
        pairs.map(|(value, name)| AttributeChoice { value, label: AttributeLabel::Text(name) }).collect()
    };
    let (owners, channels) = (named(&mut owners.into_iter()), named(&mut channels.into_iter()));
    use AttributeKind as Kind;
    Ok(vec![
        attribute(STAGE, "segments.attributes.stage", Kind::Choice, stages),
        attribute(OWNER, "segments.attributes.owner", Kind::Choice, owners),
        attribute(CHANNELS, "segments.attributes.channels", Kind::Set, channels),
        attribute(CREATED, "segments.attributes.created", Kind::Date, Vec::new()),
        attribute(CONTACT, "segments.attributes.last_contact", Kind::Date, Vec::new()),
        attribute(WORTH, "segments.attributes.worth", Kind::Money, Vec::new()),
        attribute(TIER, "segments.attributes.tier", Kind::Number, Vec::new()),
        attribute(PHONE, "segments.attributes.has_phone", Kind::YesNo, Vec::new()),
        attribute(EMAIL, "segments.attributes.has_email", Kind::YesNo, Vec::new()),
    ])
}

/// What is known of some customers.
pub(crate) struct Known {
    /// Everybody who was asked for and everybody they lead to or who leads to them; who is no survivor has no row.
    pub(crate) ids: BTreeSet<CustomerId>,
    pub(crate) rows: Vec<AttributeRow>,
}

/// Everything that is known of the people these ids lead to.
///
/// # Errors
/// From the database.
pub(crate) fn of(tx: &mut Tx<'_>, sources: &SegmentSources, ids: &[CustomerId]) -> Result<Known> {
    let family = customers::api::families(tx, ids)?;
    let asked = Asked::of(family.iter().map(|row| (row.id, row.survivor())));
    let mut rows = Vec::new();
    let mut say = |customer_id, key: &str, value| rows.push(AttributeRow { customer_id, key: key.into(), value });
    for row in family.iter().filter(|row| row.state == customers::CustomerState::Active) {
        let id = row.id;
        say(id, ALIVE, AttributeValue::YesNo(true));
        say(id, STAGE, AttributeValue::Choice(row.stage.text().into()));
        say(id, CREATED, AttributeValue::Date(row.created_at));
        say(id, WORTH, AttributeValue::Number(row.worth));
        say(id, TIER, AttributeValue::Number(row.tier_rank));
        say(id, PHONE, AttributeValue::YesNo(row.phone.is_some()));
        say(id, EMAIL, AttributeValue::YesNo(row.email.is_some()));
        if row.last_contact_at.millis() > 0 {
            say(id, CONTACT, AttributeValue::Date(row.last_contact_at));
        }
        if let Some(owner) = row.owner_id {
            say(id, OWNER, AttributeValue::Choice(owner.to_string()));
        }
        if let Some(unit) = row.unit_id {
            say(id, UNIT, AttributeValue::Choice(unit.to_string()));
        }
        for (key, part) in NAME.into_iter().zip(packed(&row.sort_name)) {
            say(id, key, AttributeValue::Number(part));
        }
    }
    let mut channels: HashMap<CustomerId, BTreeSet<String>> = HashMap::new();
    for (id, channel) in customers::api::channels_of(tx, &asked.ids())? {
        if let Some(whose) = asked.whose(id) {
            channels.entry(whose).or_default().insert(channel.to_string());
        }
    }
    for (id, channels) in channels {
        say(id, CHANNELS, AttributeValue::Set(channels.into_iter().collect()));
    }
    for source in &sources.0 {
        rows.extend((source.values)(tx, &asked)?);
    }
    Ok(Known { ids: family.iter().map(|row| row.id).chain(ids.iter().copied()).collect(), rows })
}

/// The beginning of a name's spelling as two numbers that sort as it does.
fn packed(spelling: &str) -> [i64; 2] {
    let code = |at: usize| match spelling.as_bytes().get(at) {
        Some(digit @ b'0'..=b'9') => i64::from(digit - b'0') + 1,
        Some(letter @ b'a'..=b'z') => i64::from(letter - b'a') + 11,
        _ => 0,
    };
    [0, PACKED].map(|from| (from..from + PACKED).fold(0, |packed, at| packed << 6 | code(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_names_sort_as_they_are_spelt() {
        let mut names =
            ["wang738bxiao5c0f", "wang738b", "an5b89", "wan4e07", "zzzz", "bob", "wang738bxiao5c0fming660e"];
        let mut packed_ones = names;
        names.sort_unstable();
        packed_ones.sort_by_key(|name| packed(name));
        assert_eq!(names, packed_ones);
    }
}
