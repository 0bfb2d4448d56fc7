//! In the demo story it is on for the busiest queue: somebody was answered and left content, somebody else was
//! answered and asked for a person, and waits.

use conversations::{
    ConversationId,
    api::{Opening, Post},
};
use http::{Demo, DemoCustomer};
use kernel::{Actor, Result, Visitor};
use store::Tx;

use crate::{
    attend,
    model::{AssistantSettings, Outcome},
    queries,
};

const MINUTE: i64 = 60_000;
/// Minutes before now | what is said there, one line a minute; `-` leaves.
const TALKS: &str = include_str!("../demo/talks.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(queue) = demo.queues.first().map(|queue| queue.id) else { return Ok(()) };
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = crate::policy::may_manage(tx.actor(), tx.now())?;
    let settings = AssistantSettings::default().changed(&permit, vec![queue], Vec::new(), "")?;
    queries::save(tx, &settings)?;
    tx.as_of(demo.now, system())?;
    // Articles and conversations are told by then.
    demo.finally.push(lately);
    Ok(())
}

fn lately(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let settings = queries::settings(tx)?;
    let Some(channel) = demo.channels.first().copied() else { return Ok(()) };
    let mut customers: Vec<_> =
        demo.customers.iter().filter(|one| one.channel == channel && !one.name.is_empty()).cloned().collect();
    for (at, line) in TALKS.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let mut parts = line.split('|');
        let begin = parts.next().and_then(|minutes| minutes.trim().parse().ok()).unwrap_or(10);
        let mut moment = demo.now.plus_millis(-begin * MINUTE);
        let opened = loop {
            let Some(customer) = customers.pop() else { return Ok(()) };
            if customer.since < moment
                && let Some(id) = open(tx, demo, &customer, moment)?
            {
                break (id, Actor::Visitor(Visitor { customer: customer.id, channel }));
            }
        };
        let (id, visitor) = opened;
        for (number, words) in parts.enumerate() {
            moment = moment.plus_millis(MINUTE / 2);
            tx.as_of(moment, visitor.clone())?;
            if words.trim() == "-" {
                conversations::api::leave(tx, id)?;
                tx.as_of(moment, Actor::System("demo"))?;
                queries::settle(tx, id, Outcome::Solved)?;
                continue;
            }
            let client_id = format!("demo/assistant/{at}/{number}");
            conversations::api::post(tx, Post::new(id, visitor.clone(), client_id, words.trim().to_owned()))?;
            moment = moment.plus_millis(MINUTE / 30);
            tx.as_of(moment, Actor::System("demo"))?;
            attend::attend(tx, &settings, id)?;
        }
    }
    tx.as_of(demo.now, Actor::System("demo"))
}

/// A new conversation; none while the customer has one.
fn open(
    tx: &mut Tx<'_>,
    demo: &Demo,
    customer: &DemoCustomer,
    at: kernel::Timestamp,
) -> Result<Option<ConversationId>> {
    let visitor = Visitor { customer: customer.id, channel: customer.channel };
    tx.as_of(at, Actor::Visitor(visitor))?;
    let channel = channels::api::get(tx, customer.channel)?;
    let opening = Opening {
        channel: &channel,
        customer: customer.id,
        name: &customer.name,
        queue: demo.queues.first().map(|queue| queue.id),
        page: None,
        attributes: Default::default(),
        trail: Default::default(),
    };
    let (conversation, new) = conversations::api::open(tx, opening)?;
    Ok(new.then_some(conversation.id))
}
