//! What is only kept for a while.

use http::App;
use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::queries;

const DAY: i64 = 24 * 60 * 60_000;
/// Days that what the house told by itself is kept.
const NOTICES: i64 = 90;

/// Forgets what is old.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "mail.sweep";
}

/// Every night.
pub(crate) fn cron() -> Cron {
    Cron::new("mail.sweep", "40 3 * * *", |_| Sweep {}).expect("a fixed pattern")
}

pub(crate) async fn run(_app: App, cx: JobCx, _: Sweep) -> Result<()> {
    cx.db.write(&cx.origin, |tx| queries::forget_notices(tx, tx.now().plus_millis(-NOTICES * DAY))).await
}
