//! Work of the night: what came long ago comes no second time.

use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::queries;

/// How long it is remembered what came, in milliseconds: 30 days.
const REMEMBERED: i64 = 30 * 24 * 3_600_000;

/// Forgets what came long ago.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "delivery.sweep";
}

/// Every night.
pub(crate) fn cron() -> Cron {
    Cron::new("delivery.sweep", "41 3 * * *", |_| Sweep {}).expect("a fixed pattern")
}

pub(crate) fn sweeping() -> Handler {
    Handler::new(|cx: JobCx, _: Sweep| async move { sweep(cx).await })
}

async fn sweep(cx: JobCx) -> Result<()> {
    cx.db
        .write(&cx.origin, |tx| {
            let before = tx.now().plus_millis(-REMEMBERED);
            queries::forget_arrivals(tx, before)
        })
        .await
}
