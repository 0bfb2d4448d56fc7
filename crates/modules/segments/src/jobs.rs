//! What happens at night: who belongs to each segment is written down, and what is old is forgotten.

use std::time::Duration;

use http::{App, SegmentSources};
use kernel::Result;
use serde::{Deserialize, Serialize};
use work::{Cron, Job, JobCx};

use crate::{api, export, history, known, model::Segment, queries};

/// How long a segment that was put away can be had back, in milliseconds: 30 days.
const PUT_AWAY: i64 = 30 * 24 * 3_600_000;

/// Writes down who belongs to segments: to one, or to all and forgets what is old.
#[derive(Serialize, Deserialize)]
pub(crate) struct Keep {
    pub segment_id: Option<kernel::Id<Segment>>,
}

impl Job for Keep {
    const KIND: &'static str = "segments.keep";
    const TIMEOUT: Duration = Duration::from_secs(1_800);
}

pub(crate) fn cron() -> Cron {
    // Late in the day: what is kept is who belonged to it at the day's end.
    Cron::new("segments.keep", "50 23 * * *", |_| Keep { segment_id: None }).expect("a fixed pattern")
}

/// See [`Keep`].
pub(crate) async fn keep(app: App, cx: JobCx, job: Keep) -> Result<()> {
    let sources = app.part::<SegmentSources>();
    let wanted = job.segment_id;
    let segments = cx.db.read(&cx.origin, queries::all).await?;
    for segment in segments.into_iter().filter(|one| wanted.is_none_or(|wanted| one.id == wanted)) {
        let sources = sources.clone();
        cx.db
            .write(&cx.origin, move |tx| {
                let attributes = api::by_key(known::all(tx, &sources)?);
                // An attribute may have gone with its module or its field: nobody belongs to a rule nobody can read.
                if segment.rule.check(&attributes).is_err() {
                    return Ok(());
                }
                history::keep(tx, &segment, &attributes)
            })
            .await?;
    }
    if wanted.is_some() {
        return Ok(());
    }
    cx.db
        .write(&cx.origin, |tx| {
            let today = history::today(tx)?;
            history::sweep(tx, today)?;
            for id in queries::old(tx, tx.now().plus_millis(-PUT_AWAY))? {
                history::forget(tx, id)?;
                queries::delete(tx, id)?;
            }
            export::sweep(tx)
        })
        .await
}
