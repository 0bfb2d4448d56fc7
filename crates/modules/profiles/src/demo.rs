//! What the department of the demo story keeps of its customers.

use customers::api::members;
use http::{Demo, DemoPerson};
use kernel::{Actor, Error, Owned, Permit, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Tx;

use crate::{
    addresses::{self, CustomerAddressDetails},
    fields,
    model::{CustomerField, CustomerFieldKind, CustomerFieldRoles, CustomerFieldRules, CustomerKind, Wish},
    observations::{self, CustomerObservationKind},
    organisations, policy,
    tags::{self, CustomerTag, CustomerTagColour},
    values::{self, Given},
};

const FIELDS: &str = include_str!("../demo/fields.json");
const NOTES: &str = include_str!("../demo/notes.json");
const HOUR: i64 = 3_600_000;
/// How many customers' files are filled in at most: a large story is no slower for it.
const FILLED: usize = 600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    name: String,
    kind: CustomerFieldKind,
    applies_to: Option<CustomerKind>,
    section: String,
    #[serde(default)]
    hint: String,
    #[serde(default)]
    rules: CustomerFieldRules,
    #[serde(default)]
    personal: bool,
    /// Only supervisors and those above them see it.
    #[serde(default)]
    leaders: bool,
    /// Of a hundred customers who have it.
    fill: u64,
    #[serde(default)]
    samples: Vec<Value>,
}

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<Told> = serde_json::from_str(FIELDS).map_err(Error::internal)?;
    let notes: Notes = serde_json::from_str(NOTES).map_err(Error::internal)?;
    let fields = define(tx, demo, &told)?;
    let tags = sort(tx, demo, &notes)?;
    let mut organisations = Vec::new();
    let agents = demo.with_role("agent");
    let named: Vec<_> = demo.customers.iter().filter(|one| !one.name.is_empty()).take(FILLED).cloned().collect();
    for customer in named {
        let by = demo.pick(&agents).clone();
        let given: Vec<_> = told
            .iter()
            .zip(&fields)
            .filter(|(told, _)| !told.leaders && told.applies_to != Some(CustomerKind::Organisation))
            .filter_map(|(told, field)| fill(demo, told, field))
            .collect();
        let at = customer.since.plus_millis(demo.between(1, 72) * HOUR).min(demo.now);
        write(tx, &by, at, customer.id, &given)?;
        noted(tx, demo, &notes, (&tags, &by, at), customer.id)?;
        // Some are shops, and a person or two speaks for each.
        if organisations.len() < 4 && demo.chance(8) {
            let (code, role) = (demo.pick(&notes.codes), demo.pick(&notes.roles));
            let of = members(tx, customer.id)?;
            organisations::set_kind(tx, &edit(tx)?, &of, CustomerKind::Organisation, Some(code))?;
            organisations.push((customer.id, role.clone()));
        } else if let Some((organisation, role)) = organisations.pop().filter(|_| demo.chance(60)) {
            let of = members(tx, organisation)?;
            tx.as_of(at, Actor::System("demo"))?;
            organisations::link(tx, &edit(tx)?, &of, customer.id, &role, true)?;
        }
        if let Some(leader) = demo.with_role("supervisor").first().filter(|_| demo.chance(30)) {
            let given: Vec<_> = told
                .iter()
                .zip(&fields)
                .filter(|(told, _)| told.leaders)
                .filter_map(|(told, field)| fill(demo, told, field))
                .collect();
            write(tx, leader, at.plus_millis(HOUR).min(demo.now), customer.id, &given)?;
        }
    }
    demo.leave(tags);
    Ok(())
}

/// What is said of customers in the story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notes {
    groups: Vec<Group>,
    observations: Vec<(CustomerObservationKind, String)>,
    addresses: Vec<CustomerAddressDetails>,
    codes: Vec<String>,
    roles: Vec<String>,
}

/// A group of tags in the story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    tags: Vec<(String, CustomerTagColour)>,
}

