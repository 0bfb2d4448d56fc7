//! Pauses whose time is up.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::api;

/// How many end in one transaction.
const AT_ONCE: i64 = 50;

/// Ends the pauses whose time is up.
#[derive(Serialize, Deserialize)]
pub(crate) struct End {}

impl Job for End {
    const KIND: &'static str = "relief.end";
}

/// How the job is done.
pub(crate) fn ending() -> Handler {
    Handler::new(|cx: JobCx, _: End| async move {
        // A full batch means that more may wait.
        while cx.db.append(&cx.origin, |tx| api::end_due(tx, AT_ONCE)).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Every minute; each pause besides leaves a job for its own end.
pub(crate) fn schedule() -> Cron {
    Cron::new("relief.end", "* * * * *", |_| End {}).expect("a fixed pattern")
}
