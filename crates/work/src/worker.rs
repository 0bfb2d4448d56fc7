//! Runs jobs: claims what is due, renews what runs, settles what ended.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use kernel::{Actor, Error, Origin, Result};
use store::Db;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use crate::{
    backoff,
    jobs::{Handler, JobCx},
    queue::{self, AT_ONCE, Hand, JobId, JobRecord, Run},
    runner::{Pace, Waker, until_stopped},
};

/// The wait after a first failure.
const FIRST_WAIT_MS: u64 = 1_000;
/// What is kept of an error's text, in characters.
const ERROR_LENGTH: usize = 2_000;

pub(crate) struct Worker {
    pub(crate) db: Db,
    pub(crate) handlers: HashMap<String, Handler>,
    pub(crate) hand: Hand,
    pub(crate) concurrency: usize,
    pub(crate) waker: Waker,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) pace: Pace,
    pub(crate) grace: Duration,
}

/// What a worker is on.
#[derive(Default)]
struct Busy {
    tasks: JoinSet<JobId>,
    runs: HashMap<JobId, (Run, AbortHandle)>,
    /// More was due than there were hands.
    hungry: bool,
}

impl Busy {
    fn ids(&self) -> String {
        serde_json::json!(self.runs.keys().collect::<Vec<_>>()).to_string()
    }
}

impl Worker {
    pub(crate) async fn run(mut self) {
        let origin = Origin::system("jobs");
        let mut busy = Busy::default();
        let mut reported = HashSet::new();
        let mut woken = self.waker.jobs();
        let mut scan = interval(self.pace.scan);
        let mut beat = interval(Duration::from_millis(u64::try_from(self.hand.lease_ms / 4).unwrap_or(0).max(1)));
        for timer in [&mut scan, &mut beat] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            // Commits come in bursts: look at once, then not again for a moment.
            let mut claim = true;
            let looked = tokio::select! {
                _ = scan.tick() => self.repair(&origin, &mut busy, &mut reported).await,
                _ = beat.tick(), if !busy.runs.is_empty() => {
                    claim = false;
                    self.renew(&origin, &mut busy).await
                }
                Some(ended) = busy.tasks.join_next() => {
                    claim = busy.hungry;
                    busy.forget(ended.ok());
                    Ok(())
                }
                changed = woken.changed() => changed.map_err(Error::internal),
                () = until_stopped(&mut self.stop) => break,
            };
            let looked = match looked {
                Ok(()) if claim => self.claim(&origin, &mut busy).await,
                other => other,
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "jobs cannot be reached");
                sleep(self.pace.scan).await;
            } else if claim {
                sleep(self.pace.gather).await;
            }
        }
        self.wind_up(&origin, busy).await;
    }

    /// Starts what is due, as far as hands are free.
    async fn claim(&self, origin: &Arc<Origin>, busy: &mut Busy) -> Result<()> {
        let free = self.concurrency.saturating_sub(busy.runs.len());
        let hand = self.hand.clone();
        busy.hungry = self.db.read(origin, move |tx| queue::any_due(tx, &hand)).await?;
        if free == 0 || !busy.hungry {
            return Ok(());
        }
        let (hand, limit) = (self.hand.clone(), i64::try_from(free).unwrap_or(i64::MAX));
        let jobs = self.db.append(origin, move |tx| queue::claim(tx, &hand, limit)).await?;
        // With a free hand left nothing more was due.
        busy.hungry = jobs.len() == free;
        self.start(busy, jobs);
        Ok(())
    }

    /// Takes over what vanished runners left, and reports what nobody here can do.
    async fn repair(&self, origin: &Arc<Origin>, busy: &mut Busy, reported: &mut HashSet<String>) -> Result<()> {
        let (hand, ids) = (self.hand.clone(), busy.ids());
        let look =
            move |tx: &mut store::Tx<'_>| Ok((queue::any_abandoned(tx, &hand, &ids)?, queue::unknown(tx, &hand)?));
        let (abandoned, unknown) = self.db.read(origin, look).await?;
        for kind in reported.iter() {
            metrics::gauge!("zhike_jobs_unknown", "kind" => kind.clone()).set(0.0);
        }
        for (kind, count) in unknown {
            if reported.insert(kind.clone()) {
                tracing::error!(kind, count, "jobs of a kind this program does not know wait for one that does");
            }
            metrics::gauge!("zhike_jobs_unknown", "kind" => kind).set(count as f64);
        }
        if !abandoned {
            return Ok(());
        }
        let free = i64::try_from(self.concurrency.saturating_sub(busy.runs.len())).unwrap_or(i64::MAX);
        let (hand, ids) = (self.hand.clone(), busy.ids());
        let take =
            move |tx: &mut store::Tx<'_>| Ok((queue::bury(tx, &hand, &ids)?, queue::take_over(tx, &hand, &ids, free)?));
        let (buried, taken) = self.db.append(origin, take).await?;
        for kind in buried {
            count(&kind, "dead");
        }
        self.start(busy, taken);
        Ok(())
    }

    /// Keeps what runs, and drops what another runner has taken over.
    async fn renew(&self, origin: &Arc<Origin>, busy: &mut Busy) -> Result<()> {
        let (hand, ids) = (self.hand.clone(), busy.ids());
        let own = self.db.append(origin, move |tx| queue::renew(tx, &hand, &ids)).await?;
        for (id, (run, task)) in &busy.runs {
            if !own.contains(id) && !task.is_finished() {
                tracing::warn!(job = %id, attempt = run.attempt, "another runner has taken this job over");
                task.abort();
            }
        }
        Ok(())
    }

    fn start(&self, busy: &mut Busy, jobs: Vec<JobRecord>) {
        for job in jobs {
            // A claim asks only for kinds that have a handler.
            let Some(handler) = self.handlers.get(&job.kind).cloned() else { continue };
            let run = Run { id: job.id, owner: self.hand.owner.clone(), attempt: job.attempts };
            let task = busy.tasks.spawn(perform(self.db.clone(), handler, job, run.clone(), self.waker.clone()));
            busy.runs.insert(run.id, (run, task));
        }
    }

    /// Lets what runs come to its end, for a while; what does not is put back as if never started.
    async fn wind_up(&self, origin: &Arc<Origin>, mut busy: Busy) {
        let ends = async { while busy.tasks.join_next().await.is_some() {} };
        let in_time = timeout(self.grace, ends).await.is_ok();
        if in_time {
            return;
        }
        busy.runs.retain(|_, (_, task)| !task.is_finished());
        busy.tasks.shutdown().await;
        let runs: Vec<_> = busy.runs.into_values().map(|(run, _)| run).collect();
        let put_back = self.db.append(origin, move |tx| {
            runs.iter().try_for_each(|run| queue::put_back(tx, run, AT_ONCE, run.attempt - 1, None))
        });
        if let Err(error) = put_back.await {
            tracing::warn!(%error, "jobs were not put back; their leases run out");
        }
    }
}

