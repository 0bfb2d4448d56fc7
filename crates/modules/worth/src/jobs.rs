//! The night's run.

use std::time::Duration;

use http::App;
use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::counting;

/// Under this key one run waits at most.
pub(crate) const KEY: &str = "worth.night";

/// Counts everybody anew.
#[derive(Serialize, Deserialize)]
pub(crate) struct Night {}

impl Job for Night {
    const KIND: &'static str = "worth.night";
    const TIMEOUT: Duration = Duration::from_secs(4 * 3_600);
}

pub(crate) fn cron() -> Cron {
    Cron::new("worth.night", "41 2 * * *", |_| Night {}).expect("a fixed pattern")
}

pub(crate) async fn night(_app: App, cx: JobCx, _job: Night) -> Result<()> {
    counting::count(&cx.db, &cx.origin).await
}
