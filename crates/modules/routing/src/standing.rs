//! How the queues stand now and did today, as far as somebody may see.

use std::collections::{HashMap, HashSet};

use kernel::{QueueId, Ratio, Result, Scope, Timestamp, UserId};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    figures::day_of,
    load::{holding, load},
    model::{Counts, PresenceState, Queue, Queues, RetiredQueue},
    queries,
};

/// Whose presence somebody may see.
pub(crate) struct Reachable {
    all: bool,
    /// Whether whole units are within reach: then somebody there serves what everybody serves.
    units: bool,
    people: HashSet<UserId>,
}

impl Reachable {
    pub(crate) fn of(tx: &mut Tx<'_>, scope: &Scope) -> Result<Self> {
        let mut people = HashSet::new();
        if !scope.is_all() {
            people = queries::people_within(tx, scope)?.into_iter().collect();
        }
        Ok(Self { all: scope.is_all(), units: scope.units_json() != "[]", people })
    }

    /// The queues that somebody within reach serves.
    pub(crate) fn queues(&self, queues: &Queues) -> Vec<Queue> {
        let somebody = |queue: &&Queue| {
            self.all
                || (queue.everybody && (self.units || !self.people.is_empty()))
                || queues.named(queue.id).iter().any(|user| self.people.contains(user))
        };
        queues.all.iter().filter(somebody).cloned().collect()
    }

    /// Whether somebody within reach served it.
    fn served(&self, queue: &RetiredQueue) -> bool {
        self.all
            || (queue.everybody && (self.units || !self.people.is_empty()))
            || queue.members().iter().any(|user| self.people.contains(user))
    }

    fn covers(&self, user: UserId) -> bool {
        self.all || self.people.contains(&user)
    }
}

/// How a queue stands now, and what it did today.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DeskRow {
    /// Which; none in the total.
    pub queue_id: Option<QueueId>,
    /// Its name; empty in the total.
    pub name: String,
    /// Whether it was deleted since: today's figures stay.
    pub deleted: bool,
    /// How many wait.
    pub waiting: i64,
    /// Since when the longest one waits.
    pub longest_since: Option<Timestamp>,
    /// People within reach who serve it and take work, those without room among them.
    pub ready: i64,
    /// People within reach who serve it, are there and take no work.
    pub not_ready: i64,
    /// Those of `ready` who have no room for more.
    pub at_capacity: i64,
    /// Conversations that are over and hold their agent's room until it is said what they were about.
    pub wrapping: i64,
    #[serde(flatten)]
    pub counts: Counts,
    /// Answered within the target ÷ offered, customers who left included; null before anybody came.
    pub service_level: Option<Ratio>,
    /// Within how many seconds customers should be answered; in the total only where all queues agree.
    pub target_seconds: Option<i64>,
    /// How many of a hundred should be; in the total only where all queues agree.
    pub target_percent: Option<i64>,
}

/// The floor today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeskView {
    /// The organisation's day.
    pub day: String,
    /// When this was counted.
    pub at: Timestamp,
    /// Each queue that somebody within reach serves, oldest first.
    pub queues: Vec<DeskRow>,
    /// All of these together. Its conversations are the sum; a person who serves several counts once.
    pub total: DeskRow,
}

/// Counts how the queues stand. People are counted within `scope`; conversations wait for all.
pub(crate) fn desk(tx: &mut Tx<'_>, scope: &Scope) -> Result<DeskView> {
    let at = tx.now();
    let day = day_of(tx, at)?;
    let queues = queries::queues(tx)?;
    let reachable = Reachable::of(tx, scope)?;
    let shown = reachable.queues(&queues);
    let mut today: HashMap<_, _> = queries::day(tx, &day)?.into_iter().collect();
    let mut waiting: HashMap<_, _> = conversations::api::waiting_counts(tx)?
        .into_iter()
        .map(|(queue, count, since)| (queue, (count, since)))
        .collect();
    let (load, held) = (load(tx, &queues)?, holding(tx, &queues)?);
    let mut people = queries::around(tx)?;
    people.retain(|one| reachable.covers(one.user_id));
    let full = |user: UserId, capacity: i64| load.get(&user).copied().unwrap_or(0) >= capacity;
    let row = |queue_id: Option<QueueId>, name: String, serves: &dyn Fn(UserId) -> bool| {
        let count = |state: PresenceState, full_only: bool| {
            let takes = state == PresenceState::Ready;
            let one = people.iter().filter(|one| (one.state == PresenceState::Ready) == takes && serves(one.user_id));
            one.filter(|one| !full_only || full(one.user_id, one.capacity)).count() as i64
        };
        DeskRow {
            queue_id,
            name,
            deleted: false,
            waiting: 0,
            longest_since: None,
            ready: count(PresenceState::Ready, false),
            not_ready: count(PresenceState::NotReady, false),
            at_capacity: count(PresenceState::Ready, true),
            wrapping: 0,
            counts: Counts::default(),
            service_level: None,
            target_seconds: None,
            target_percent: None,
        }
    };
    let mut total = row(None, String::new(), &|user| shown.iter().any(|queue| queues.serves(queue, user)));
    let mut rows = Vec::with_capacity(shown.len());
    for queue in &shown {
        let mut one = row(Some(queue.id), queue.name.clone(), &|user| queues.serves(queue, user));
        // What was just opened has no queue yet.
        let new = if queue.is_default { waiting.remove(&None) } else { None };
        for (count, since) in waiting.remove(&Some(queue.id)).into_iter().chain(new) {
            one.waiting += count;
            one.longest_since = Some(one.longest_since.map_or(since, |longest| longest.min(since)));
        }
        one.wrapping =
            held.iter().filter(|(hold, at, _)| *at == queue.id && reachable.covers(hold.user_id)).count() as i64;
        one.counts = today.remove(&queue.id).unwrap_or_default();
        one.service_level = one.counts.service_level();
        (one.target_seconds, one.target_percent) = (Some(queue.target_seconds), Some(queue.target_percent));
        total.waiting += one.waiting;
        total.longest_since = total.longest_since.into_iter().chain(one.longest_since).min();
        total.wrapping += one.wrapping;
        total.counts = total.counts.plus(one.counts, 1);
        rows.push(one);
    }
    // What was deleted since has still done what it did today.
    let gone: Vec<_> = today.keys().filter(|id| queues.get(**id).is_none()).copied().collect();
    for queue in queries::retired(tx, &gone)?.into_iter().filter(|queue| reachable.served(queue)) {
        let mut one = row(Some(queue.id), queue.name.clone(), &|_| false);
        one.deleted = true;
        one.counts = today.remove(&queue.id).unwrap_or_default();
        one.service_level = one.counts.service_level();
        (one.target_seconds, one.target_percent) = (Some(queue.target_seconds), Some(queue.target_percent));
        total.counts = total.counts.plus(one.counts, 1);
        if one.counts != Counts::default() {
            rows.push(one);
        }
    }
    total.service_level = total.counts.service_level();
    total.target_seconds = agreed(&shown, |queue| queue.target_seconds);
    total.target_percent = agreed(&shown, |queue| queue.target_percent);
    Ok(DeskView { day, at, queues: rows, total })
}

/// What all of them aim at, if they aim at the same.
fn agreed(queues: &[Queue], target: impl Fn(&Queue) -> i64) -> Option<i64> {
    let first = target(queues.first()?);
    queues.iter().all(|queue| target(queue) == first).then_some(first)
}
