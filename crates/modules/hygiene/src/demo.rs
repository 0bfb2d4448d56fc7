//! Customers of the demo story who are out of date or cannot be reached any more, and what is asked to be removed.

use customers::{ListKey, ListedCustomer, Listing, Source};
use http::Demo;
use kernel::{Actor, Owned, Result, UserId};
use store::Tx;

use crate::{
    model::{ContactOutcome, ContactPointKind, DAY_MS, FlaggedCustomer, PurgeKind},
    points::{self, Heard, Person},
    policy, purging, queries,
};

/// How calls failed in the story, and how many days ago: enough to be taken for dead.
const FAILED: [(ContactOutcome, i64); 3] =
    [(ContactOutcome::NoAnswer, 9), (ContactOutcome::OutOfService, 5), (ContactOutcome::OutOfService, 2)];
/// Customers who cannot be reached.
const LOST: usize = 6;
/// Those who were entered long ago and never came back, and how many days ago.
const QUIET: [(&str, i64); 5] = [("柯明远", 1_180), ("尤静", 1_015), ("费海洋", 930), ("席美华", 846), ("屈志刚", 781)];

/// Customers are there once everybody has told their part.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(flagged);
    Ok(())
}

fn flagged(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let agents = demo.with_role("agent");
    if agents.is_empty() {
        return Ok(());
    }
    let mut lost = Vec::new();
    for customer in demo.customers.iter().rev() {
        let Some(person) = Person::of(tx, customer.id)? else { continue };
        let Some(phone) = person.contact(ContactPointKind::Phone).map(str::to_owned) else { continue };
        for (outcome, days) in FAILED {
            let at = demo.now.plus_millis(-days * DAY_MS + demo.between(0, 6 * 3_600_000));
            tx.as_of(at, demo.pick(&agents).actor())?;
            let (customer, kind) = (customer.id, ContactPointKind::Phone);
            let heard = Heard { customer, kind, contact: &phone, outcome, reference: None, note: "", at };
            lost.extend(points::hear(tx, &heard)?.filter(crate::ContactPoint::is_invalid));
        }
        if lost.len() == LOST {
            break;
        }
    }
    for (at, (name, days)) in QUIET.into_iter().enumerate() {
        let agent = &agents[at % agents.len()];
        quiet(tx, demo, (agent.id, name), (&format!("1390000{:04}", 2_000 + at), days))?;
    }
    // One waits for somebody to agree.
    let Some(head) = demo.with_role("head").into_iter().next() else { return Ok(()) };
    tx.as_of(demo.now.plus_millis(-3 * 3_600_000), head.actor())?;
    let permit = Actor::System("demo").permit(policy::PURGE, &Owned::NOBODY, tx.now())?;
    let chosen: Vec<_> = lost.iter().take(3).map(|point| (point.customer_id, Some(point.id))).collect();
    if !chosen.is_empty() {
        purging::begin(tx, &permit, (PurgeKind::ContactPoints, "号码多次不通，从档案中移除"), (chosen, false))?;
    }
    Ok(())
}

/// Somebody who was entered long ago, and of whom nothing was heard since.
fn quiet(tx: &mut Tx<'_>, demo: &Demo, (owner, name): (UserId, &str), (phone, days): (&str, i64)) -> Result<()> {
    let at = demo.now.plus_millis(-days * DAY_MS);
    tx.as_of(at, Actor::System("demo"))?;
    let unit = people::api::unit_of(tx, owner)?;
    let row = ListedCustomer {
        name: Some(name.to_owned()),
        phone: Some(phone.to_owned()),
        placed: Some((owner, unit)),
        ..ListedCustomer::default()
    };
    let listing = Listing { key: ListKey::Phone, source: Source::entered(Some(owner), at), rehearsal: false };
    customers::api::take_in(tx, &listing, &[row])?;
    let spelt = customers::api::spell_phone(phone);
    for customer_id in customers::api::having(tx, spelt.as_deref(), None)? {
        let customer = customers::api::get(tx, customer_id)?;
        if customer.created_at != at {
            continue;
        }
        let flag = FlaggedCustomer {
            customer_id,
            owner_id: customer.owner_id,
            unit_id: customer.unit_id,
            stale: true,
            active_at: at,
            invalid_points: 0,
            flagged_at: demo.now.plus_millis(-DAY_MS),
            version: 1,
        };
        queries::put_flag(tx, &flag)?;
    }
    Ok(())
}
