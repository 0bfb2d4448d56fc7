//! The customers of the demo story, with masked contacts, and a few who were two at first.

use http::{Demo, DemoCustomer};
use kernel::{Actor, CustomerId, Error, Owned, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    api,
    events::CustomerMerged,
    model::{Customer, Details, Identity},
    policy, queries,
    stage::Stage,
    suggestion,
};

const NAMES: &str = include_str!("../demo/names.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let words = |key: &str| -> Result<Vec<&'static str>> {
        let found = NAMES.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.map(|line| line.split('|').collect()).ok_or_else(|| Error::internal(format!("demo: {key}")))
    };
    let (surnames, given) = (words("surnames")?, words("given")?);
    let (titles, hosts, notes) = (words("titles")?, words("hosts")?, words("notes")?);
    let count = demo.plan.customers;
    let length = demo.now.since(demo.since);
    // A third were known when the story begins; the others come in the course of it.
    let mut since: Vec<i64> =
        (0..count).map(|at| if at % 3 == 0 { 0 } else { demo.between(0, length - length / 50) }).collect();
    since.sort_unstable();
    let agents = demo.with_role("agent");
    for (at, offset) in since.into_iter().enumerate() {
        let moment = by_day(demo.since.plus_millis(offset)).max(demo.since).min(demo.now);
        let surname = demo.pick(&surnames);
        let name = match demo.between(0, 100) {
            0..70 => format!("{surname}{}", demo.pick(&given)),
            70..90 => format!("{surname}{}", demo.pick(&titles)),
            _ => String::new(),
        };
        let text = |chance: u64, make: &dyn Fn() -> String| demo.chance(chance).then(make);
        let known = !name.is_empty();
        let details = Details {
            name: known.then(|| name.clone()),
            phone: text(if known { 85 } else { 10 }, &|| {
                format!("1{}{:09}", demo.pick(&["3", "5", "7", "8"]), demo.between(0, 1_000_000_000))
            }),
            email: text(if known { 35 } else { 2 }, &|| {
                format!(
                    "{}{:05}@{}",
                    demo.pick(&["u", "me", "home", "li", "wang"]),
                    demo.between(0, 100_000),
                    demo.pick(&hosts)
                )
            }),
            note: text(if known { 18 } else { 0 }, &|| (*demo.pick(&notes)).to_owned()),
            placed: None,
        };
        // Half of them on the busiest channel, the others on the rest.
        let rest = demo.between(1, demo.channels.len() as i64) as usize;
        let channel = if demo.chance(50) { demo.channels[0] } else { demo.channels[rest] };
        // Some have somebody of their own: one who serves where they write.
        let queue = demo.queue_of(channel).id;
        let serving: Vec<_> = agents.iter().filter(|agent| agent.serves.contains(&queue)).collect();
        let own = demo.pick(&serving);
        let own = demo.chance(30).then_some((Some(own.id), own.unit));
        let details = Details { placed: own, ..details };
        let id = meet(tx, channel, moment, &details.normal()?, &name)?;
        demo.customers.push(DemoCustomer { id, name, channel, since: moment, unit: own.and_then(|(_, unit)| unit) });
        demo.step(at, count);
    }
    merges(tx, demo)?;
    suggestions(tx, demo)
}

