//! What customers of the demo story bought in the shop over two years: an appliance first, then what goes with it, each
//! at a pace of their own, until they stop.

use http::{Demo, DemoCustomer};
use kernel::{Actor, Money, Result, Timestamp};
use store::Tx;

use crate::{
    model::{Lines, Order, OrderLine, OrderState},
    taking,
};

const GOODS: &str = include_str!("../demo/goods.txt");
const DAY: i64 = 86_400_000;
/// How far back the shop's orders go.
const BACK: i64 = 640;
/// As many orders are kept at once.
const AT_ONCE: usize = 500;

struct Goods {
    code: &'static str,
    what: &'static str,
    price: i64,
    with: &'static str,
    every: i64,
}

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let goods: Vec<Goods> = GOODS.lines().filter_map(read).collect();
    let appliances: Vec<&Goods> = goods.iter().filter(|one| one.with == "-").collect();
    tx.as_of(demo.now.plus_millis(-DAY / 4), Actor::System("demo"))?;
    let mut orders = Vec::new();
    let mut number = 0;
    for customer in demo.customers.clone() {
        // Whoever never gave a name only asked.
        if customer.name.is_empty() || demo.chance(12) {
            continue;
        }
        for (day, line) in bought(demo, &goods, &appliances) {
            number += 1;
            orders.push(order(tx, demo, &customer, number, day, line));
        }
        if orders.len() >= AT_ONCE {
            taking::keep(tx, "商城", &std::mem::take(&mut orders), &[])?;
        }
    }
    taking::keep(tx, "商城", &orders, &[])
}

fn read(line: &'static str) -> Option<Goods> {
    let [code, what, price, with, every] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
    Some(Goods { code, what, price: price.parse().ok()?, with, every: every.parse().ok()? })
}

/// What somebody bought, and how many days ago.
fn bought(demo: &Demo, goods: &[Goods], appliances: &[&Goods]) -> Vec<(i64, OrderLine)> {
    let appliance = *demo.pick(appliances);
    let mut ago = demo.between(5, BACK);
    let mut all = vec![(ago, line(appliance, 1))];
    let needs: Vec<_> = goods.iter().filter(|one| one.with == appliance.code).collect();
    // Some buy several times as often as others, at any time, and after each return some do not come back any more: of some
    // people hardly any, of others most. Were all alike, or as regular as their filters, nothing would decide the models
    // of `worth`.
    let pace = demo.between(40, 120);
    let leave = *demo.pick(&[2, 15, 50, 85]);
    while !needs.is_empty() {
        let next = *demo.pick(&needs);
        ago -= (next.every * pace / 100 * *demo.pick(&[5, 20, 40, 70, 110, 160, 300]) / 100).max(2);
        if ago <= 0 {
            break;
        }
        all.push((ago, line(next, demo.between(1, 5))));
        if demo.chance(1) {
            all.push((ago - 1, line(demo.pick::<&Goods>(appliances), 1)));
        }
        if demo.chance(leave) {
            break;
        }
    }
    all.retain(|(ago, _)| *ago > 0);
    all
}

fn line(goods: &Goods, quantity: i64) -> OrderLine {
    OrderLine {
        code: Some(goods.code.into()),
        what: goods.what.into(),
        quantity,
        amount: Money(goods.price * quantity),
    }
}

fn order(tx: &Tx<'_>, demo: &Demo, customer: &DemoCustomer, number: i64, ago: i64, line: OrderLine) -> Order {
    let placed_at: Timestamp = demo.now.plus_millis(-ago * DAY + demo.between(0, DAY / 3));
    let total = line.amount;
    let (state, refunded) = match demo.between(0, 100) {
        0..3 => (OrderState::Refunded, total),
        3..5 => (OrderState::RefundedPart, Money(total.0 / 2)),
        5..7 => (OrderState::Cancelled, Money(0)),
        _ if ago < 4 => (OrderState::Placed, Money(0)),
        _ => (OrderState::Completed, Money(0)),
    };
    Order {
        id: tx.new_id(),
        source: "商城".into(),
        number: format!("SC{:06}", 100_000 + number),
        customer_id: customer.id,
        state,
        currency: "CNY".into(),
        total,
        refunded,
        placed_at,
        lines: Lines(vec![line]),
        as_of: tx.now(),
        taken_by: None,
        taken_at: tx.now(),
        version: 1,
    }
}
