//! One listener on its way through the facts.

use std::sync::Arc;

use kernel::{Error, Origin, Result, Timestamp};
use store::{Db, StoredFact, Tx, outbox, outbox::Position};

use crate::{
    backoff,
    listen::{Listener, ParkedFact},
    queue::{self, JobRecord, JobState},
};

/// How often a fact is tried before it is put aside.
const ATTEMPTS: i64 = 5;
/// The first wait after a failure; then 4, 16, 64 times as long.
const FIRST_WAIT_MS: u64 = 50;

/// A listener, how far it has come, and what holds it up.
pub(crate) struct Follower {
    pub(crate) listener: Listener,
    /// Done with everything up to here.
    pub(crate) at: Position,
    /// The cursor as it stands in the database: behind `at` while no fact concerned the listener.
    pub(crate) saved: Position,
    /// When the newest fact it has passed happened.
    pub(crate) passed_at: Timestamp,
    pub(crate) stuck: Option<Stuck>,
}

/// A fact that failed.
#[derive(Clone)]
pub(crate) struct Stuck {
    attempts: i64,
    failed_at: Timestamp,
    pub(crate) next_at: Timestamp,
    pub(crate) error: String,
}

impl Stuck {
    /// Whether the next try is still to come. A clock set back must not put it off.
    pub(crate) fn waits(&self, now: Timestamp) -> bool {
        now >= self.failed_at && now < self.next_at
    }
}

/// What became of an attempt on some facts.
enum Applied {
    Yes,
    /// Another node has moved the cursor: nothing was done.
    Overtaken,
}

pub(crate) const fn position(fact: &StoredFact) -> Position {
    Position { epoch: fact.epoch, seq: fact.seq }
}

impl Follower {
    /// Finds out how far `listener` has come.
    pub(crate) async fn load(db: &Db, listener: Listener) -> Result<Self> {
        let name = listener.name;
        let at = db.read(&Origin::system(name), move |tx| outbox::cursor(tx, name)).await?;
        let passed_at = db.clock().now();
        Ok(Self { listener, at, saved: at, passed_at, stuck: None })
    }

    /// Takes `facts`, which follow `self.at` without a gap, as far as it can; says how many it applied.
    ///
    /// # Errors
    /// When the database does not answer or the cursor was moved by another node: load again.
    pub(crate) async fn take(&mut self, db: &Db, facts: &[StoredFact]) -> Result<usize> {
        let Some(last) = facts.last() else { return Ok(0) };
        let wanted: Vec<_> = facts.iter().filter(|fact| self.listener.wants(fact)).cloned().collect();
        if wanted.is_empty() {
            self.pass(last);
            return Ok(0);
        }
        let count = wanted.len();
        if self.stuck.is_none() && count > 1 && self.apply(db, wanted.clone().into(), position(last)).await.is_ok() {
            self.pass(last);
            return Ok(count);
        }
        // One of them fails: one at a time, up to that one.
        let mut done = 0;
        for fact in wanted {
            let to = position(&fact);
            match self.apply(db, Arc::new([fact.clone()]), to).await {
                Ok(()) => done += 1,
                Err(Refusal::Reload(error)) => return Err(error),
                Err(Refusal::Failed(error)) => {
                    if !self.stumble(db, &fact, &error).await? {
                        return Ok(done);
                    }
                }
            }
        }
        self.pass(last);
        Ok(done)
    }

    fn pass(&mut self, fact: &StoredFact) {
        (self.at, self.passed_at) = (position(fact), fact.at);
    }

