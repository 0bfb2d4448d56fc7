//! Members of the demo story: what they bought, sent back and used, and what that made of their points.

use http::{Demo, DemoCustomer};
use kernel::{Actor, Error, Money, Owned, Result, Timestamp};
use store::Tx;

use crate::{
    adjust,
    api::{self, Payment, Purchase, Refund},
    days, http as operations, ledger,
    model::LoyaltyRules,
    policy, queries,
};

const PROGRAMME: &str = include_str!("../demo/programme.json");
const REASONS: &str = include_str!("../demo/reasons.txt");
const DAY: i64 = 86_400_000;

/// Customers are known when the other parts have told who they are.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(programme);
    demo.finally.push(members);
    demo.finally.push(by_hand);
    Ok(())
}

fn programme(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let zone = days::zone(tx)?;
    let day = |at: Timestamp| days::date_of(&zone, at).map(|day| day.to_string());
    let (from, to) = (day(demo.now.plus_millis(-12 * DAY))?, day(demo.now.plus_millis(18 * DAY))?);
    let text = PROGRAMME.replace("{from}", &from).replace("{to}", &to);
    let rules: LoyaltyRules = serde_json::from_str(&text).map_err(Error::internal)?;
    let by = demo.with_role("head").first().map_or(Actor::System("demo"), http::DemoPerson::actor);
    tx.as_of(demo.since, by)?;
    let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
    operations::save(tx, &permit, 1, &rules, "").map(drop)
}

fn members(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let named: Vec<_> = demo.customers.iter().filter(|customer| !customer.name.is_empty()).cloned().collect();
    for customer in named {
        if demo.chance(60) {
            shop(tx, demo, &customer)?;
        }
    }
    Ok(())
}

/// One customer's orders, one after the other, each with what came of it.
fn shop(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer) -> Result<()> {
    let length = demo.now.since(customer.since).max(DAY);
    let count = demo.between(1, 6);
    let mut moments: Vec<i64> = (0..count).map(|_| demo.between(0, length)).collect();
    moments.sort_unstable();
    let mut number = demo.between(10_000_000, 99_999_999);
    for offset in moments {
        let at = customer.since.plus_millis(offset).max(demo.since).min(demo.now);
        tx.as_of(at, Actor::System("demo"))?;
        number += 1;
        // Now and then somebody buys something large.
        let most = if demo.chance(12) { 1_200_000 } else { 90_000 };
        let amount = demo.between(4_900, most) / 100 * 100;
        let reference = format!("SO{number}");
        let purchase = Purchase {
            customer: customer.id,
            source: "shop".into(),
            reference: reference.clone(),
            amount: Money(amount),
            currency: "CNY".into(),
        };
        api::earn(tx, &purchase)?;
        if demo.chance(9) {
            let later = at.plus_millis(demo.between(1, 9) * DAY).min(demo.now);
            tx.as_of(later, Actor::System("demo"))?;
            let part = if demo.chance(50) { amount } else { amount / 3 };
            let refund = format!("RF{number}");
            api::refund(tx, &Refund { source: "shop".into(), reference, refund, amount: Money(part) })?;
        } else if let Some(balance) = api::balance(tx, customer.id)?.filter(|has| has.active >= 200)
            && demo.chance(35)
        {
            let points = (balance.active / 2 / 100 * 100).max(100);
            let total = Money(points * 3);
            let payment =
                Payment { customer: customer.id, source: "shop".into(), reference: format!("PAY{number}"), points, total };
            api::pay(tx, &payment)?;
        }
    }
    tx.as_of(demo.now, Actor::System("demo"))?;
    let rules = queries::rules(tx)?;
    match ledger::open(tx, customer.id)? {
        Some(purse) => ledger::close(tx, purse, &rules),
        None => Ok(()),
    }
}

/// What colleagues gave and took, and one request that waits.
fn by_hand(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(supervisor) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let lines: Vec<_> = REASONS.lines().filter(|line| !line.starts_with('#')).collect();
    let mut left = lines.len();
    for customer in demo.customers.clone().iter().rev() {
        let Some(line) = left.checked_sub(1).and_then(|at| lines.get(at)) else { break };
        let Some((points, reason)) = line.split_once('\t') else { continue };
        let points: i64 = points.parse().map_err(Error::internal)?;
        let Some(member) = api::members_of(tx, customer.id)?.into_iter().next() else { continue };
        if member.balance < 200 {
            continue;
        }
        tx.as_of(demo.now.plus_millis(-demo.between(1, 40) * 3_600_000), supervisor.actor())?;
        // The first of all is more than may be given without being asked.
        let points = if left == lines.len() { points * 10 } else { points };
        adjust::ask(tx, &member, points, reason)?;
        left -= 1;
    }
    Ok(())
}
