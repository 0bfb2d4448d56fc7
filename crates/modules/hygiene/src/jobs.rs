//! Looking for who is out of date, at night and when the rules change.

use std::time::Duration;

use http::{AllTies, App};
use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::look;

/// Looks at everybody.
#[derive(Serialize, Deserialize)]
pub(crate) struct Look {}

impl Job for Look {
    const KIND: &'static str = "hygiene.look";
    const TIMEOUT: Duration = Duration::from_secs(3_600);
}

pub(crate) async fn look(app: App, cx: JobCx, _: Look) -> Result<()> {
    look::look(&cx.db, &cx.origin, &app.part::<AllTies>()).await
}

/// Before the day begins.
pub(crate) fn schedule() -> Cron {
    Cron::new("hygiene.look", "37 2 * * *", |_| Look {}).expect("a fixed pattern")
}
