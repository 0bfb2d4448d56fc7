//! Signatures that are too old to be taken need not be known again.

use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::queries;

/// Forgets old signatures.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "openchannel.sweep";
}

/// Every quarter of an hour.
pub(crate) fn cron() -> Cron {
    Cron::new("openchannel.sweep", "*/15 * * * *", |_| Sweep {}).expect("a fixed pattern")
}

pub(crate) fn sweeping() -> Handler {
    Handler::new(|cx: JobCx, _: Sweep| async move { sweep(cx).await })
}

async fn sweep(cx: JobCx) -> Result<()> {
    cx.db
        .write(&cx.origin, |tx| {
            let now = tx.now();
            queries::forget_marks(tx, now)
        })
        .await
}
