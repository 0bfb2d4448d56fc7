//! A node's part in the work.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kernel::{Error, Result};
use store::{Db, Tx};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Cron, Drained, Handler, Keeper, Listener,
    cron::Crons,
    drain,
    jobs::READY,
    listening::{HeldUp, Listening},
    queue::Hand,
    worker::Worker,
};

/// The lease under which one node hands facts to listeners and serves schedules.
const LEASE: &str = "work";

/// Where the organisation's time zone stands: answers its IANA name.
pub type TimeZoneOf = Arc<dyn Fn(&mut Tx<'_>) -> Result<String> + Send + Sync>;

/// How a runner runs.
#[derive(Clone)]
pub struct RunnerConfig {
    /// The node's name, for people who read the tables.
    pub node: String,
    /// How many jobs run at the same time.
    pub concurrency: usize,
    /// In which time zone schedules are read.
    pub time_zone: TimeZoneOf,
    /// What wakes the runner: keep a clone for whoever hears of commits.
    pub waker: Waker,
    /// How often everything is looked at, wake-up or not.
    pub scan: Duration,
    /// How long a dead node's listeners and schedules wait for another. Clocks of nodes must agree
    /// within it.
    pub lease_ms: i64,
    /// How long a dead node's jobs wait for another.
    pub job_lease_ms: i64,
    /// How long a stop waits for running jobs; less than `job_lease_ms`.
    pub grace: Duration,
}

impl Default for RunnerConfig {
    /// Eight jobs at a time, UTC; take-over within five seconds, of jobs within twenty.
    fn default() -> Self {
        Self {
            node: "node".into(),
            concurrency: 8,
            time_zone: Arc::new(|_| Ok("UTC".into())),
            waker: Waker::default(),
            scan: Duration::from_secs(1),
            lease_ms: 4_000,
            job_lease_ms: 18_000,
            grace: Duration::from_secs(8),
        }
    }
}

/// Wakes a runner; cheap to clone and to call, from any thread.
#[derive(Clone, Default)]
pub struct Waker(Arc<Bells>);

#[derive(Default)]
struct Bells {
    facts: watch::Sender<()>,
    jobs: watch::Sender<()>,
}

impl Waker {
    /// Something was committed, or the clock was moved: look.
    pub fn wake(&self) {
        self.grew(&[]);
    }

    /// These kinds of facts were committed, and these signals; none: it may have been anything. Most facts make no job
    /// due, and whoever does jobs is left in peace.
    pub fn grew(&self, kinds: &[&str]) {
        if kinds.is_empty() || kinds.contains(&READY) {
            self.0.jobs.send_replace(());
        }
        if kinds.is_empty() || kinds.iter().any(|kind| *kind != READY) {
            self.0.facts.send_replace(());
        }
    }

    pub(crate) fn facts(&self) -> watch::Receiver<()> {
        self.0.facts.subscribe()
    }

    pub(crate) fn jobs(&self) -> watch::Receiver<()> {
        self.0.jobs.subscribe()
    }
}

/// How often the loops of a runner look.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) scan: Duration,
    /// The least time between two looks.
    pub(crate) gather: Duration,
}

/// The running loops of one node. Dropped, they end at once and leave their leases to run out, as
/// if the process had died; [`Runner::stop`] ends them in order.
pub struct Runner {
    db: Db,
    waker: Waker,
    stop: watch::Sender<bool>,
    loops: Mutex<Option<(JoinSet<()>, Keeper)>>,
    hand: Hand,
    listeners: Arc<[Listener]>,
    held_up: HeldUp,
}

