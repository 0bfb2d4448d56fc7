//! Work that comes due by the clock.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::api;

/// How many tasks are told of in one transaction.
const AT_ONCE: i64 = 200;

/// Tells of tasks that became overdue.
#[derive(Serialize, Deserialize)]
struct Remind {}

impl Job for Remind {
    const KIND: &'static str = "tasks.remind";
}

/// How the job is done.
pub(crate) fn remind() -> Handler {
    Handler::new(|cx: JobCx, _: Remind| async move {
        // A full batch means that more may wait.
        while cx.db.write(&cx.origin, |tx| api::remind(tx, AT_ONCE)).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Every minute.
pub(crate) fn schedule() -> Cron {
    Cron::new("tasks.remind", "* * * * *", |_| Remind {}).expect("a fixed pattern")
}
