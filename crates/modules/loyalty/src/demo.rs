//! Members of the demo story: what they bought, sent back and used, and what that made of their points.

use http::{Demo, DemoCustomer};
use kernel::{Actor, Cursor, Error, Money, Owned, Result, Timestamp};
use orders::{OrderState, events::OrderFact};
use store::Tx;

use crate::{
    adjust,
    api::{self, Payment},
    days, http as operations, ledger,
    model::{LoyaltyRules, RedemptionState, RedemptionWay, Reward, RewardState},
    policy,
    queries::{self, desk},
    referrals, rewards,
};

const PROGRAMME: &str = include_str!("../demo/programme.json");
const REASONS: &str = include_str!("../demo/reasons.txt");
const REWARDS: &str = include_str!("../demo/rewards.txt");
const DAY: i64 = 86_400_000;
/// Days since the programme began.
const BACK: i64 = 400;

/// Customers are known when the other parts have told who they are.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(programme);
    demo.finally.push(members);
    demo.finally.push(by_hand);
    demo.finally.push(shelf);
    Ok(())
}

fn programme(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let zone = days::zone(tx)?;
    let day = |at: Timestamp| days::date_of(&zone, at).map(|day| day.to_string());
    let (from, to) = (day(demo.now.plus_millis(-12 * DAY))?, day(demo.now.plus_millis(18 * DAY))?);
    let text = PROGRAMME.replace("{from}", &from).replace("{to}", &to);
    let rules: LoyaltyRules = serde_json::from_str(&text).map_err(Error::internal)?;
    let by = demo.with_role("head").first().map_or(Actor::System("demo"), http::DemoPerson::actor);
    tx.as_of(demo.now.plus_millis(-BACK * DAY), by)?;
    let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
    operations::save(tx, &permit, 1, &rules, "").map(drop)
}

fn members(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let named: Vec<_> = demo.customers.iter().filter(|customer| !customer.name.is_empty()).cloned().collect();
    for customer in named {
        shop(tx, demo, &customer)?;
    }
    Ok(())
}

/// One customer's orders since the programme began, one after the other, each with what came of it.
fn shop(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer) -> Result<()> {
    let begun = demo.now.plus_millis(-BACK * DAY);
    // What colleagues do by hand comes after it.
    let end = demo.now.plus_millis(-DAY / 8);
    let ids = customers::api::members(tx, customer.id)?;
    for order in orders::api::of(tx, &ids)? {
        // Complete once it was delivered.
        let at = order.placed_at.plus_millis(3 * DAY);
        if order.placed_at < begun || at > end {
            continue;
        }
        tx.as_of(at, Actor::System("demo"))?;
        let told = |state, refunded| OrderFact {
            order_id: order.id,
            customer_id: order.customer_id,
            state,
            currency: order.currency.clone(),
            total: order.total,
            refunded,
            placed_at: order.placed_at,
        };
        if matches!(order.state, OrderState::Cancelled | OrderState::Placed) {
            continue;
        }
        crate::shop::follow(tx, &told(OrderState::Completed, Money(0)))?;
        if order.refunded.0 > 0 {
            tx.as_of(at.plus_millis(demo.between(1, 9) * DAY).min(end), Actor::System("demo"))?;
            crate::shop::follow(tx, &told(order.state, order.refunded))?;
        } else if let Some(balance) = api::balance(tx, customer.id)?.filter(|has| has.active >= 400)
            && demo.chance(25)
        {
            let points = (balance.active / 3 / 100 * 100).max(100);
            let reference = format!("PAY{}", demo.between(10_000_000, 99_999_999));
            let total = Money(points * 3);
            let payment = Payment { customer: customer.id, source: "shop".into(), reference, points, total };
            api::pay(tx, &payment)?;
        }
    }
    tx.as_of(end, Actor::System("demo"))?;
    let rules = queries::rules(tx)?;
    match ledger::open(tx, customer.id)? {
        Some(purse) => ledger::close(tx, purse, &rules),
        None => Ok(()),
    }
}