/// Some wrote on another channel too, and nobody has seen yet that they are one: by the same number, by the same
/// address. One of the pairs is a family that shares a number, and somebody said so.
fn suggestions(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(head) = demo.with_role("head").into_iter().next() else { return Ok(()) };
    let mut left = 3 + demo.plan.customers / 100;
    for customer in demo.customers.clone().into_iter().rev().filter(|customer| !customer.name.is_empty()) {
        let known = queries::find(tx, customer.id)?;
        let Some(other) = demo.channels.iter().copied().find(|channel| *channel != customer.channel) else { break };
        if known.survivor_id.is_some() || (known.phone.is_none() && known.email.is_none()) {
            continue;
        }
        let shared = left == 1;
        let surname: String = customer.name.chars().take(1).collect();
        let name = if shared { format!("{surname}阿姨") } else { customer.name.clone() };
        let details = Details {
            name: Some(name.clone()),
            phone: known.phone.clone(),
            email: known.email.clone().filter(|_| known.phone.is_none()),
            ..Details::default()
        };
        let at = customer.since.plus_millis(demo.between(1, 24) * 3_600_000).min(demo.now);
        let twin = meet(tx, other, at, &details.normal()?, &name)?;
        suggestion::look(tx, twin)?;
        if shared && let [row] = &suggestion::of(tx, &[twin])?[..] {
            tx.as_of(at.plus_millis(3_600_000).min(demo.now), head.actor())?;
            let permit = Actor::System("demo").permit(policy::MERGE, &Owned::NOBODY, tx.now())?;
            suggestion::dismiss(tx, row, &permit)?;
        }
        demo.customers.push(DemoCustomer { id: twin, name, channel: other, since: at, unit: None });
        left -= 1;
        if left == 0 {
            break;
        }
    }
    // The parts below look customers up by when they came.
    demo.customers.sort_by_key(|customer| customer.since);
    Ok(())
}

/// The same day between nine in the morning and nine in the evening, in China: nobody comes in the dead
/// of night.
fn by_day(at: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600_000;
    let local = at.millis() + 8 * HOUR;
    let (day, within) = (local.div_euclid(24 * HOUR), local.rem_euclid(24 * HOUR));
    Timestamp::from_millis(day * 24 * HOUR + 9 * HOUR + within / 2 - 8 * HOUR)
}

fn meet(
    tx: &mut Tx<'_>,
    channel: kernel::ChannelId,
    at: Timestamp,
    details: &Details,
    name: &str,
) -> Result<CustomerId> {
    tx.as_of(at, Actor::System("demo"))?;
    let mut customer = Customer::unknown(tx.new_id(), at).with(details);
    customer.last_contact_at = at;
    if details.placed.is_some() || details.email.is_some() {
        customer.stage = Stage::Customer;
    }
    let identity = Identity {
        channel_id: channel,
        external_id: customer.id.to_string(),
        customer_id: customer.id,
        name: name.to_owned(),
        created_at: at,
        seen_at: at,
    };
    queries::insert_identity(tx, &identity)?;
    queries::insert(tx, &customer)?;
    api::created(tx, &customer, Some(channel))?;
    Ok(customer.id)
}

/// Some wrote from another device before, and somebody saw later that they are one.
fn merges(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let named: Vec<_> = demo.customers.iter().filter(|customer| !customer.name.is_empty()).cloned().collect();
    let Some(head) = demo.with_role("head").into_iter().next() else { return Ok(()) };
    for customer in named.iter().take(2 + demo.plan.customers / 60) {
        let detail = Details { name: Some(customer.name.clone()), ..Details::default() }.normal()?;
        let first = customer.since.plus_millis(-demo.between(1, 20) * 86_400_000);
        let alias = meet(tx, customer.channel, first, &detail, &customer.name)?;
        let at = customer.since.plus_millis(demo.between(1, 48) * 3_600_000);
        tx.as_of(at.min(demo.now), head.actor())?;
        let permit = Actor::System("demo").permit(policy::MERGE, &Owned::NOBODY, tx.now())?;
        let (before, into) = (queries::find(tx, alias)?, queries::find(tx, customer.id)?);
        let after = before.clone().merged(&permit, &into)?;
        queries::save(tx, &after)?;
        api::index_again(tx, into.id)?;
        audit::api::record(
            tx,
            audit::api::Entry::new("customers.merged", "customer", alias).change(&before.trace(), &after.trace()),
        )?;
        tx.emit(Fact::new(CustomerMerged::KIND, alias, &CustomerMerged { alias_id: alias, survivor_id: into.id })?);
    }
    Ok(())
}
