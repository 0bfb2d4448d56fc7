//! The table of jobs: every statement on it, and what each means.

use kernel::{Id, Noun, Result, Timestamp};
use store::{Tx, params, record, sql, text_enum};

text_enum! {
    /// Where a job stands. One that succeeded has no row any more.
    pub enum JobState {
        /// Waits for its time, or for a free hand.
        Ready = "ready",
        /// A runner is on it, until its lease runs out.
        Leased = "leased",
        /// Failed as often as it may; waits for an administrator.
        Dead = "dead",
    }
}

record! {
    /// One job as it is stored.
    #[derive(Clone, Debug)]
    pub struct JobRecord {
        /// Which.
        pub id: JobId,
        /// What is to be done; names the handler.
        pub kind: String,
        /// With what, as JSON.
        pub payload: String,
        /// Where it stands.
        pub state: JobState,
        /// Not before; 0: at once, whatever the clock says.
        pub run_at: Timestamp,
        /// How often it has been started.
        pub attempts: i64,
        /// How often it may be started.
        pub max_attempts: i64,
        /// Which runner is on it.
        pub lease_owner: Option<String>,
        /// When others may take it over.
        pub lease_until: Option<Timestamp>,
        /// Why the last attempt failed.
        pub last_error: Option<String>,
        /// At most one job with this key waits.
        pub unique_key: Option<String>,
        /// When it was enqueued.
        pub created_at: Timestamp,
        /// When it died.
        pub finished_at: Option<Timestamp>,
    }
}

impl Noun for JobRecord {
    const PREFIX: &'static str = "job";
}

/// The id of a job.
pub type JobId = Id<JobRecord>;

/// Due at once. Not the present time: a clock set back must not put off what is due now.
pub(crate) const AT_ONCE: Timestamp = Timestamp::from_millis(0);

/// No job of the same key runs: what two of them do at once one does as well, and sooner.
macro_rules! alone {
    () => {
        "(unique_key IS NULL
             OR NOT EXISTS (SELECT 1 FROM jobs busy WHERE busy.state = 'leased' AND busy.unique_key = jobs.unique_key))"
    };
}

sql! {
    INSERT(JobRecord) = "INSERT INTO jobs ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    WAITING = "SELECT id FROM jobs WHERE unique_key = $1 AND state = 'ready'";
    BRING_FORWARD = "UPDATE jobs SET run_at = $2 WHERE id = $1 AND state = 'ready' AND run_at > $2";
    FIND(JobRecord) = "SELECT {cols} FROM jobs WHERE id = $1 FOR UPDATE";
    LIST(JobRecord) = "SELECT {cols} FROM jobs WHERE state = $1 AND (created_at, id) < ($2, $3)
                       ORDER BY created_at DESC, id DESC LIMIT $4";
    REVIVE = "UPDATE jobs SET state = 'ready', run_at = 0, attempts = 0, finished_at = NULL WHERE id = $1";
    DISCARD = "DELETE FROM jobs WHERE id = $1 AND state = 'dead'";

    ANY_DUE = concat!("SELECT id FROM jobs WHERE state = 'ready' AND run_at <= $1
               AND kind IN (SELECT value FROM json_each(CAST($2 AS TEXT))) AND ", alone!(), " LIMIT 1");
    CLAIM(JobRecord) = concat!(
        "WITH due (due_id) AS MATERIALIZED (
             SELECT id FROM jobs WHERE state = 'ready' AND run_at <= $3
             AND kind IN (SELECT value FROM json_each(CAST($4 AS TEXT))) AND ", alone!(), "
             ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)
         UPDATE jobs SET state = 'leased', lease_owner = $1, lease_until = $2, attempts = attempts + 1
         FROM due WHERE id = due_id RETURNING {cols}");
    // A lease that ends further ahead than any is given was not renewed since the clock was set back.
    ABANDONED = "SELECT id FROM jobs WHERE state = 'leased' AND (lease_until <= $2 OR lease_until > $3)
                 AND id NOT IN (SELECT value FROM json_each(CAST($1 AS TEXT))) LIMIT 1";
    TAKE_OVER(JobRecord) =
        "WITH due (due_id) AS MATERIALIZED (
             SELECT id FROM jobs WHERE state = 'leased'
             AND (lease_until <= $3 OR lease_until > $6) AND attempts < max_attempts
             AND id NOT IN (SELECT value FROM json_each(CAST($7 AS TEXT)))
             AND kind IN (SELECT value FROM json_each(CAST($4 AS TEXT)))
             ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)
         UPDATE jobs SET lease_owner = $1, lease_until = $2, attempts = attempts + 1
         FROM due WHERE id = due_id RETURNING {cols}";
    BURY = "UPDATE jobs SET state = 'dead', lease_owner = NULL, lease_until = NULL, finished_at = $2, last_error = $4
            WHERE state = 'leased' AND (lease_until <= $2 OR lease_until > $3) AND attempts >= max_attempts
            AND id NOT IN (SELECT value FROM json_each(CAST($1 AS TEXT))) RETURNING kind";
    RENEW = "UPDATE jobs SET lease_until = $2 WHERE state = 'leased' AND lease_owner = $1
             AND id IN (SELECT value FROM json_each(CAST($3 AS TEXT))) RETURNING id";
    FINISH = "DELETE FROM jobs WHERE id = $1 AND lease_owner = $2 AND attempts = $3";
    PUT_BACK = "UPDATE jobs SET state = 'ready', run_at = $4, attempts = $5, last_error = $6,
                lease_owner = NULL, lease_until = NULL
                WHERE id = $1 AND lease_owner = $2 AND attempts = $3
                AND NOT EXISTS (SELECT 1 FROM jobs twin WHERE twin.unique_key = jobs.unique_key AND twin.state = 'ready')";
    KILL = "UPDATE jobs SET state = 'dead', finished_at = $4, last_error = $5, lease_owner = NULL, lease_until = NULL
            WHERE id = $1 AND lease_owner = $2 AND attempts = $3";
    UNSETTLED = "SELECT state, kind, run_at, attempts, last_error FROM jobs ORDER BY created_at, id LIMIT 10000";
    UNKNOWN = "SELECT kind, count(*) FROM jobs WHERE state = 'ready' AND run_at <= $1
               AND kind NOT IN (SELECT value FROM json_each(CAST($2 AS TEXT))) GROUP BY kind";
}

