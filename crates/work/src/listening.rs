//! Hands facts to listeners, on the node that holds the lease.
//!
//! Facts are read once for all listeners that stand at the same place, which is nearly always all
//! of them: a listener costs nothing for the facts of other kinds.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kernel::{Error, Origin, Result, Timestamp};
use store::{Db, StoredFact, outbox, outbox::Position};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    Lease,
    follower::{self, Follower, together},
    horizon::{Horizon, horizon},
    listen::Listener,
    runner::{Pace, Waker, until_stopped},
};

/// Facts handed over in one transaction at most: bounds how long it holds up other writers.
const BATCH: i64 = 128;
/// How soon to look again for facts that are committed but still hidden, and at most how late.
const HIDDEN: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(80)];

/// Listeners that are held up: what drains answer.
pub(crate) type HeldUp = Arc<Mutex<Vec<(&'static str, Timestamp, String)>>>;

pub(crate) struct Listening {
    pub(crate) db: Db,
    pub(crate) listeners: Arc<[Listener]>,
    pub(crate) held: watch::Receiver<Option<Lease>>,
    pub(crate) waker: Waker,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) pace: Pace,
    pub(crate) held_up: HeldUp,
}

/// What one look at the facts came to.
struct Round {
    horizon: Horizon,
    applied: usize,
    /// More facts were there than one batch holds.
    more: bool,
}