impl Busy {
    fn forget(&mut self, ended: Option<JobId>) {
        match ended {
            Some(id) => drop(self.runs.remove(&id)),
            // Aborted: it could not say which it was.
            None => self.runs.retain(|_, (_, task)| !task.is_finished()),
        }
    }
}

/// Does one job and settles it; answers which.
async fn perform(db: Db, handler: Handler, job: JobRecord, run: Run, waker: Waker) -> JobId {
    let began = db.clock().now();
    let cx = JobCx {
        db: db.clone(),
        origin: Arc::new(Origin {
            actor: Actor::System("jobs"),
            ip: None,
            user_agent: None,
            request_id: job.id.to_string(),
        }),
        job_id: job.id,
        attempt: u32::try_from(job.attempts).unwrap_or(u32::MAX),
        run: run.clone(),
    };
    let limit = handler.timeout;
    // In a task of its own, so that a panic is an answer; aborted together with this one.
    let mut inside = JoinSet::new();
    let payload = job.payload.clone();
    inside.spawn(async move { handler.start(cx, &payload).await });
    let outcome = match timeout(limit, inside.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(Some(Err(error))) => Err(Error::internal(error)),
        Ok(None) | Err(_) => Err(Error::internal(format!("did not end within {} ms", limit.as_millis()))),
    };
    inside.shutdown().await;
    let seconds = db.clock().now().since(began).max(0) as f64 / 1_000.0;
    metrics::histogram!("zhike_job_seconds", "kind" => job.kind.clone()).record(seconds);
    let failure = outcome.err().map(|error| error.to_string().chars().take(ERROR_LENGTH).collect::<String>());
    while let Err(error) = settle(&db, &job, &run, failure.clone()).await {
        // While the lease is renewed nobody else starts the job; its verdict is worth waiting for.
        tracing::warn!(%error, job = %job.id, "a job could not be settled");
        sleep(Duration::from_millis(250)).await;
    }
    waker.wake();
    job.id
}

/// Deletes the job, puts it back for later, or declares it dead.
async fn settle(db: &Db, job: &JobRecord, run: &Run, failure: Option<String>) -> Result<()> {
    let outcome = match &failure {
        None => "done",
        Some(_) if job.attempts >= job.max_attempts => "dead",
        Some(_) => "failed",
    };
    if let Some(error) = &failure {
        tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, outcome, error, "a job failed");
    }
    let (run, attempts) = (run.clone(), job.attempts);
    let verdict = move |tx: &mut store::Tx<'_>| match (&failure, outcome) {
        (None, _) => queue::finish(tx, &run).map(drop),
        (Some(error), "dead") => queue::kill(tx, &run, error),
        (Some(error), _) => {
            let at = tx.now().plus_millis(backoff::after(attempts, FIRST_WAIT_MS, tx.rng()));
            queue::put_back(tx, &run, at, attempts, Some(error))
        }
    };
    db.append(&Origin::system("jobs"), verdict).await?;
    count(&job.kind, outcome);
    Ok(())
}

fn count(kind: &str, outcome: &'static str) {
    metrics::counter!("zhike_jobs_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
}
