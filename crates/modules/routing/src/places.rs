//! Who stands where in the line, and how long it will probably take.

use std::collections::HashMap;

use conversations::{Conversation, ConversationId, Outlook, Place, QueuePlace, State};
use kernel::{ChannelId, QueueId, Result, Timestamp};
use store::Tx;

use crate::{
    load::{default_queue, load},
    model::Queues,
    queries,
};

/// Over how long the pace of a queue is measured, in milliseconds.
const WINDOW_MS: i64 = 15 * 60_000;
/// Takes within it below which nobody can tell.
const LEAST_TAKES: i64 = 3;
/// Up to this place every step is told; further back a tenth of the way.
const NEAR: i64 = 50;

/// How long place number `position` will probably wait: as many times the mean time between two takes
/// of the last quarter of an hour as the place's number. None, never a wrong number, after fewer than
/// three takes, or while nobody serves the queue.
fn estimate(position: i64, takes: i64, served: bool) -> Option<i64> {
    (served && takes >= LEAST_TAKES).then(|| position.max(0).saturating_mul(WINDOW_MS / takes))
}

/// How fast queues move.
struct Pace {
    takes: HashMap<QueueId, i64>,
    served: Vec<QueueId>,
}

impl Pace {
    fn of(tx: &mut Tx<'_>, queues: &Queues) -> Result<Self> {
        let since = tx.now().plus_millis(-WINDOW_MS);
        let takes = queries::takes(tx, since)?.into_iter().collect();
        let ready = queries::ready(tx)?;
        let is_served = |queue: &&crate::Queue| ready.iter().any(|one| queues.serves(queue, one.user_id));
        Ok(Self { takes, served: queues.all.iter().filter(is_served).map(|queue| queue.id).collect() })
    }

    fn estimate(&self, queue: QueueId, position: i64) -> Option<i64> {
        estimate(position, self.takes.get(&queue).copied().unwrap_or(0), self.served.contains(&queue))
    }
}

/// Everybody's place in these queues, by one reading of each.
pub(crate) fn of_all(tx: &mut Tx<'_>, wanted: &[QueueId]) -> Result<Vec<(ConversationId, Place)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let queues = queries::queues(tx)?;
    let pace = Pace::of(tx, &queues)?;
    let mut places = Vec::new();
    for queue in wanted {
        for (ahead, (id, since)) in in_turn(tx, &queues, *queue)?.into_iter().enumerate() {
            let ahead = ahead as i64;
            let position = ahead + 1;
            places.push((id, Place { position, ahead, estimated_ms: pace.estimate(*queue, position), since }));
        }
    }
    Ok(places)
}

/// Everybody who waits in a queue, whose turn comes first before others.
fn in_turn(tx: &mut Tx<'_>, queues: &Queues, queue: QueueId) -> Result<Vec<(ConversationId, Timestamp)>> {
    let mut line = conversations::api::line_of(tx, queue)?;
    let Some(queue) = queues.get(queue).filter(|queue| !queue.rules.0.is_empty()) else { return Ok(line) };
    let priorities: HashMap<_, _> = queries::priorities(tx, queue.id)?.into_iter().collect();
    let (now, outranks) = (tx.now(), queue.outranks_seconds * 1_000);
    // Stable: of one priority the longest wait stays first.
    line.sort_by_key(|(id, since)| {
        let beyond = now.since(*since) >= outranks;
        if beyond { i64::MIN } else { -priorities.get(id).copied().unwrap_or(0) }
    });
    Ok(line)
}

/// Whether a customer told `before` should hear `now`: each step near the front, a tenth of the way
/// further back, and an estimate that is another one by a fifth.
pub(crate) fn worth_telling(before: Option<&Place>, now: &Place) -> bool {
    let Some(before) = before else { return true };
    let moved = (before.position - now.position).abs();
    let near = now.position <= NEAR && before.position <= NEAR;
    let another = match (before.estimated_ms, now.estimated_ms) {
        (Some(before), Some(now)) => (before - now).abs() * 5 >= before.max(1),
        (before, now) => before != now,
    };
    if near { moved > 0 || another } else { moved * 10 >= before.position }
}

/// Answers `conversations` who stands where.
struct Line;

impl QueuePlace for Line {
    fn queue(&self, tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<QueueId>> {
        match queries::queue_of(tx, channel)? {
            Some(queue) => Ok(Some(queue)),
            None => default_queue(tx).map(|queue| Some(queue.id)),
        }
    }

    fn place(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<Place>> {
        let Some(queue) = conversation.queue_id.filter(|_| conversation.state == State::Queued) else {
            return Ok(None);
        };
        let queues = queries::queues(tx)?;
        let ahead = if queues.get(queue).is_some_and(|queue| !queue.rules.0.is_empty()) {
            let line = in_turn(tx, &queues, queue)?;
            line.iter().position(|(id, _)| *id == conversation.id).unwrap_or(line.len()) as i64
        } else {
            conversations::api::ahead_of(tx, conversation)?
        };
        let estimated_ms = Pace::of(tx, &queues)?.estimate(queue, ahead + 1);
        Ok(Some(Place { position: ahead + 1, ahead, estimated_ms, since: conversation.opened_at }))
    }

    fn outlook(&self, tx: &mut Tx<'_>, channel: ChannelId) -> Result<Outlook> {
        let queues = queries::queues(tx)?;
        let Some(queue) = queues.of_channel(channel) else { return Ok(Outlook::default()) };
        let counts = conversations::api::waiting_counts(tx)?;
        let waiting = counts.into_iter().find(|(id, _, _)| *id == Some(queue.id)).map_or(0, |(_, count, _)| count);
        let load = load(tx, &queues)?;
        let room = queries::ready(tx)?.into_iter().any(|one| {
            queues.serves(queue, one.user_id) && load.get(&one.user_id).copied().unwrap_or(0) < one.capacity
        });
        let estimated_ms = if waiting == 0 && room {
            Some(0)
        } else {
            Pace::of(tx, &queues)?.estimate(queue.id, waiting + 1)
        };
        Ok(Outlook { waiting, estimated_ms })
    }
}

pub(crate) fn line() -> Box<dyn QueuePlace> {
    Box::new(Line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_estimate_is_never_negative_and_never_shorter_further_back(position in 0_i64..100_000, takes in 0_i64..1_000_000) {
            let (here, behind) = (estimate(position, takes, true), estimate(position + 1, takes, true));
            prop_assert!(here.is_none_or(|ms| ms >= 0) && here <= behind);
            prop_assert_eq!(here.is_some(), takes >= LEAST_TAKES);
        }
    }

    #[test]
    fn six_takes_in_a_quarter_of_an_hour_are_two_and_a_half_minutes_each() {
        assert_eq!(estimate(2, 6, true), Some(300_000));
        assert_eq!((estimate(2, 2, true), estimate(2, 6, false)), (None, None));
    }

    #[test]
    fn those_far_back_hear_of_a_tenth_of_the_way() {
        let place = |position: i64| Place {
            position,
            ahead: position - 1,
            estimated_ms: None,
            since: Timestamp::from_millis(0),
        };
        assert!(worth_telling(None, &place(900)));
        assert!(worth_telling(Some(&place(3)), &place(2)) && !worth_telling(Some(&place(2)), &place(2)));
        assert!(!worth_telling(Some(&place(1_000)), &place(950)) && worth_telling(Some(&place(1_000)), &place(900)));
    }
}
