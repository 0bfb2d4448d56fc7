//! Work that comes due by the clock: reminding before a request is due, forgetting copies after their time.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::handling;

/// Reminds of requests that are due soon, and forgets copies.
#[derive(Serialize, Deserialize)]
struct Remind {}

impl Job for Remind {
    const KIND: &'static str = "privacy.remind";
}

pub(crate) fn remind() -> Handler {
    Handler::new(|cx: JobCx, _: Remind| async move {
        while cx.db.write(&cx.origin, handling::remind).await? {}
        cx.db.write(&cx.origin, |tx| handling::sweep(tx, tx.now())).await
    })
}

/// Every hour.
pub(crate) fn schedule() -> Cron {
    Cron::new("privacy.remind", "13 * * * *", |_| Remind {}).expect("a fixed pattern")
}
