//! Is everything done? For tests, whose last question it is.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use kernel::{Error, Origin, Result};
use store::{Db, Tx, outbox, outbox::Position};
use tokio::time::sleep;

use crate::{
    Waker,
    follower::position,
    horizon::{Horizon, horizon},
    listen::Listener,
    listening::HeldUp,
    queue::{self, AT_ONCE, Hand, JobState},
};

/// The whole demo, heard by every listener on a machine that has other things to do, takes the better part of it.
const PATIENCE: Duration = Duration::from_secs(120);
const EVERY: Duration = Duration::from_millis(5);

/// What is left when nothing is due any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Jobs that failed for good, and facts put aside: kind and error.
    pub dead: Vec<(String, String)>,
    /// Jobs that failed and wait to be tried again: kind and error.
    pub retrying: Vec<(String, String)>,
    /// Listeners held up by a fact that failed and waits to be tried again: name and error.
    pub held_up: Vec<(String, String)>,
    /// Due jobs that no handler knows, by kind.
    pub unknown: Vec<String>,
    /// Jobs that never failed and whose time has not come, by kind.
    pub scheduled: Vec<String>,
}

impl Drained {
    /// Whether nothing has failed and nothing is lost. Jobs whose time has not come are no fault.
    pub fn is_clean(&self) -> bool {
        self.dead.is_empty() && self.retrying.is_empty() && self.held_up.is_empty() && self.unknown.is_empty()
    }
}

/// One look at everything, all at the same moment.
struct Survey {
    horizon: Horizon,
    cursors: Vec<Position>,
    left: Drained,
    /// What is due or running, and the listeners that are behind.
    open: Vec<String>,
}

pub(crate) async fn drain(
    db: &Db,
    waker: &Waker,
    hand: &Hand,
    listeners: &Arc<[Listener]>,
    held_up: &HeldUp,
) -> Result<Drained> {
    let mut quiet: Option<Survey> = None;
    let mut open = Vec::new();
    let mut patience = std::pin::pin!(sleep(PATIENCE));
    loop {
        waker.wake();
        let survey = survey(db, hand.clone(), listeners.clone(), held_up.clone()).await?;
        if !survey.open.is_empty() {
            (quiet, open) = (None, survey.open);
        } else {
            // A fact may have been committed and still be hidden: quiet is when nothing has moved
            // until everything committed at the first quiet look can be seen.
            match &quiet {
                Some(first) if first.cursors == survey.cursors => {
                    if survey.horizon.oldest >= first.horizon.next {
                        return Ok(survey.left);
                    }
                }
                _ => quiet = Some(survey),
            }
        }
        tokio::select! {
            () = &mut patience => break,
            () = sleep(EVERY) => {}
        }
    }
    Err(Error::internal(format!("not quiet after {} s: {open:?}", PATIENCE.as_secs())))
}

async fn survey(db: &Db, hand: Hand, listeners: Arc<[Listener]>, held_up: HeldUp) -> Result<Survey> {
    let now = db.clock().now();
    let held_up: Vec<_> = {
        let held_up = held_up.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = held_up.iter().filter(|(_, next_at, _)| *next_at > now);
        waiting.map(|(name, _, error)| ((*name).to_owned(), error.clone())).collect()
    };
    let kinds: Vec<String> = serde_json::from_str(&hand.kinds).map_err(Error::internal)?;
    db.snapshot(&Origin::system("drain"), move |tx| {
        let mut survey =
            Survey { horizon: horizon(tx)?, cursors: Vec::new(), left: Drained::default(), open: Vec::new() };
        for listener in listeners.iter() {
            survey.cursors.push(outbox::cursor(tx, listener.name)?);
            let waits = held_up.iter().any(|(name, _)| name == listener.name);
            if !waits && is_behind(tx, listener)? {
                survey.open.push(listener.name.to_owned());
            }
        }
        survey.left.held_up.clone_from(&held_up);
        for (state, kind, run_at, attempts, error) in queue::unsettled(tx)? {
            let error = error.unwrap_or_default();
            let due = run_at == AT_ONCE || run_at <= tx.now();
            match state {
                JobState::Dead => survey.left.dead.push((kind, error)),
                JobState::Leased => survey.open.push(kind),
                JobState::Ready if due && !kinds.contains(&kind) => survey.left.unknown.push(kind),
                JobState::Ready if due => survey.open.push(kind),
                JobState::Ready if attempts > 0 => survey.left.retrying.push((kind, error)),
                JobState::Ready => survey.left.scheduled.push(kind),
            }
        }
        Ok(survey)
    })
    .await
}

/// Whether a fact that concerns `listener` lies ahead of its cursor.
fn is_behind(tx: &mut Tx<'_>, listener: &Listener) -> Result<bool> {
    let mut from = outbox::cursor(tx, listener.name)?;
    loop {
        let facts = outbox::after(tx, from, 500, &[])?;
        if facts.iter().any(|fact| listener.wants(fact)) {
            return Ok(true);
        }
        match facts.last() {
            Some(last) => from = position(last),
            None => return Ok(false),
        }
    }
}