/// A runner's hold on the jobs it takes: who, what it can do, for how long.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    pub(crate) owner: String,
    /// The kinds it has handlers for, as a JSON list.
    pub(crate) kinds: String,
    pub(crate) lease_ms: i64,
}

impl Hand {
    fn until(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(self.lease_ms)
    }

    /// No lease given at `now` ends later; twice its length leaves room for clocks that differ.
    fn farthest(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(self.lease_ms.saturating_mul(2))
    }
}

/// Enqueues `job`, or answers the one that waits under its key, brought forward if need be.
pub(crate) fn insert(tx: &mut Tx<'_>, job: &JobRecord) -> Result<JobId> {
    loop {
        if tx.exec(&INSERT, &store::Record::values(job))? == 1 {
            return Ok(job.id);
        }
        // None: it has begun to run in this very moment, the key is free again.
        if let Some((waiting,)) = tx.maybe::<(JobId,)>(&WAITING, params![job.unique_key])? {
            tx.exec(&BRING_FORWARD, params![waiting, job.run_at])?;
            return Ok(waiting);
        }
    }
}

/// Whether a claim would find something: asked of a reader, to leave the writer alone.
pub(crate) fn any_due(tx: &mut Tx<'_>, hand: &Hand) -> Result<bool> {
    let now = tx.now();
    let due: Option<(JobId,)> = tx.maybe(&ANY_DUE, params![now, hand.kinds])?;
    Ok(due.is_some())
}

/// As [`any_due`], for jobs whose runner has vanished; `busy` are those this hand is on, as a JSON list.
pub(crate) fn any_abandoned(tx: &mut Tx<'_>, hand: &Hand, busy: &str) -> Result<bool> {
    let now = tx.now();
    let found: Option<(JobId,)> = tx.maybe(&ABANDONED, params![busy, now, hand.farthest(now)])?;
    Ok(found.is_some())
}

/// Leases up to `limit` jobs that are due, the longest due first.
pub(crate) fn claim(tx: &mut Tx<'_>, hand: &Hand, limit: i64) -> Result<Vec<JobRecord>> {
    let now = tx.now();
    in_order(tx.all(&CLAIM, params![hand.owner, hand.until(now), now, hand.kinds, limit])?)
}

