//! The open channel of the demo story: a mini program nobody is behind, what was said on it, and what was answered.

use std::collections::BTreeMap;

use channels::ChannelKind;
use conversations::{
    Attributes,
    api::{DemoPlace, demo_answer},
};
use customers::api::Given;
use delivery::{DeliveryState, Incoming};
use http::Demo;
use kernel::{Actor, Owned, Result, Visitor};
use store::Tx;

use crate::{model::OpenChannel, queries};

/// Who, called what, said what, what was answered, and how far that got.
const SAID: &str = include_str!("../demo/said.txt");
const MINUTE: i64 = 60_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit("channels.manage", &Owned::NOBODY, tx.now())?;
    let channel = channels::api::open(tx, &permit, ChannelKind::Open, "青禾小程序")?;
    let open = OpenChannel::new(channel.id, tx.now());
    queries::insert(tx, &open)?;
    let place = DemoPlace(demo.queues[0].id);
    let agents: Vec<_> =
        demo.with_role("agent").into_iter().filter(|agent| agent.serves.contains(&demo.queues[0].id)).collect();
    let calendar = settings::api::calendar(tx)?;
    let count = SAID.lines().count() as i64;
    for (at, told) in SAID.lines().enumerate() {
        let [user, name, words, answer, state] = told.split('\t').collect::<Vec<_>>()[..] else { continue };
        let answered = !answer.is_empty() && !agents.is_empty();
        // Those that were answered lie days back; the others came a while ago.
        let ago = if answered {
            (count - at as i64) * 1_440 + 90
        } else {
            (count - at as i64) * 9
        };
        let mut moment = demo.now.plus_millis(-ago * MINUTE).max(demo.since);
        if answered && !calendar.is_open(moment) {
            moment = calendar.next_change(moment).unwrap_or(moment).plus_millis(5 * MINUTE).min(demo.now);
        }
        tx.as_of(moment, system())?;
        let said = Incoming {
            given: Given { name: Some(name.to_owned()), ..Given::default() },
            attributes: Attributes(BTreeMap::from([("来源".to_owned(), "小程序 · 我的订单".to_owned())])),
            ..Incoming::text(channel.id, user, &format!("demo-{at}"), words)
        };
        delivery::api::keep(tx, &place, &said)?;
        if !answered {
            continue;
        }
        let Visitor { customer, .. } = delivery::api::whose(tx, channel.id, user, &Given::default())?;
        let visitor = Visitor { customer, channel: channel.id };
        let agent = &agents[at % agents.len()];
        if let Some((conversation, seq)) = demo_answer(tx, visitor, agent, answer, moment)? {
            let state = match state {
                "read" => DeliveryState::Read,
                "delivered" => DeliveryState::Delivered,
                _ => DeliveryState::Sent,
            };
            delivery::api::was_carried(tx, conversation, seq, state)?;
        }
    }
    tx.as_of(demo.now, system())
}
