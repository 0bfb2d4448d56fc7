//! What failed in the background, for an administrator to retry or discard.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Page, PageQuery};
use serde::Deserialize;
use utoipa::IntoParams;
use work::{JobId, JobState, api::JobView};

use crate::policy;

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where they stand; the dead ones unless told.
    state: Option<JobState>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists background jobs, newest first.
#[utoipa::path(get, path = "/jobs", tag = "settings", params(ListQuery), responses((status = 200, body = Page<JobView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<JobView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let jobs = cx
        .read(move |tx| {
            let _permit = policy::may_manage_jobs(tx.actor(), tx.now())?;
            work::api::list(tx, query.state.unwrap_or(JobState::Dead), &page)
        })
        .await?;
    Ok(Json(jobs))
}

/// Gives a dead job all its attempts again, at once.
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "settings", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
pub(crate) async fn retry(cx: Cx, Path(id): Path<JobId>) -> Answer<JobView> {
    let job = cx
        .write(move |tx| {
            let _permit = policy::may_manage_jobs(tx.actor(), tx.now())?;
            let job = work::api::retry(tx, id)?;
            audit::api::record(tx, Entry::new("settings.job_retried", "job", id).created(&job))?;
            Ok(job)
        })
        .await?;
    Ok(Json(job))
}

/// Throws a dead job away.
#[utoipa::path(delete, path = "/jobs/{id}", tag = "settings", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
pub(crate) async fn discard(cx: Cx, Path(id): Path<JobId>) -> Answer<JobView> {
    let job = cx
        .write(move |tx| {
            let _permit = policy::may_manage_jobs(tx.actor(), tx.now())?;
            let job = work::api::discard(tx, id)?;
            audit::api::record(tx, Entry::new("settings.job_discarded", "job", id).deleted(&job))?;
            Ok(job)
        })
        .await?;
    Ok(Json(job))
}