fn sort(tx: &mut Tx<'_>, demo: &Demo, notes: &Notes) -> Result<Vec<CustomerTag>> {
    let Some(admin) = demo.people.first() else { return Ok(Vec::new()) };
    tx.as_of(demo.since, admin.actor())?;
    let permit = policy::may_manage(&Actor::System("demo"), tx.now())?;
    let mut made = Vec::new();
    for group in &notes.groups {
        let wish = tags::Wish { name: Some(group.name.clone()), ..tags::Wish::default() };
        let parent = tags::add(tx, &permit, None, &wish)?.id;
        for (name, colour) in &group.tags {
            let wish = tags::Wish { name: Some(name.clone()), colour: Some(*colour), ..tags::Wish::default() };
            made.push(tags::add(tx, &permit, Some(parent), &wish)?);
        }
    }
    Ok(made)
}

/// The story's own right: its people hold no permissions.
fn edit(tx: &Tx<'_>) -> Result<Permit> {
    Actor::System("demo").permit("customers.edit", &Owned::NOBODY, tx.now())
}

/// Tags, sentences and addresses of one customer.
fn noted(
    tx: &mut Tx<'_>,
    demo: &Demo,
    notes: &Notes,
    (tags, by, at): (&[CustomerTag], &DemoPerson, kernel::Timestamp),
    customer: kernel::CustomerId,
) -> Result<()> {
    tx.as_of(at, by.actor())?;
    let (of, permit) = (members(tx, customer)?, edit(tx)?);
    for tag in tags {
        if demo.chance(9) {
            let expires_at = demo.chance(20).then(|| demo.now.plus_millis(demo.between(5, 60) * 24 * HOUR));
            tags::set(tx, &permit, &of, tag.id, &tags::Setting { evidence: None, expires_at })?;
        }
    }
    if demo.chance(35) {
        let (kind, words) = demo.pick(&notes.observations).clone();
        let expires_at = demo.chance(25).then(|| at.plus_millis(demo.between(10, 90) * 24 * HOUR));
        observations::add(tx, &permit, &of, &observations::Wish { kind, words, evidence: None, expires_at })?;
    }
    if demo.chance(40) {
        addresses::add(tx, &permit, &of, demo.pick(&notes.addresses))?;
    }
    Ok(())
}

fn define(tx: &mut Tx<'_>, demo: &Demo, told: &[Told]) -> Result<Vec<CustomerField>> {
    let Some(admin) = demo.people.first() else { return Ok(Vec::new()) };
    let mut leaders = Vec::new();
    for person in demo.people.iter().filter(|person| person.role != "agent") {
        let role = access::api::user(tx, person.id)?.role_id;
        if !leaders.contains(&role) {
            leaders.push(role);
        }
    }
    tx.as_of(demo.since, admin.actor())?;
    let permit = policy::may_manage(&Actor::System("demo"), tx.now())?;
    told.iter()
        .map(|told| {
            let wish = Wish {
                name: told.name.clone(),
                applies_to: told.applies_to,
                section: told.section.clone(),
                position: None,
                hint: told.hint.clone(),
                rules: told.rules.clone(),
                personal: told.personal,
                seen_by: CustomerFieldRoles(if told.leaders { leaders.clone() } else { Vec::new() }),
                changed_by: CustomerFieldRoles::default(),
            };
            fields::add(tx, &permit, told.kind, &wish)
        })
        .collect()
}

fn fill(demo: &Demo, told: &Told, field: &CustomerField) -> Option<Given> {
    if !demo.chance(told.fill) {
        return None;
    }
    let choice = || field.rules.choices.get(demo.rng.below(field.rules.choices.len().max(1) as u64) as usize);
    let value = match field.kind {
        CustomerFieldKind::Choice => json!(choice()?.id),
        CustomerFieldKind::Choices => json!([choice()?.id, choice()?.id]),
        CustomerFieldKind::YesNo => json!(demo.chance(70)),
        CustomerFieldKind::Phone => json!(format!("13{:09}", demo.between(0, 1_000_000_000))),
        _ => demo.pick(&told.samples).clone(),
    };
    Some(Given { field: field.id, value: Some(value), version: None })
}

fn write(
    tx: &mut Tx<'_>,
    by: &DemoPerson,
    at: kernel::Timestamp,
    customer: kernel::CustomerId,
    given: &[Given],
) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    tx.as_of(at, by.actor())?;
    let of = members(tx, customer)?;
    values::set(tx, &of, given)
}
