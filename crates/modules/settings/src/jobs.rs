//! Work that comes due by the clock.

use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::holidays;

/// Takes in holidays decreed since, which come with a release of this program.
#[derive(Serialize, Deserialize)]
struct FollowHolidays {}

impl Job for FollowHolidays {
    const KIND: &'static str = "settings.follow_holidays";
}

/// How the job is done.
pub(crate) fn follow() -> Handler {
    Handler::new(|cx: JobCx, _: FollowHolidays| async move { holidays::follow(&cx.db, &cx.origin).await.map(drop) })
}

/// Every night.
pub(crate) fn schedule() -> Cron {
    Cron::new("settings.follow_holidays", "15 4 * * *", |_| FollowHolidays {}).expect("a fixed pattern")
}
