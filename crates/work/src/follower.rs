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
    pub(crate) async fn take(&mut self, db: &Db, facts: &Arc<[StoredFact]>) -> Result<usize> {
        let Some(last) = facts.last() else { return Ok(0) };
        let wanted: Vec<_> = facts.iter().filter(|fact| self.listener.wants(fact)).cloned().collect();
        if wanted.is_empty() {
            self.pass(last);
            return Ok(0);
        }
        // One of many may fail: then one at a time, up to that one.
        if wanted.len() > 1 && together(db, std::slice::from_mut(self), facts).await.is_ok() {
            return Ok(wanted.len());
        }
        let mut done = 0;
        for fact in wanted {
            match together(db, std::slice::from_mut(self), &Arc::from([fact.clone()])).await {
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

    /// Whether its reaction locks what it changes. Before the cursor's row is there, only full isolation
    /// keeps two nodes from beginning both.
    pub(crate) fn locks(&self) -> bool {
        self.listener.locking && self.saved != Position::default()
    }

    fn pass(&mut self, fact: &StoredFact) {
        (self.at, self.passed_at) = (position(fact), fact.at);
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
            outbox::move_cursors(tx, &[(listener.name, to)])?;
            Ok(Applied::Yes)
        });
        judged(applied.await).map_err(|(Refusal::Reload(error) | Refusal::Failed(error))| error)?;
        self.moved(to, fact.at);
        Ok(())
    }

    fn moved(&mut self, to: Position, passed_at: Timestamp) {
        (self.at, self.saved, self.passed_at, self.stuck) = (to, to, passed_at, None);
    }
}

/// Applies the reactions of all of `group`, who [lock](Follower::locks) alike, to those of `facts` they want,
/// and moves their cursors behind the last one, in one transaction: all of it, or nothing.
pub(crate) async fn together(db: &Db, group: &mut [Follower], facts: &Arc<[StoredFact]>) -> Result<(), Refusal> {
    let (Some(first), Some(last)) = (group.first(), facts.last()) else { return Ok(()) };
    let (locks, to, passed_at) = (first.locks(), position(last), last.at);
    let origin = Origin::system(if group.len() == 1 { first.listener.name } else { "listeners" });
    let parts: Arc<[_]> = group.iter().map(|it| (it.listener.clone(), it.saved)).collect();
    let facts = facts.clone();
    let apply = move |tx: &mut Tx<'_>| {
        let names: Vec<_> = parts.iter().map(|(listener, _)| listener.name).collect();
        if outbox::lock_cursors(tx, &names)?.iter().zip(&*parts).any(|(found, (_, saved))| found != saved) {
            return Ok(Applied::Overtaken);
        }
        for (listener, _) in &*parts {
            tx.act_as(listener.name)?;
            for fact in facts.iter().filter(|fact| listener.wants(fact)) {
                listener.react(tx, fact)?;
            }
        }
        outbox::move_cursors(tx, &names.into_iter().map(|name| (name, to)).collect::<Vec<_>>())?;
        Ok(Applied::Yes)
    };
    let applied = if locks {
        db.append(&origin, apply).await
    } else {
        db.write(&origin, apply).await
    };
    judged(applied)?;
    for follower in group {
        follower.moved(to, passed_at);
    }
    Ok(())
}

fn judged(applied: Result<Applied>) -> Result<(), Refusal> {
    match applied {
        Ok(Applied::Yes) => Ok(()),
        Ok(Applied::Overtaken) => Err(Refusal::Reload(Error::Unavailable("cursor_moved"))),
        Err(error @ Error::Unavailable(_)) => Err(Refusal::Reload(error)),
        Err(error) => Err(Refusal::Failed(error)),
    }
}

/// Why facts were not applied.
pub(crate) enum Refusal {
    /// The listener refused.
    Failed(Error),
    /// The database did not answer, or another node was faster.
    Reload(Error),
}

/// Saves how far those have come whom nothing concerned; one that was moved elsewhere stays.
pub(crate) fn save(tx: &mut Tx<'_>, moves: &[(&'static str, Position, Position)]) -> Result<()> {
    let names: Vec<_> = moves.iter().map(|&(name, ..)| name).collect();
    let found = outbox::lock_cursors(tx, &names)?;
    let ours = moves.iter().zip(found).filter(|((_, saved, _), found)| saved == found);
    outbox::move_cursors(tx, &ours.map(|(&(name, _, at), _)| (name, at)).collect::<Vec<_>>())
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
