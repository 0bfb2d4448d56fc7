//! Text messages of the demo story: a gateway nobody is behind, what was said by it, and who wants none.

use channels::ChannelKind;
use conversations::api::{DemoPlace, assignee, demo_answer};
use customers::api::{Given, spell_phone};
use delivery::{DeliveryState, Incoming};
use http::Demo;
use kernel::{Actor, Owned, Result, Visitor};
use store::Tx;

use crate::{
    model::{Details, Driver, OptOutWay, Setup},
    queries, take, words,
};

/// From which number, what was said, what was answered, how far that got, and what was said then.
const SAID: &str = include_str!("../demo/said.txt");
/// Numbers that want none, and by which word.
const REFUSED: &[(&str, &str)] = &[("13701882436", "TD"), ("15026610938", "退订"), ("18217450062", "T")];
const MINUTE: i64 = 60_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit("channels.manage", &Owned::NOBODY, tx.now())?;
    let channel = channels::api::open(tx, &permit, ChannelKind::Sms, "青禾短信")?;
    let (out, back) = (words::word(tx, "opted_out")?, words::word(tx, "opted_in")?);
    let details = Details {
        number: Some("1069000188".to_owned()),
        prefix: Some("【青禾商城】".to_owned()),
        ..Details::default()
    };
    let setup = Setup::blank(Driver::Http, channel.id, tx.now(), (&out, &back)).with(&permit, details)?;
    queries::insert(tx, &setup)?;
    let place = DemoPlace(demo.queues[0].id);
    let agents: Vec<_> =
        demo.with_role("agent").into_iter().filter(|agent| agent.serves.contains(&demo.queues[0].id)).collect();
    let calendar = settings::api::calendar(tx)?;
    for (at, told) in SAID.lines().enumerate() {
        let [phone, said, answer, state, then] = told.split('\t').collect::<Vec<_>>()[..] else { continue };
        let Some(phone) = spell_phone(phone) else { continue };
        let at = at as i64;
        let answered = !answer.is_empty() && !agents.is_empty();
        let ago = if answered { (3 - at) * 1_440 + 150 } else { (5 - at) * 11 };
        let mut moment = demo.now.plus_millis(-ago * MINUTE).max(demo.since);
        if answered && !calendar.is_open(moment) {
            moment = calendar.next_change(moment).unwrap_or(moment).plus_millis(7 * MINUTE).min(demo.now);
        }
        tx.as_of(moment, system())?;
        let given = Given { phone: Some(phone.clone()), ..Given::default() };
        let incoming = Incoming { given, ..Incoming::text(channel.id, &phone, &format!("demo-{at}"), said) };
        delivery::api::keep(tx, &place, &incoming)?;
        if !answered {
            continue;
        }
        let Visitor { customer, .. } = delivery::api::whose(tx, channel.id, &phone, &Given::default())?;
        let visitor = Visitor { customer, channel: channel.id };
        let agent = &agents[usize::try_from(at).unwrap_or_default() % agents.len()];
        if let Some((conversation, seq)) = demo_answer(tx, visitor, agent, answer, moment)? {
            let state = if state == "delivered" {
                DeliveryState::Delivered
            } else {
                DeliveryState::Sent
            };
            delivery::api::was_carried(tx, conversation, seq, state)?;
        }
        if !then.is_empty() {
            tx.as_of(demo.now.plus_millis(-14 * MINUTE).max(moment), system())?;
            let again = Incoming::text(channel.id, &phone, &format!("demo-{at}-then"), then);
            let kept = delivery::api::keep(tx, &place, &again)?;
            // Whoever answered has it again.
            tx.as_of(demo.now.plus_millis(-13 * MINUTE).max(moment), agent.actor())?;
            let permit = system().permit("conversations.assign", &Owned::NOBODY, tx.now())?;
            let to = assignee(tx.actor())?;
            conversations::api::assign(tx, &permit, kept.conversation_id, to)?;
        }
    }
    for (at, (phone, word)) in REFUSED.iter().enumerate() {
        let Some(phone) = spell_phone(phone) else { continue };
        tx.as_of(demo.now.plus_millis(-(at as i64 + 1) * 1_700 * MINUTE).max(demo.since), system())?;
        take::add(tx, channel.id, (None, &phone), (OptOutWay::Word, (*word).to_owned(), String::new()))?;
    }
    tx.as_of(demo.now, system())
}