/// Leases up to `limit` jobs whose runner has vanished.
pub(crate) fn take_over(tx: &mut Tx<'_>, hand: &Hand, busy: &str, limit: i64) -> Result<Vec<JobRecord>> {
    let now = tx.now();
    let (until, farthest) = (hand.until(now), hand.farthest(now));
    in_order(tx.all(&TAKE_OVER, params![hand.owner, until, now, hand.kinds, limit, farthest, busy])?)
}

/// Neither database promises the order in which an UPDATE answers.
fn in_order(mut jobs: Vec<JobRecord>) -> Result<Vec<JobRecord>> {
    jobs.sort_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Declares dead what vanished with its runner at the last attempt; answers the kinds.
pub(crate) fn bury(tx: &mut Tx<'_>, hand: &Hand, busy: &str) -> Result<Vec<String>> {
    let now = tx.now();
    let reason = "the runner vanished during the last attempt";
    let kinds: Vec<(String,)> = tx.all(&BURY, params![busy, now, hand.farthest(now), reason])?;
    Ok(kinds.into_iter().map(|(kind,)| kind).collect())
}

/// Renews the leases of the jobs this hand is on; answers which are still its own.
pub(crate) fn renew(tx: &mut Tx<'_>, hand: &Hand, busy: &str) -> Result<Vec<JobId>> {
    let until = hand.until(tx.now());
    let ids: Vec<(JobId,)> = tx.all(&RENEW, params![hand.owner, until, busy])?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// One start of one job by one runner. Every verdict on it is void once the lease is lost.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: JobId,
    pub(crate) owner: String,
    pub(crate) attempt: i64,
}

/// The job is done; false when the lease was lost (or the job already finished).
pub(crate) fn finish(tx: &mut Tx<'_>, run: &Run) -> Result<bool> {
    Ok(tx.exec(&FINISH, params![run.id, run.owner, run.attempt])? == 1)
}

/// The job is to be tried again at `at`, having used `attempts`.
pub(crate) fn put_back(tx: &mut Tx<'_>, run: &Run, at: Timestamp, attempts: i64, error: Option<&str>) -> Result<()> {
    if tx.exec(&PUT_BACK, params![run.id, run.owner, run.attempt, at, attempts, error])? == 0 {
        // Another job waits under its key and will do the same, or the lease was lost.
        finish(tx, run)?;
    }
    Ok(())
}

/// The job has failed for good.
pub(crate) fn kill(tx: &mut Tx<'_>, run: &Run, error: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(&KILL, params![run.id, run.owner, run.attempt, now, error]).map(drop)
}

/// One job, locked against a change at the same time.
pub(crate) fn find(tx: &mut Tx<'_>, id: JobId) -> Result<JobRecord> {
    tx.one(&FIND, params![id])
}

/// Up to `limit` jobs in `state`, the newest first, before `(key, id)`.
pub(crate) fn list(tx: &mut Tx<'_>, state: JobState, key: i64, id: &str, limit: i64) -> Result<Vec<JobRecord>> {
    tx.all(&LIST, params![state, key, id, limit])
}

/// Whether a job waits under `key`.
pub(crate) fn is_waiting(tx: &mut Tx<'_>, key: &str) -> Result<bool> {
    Ok(tx.maybe::<(JobId,)>(&WAITING, params![key])?.is_some())
}

/// Gives a dead job all its attempts again, at once.
pub(crate) fn revive(tx: &mut Tx<'_>, id: JobId) -> Result<()> {
    tx.exec(&REVIVE, params![id]).map(drop)
}

/// Deletes a dead job.
pub(crate) fn discard(tx: &mut Tx<'_>, id: JobId) -> Result<()> {
    tx.exec(&DISCARD, params![id]).map(drop)
}

/// One job that has not succeeded: `(state, kind, run_at, attempts, last_error)`.
pub(crate) type Unsettled = (JobState, String, Timestamp, i64, Option<String>);

/// Every job there is, up to ten thousand: for drains.
pub(crate) fn unsettled(tx: &mut Tx<'_>) -> Result<Vec<Unsettled>> {
    tx.all(&UNSETTLED, &[])
}

/// Due jobs that this hand cannot do, by kind.
pub(crate) fn unknown(tx: &mut Tx<'_>, hand: &Hand) -> Result<Vec<(String, i64)>> {
    let now = tx.now();
    tx.all(&UNKNOWN, params![now, hand.kinds])
}
