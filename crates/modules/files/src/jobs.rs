//! Work of the night: what nobody refers to goes.

use std::sync::Arc;

use ::store::Db;
use futures_util::StreamExt as _;
use kernel::{Error, Origin, Result};
use serde::{Deserialize, Serialize};
use work::{Cron, Handler, Job, JobCx};

use crate::{disk::Store, queries};

/// How long a file may lie about before it goes, in milliseconds: a day.
const LIES: i64 = 24 * 3_600_000;

/// Deletes files nobody refers to, and bytes nobody wrote down.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "files.sweep";
}

/// Every hour, at a time of its own.
pub(crate) fn cron() -> Result<Cron> {
    Cron::new("files.sweep", "23 * * * *", |_| Sweep {})
}

pub(crate) fn sweeping(store: Store) -> Handler {
    Handler::new(move |cx: JobCx, _: Sweep| {
        let store = store.clone();
        async move { sweep(&cx.db, &cx.origin, &store).await }
    })
}

/// Can be stopped anywhere and begun again: it only takes away what is already nobody's.
pub(crate) async fn sweep(db: &Db, origin: &Arc<Origin>, store: &Store) -> Result<()> {
    let before = db.clock().now().plus_millis(-LIES);
    loop {
        let gone = db
            .write(origin, move |tx| {
                let loose = queries::loose(tx, before)?;
                for id in &loose {
                    queries::delete(tx, *id)?;
                }
                Ok(loose)
            })
            .await?;
        for id in &gone {
            store.delete(*id).await?;
        }
        if gone.is_empty() {
            break;
        }
    }
    // Bytes are written before they are written down: those of an upload that was cut off in between
    // are nobody's, and so are those whose deletion was.
    let mut heaps = std::pin::pin!(store.older_than(before));
    while let Some(heap) = heaps.next().await {
        let asked = heap.clone();
        let known = db.read(origin, move |tx| queries::known(tx, &asked)).await?;
        for id in heap.iter().filter(|id| !known.contains(id)) {
            store.delete(*id).await?;
        }
    }
    store.sweep_halves(before).await.map(drop).map_err(Error::internal)
}
