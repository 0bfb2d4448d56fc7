//! Keeps a lease: takes it when it is free, renews it, says when it is lost.

use std::time::Duration;

use kernel::{Origin, Result};
use store::Db;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{Lease, runner::until_stopped};

/// A task that tries to hold a lease. Dropped, it stops without giving the lease back, as if the
/// process had died; [`Keeper::release`] gives it back.
pub struct Keeper {
    db: Db,
    held: watch::Receiver<Option<Lease>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Begins to try for the lease `name`, for `for_ms` at a time, every `every` (at least four
    /// times as often as the lease runs out). `owner` must be unlike any other holder.
    pub fn start(db: &Db, name: &'static str, owner: String, for_ms: i64, every: Duration) -> Self {
        let (held, watched) = watch::channel(None);
        let (stop, stopped) = watch::channel(false);
        let keeping = Keeping { db: db.clone(), name, owner, for_ms, every, held, stop: stopped };
        Self { db: db.clone(), held: watched, stop, task: tokio::spawn(keeping.run()) }
    }

    /// The lease while it is held. A changed epoch means that it was lost and won again between.
    pub fn held(&self) -> watch::Receiver<Option<Lease>> {
        self.held.clone()
    }

    /// Stops, and gives the lease back so that another takes over at once.
    pub async fn release(mut self) {
        // Not aborted: a renewal on its way could overtake the release.
        self.stop.send_replace(true);
        let _ = (&mut self.task).await;
        let held = self.held.borrow().clone();
        if let Some(lease) = held {
            let released = self.db.append(&Origin::system("lease"), move |tx| lease.release(tx)).await;
            if let Err(error) = released {
                tracing::warn!(%error, "a lease was not given back; it runs out");
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Keeping {
    db: Db,
    name: &'static str,
    owner: String,
    for_ms: i64,
    every: Duration,
    held: watch::Sender<Option<Lease>>,
    stop: watch::Receiver<bool>,
}

impl Keeping {
    async fn run(mut self) {
        let patience = u128::try_from(self.for_ms).unwrap_or_default() / self.every.as_millis().max(1);
        let mut failures = 0;
        let mut beat = interval(self.every);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => {}
                () = until_stopped(&mut self.stop) => return,
            }
            let lease = match self.acquire().await {
                Ok(lease) => {
                    failures = 0;
                    lease
                }
                Err(error) => {
                    tracing::warn!(%error, name = self.name, "a lease could not be renewed");
                    failures += 1;
                    // It may have run out by now, and somebody else may hold it.
                    if failures < patience {
                        continue;
                    }
                    None
                }
            };
            self.held.send_if_modified(|now| {
                let changed = *now != lease;
                *now = lease;
                changed
            });
        }
    }

    /// For the holder this is a renewal.
    async fn acquire(&self) -> Result<Option<Lease>> {
        let (name, owner, for_ms) = (self.name, self.owner.clone(), self.for_ms);
        self.db.append(&Origin::system("lease"), move |tx| Lease::acquire(tx, name, &owner, for_ms)).await
    }
}
