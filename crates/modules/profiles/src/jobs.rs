//! What is over is taken off, so that lists drawn by it are right within the hour; and when something else counts for whole
//! files, everybody's is looked at again.

use http::App;
use kernel::{CustomerId, Result};
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::tags;

/// Tags taken off in one transaction.
const AT_ONCE: i64 = 200;

/// Takes off tags that are over.
#[derive(Serialize, Deserialize)]
pub(crate) struct Expire {}

impl Job for Expire {
    const KIND: &'static str = "profiles.expire";
}

/// Has how whole every file is asked for again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Recount {
    /// Behind whom to go on.
    pub after: Option<CustomerId>,
}

impl Job for Recount {
    const KIND: &'static str = "profiles.recount";
}

/// Files looked at again in one transaction.
const RECOUNTED: i64 = 500;

/// See [`Recount`]: some, and a job for the rest, in one transaction.
pub(crate) async fn recount(_app: App, cx: JobCx, job: Recount) -> Result<()> {
    let after = job.after;
    cx.db
        .write(&cx.origin, move |tx| {
            let some: Vec<_> = customers::api::pass(tx, after, RECOUNTED)?.into_iter().map(|one| one.id).collect();
            let Some(last) = some.last() else { return Ok(()) };
            http::attributes_changed(tx, &some)?;
            work::enqueue(tx, &Recount { after: Some(*last) }).map(drop)
        })
        .await
}

pub(crate) fn cron() -> Cron {
    Cron::new("profiles.expire", "41 * * * *", |_| Expire {}).expect("a fixed pattern")
}

pub(crate) async fn expire(_app: App, cx: JobCx, _job: Expire) -> Result<()> {
    while cx.db.write(&cx.origin, |tx| tags::expire(tx, AT_ONCE)).await? == AT_ONCE as usize {}
    Ok(())
}