impl Listening {
    pub(crate) async fn run(mut self) {
        if self.listeners.is_empty() {
            return;
        }
        let mut stop = self.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = until_stopped(&mut stop) => return,
                led = self.held.wait_for(Option::is_some) => if led.is_err() { return },
            }
            let led = self.lead().await;
            self.held_up.lock().unwrap_or_else(PoisonError::into_inner).clear();
            if let Err(error) = led {
                tracing::warn!(%error, "listeners begin again from their cursors");
                tokio::select! {
                    () = until_stopped(&mut stop) => return,
                    () = sleep(self.pace.scan) => {}
                }
            }
        }
    }

    /// Follows the facts for as long as the lease is held and nobody says stop.
    async fn lead(&mut self) -> Result<()> {
        let mut followers = Vec::new();
        for listener in self.listeners.iter() {
            followers.push(Follower::load(&self.db, listener.clone()).await?);
        }
        let epoch = self.epoch();
        let mut woken = self.waker.facts();
        woken.mark_changed();
        let mut scan = interval(self.pace.scan);
        scan.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut goal = 0;
        let mut pause = HIDDEN[0];
        while epoch.is_some() && self.epoch() == epoch && !*self.stop.borrow() {
            let told = woken.has_changed().unwrap_or(false);
            woken.mark_unchanged();
            let round = self.round(&mut followers).await?;
            if told {
                (goal, pause) = (goal.max(round.horizon.next), HIDDEN[0]);
            }
            if round.applied > 0 {
                // A reaction may have enqueued jobs and emitted facts.
                self.waker.wake();
            }
            if round.more {
                continue;
            }
            let hidden = round.horizon.oldest < goal;
            sleep(self.pace.gather).await;
            tokio::select! {
                _ = woken.changed() => woken.mark_changed(),
                _ = self.held.changed() => {}
                _ = scan.tick() => {
                    self.save(&mut followers).await?;
                    self.measure(&followers);
                }
                () = sleep(pause), if hidden => pause = (pause * 2).min(HIDDEN[1]),
                () = until_stopped(&mut self.stop) => {}
            }
        }
        if epoch.is_some() && self.epoch() == epoch {
            self.save(&mut followers).await
        } else {
            Ok(())
        }
    }

    fn epoch(&self) -> Option<i64> {
        self.held.borrow().as_ref().map(|lease| lease.epoch)
    }

    /// Hands every listener that is not held up the next batch of facts.
    async fn round(&self, followers: &mut Vec<Follower>) -> Result<Round> {
        let now = self.db.clock().now();
        let mut round = Round { horizon: Horizon { oldest: i64::MAX, next: 0 }, applied: 0, more: false };
        let mut places: BTreeMap<Position, Vec<Follower>> = BTreeMap::new();
        let mut done = Vec::with_capacity(followers.len());
        for follower in followers.drain(..) {
            if follower.stuck.as_ref().is_some_and(|stuck| stuck.waits(now)) {
                done.push(follower);
            } else {
                places.entry(follower.at).or_default().push(follower);
            }
        }
        let origin = Origin::system("listeners");
        for (from, group) in places {
            let kinds: Vec<_> = group.iter().flat_map(|follower| follower.listener.kinds).copied().collect();
            let read = self.db.read(&origin, move |tx| {
                // The horizon first: what it promises is then in sight of the statement after it.
                let horizon = horizon(tx)?;
                Ok((horizon, outbox::after(tx, from, BATCH, &kinds)?))
            });
            let (horizon, facts) = read.await?;
            round.horizon.oldest = round.horizon.oldest.min(horizon.oldest);
            round.horizon.next = round.horizon.next.max(horizon.next);
            round.more |= i64::try_from(facts.len()).is_ok_and(|count| count == BATCH);
            let (group, applied) = self.hand_over(group, facts.into()).await?;
            round.applied += applied;
            done.extend(group);
        }
        self.note_held_up(&done);
        *followers = done;
        Ok(round)
    }

    /// Those whose reactions lock alike share a transaction. Where one of them fails, each goes alone, all at the same time.
    async fn hand_over(&self, group: Vec<Follower>, facts: Arc<[StoredFact]>) -> Result<(Vec<Follower>, usize)> {
        let count = |follower: &Follower| facts.iter().filter(|fact| follower.listener.wants(fact)).count();
        let (wanting, mut done): (Vec<_>, Vec<_>) = group.into_iter().partition(|follower| count(follower) > 0);
        for follower in &mut done {
            follower.take(&self.db, &facts).await?;
        }
        let (held_up, free): (Vec<_>, Vec<_>) = wanting.into_iter().partition(|follower| follower.stuck.is_some());
        let (locking, isolated): (Vec<_>, Vec<_>) = free.into_iter().partition(Follower::locks);
        let mut alone = held_up;
        let mut sum = 0;
        for mut group in [locking, isolated] {
            if group.len() > 1 && together(&self.db, &mut group, &facts).await.is_ok() {
                sum += group.iter().map(count).sum::<usize>();
                done.append(&mut group);
            } else {
                alone.append(&mut group);
            }
        }
        let mut steps: JoinSet<Result<(Follower, usize)>> = JoinSet::new();
        for mut follower in alone {
            let (db, facts) = (self.db.clone(), facts.clone());
            steps.spawn(async move {
                let applied = follower.take(&db, &facts).await?;
                Ok((follower, applied))
            });
        }
        while let Some(step) = steps.join_next().await {
            let (follower, applied) = step.map_err(Error::internal)??;
            sum += applied;
            done.push(follower);
        }
        Ok((done, sum))
    }

    fn note_held_up(&self, followers: &[Follower]) {
        let stuck = followers.iter().filter_map(|follower| {
            let stuck = follower.stuck.as_ref()?;
            Some((follower.listener.name, stuck.next_at, stuck.error.clone()))
        });
        let mut held_up = self.held_up.lock().unwrap_or_else(PoisonError::into_inner);
        held_up.clear();
        held_up.extend(stuck);
    }

    /// Saves how far those have come whom nothing concerned: not with each fact, it has no effect.
    async fn save(&self, followers: &mut [Follower]) -> Result<()> {
        let moved: Vec<_> = followers
            .iter()
            .filter(|follower| follower.at != follower.saved)
            .map(|follower| (follower.listener.name, follower.saved, follower.at))
            .collect();
        if moved.is_empty() {
            return Ok(());
        }
        self.db.write(&Origin::system("listeners"), move |tx| follower::save(tx, &moved)).await?;
        for follower in followers {
            follower.saved = follower.at;
        }
        Ok(())
    }

    fn measure(&self, followers: &[Follower]) {
        let now = self.db.clock().now();
        let front = followers.iter().map(|follower| follower.at).max();
        for follower in followers {
            let lag_ms = if Some(follower.at) == front {
                0
            } else {
                now.since(follower.passed_at).max(0)
            };
            let gauge = metrics::gauge!("zhike_listener_lag_seconds", "listener" => follower.listener.name);
            gauge.set(lag_ms as f64 / 1_000.0);
        }
    }
}
