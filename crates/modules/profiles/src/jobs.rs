//! When something else counts for whole files, everybody's is looked at again.

use http::App;
use kernel::{CustomerId, Result};
use serde::{Deserialize, Serialize};
use work::{Job, JobCx};

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
