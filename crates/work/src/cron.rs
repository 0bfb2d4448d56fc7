//! Schedules: jobs that come due by the clock on the wall.

use std::sync::Arc;

use kernel::{Origin, Result, Timestamp};
use store::{Db, Tx, params, sql};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    Lease, TimeZoneOf,
    jobs::{ATTEMPTS, Job, enqueue_at, leave},
    queue::AT_ONCE,
    runner::{Pace, Waker, until_stopped},
    schedule::{self, Schedule, Verdict},
};

sql! {
    SERVED = "SELECT due_at FROM crons WHERE name = $1";
    BEGIN = "INSERT INTO crons (name, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    SERVE = "UPDATE crons SET due_at = $3 WHERE name = $1 AND due_at = $2";
}

type Enqueue = Arc<dyn Fn(&mut Tx<'_>, Timestamp) -> Result<()> + Send + Sync>;

/// A job that comes due by the organisation's clock: once for each due time over all nodes, and
/// once for all that were missed while nothing ran.
#[derive(Clone)]
pub struct Cron {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    schedule: Schedule,
    enqueue: Enqueue,
}

impl Cron {
    /// Enqueues `job(due)` whenever `pattern` (`minute hour day month weekday`) is due; nothing if
    /// the job of the time before still waits. The `name`, `module.what`, never changes.
    ///
    /// # Errors
    /// [`kernel::Error::Internal`] for a pattern that is none, or that is never due.
    pub fn new<J: Job>(
        name: &'static str,
        pattern: &str,
        job: impl Fn(Timestamp) -> J + Send + Sync + 'static,
    ) -> Result<Self> {
        let enqueue =
            move |tx: &mut Tx<'_>, due: Timestamp| enqueue_at(tx, &job(due), AT_ONCE, Some(&Self::key(name))).map(drop);
        Ok(Self { name, kind: J::KIND, schedule: Schedule::parse(pattern)?, enqueue: Arc::new(enqueue) })
    }

    /// A schedule of a job of its own name, with nothing in it.
    pub(crate) fn bare(name: &'static str, pattern: &str) -> Result<Self> {
        let job = move || (name, "{}".to_owned(), ATTEMPTS);
        let enqueue = move |tx: &mut Tx<'_>, _| leave(tx, job(), AT_ONCE, Some(&Self::key(name))).map(drop);
        Ok(Self { name, kind: name, schedule: Schedule::parse(pattern)?, enqueue: Arc::new(enqueue) })
    }

    /// The key under which the job of this name is left to be done: whoever leaves it besides uses the same, so that one
    /// waits and one runs.
    pub fn key(name: &str) -> String {
        format!("cron:{name}")
    }

    /// Serves what is due; answers when it is due next.
    fn serve(&self, tx: &mut Tx<'_>, zone: &jiff::tz::TimeZone) -> Result<Option<Timestamp>> {
        let now = tx.now();
        let Some((served,)) = tx.maybe::<(Timestamp,)>(&SERVED, params![self.name])? else {
            tx.exec(&BEGIN, params![self.name, now])?;
            return Ok(self.schedule.next(zone, now));
        };
        match self.schedule.verdict(zone, served, now) {
            Verdict::Rest => return Ok(self.schedule.next(zone, served.max(now))),
            Verdict::Restart => drop(tx.exec(&SERVE, params![self.name, served, now])?),
            // No row changes when another node was faster.
            Verdict::Due(due) => {
                if tx.exec(&SERVE, params![self.name, served, due])? == 1 {
                    (self.enqueue)(tx, due)?;
                }
            }
        }
        Ok(self.schedule.next(zone, now))
    }
}

/// Turns schedules into jobs, on the node that holds the lease.
pub(crate) struct Crons {
    pub(crate) db: Db,
    pub(crate) crons: Arc<[Cron]>,
    pub(crate) time_zone: TimeZoneOf,
    pub(crate) held: watch::Receiver<Option<Lease>>,
    pub(crate) waker: Waker,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) pace: Pace,
}

/// When to look again.
struct Plan {
    zone: String,
    made_at: Timestamp,
    next: Option<Timestamp>,
}

impl Crons {
    pub(crate) async fn run(mut self) {
        if self.crons.is_empty() {
            return;
        }
        let mut scan = interval(self.pace.scan);
        scan.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut woken = self.waker.facts();
        let mut plan: Option<Plan> = None;
        while !*self.stop.borrow() {
            let mut ticked = false;
            tokio::select! {
                _ = scan.tick() => ticked = true,
                _ = woken.changed() => {}
                () = until_stopped(&mut self.stop) => return,
            }
            if self.held.borrow_and_update().is_none() {
                plan = None;
                continue;
            }
            match self.look(plan.take(), ticked).await {
                Ok(next) => plan = Some(next),
                Err(error) => tracing::warn!(%error, "schedules could not be served"),
            }
            sleep(self.pace.gather).await;
        }
    }

    /// Serves all when one is due, when the time zone was changed, or when there is no plan yet.
    async fn look(&self, plan: Option<Plan>, ticked: bool) -> Result<Plan> {
        let origin = Origin::system("cron");
        let time_zone = self.time_zone.clone();
        if let Some(plan) = plan {
            let now = self.db.clock().now();
            let due = now < plan.made_at || plan.next.is_some_and(|next| now >= next);
            let moved = !due && ticked && self.db.read(&origin, move |tx| time_zone(tx)).await? != plan.zone;
            if !due && !moved {
                return Ok(plan);
            }
        }
        let (crons, time_zone) = (self.crons.clone(), self.time_zone.clone());
        let serve = move |tx: &mut Tx<'_>| {
            let name = time_zone(tx)?;
            let zone = schedule::zone(&name)?;
            let mut next: Option<Timestamp> = None;
            for cron in &*crons {
                let due = cron.serve(tx, &zone)?;
                next = next.into_iter().chain(due).min();
            }
            Ok(Plan { zone: name, made_at: tx.now(), next })
        };
        let plan = self.db.write(&origin, serve).await?;
        self.waker.wake();
        Ok(plan)
    }
}
