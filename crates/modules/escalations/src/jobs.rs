//! What goes up by the clock.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::api;

/// How many go up in one transaction.
const AT_ONCE: i64 = 50;

/// Tells the levels whose time has come.
#[derive(Serialize, Deserialize)]
struct Climb {}

impl Job for Climb {
    const KIND: &'static str = "escalations.climb";
}

/// How the job is done.
pub(crate) fn climb() -> Handler {
    Handler::new(|cx: JobCx, _: Climb| async move {
        // A full batch means that more may wait.
        while cx.db.write(&cx.origin, |tx| api::climb(tx, AT_ONCE)).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Every minute.
pub(crate) fn schedule() -> Cron {
    Cron::new("escalations.climb", "* * * * *", |_| Climb {}).expect("a fixed pattern")
}
