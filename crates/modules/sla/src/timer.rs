//! The owner of the clocks: one node at a time looks at those that have come to a warning or an end.
//!
//! Which those are an index says that holds no other: a look at nothing due costs one read of its first
//! entry. Everything is in the database, so whoever takes over goes on where the last one stopped.

use std::time::Duration;

use conversations::ConversationId;
use http::App;
use kernel::{Origin, Result};
use tokio::{sync::watch, task::JoinHandle, time::sleep};
use work::Keeper;

use crate::ledger;

const LEASE: &str = "sla";
/// How long another node waits before it takes over from one that is silent.
const LEASE_MS: i64 = 4_000;
/// How often it looks: bounds how late a warning or a miss is told.
const SCAN: Duration = Duration::from_millis(250);
/// Conversations of one transaction.
const AT_ONCE: i64 = 50;

/// Starts the timer of this node.
pub(crate) fn start(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let owner = app.part::<wire::Hub>().node();
        let keeper = Keeper::start(app.db(), LEASE, owner, LEASE_MS, Duration::from_secs(1));
        let held = keeper.held();
        while !*stop.borrow() {
            let epoch = held.borrow().as_ref().map(|lease| lease.epoch);
            if let Some(epoch) = epoch
                && let Err(error) = look(&app, epoch).await
            {
                tracing::warn!(%error, "clocks could not be looked at; the next look tries again");
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = sleep(SCAN) => {}
            }
        }
        keeper.release().await;
    })
}

async fn look(app: &App, epoch: i64) -> Result<()> {
    let origin = Origin::system("sla");
    loop {
        let due: Vec<ConversationId> = app.db().read(&origin, |tx| conversations::api::alarms(tx, AT_ONCE)).await?;
        if due.is_empty() {
            return Ok(());
        }
        app.db()
            .append(&origin, move |tx| {
                work::lease::check(tx, LEASE, epoch)?;
                for id in &due {
                    let (conversation, alarms) = conversations::api::ring(tx, *id)?;
                    for alarm in &alarms {
                        ledger::rang(tx, &conversation, alarm)?;
                    }
                }
                Ok(())
            })
            .await?;
    }
}