    /// Applies the reaction to all of `facts` and moves the cursor, in one transaction.
    async fn apply(&mut self, db: &Db, facts: Arc<[StoredFact]>, to: Position) -> Result<(), Refusal> {
        let (listener, saved) = (self.listener.clone(), self.saved);
        let origin = Origin::system(listener.name);
        // Before the cursor's row is there, only full isolation keeps two nodes from beginning both.
        let locking = listener.locking && saved != Position::default();
        let apply = move |tx: &mut Tx<'_>| {
            if outbox::lock_cursor(tx, listener.name)? != saved {
                return Ok(Applied::Overtaken);
            }
            for fact in &*facts {
                listener.react(tx, fact)?;
            }
            outbox::move_cursor(tx, listener.name, to)?;
            Ok(Applied::Yes)
        };
        let applied = if locking {
            db.append(&origin, apply).await
        } else {
            db.write(&origin, apply).await
        };
        self.moved(applied, to)
    }

    /// Notes a failure; true when the fact was put aside and the listener goes on.
    async fn stumble(&mut self, db: &Db, fact: &StoredFact, error: &Error) -> Result<bool> {
        let attempts = self.stuck.as_ref().map_or(0, |stuck| stuck.attempts) + 1;
        let error = error.to_string();
        let (kind, subject, seq) = (fact.kind.as_str(), fact.subject.as_str(), fact.seq);
        tracing::warn!(listener = self.listener.name, kind, subject, seq, attempts, error, "a fact failed");
        if attempts >= ATTEMPTS {
            self.park(db, fact, error).await?;
            return Ok(true);
        }
        let failed_at = db.clock().now();
        let next_at = failed_at.plus_millis(backoff::after(attempts, FIRST_WAIT_MS, db.rng()));
        self.stuck = Some(Stuck { attempts, failed_at, next_at, error });
        Ok(false)
    }

    /// Puts `fact` aside as a dead job and moves the cursor past it.
    async fn park(&mut self, db: &Db, fact: &StoredFact, error: String) -> Result<()> {
        metrics::counter!("zhike_facts_parked_total", "listener" => self.listener.name).increment(1);
        let (listener, saved, to) = (self.listener.clone(), self.saved, position(fact));
        let payload = serde_json::to_string(&ParkedFact::from(fact)).map_err(Error::internal)?;
        let origin = Origin::system(listener.name);
        let applied = db.write(&origin, move |tx| {
            if outbox::cursor(tx, listener.name)? != saved {
                return Ok(Applied::Overtaken);
            }
            let job = parked(tx, &listener, payload.clone(), error.clone());
            queue::insert(tx, &job)?;
            outbox::move_cursor(tx, listener.name, to)?;
            Ok(Applied::Yes)
        });
        self.moved(applied.await, to).map_err(|(Refusal::Reload(error) | Refusal::Failed(error))| error)
    }

    fn moved(&mut self, applied: Result<Applied>, to: Position) -> Result<(), Refusal> {
        match applied {
            Ok(Applied::Yes) => {
                (self.at, self.saved, self.stuck) = (to, to, None);
                Ok(())
            }
            Ok(Applied::Overtaken) => Err(Refusal::Reload(Error::Unavailable("cursor_moved"))),
            Err(error @ Error::Unavailable(_)) => Err(Refusal::Reload(error)),
            Err(error) => Err(Refusal::Failed(error)),
        }
    }
}

/// Why facts were not applied.
enum Refusal {
    /// The listener refused.
    Failed(Error),
    /// The database did not answer, or another node was faster.
    Reload(Error),
}

/// Saves how far those have come whom nothing concerned; one that was moved elsewhere stays.
pub(crate) fn save(tx: &mut Tx<'_>, moves: &[(&'static str, Position, Position)]) -> Result<()> {
    for &(name, saved, at) in moves {
        if outbox::cursor(tx, name)? == saved {
            outbox::move_cursor(tx, name, at)?;
        }
    }
    Ok(())
}

fn parked(tx: &Tx<'_>, listener: &Listener, payload: String, error: String) -> JobRecord {
    JobRecord {
        id: tx.new_id(),
        kind: listener.parked_kind(),
        payload,
        state: JobState::Dead,
        run_at: queue::AT_ONCE,
        attempts: ATTEMPTS,
        // A retry by hand is one try: it answers soon whether the fact passes now.
        max_attempts: 1,
        lease_owner: None,
        lease_until: None,
        last_error: Some(error),
        unique_key: None,
        created_at: tx.now(),
        finished_at: Some(tx.now()),
    }
}
