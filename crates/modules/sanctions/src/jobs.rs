//! When the time to appeal is over, a sanction stands.

use http::App;
use kernel::{Id, Result};
use serde::{Deserialize, Serialize};
use work::{Job, JobCx};

use crate::{api, model::Sanction, queries};

/// How long after the time to appeal it is looked at.
pub(crate) const AFTER_MS: i64 = 1_000;

/// Looks whether the time to appeal is over without an appeal.
#[derive(Serialize, Deserialize)]
pub(crate) struct Lapse {
    pub sanction_id: Id<Sanction>,
}

impl Job for Lapse {
    const KIND: &'static str = "sanctions.lapse";
}

pub(crate) async fn lapse(_app: App, cx: JobCx, job: Lapse) -> Result<()> {
    cx.db
        .write(&cx.origin, move |tx| {
            let before = queries::lock(tx, job.sanction_id)?;
            let now = tx.now();
            match before.clone().lapsed(now) {
                Some(after) => api::keep(tx, "sanctions.stood", &before, &after, None),
                None => Ok(()),
            }
        })
        .await
}
