//! What is only kept for a while, and messages whose other parts never came.

use conversations::QueuePlace;
use http::App;
use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::{
    api::visits,
    queries::{self, parts},
    smpp,
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long a message waits for the rest of its parts.
const PARTS: i64 = 10 * MINUTE;
/// Messages that are put together in one run.
const MOST: usize = 200;

/// Puts together what is late, and forgets what is old.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "sms.sweep";
}

/// Every few minutes.
pub(crate) fn cron() -> Cron {
    Cron::new("sms.sweep", "*/5 * * * *", |_| Sweep {}).expect("a fixed pattern")
}

pub(crate) async fn run(app: App, cx: JobCx, _: Sweep) -> Result<()> {
    let line = app.part::<Box<dyn QueuePlace>>();
    for _ in 0..MOST {
        let line = line.clone();
        let more = cx.db.write(&cx.origin, move |tx| {
            let before = tx.now().plus_millis(-PARTS);
            smpp::gather_late(tx, &**line, before)
        });
        if !more.await? {
            break;
        }
    }
    cx.db
        .write(&cx.origin, |tx| {
            let now = tx.now();
            visits::sweep(tx)?;
            parts::sweep(tx, now.plus_millis(-30 * DAY))?;
            queries::sweep(tx, now.plus_millis(-90 * DAY), now.plus_millis(-3 * DAY))
        })
        .await
}