/// What colleagues gave and took, of those who have most, and one request that waits.
fn by_hand(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(supervisor) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let sight = policy::may_read(&Actor::System("demo"))?;
    let filter = queries::Filter { by_balance: true, ..queries::Filter::default() };
    let first = Cursor { key: i64::MAX, id: "~".into() };
    let lines: Vec<_> = REASONS.lines().filter_map(|line| line.split_once('\t')).collect();
    let members = queries::members(tx, &sight, &filter, &first, lines.len() as i64)?;
    for (at, (member, (points, reason))) in members.iter().zip(lines).enumerate() {
        let points: i64 = points.parse().map_err(Error::internal)?;
        tx.as_of(demo.now.plus_millis(-demo.between(1, 40) * 60_000), supervisor.actor())?;
        // The last of all is more than may be given without being asked.
        let points = if at == 4 { points * 10 } else { points };
        adjust::ask(tx, member, points, reason)?;
    }
    Ok(())
}

/// What points are given for, what was handed over, and what waits.
fn shelf(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let why = REWARDS.lines().find_map(|line| line.strip_prefix("! ")).unwrap_or_default();
    let mut rewards = Vec::new();
    for line in REWARDS.lines().filter(|line| !line.starts_with(['#', '!'])) {
        let [name, detail, points, stock, most, rank] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let number = |text: &str| text.parse::<i64>().ok();
        tx.as_of(demo.since, Actor::System("demo"))?;
        let reward = Reward {
            id: tx.new_id(),
            name: name.into(),
            detail: detail.into(),
            points: number(points).unwrap_or(1),
            stock: number(stock),
            per_member: number(most),
            min_rank: number(rank).unwrap_or(0),
            state: RewardState::Offered,
            created_at: tx.now(),
            version: 1,
        };
        desk::insert_reward(tx, &reward)?;
        rewards.push(reward);
    }
    let sight = policy::may_read(&Actor::System("demo"))?;
    let filter = queries::Filter { by_balance: true, ..queries::Filter::default() };
    let first = Cursor { key: i64::MAX, id: "~".into() };
    let Some(agent) = demo.with_role("agent").into_iter().next() else { return Ok(()) };
    for (at, member) in queries::members(tx, &sight, &filter, &first, 25)?.iter().skip(1).enumerate() {
        let fit = |reward: &&Reward| {
            reward.points <= member.balance && reward.min_rank <= member.tier_rank && reward.stock != Some(0)
        };
        let Some(reward) = rewards.iter().filter(fit).nth(at % 4).or(rewards.iter().find(fit)) else { continue };
        let asked = demo.now.plus_millis(-demo.between(1, 60) * 60_000);
        tx.as_of(asked, agent.actor())?;
        let one = match rewards::redeem(tx, member, reward.id, RedemptionWay::Desk, None) {
            Ok(one) => one,
            Err(Error::Conflict(..)) => continue,
            Err(error) => return Err(error),
        };
        if at % 3 != 0 {
            tx.as_of(demo.now, agent.actor())?;
            let permit = Actor::System("demo").permit(policy::SERVE, &Owned::NOBODY, tx.now())?;
            let state = if at % 8 == 7 {
                RedemptionState::Cancelled
            } else {
                RedemptionState::Fulfilled
            };
            rewards::close(tx, &permit, one, state, if at % 8 == 7 { why } else { "" })?;
        }
    }
    recommend(tx, demo)
}

/// Some who recommended the house to others who have not ordered yet.
fn recommend(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let sight = policy::may_read(&Actor::System("demo"))?;
    let filter = queries::Filter { by_balance: true, ..queries::Filter::default() };
    let first = Cursor { key: i64::MAX, id: "~".into() };
    let members = queries::members(tx, &sight, &filter, &first, 3)?;
    let mut newcomers = Vec::new();
    for customer in demo.customers.iter().rev().filter(|customer| !customer.name.is_empty()) {
        if api::members_of(tx, customer.id)?.is_empty() && newcomers.len() < 5 {
            newcomers.push(customer.id);
        }
    }
    tx.as_of(demo.now.plus_millis(-DAY), Actor::System("demo"))?;
    for (at, newcomer) in newcomers.into_iter().enumerate() {
        let Some(member) = members.get(at % 2) else { break };
        match referrals::note(tx, &member.code, newcomer) {
            // One without a number cannot be told from others.
            Ok(_) | Err(Error::Conflict(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
