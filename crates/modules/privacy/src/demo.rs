//! What customers of the demo story agreed to, refused and asked for.

use http::{Demo, DemoCustomer};
use kernel::{Actor, Result};
use store::Tx;

use crate::{
    api::{self, Peace, Said},
    model::{ConsentAnswer, ConsentPurpose, ConsentWay},
};

/// What people said: way, answer, purpose, words.
const SAID: &str = include_str!("../demo/said.txt");
/// Why people want to be left in peace.
const PEACE: &str = include_str!("../demo/peace.txt");
/// The version of the shop's text.
const VERSION: &str = "2026-03";
const DAY: i64 = 86_400_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let said: Vec<_> = SAID.lines().filter(|line| !line.starts_with('#')).collect();
    let peace: Vec<_> = PEACE.lines().collect();
    for customer in demo.customers.clone() {
        // Whoever never gave a name never filled in the shop's form.
        if customer.name.is_empty() || demo.chance(35) {
            continue;
        }
        form(tx, demo, &customer)?;
        if demo.chance(20) {
            later(tx, demo, &customer, demo.pick::<&str>(&said))?;
        }
        if demo.chance(5) {
            let reason = (*demo.pick::<&str>(&peace)).to_owned();
            let until = demo.chance(50).then(|| demo.now.plus_millis(demo.between(20, 180) * DAY));
            let purpose = demo.chance(50).then_some(ConsentPurpose::MarketingCall);
            tx.as_of(after(demo, &customer), Actor::System("demo"))?;
            api::enter(tx, &Peace { customer: customer.id, purpose, until, reason })?;
        }
    }
    Ok(())
}

/// The form of the shop: two boxes, and the second is mostly left empty.
fn form(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer) -> Result<()> {
    tx.as_of(customer.since, Actor::System("demo"))?;
    let boxes = [ConsentPurpose::MarketingSms, ConsentPurpose::Profiling, ConsentPurpose::MarketingWechat];
    for (purpose, share) in boxes.into_iter().zip([100, 60, 40]) {
        if demo.chance(share) {
            let said = Said {
                customer: customer.id,
                purpose,
                answer: ConsentAnswer::Given,
                way: ConsentWay::Form,
                words: String::new(),
                reference: None,
                text_version: VERSION.into(),
                at: None,
            };
            api::record(tx, &said)?;
        }
    }
    Ok(())
}

/// What they said later on.
fn later(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer, line: &str) -> Result<()> {
    let [way, answer, purpose, words] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let way = match way {
        "sms" => ConsentWay::Sms,
        "chat" => ConsentWay::Chat,
        _ => ConsentWay::Call,
    };
    let answer = if answer == "given" { ConsentAnswer::Given } else { ConsentAnswer::Withdrawn };
    let Some(purpose) = ConsentPurpose::ALL.into_iter().find(|one| one.text() == purpose) else { return Ok(()) };
    let (customer_id, words) = (customer.id, words.to_owned());
    tx.as_of(after(demo, customer), Actor::System("demo"))?;
    let (reference, text_version, at) = (None, String::new(), None);
    api::record(tx, &Said { customer: customer_id, purpose, answer, way, words, reference, text_version, at }).map(drop)
}

/// Some time between when they were first heard of and now.
fn after(demo: &Demo, customer: &DemoCustomer) -> kernel::Timestamp {
    customer.since.plus_millis(demo.now.since(customer.since) * demo.between(5, 95) / 100)
}