impl Runner {
    /// Starts the loops. Every node of an installation is given the same handlers, listeners and
    /// schedules.
    ///
    /// # Errors
    /// [`Error::Internal`] when two handlers, listeners or schedules share a name, or a schedule
    /// has no handler.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(
        db: &Db,
        config: RunnerConfig,
        handlers: Vec<Handler>,
        listeners: Vec<Listener>,
        crons: Vec<Cron>,
    ) -> Result<Self> {
        let handlers = by_kind(handlers, &listeners)?;
        unlike("listeners", listeners.iter().map(|listener| listener.name))?;
        unlike("schedules", crons.iter().map(|cron| cron.name))?;
        if let Some(cron) = crons.iter().find(|cron| !handlers.contains_key(cron.kind)) {
            return Err(Error::internal(format!("nothing handles {} of the schedule {}", cron.kind, cron.name)));
        }
        let unlike_any: [u8; 8] = db.rng().bytes();
        let owner = format!("{}/{:016x}", config.node, u64::from_le_bytes(unlike_any));
        let kinds = serde_json::json!(handlers.keys().collect::<Vec<_>>()).to_string();
        let hand = Hand { owner: owner.clone(), kinds, lease_ms: config.job_lease_ms };
        let pace = Pace { scan: config.scan, gather: Duration::from_millis(8) };
        let listeners: Arc<[Listener]> = listeners.into();
        let held_up = HeldUp::default();
        let (stop, stopped) = watch::channel(false);

        let often = Duration::from_millis(u64::try_from(config.lease_ms / 4).unwrap_or(0).max(1)).min(config.scan);
        let keeper = Keeper::start(db, LEASE, owner, config.lease_ms, often);
        let mut loops = JoinSet::new();
        loops.spawn(
            Worker {
                db: db.clone(),
                handlers,
                hand: hand.clone(),
                concurrency: config.concurrency.max(1),
                waker: config.waker.clone(),
                stop: stopped.clone(),
                pace,
                grace: config.grace,
            }
            .run(),
        );
        loops.spawn(
            Listening {
                db: db.clone(),
                listeners: listeners.clone(),
                held: keeper.held(),
                waker: config.waker.clone(),
                stop: stopped.clone(),
                pace,
                held_up: held_up.clone(),
            }
            .run(),
        );
        loops.spawn(
            Crons {
                db: db.clone(),
                crons: crons.into(),
                time_zone: config.time_zone,
                held: keeper.held(),
                waker: config.waker.clone(),
                stop: stopped,
                pace,
            }
            .run(),
        );
        let loops = Mutex::new(Some((loops, keeper)));
        Ok(Self { db: db.clone(), waker: config.waker, stop, loops, hand, listeners, held_up })
    }

    /// Something was committed, or the clock was moved: look. Cheap, from any thread.
    pub fn wake(&self) {
        self.waker.wake();
    }

    /// Ends in order: nothing new is started, what runs may end (for a while), leases are given
    /// back. The second call does nothing.
    pub async fn stop(&self) {
        let taken = self.loops.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut loops, keeper)) = taken else { return };
        self.stop.send_replace(true);
        while loops.join_next().await.is_some() {}
        keeper.release().await;
    }

    /// Waits until no job is due or runs and every listener has come to the end of the facts (or
    /// waits for another try); answers what is left. For tests.
    ///
    /// # Errors
    /// [`Error::Internal`] when that takes more than thirty seconds; from the database.
    pub async fn drain(&self) -> Result<Drained> {
        drain::drain(&self.db, &self.waker, &self.hand, &self.listeners, &self.held_up).await
    }
}

/// Ends when the runner stops or is gone.
pub(crate) async fn until_stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the runner is gone: that is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

fn by_kind(handlers: Vec<Handler>, listeners: &[Listener]) -> Result<HashMap<String, Handler>> {
    let all: Vec<_> = handlers.into_iter().chain(listeners.iter().map(Listener::parked_handler)).collect();
    unlike("handlers", all.iter().map(|handler| handler.kind.as_str()))?;
    Ok(all.into_iter().map(|handler| (handler.kind.clone(), handler)).collect())
}

fn unlike<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Error::internal(format!("two {what} are called {name}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_jobs_is_woken_when_one_is_due_and_whoever_hears_facts_by_facts() {
        let woken = |kinds: &[&str]| {
            let waker = Waker::default();
            let (facts, jobs) = (waker.facts(), waker.jobs());
            waker.grew(kinds);
            (facts.has_changed().unwrap_or(false), jobs.has_changed().unwrap_or(false))
        };
        assert_eq!(woken(&["message.posted"]), (true, false));
        assert_eq!(woken(&[READY]), (false, true));
        assert_eq!(woken(&["message.posted", READY]), (true, true));
        // Something was lost on the way: it may have been anything.
        assert_eq!(woken(&[]), (true, true));
    }
}
