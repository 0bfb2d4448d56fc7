//! Removing what is over, at night.

use std::{sync::Arc, time::Duration};

use audit::api::Entry;
use http::{AllTies, App, Keepings};
use kernel::{Origin, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Db, Tx};
use work::{Cron, Job, JobCx};

use crate::{
    model::{RetentionTerm, aged, kept},
    queries,
};

/// Records of one transaction.
const AT_ONCE: i64 = 50;

/// Looks at every term.
#[derive(Serialize, Deserialize)]
pub(crate) struct Remove {}

impl Job for Remove {
    const KIND: &'static str = "retention.remove";
    const TIMEOUT: Duration = Duration::from_secs(3_600);
}

/// Before the day begins.
pub(crate) fn schedule() -> Cron {
    Cron::new("retention.remove", "11 3 * * *", |_| Remove {}).expect("a fixed pattern")
}

/// Where a look at one term stands.
#[derive(Clone)]
struct Look {
    kind: String,
    channel: String,
    after: (Timestamp, String),
    emptied: i64,
    held: i64,
}

/// See [`Remove`]. Whoever takes the job over finds what was emptied before emptied.
pub(crate) async fn remove(app: App, cx: JobCx, _: Remove) -> Result<()> {
    look(&app, &cx.db, &cx.origin).await
}

pub(crate) async fn look(app: &App, db: &Db, origin: &Arc<Origin>) -> Result<()> {
    let (keepings, ties) = (app.part::<Keepings>(), app.part::<AllTies>());
    for RetentionTerm { kind, channel, .. } in db.read(origin, queries::all).await? {
        let mut at =
            Some(Look { kind, channel, after: (Timestamp::from_millis(i64::MIN), String::new()), emptied: 0, held: 0 });
        while let Some(look) = at {
            let (keepings, ties) = (keepings.clone(), ties.clone());
            at = db.write(origin, move |tx| some(tx, &keepings, &ties, look.clone())).await?;
        }
    }
    Ok(())
}

/// Empties some, as the term stands now; none when there are no more.
fn some(tx: &mut Tx<'_>, keepings: &Keepings, ties: &AllTies, mut look: Look) -> Result<Option<Look>> {
    // A kind of a module that is gone, or a channel, has nothing to empty.
    let Ok((keeping, channel)) = kept(keepings, &look.kind, &look.channel) else { return Ok(None) };
    let term = queries::lock(tx, &look.kind, &look.channel)?;
    let Some(days) = term.days else { return Ok(None) };
    let now = tx.now();
    let mut wanted = aged(now, days, channel, AT_ONCE);
    wanted.after = look.after.clone();
    let records = (keeping.aged)(tx, &wanted)?;
    let customers: Vec<_> = records.iter().filter_map(|record| record.customer_id).collect();
    let mut held = Vec::new();
    for ties in &ties.0 {
        held.extend((ties.open)(tx, &customers)?);
    }
    let (staying, over): (Vec<_>, Vec<_>) =
        records.iter().partition(|record| record.customer_id.is_some_and(|customer| held.contains(&customer)));
    let ids: Vec<_> = over.iter().map(|record| record.id.clone()).collect();
    (keeping.empty)(tx, &ids)?;
    look.emptied += ids.len() as i64;
    look.held += staying.len() as i64;
    queries::looked(tx, &term.looked(now, ids.len() as i64, look.held))?;
    match records.last() {
        Some(last) if records.len() as i64 == AT_ONCE => {
            look.after = (last.ended_at, last.id.clone());
            Ok(Some(look))
        }
        _ => {
            if look.emptied > 0 {
                let what = json!({ "kind": look.kind, "channel": look.channel, "days": days, "emptied": look.emptied, "held": look.held });
                let subject = format!("{}/{}", look.kind, look.channel);
                audit::api::record(tx, Entry::new("retention.emptied", "retention_term", subject).created(&what))?;
            }
            Ok(None)
        }
    }
}
