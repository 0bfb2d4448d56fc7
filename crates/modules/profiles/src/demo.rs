//! What the department of the demo story keeps of its customers.

use customers::api::members;
use http::{Demo, DemoPerson};
use kernel::{Actor, Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Tx;

use crate::{
    fields,
    model::{CustomerField, CustomerFieldKind, CustomerFieldRoles, CustomerFieldRules, CustomerKind, Wish},
    policy,
    values::{self, Given},
};

const FIELDS: &str = include_str!("../demo/fields.json");
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
    let fields = define(tx, demo, &told)?;
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
