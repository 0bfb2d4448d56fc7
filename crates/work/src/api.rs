//! What others may ask about jobs: lists for an administrator, a second chance, the bin.
//!
//! Nothing here asks for a permission; the handler that calls it does.

use kernel::{Page, PageQuery, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes, jobs,
    queue::{self, AT_ONCE, JobId, JobRecord, JobState},
};

/// A job as an administrator sees it. Its payload stays hidden: it may hold what a person wrote.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Which.
    pub id: JobId,
    /// What is to be done; `fact:<listener>` is a fact that a listener could not take.
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// Not before; none: at once.
    pub run_at: Option<Timestamp>,
    /// How often it has been started.
    pub attempts: i64,
    /// How often it may be started.
    pub max_attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it died.
    pub finished_at: Option<Timestamp>,
}

impl From<JobRecord> for JobView {
    fn from(job: JobRecord) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            run_at: Some(job.run_at).filter(|at| *at != AT_ONCE),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

/// The jobs in `state`, the newest first.
///
/// # Errors
/// [`kernel::Error::Invalid`] for a bad page; from the database.
pub fn list(tx: &mut Tx<'_>, state: JobState, page: &PageQuery) -> Result<Page<JobView>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = queue::list(tx, state, before.key, &before.id, limit + 1)?;
    Ok(Page::of(rows, limit, |job| (job.created_at.millis(), job.id.to_string())).map(JobView::from))
}

/// Gives a dead job all its attempts again, at once.
///
/// # Errors
/// [`kernel::Error::NotFound`]; [`codes::NOT_DEAD`]; [`codes::ALREADY_WAITING`] when another job
/// waits under the same key: discard this one.
pub fn retry(tx: &mut Tx<'_>, id: JobId) -> Result<JobView> {
    let job = dead(tx, id)?;
    if let Some(key) = &job.unique_key
        && queue::is_waiting(tx, key)?
    {
        return Err(codes::ALREADY_WAITING.conflict());
    }
    queue::revive(tx, id)?;
    tx.signal(jobs::READY);
    queue::find(tx, id).map(JobView::from)
}

/// Deletes a dead job; answers what it was.
///
/// # Errors
/// [`kernel::Error::NotFound`]; [`codes::NOT_DEAD`].
pub fn discard(tx: &mut Tx<'_>, id: JobId) -> Result<JobView> {
    let job = dead(tx, id)?;
    queue::discard(tx, id)?;
    Ok(job.into())
}

fn dead(tx: &mut Tx<'_>, id: JobId) -> Result<JobRecord> {
    let job = queue::find(tx, id)?;
    if job.state == JobState::Dead {
        Ok(job)
    } else {
        Err(codes::NOT_DEAD.conflict())
    }
}
