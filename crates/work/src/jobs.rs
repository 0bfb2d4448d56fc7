//! Jobs: what a transaction leaves to be done after it.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use kernel::{Error, Origin, Result, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use store::{Db, Tx};

use crate::{
    codes,
    queue::{self, AT_ONCE, JobId, JobRecord, JobState, Run},
};

/// Something to be done after a transaction, at least once.
///
/// The type is the payload; keep it to ids and read the rest when the job runs. Fields may be
/// added with `#[serde(default)]`: jobs of the release before are still in the table.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the table, `module.verb`. Never changes.
    const KIND: &'static str;
    /// How often it is started before it is dead: with 8, over an hour and a half or so.
    const ATTEMPTS: u32 = ATTEMPTS;
    /// How long one attempt may take.
    const TIMEOUT: Duration = TIMEOUT;
}

pub(crate) const ATTEMPTS: u32 = 8;
const TIMEOUT: Duration = Duration::from_secs(600);

/// Leaves `job` to be done once this transaction has committed; nothing is left if it does not.
///
/// # Errors
/// From the database.
pub fn enqueue<J: Job>(tx: &mut Tx<'_>, job: &J) -> Result<JobId> {
    enqueue_at(tx, job, AT_ONCE, None)
}

/// Leaves `job` to be done not before `at` (at once if that is past).
///
/// With a `unique_key`, a job that already *waits* under it stands for this one: its id is
/// answered, its payload stays, and it is brought forward if `at` is earlier. A job that already
/// *runs* does not: it may have read what this transaction changes, so another is enqueued, which
/// begins when that one has ended.
///
/// # Errors
/// From the database.
pub fn enqueue_at<J: Job>(tx: &mut Tx<'_>, job: &J, at: Timestamp, unique_key: Option<&str>) -> Result<JobId> {
    let payload = serde_json::to_string(job).map_err(Error::internal)?;
    leave(tx, (J::KIND, payload, J::ATTEMPTS), at, unique_key)
}

/// As [`enqueue_at`], a job of this kind and payload that is tried so often.
pub(crate) fn leave(
    tx: &mut Tx<'_>,
    (kind, payload, attempts): (&str, String, u32),
    at: Timestamp,
    unique_key: Option<&str>,
) -> Result<JobId> {
    let record = JobRecord {
        id: tx.new_id(),
        kind: kind.to_owned(),
        payload,
        state: JobState::Ready,
        run_at: if at <= tx.now() { AT_ONCE } else { at },
        attempts: 0,
        max_attempts: i64::from(attempts.max(1)),
        lease_owner: None,
        lease_until: None,
        last_error: None,
        unique_key: unique_key.map(str::to_owned),
        created_at: tx.now(),
        finished_at: None,
    };
    let id = queue::insert(tx, &record)?;
    if record.run_at == AT_ONCE {
        tx.signal(READY);
    }
    Ok(id)
}

/// Signalled with the commit of a job that is due at once.
pub(crate) const READY: &str = "job.ready";

/// What a handler works with.
#[derive(Clone)]
pub struct JobCx {
    /// The database.
    pub db: Db,
    /// The product itself, in this job.
    pub origin: Arc<Origin>,
    /// Which job: the same in every attempt, fit for an idempotency key.
    pub job_id: JobId,
    /// Which attempt, from 1.
    pub attempt: u32,
    pub(crate) run: Run,
}

impl JobCx {
    /// Finishes the job in the handler's own transaction: its effects in the database then come
    /// true exactly once. The handler should do nothing after that transaction.
    ///
    /// # Errors
    /// [`codes::LEASE_LOST`] when another runner has taken the job over: the transaction must fail.
    pub fn finish(&self, tx: &mut Tx<'_>) -> Result<()> {
        if queue::finish(tx, &self.run)? {
            Ok(())
        } else {
            Err(codes::LEASE_LOST.conflict())
        }
    }
}

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;
type Start = Arc<dyn Fn(JobCx, &str) -> Running + Send + Sync>;

/// How one kind of job is done.
#[derive(Clone)]
pub struct Handler {
    pub(crate) kind: String,
    pub(crate) timeout: Duration,
    run: Start,
}

impl Handler {
    /// Jobs of type `J` are done by `work`, which may be started more than once for one job.
    ///
    /// # Errors
    /// `work` answers an error to be started again later, after a growing wait.
    pub fn new<J, F, R>(work: F) -> Self
    where
        J: Job,
        F: Fn(JobCx, J) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let run = move |cx: JobCx, payload: &str| -> Running {
            match serde_json::from_str(payload) {
                Ok(job) => Box::pin(work(cx, job)),
                Err(error) => Box::pin(std::future::ready(Err(Error::internal(error)))),
            }
        };
        Self { kind: J::KIND.to_owned(), timeout: J::TIMEOUT, run: Arc::new(run) }
    }

    /// A handler of a kind that is no type of its own: `work` is handed the payload as it is.
    pub(crate) fn raw(kind: String, work: impl Fn(JobCx, &str) -> Running + Send + Sync + 'static) -> Self {
        Self { kind, timeout: TIMEOUT, run: Arc::new(work) }
    }

    pub(crate) fn start(&self, cx: JobCx, payload: &str) -> Running {
        (self.run)(cx, payload)
    }
}
