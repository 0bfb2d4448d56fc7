//! What is asked by the clock.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::articles;

/// How many owners are asked in one transaction.
const AT_ONCE: i64 = 50;

/// Asks the owners of articles whose time runs out.
#[derive(Serialize, Deserialize)]
struct AskOwners {}

impl Job for AskOwners {
    const KIND: &'static str = "knowledge.ask_owners";
}

/// How the job is done.
pub(crate) fn ask_owners() -> Handler {
    Handler::new(|cx: JobCx, _: AskOwners| async move {
        // A full batch means that more may wait.
        while cx.db.write(&cx.origin, |tx| articles::ask_owners(tx, AT_ONCE)).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Every ten minutes.
pub(crate) fn schedule() -> Cron {
    Cron::new("knowledge.ask_owners", "*/10 * * * *", |_| AskOwners {}).expect("a fixed pattern")
}
