//! The duties of a day, given out as it begins.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Cron, Handler, Job, JobCx};

use crate::{api, day};

/// Gives everybody their duties of the day.
#[derive(Serialize, Deserialize)]
struct Morning {
    due: Timestamp,
}

impl Job for Morning {
    const KIND: &'static str = "stewards.morning";
}

/// Soon after midnight.
pub(crate) fn mornings() -> Cron {
    Cron::new("stewards.morning", "5 0 * * *", |due| Morning { due }).expect("a fixed pattern")
}

pub(crate) fn morning() -> Handler {
    Handler::new(|cx: JobCx, Morning { due }: Morning| async move {
        let begin = move |tx: &mut Tx<'_>| {
            let today = day::of(tx, due)?;
            api::begin_day(tx, today).map(drop)
        };
        cx.db.write(&cx.origin, begin).await
    })
}
