//! Routing in the demo story: queues and who serves them, who was there when, what was offered to whom.
//!
//! The waits and the figures of days are not told here: they follow from what happened to
//! conversations, in the story as in life.

mod attendance;

use std::collections::HashSet;

use audit::api::Entry;
use conversations::api::DemoTake;
use http::{Demo, DemoPerson};
use kernel::{Error, Id, Result, UserId};
use store::Tx;

use crate::{
    model::{Offer, OfferState, PresenceReason, Queue},
    queries,
};

const SECOND: i64 = 1_000;
const QUEUES: &str = include_str!("../demo/queues.txt");
const REASONS: &str = include_str!("../demo/reasons.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    queues(tx, demo)?;
    reasons(tx)?;
    let takes = demo.take::<Vec<DemoTake>>().unwrap_or_default();
    offers(tx, demo, &takes)?;
    attendance::tell(tx, demo, &takes)
}

fn queues(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let lines = QUEUES.lines().filter(|line| !line.starts_with('#'));
    for (at, (told, line)) in demo.queues.iter().zip(lines).enumerate() {
        let numbers: Vec<i64> = line.split('\t').filter_map(|number| number.parse().ok()).collect();
        let [offer_seconds, wrap_up_seconds, target_seconds] = numbers[..] else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        // The first takes what no other does, and everybody serves it.
        let first = at == 0;
        let queue = Queue {
            offer_seconds,
            wrap_up_seconds,
            target_seconds,
            everybody: first,
            is_default: first,
            ..Queue::new(told.id, told.name.clone(), tx.now().plus_millis(at as i64))
        };
        queries::insert_queue(tx, &queue)?;
        let serves = |person: &&DemoPerson| person.serves.contains(&told.id);
        let members: Vec<UserId> = demo.people.iter().filter(serves).map(|person| person.id).collect();
        queries::set_members(tx, queue.id, if first { &[] } else { &members })?;
        queries::set_channels(tx, queue.id, demo.channels.get(at..=at).unwrap_or_default())?;
        audit::api::record(tx, Entry::new("routing.queue_added", "queue", queue.id).created(&queue))?;
    }
    Ok(())
}

fn reasons(tx: &mut Tx<'_>) -> Result<()> {
    for line in REASONS.lines().filter(|line| !line.starts_with('#')) {
        let (label, minutes) = line.split_once('\t').unwrap_or((line, ""));
        let minutes = minutes.parse().ok();
        let reason =
            PresenceReason { id: tx.new_id(), label: label.to_owned(), minutes, created_at: tx.now(), version: 1 };
        queries::insert_reason(tx, &reason)?;
        let entry = Entry::new("routing.presence_reason_added", "presence_reason", reason.id).created(&reason);
        audit::api::record(tx, entry)?;
    }
    Ok(())
}

/// Each conversation was offered to whoever took it; of those that waited longer, some were refused by
/// somebody before.
fn offers(tx: &mut Tx<'_>, demo: &Demo, takes: &[DemoTake]) -> Result<()> {
    let mut offers = Vec::with_capacity(takes.len());
    let known: HashSet<UserId> = demo.people.iter().map(|person| person.id).collect();
    for take in takes.iter().filter(|take| known.contains(&take.user_id)) {
        let offer = |user_id, state, made_at: kernel::Timestamp, ended_at| Offer {
            id: Id::new(made_at, &demo.rng),
            conversation_id: take.conversation_id,
            user_id,
            epoch: 0,
            state,
            made_at,
            expires_at: made_at.plus_seconds(30),
            ended_at: Some(ended_at),
        };
        let serves = |person: &&DemoPerson| person.serves.contains(&take.queue_id) && person.id != take.user_id;
        let others: Vec<_> = demo.people.iter().filter(serves).collect();
        if take.at.since(take.since) > 40 * SECOND && demo.chance(40) && !others.is_empty() {
            let made = take.since.plus_millis(SECOND);
            let refused = made.plus_millis(demo.between(3, 20) * SECOND);
            offers.push(offer(demo.pick(&others).id, OfferState::Refused, made, refused));
        }
        let made = take.at.plus_millis(-demo.between(1, 20) * SECOND).max(take.since.plus_millis(300));
        offers.push(offer(take.user_id, OfferState::Accepted, made.min(take.at), take.at));
    }
    queries::tell_offers(tx, &offers)
}
