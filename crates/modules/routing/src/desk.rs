//! The owner of routing: one node at a time makes offers and lets them expire.
//!
//! Everything it knows is in the database, so whoever takes over goes on where the last one
//! stopped. Its lease's epoch is checked in every transaction: one who was thought dead and wakes
//! up again cannot make an offer.

use std::time::Duration;

use http::App;
use kernel::{Origin, Result, Timestamp};
use tokio::{sync::watch, task::JoinHandle, time::sleep};
use work::Keeper;

use crate::{
    attendance::{self, GONE_MS, Roll},
    floor::Floor,
    round,
};

const LEASE: &str = "routing";
/// How long another node waits before it takes over from one that is silent.
const LEASE_MS: i64 = 4_000;
/// How often the desk looks when nothing wakes it: bounds how late an offer expires.
const SCAN: Duration = Duration::from_millis(250);
/// The least time between two looks, however many facts come.
const GATHER: Duration = Duration::from_millis(15);

/// What is said and read gives nobody anything else to do, and is most of what happens.
const ELSEWHERE: [&str; 6] = [
    conversations::events::MESSAGE_POSTED,
    conversations::events::MESSAGE_READ,
    conversations::events::MESSAGE_OUTGOING,
    conversations::events::NOTE_POSTED,
    conversations::events::MEASURED,
    conversations::events::CAME_WAITING,
];

/// What the owner of routing remembers between two looks; whoever takes over begins anew.
struct Watch {
    epoch: i64,
    since: Timestamp,
    floor: Floor,
}

/// Starts the desk of this node.
pub(crate) fn start(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let owner = app.part::<wire::Hub>().node();
        let keeper = Keeper::start(app.db(), LEASE, owner, LEASE_MS, Duration::from_secs(1));
        let mut held = keeper.held();
        let mut grew = app.facts_grew(&ELSEWHERE);
        let mut roll = Roll::default();
        let mut kept: Option<Watch> = None;
        while !*stop.borrow() {
            let called_at = roll.call(&app).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "who is connected could not be written down");
                None
            });
            match held.borrow_and_update().as_ref().map(|lease| lease.epoch) {
                None => kept = None,
                Some(epoch) if kept.as_ref().is_some_and(|kept| kept.epoch == epoch) => {}
                Some(epoch) => kept = Some(Watch { epoch, since: app.clock().now(), floor: Floor::default() }),
            }
            if let Some(kept) = &mut kept
                && let Err(error) = look(&app, kept, called_at).await
            {
                tracing::warn!(%error, "a round of routing failed; the next one tries again");
            }
            sleep(GATHER).await;
            tokio::select! {
                _ = grew.changed() => {}
                _ = held.changed() => {}
                _ = stop.changed() => {}
                () = sleep(SCAN) => {}
            }
        }
        keeper.release().await;
    })
}

async fn look(app: &App, watch: &mut Watch, called_at: Option<Timestamp>) -> Result<()> {
    let (origin, epoch) = (Origin::system("routing"), watch.epoch);
    // As of the call: a clock that leapt since has sent nobody away.
    if let Some(called_at) = called_at
        && called_at.since(watch.since) >= GONE_MS
    {
        app.db()
            .write(&origin, move |tx| {
                work::lease::check(tx, LEASE, epoch)?;
                attendance::send_away(tx, called_at)
            })
            .await?;
    }
    if app.db().read(&origin, round::anything_to_do).await? {
        app.db()
            .write(&origin, move |tx| {
                work::lease::check(tx, LEASE, epoch)?;
                round::round(tx, epoch)
            })
            .await?;
    }
    watch.floor.tell(app, &origin).await
}
