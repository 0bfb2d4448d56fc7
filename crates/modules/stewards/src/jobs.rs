//! What comes due by the clock: the duties of a day, and whose first contact is nearly due.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Cron, Handler, Job, JobCx};

use crate::{api, contact, day};

/// How many are told in one transaction.
const AT_ONCE: i64 = 200;

/// Gives everybody their duties of the day.
#[derive(Serialize, Deserialize)]
struct Morning {
    due: Timestamp,
}

impl Job for Morning {
    const KIND: &'static str = "stewards.morning";
}

/// Reminds of first contacts.
#[derive(Serialize, Deserialize)]
struct Remind {}

impl Job for Remind {
    const KIND: &'static str = "stewards.remind";
}

/// Soon after midnight.
pub(crate) fn mornings() -> Cron {
    Cron::new("stewards.morning", "5 0 * * *", |due| Morning { due }).expect("a fixed pattern")
}

/// Every ten minutes.
pub(crate) fn reminders() -> Cron {
    Cron::new("stewards.remind", "*/10 * * * *", |_| Remind {}).expect("a fixed pattern")
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

pub(crate) fn remind() -> Handler {
    Handler::new(|cx: JobCx, _: Remind| async move {
        while cx.db.write(&cx.origin, |tx| contact::remind(tx, AT_ONCE)).await? == AT_ONCE as usize {}
        Ok(())
    })
}
