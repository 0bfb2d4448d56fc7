//! The database behind a URL: a few threads, each with a session of its own.
//!
//! A thread waits for its session's answer and for nothing else; its session prepares each
//! statement once. Writes run SERIALIZABLE and are tried again when they clash.

mod refusal;
mod session;

use std::{sync::Arc, thread, time::Duration};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use kernel::{Error, Result};

use self::refusal::Refusal;
pub(crate) use self::session::Session;
use crate::{
    Tx,
    db::{Job, Mode, Shared, Undo},
    tx::Conn,
};

const QUEUE: usize = 8_192;
/// How often a write that clashed is tried again.
const ATTEMPTS: u32 = 24;
/// Sessions a node keeps: enough for two cores' worth of waiting, few enough for one server.
const WRITERS: usize = 6;
const READERS: usize = 6;
/// Who writes looks things up by key. A plan is made once and kept for long, so it must not be one for a
/// table that was small when it was made.
const BY_KEY: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

pub(crate) struct Engine {
    writers: Sender<Job>,
    readers: Sender<Job>,
}

impl Engine {
    pub(crate) fn open(url: &str, shared: &Arc<Shared>) -> Result<Self> {
        // The first session proves the URL before anything starts.
        let first = connect(url, true)?;
        Ok(Self { writers: start(url, shared, true, Some(first))?, readers: start(url, shared, false, None)? })
    }

    pub(crate) fn submit(&self, job: Job) -> Result<()> {
        let queue = if job.mode.writes() { &self.writers } else { &self.readers };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable("database_busy"),
            TrySendError::Disconnected(_) => Error::Unavailable("database"),
        })
    }
}

fn start(url: &str, shared: &Arc<Shared>, writes: bool, mut first: Option<Session>) -> Result<Sender<Job>> {
    let (sender, work) = bounded::<Job>(QUEUE);
    for _ in 0..if writes { WRITERS } else { READERS } {
        let (shared, work, url, session) = (shared.clone(), work.clone(), url.to_owned(), first.take());
        let thread = thread::Builder::new().name(if writes { "postgres-writer" } else { "postgres-reader" }.into());
        thread.spawn(move || serve(&url, writes, session, &shared, &work)).map_err(Error::internal)?;
    }
    Ok(sender)
}

fn connect(url: &str, writes: bool) -> Result<Session> {
    let mut session = Session::connect(url)?;
    if writes {
        session.batch(BY_KEY)?;
    }
    Ok(session)
}

fn serve(url: &str, writes: bool, mut session: Option<Session>, shared: &Shared, work: &Receiver<Job>) {
    while let Ok(mut job) = work.recv() {
        let mut attempt = || {
            if session.as_ref().is_none_or(Session::is_lost) {
                session = connect(url, writes).inspect_err(|error| tracing::warn!(%error, "no session")).ok();
            }
            session.as_mut().map_or(Err(Failure::Lost), |session| perform(session, shared, &mut job)).err()
        };
        // A session that died unnoticed costs nothing: the same work is done on another.
        let failure = match attempt() {
            Some(Failure::Lost) => attempt(),
            other => other,
        };
        let failure = failure.map(|failure| match failure {
            Failure::Refused(error) => error,
            Failure::Lost | Failure::Unknown => Error::Unavailable("database"),
        });
        job.settle(shared, failure);
    }
}

/// Why a piece of work did not come to its end.
enum Failure {
    /// The database says no.
    Refused(Error),
    /// The connection was lost before the commit: nothing was done.
    Lost,
    /// The connection was lost at the commit: whether it took place is unknown, the caller asks again.
    Unknown,
}

/// Runs a piece of work to its end; an error is the database's, a refusal is the job's own.
fn perform(session: &mut Session, shared: &Shared, job: &mut Job) -> Result<(), Failure> {
    let failed = |session: &Session, error| if session.is_lost() { Failure::Lost } else { Failure::Refused(error) };
    let begin = match job.mode {
        Mode::Read => None,
        Mode::Snapshot => Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        Mode::Write => Some("BEGIN ISOLATION LEVEL SERIALIZABLE"),
        Mode::Append => Some("BEGIN ISOLATION LEVEL READ COMMITTED"),
    };
    let writes = job.mode.writes();
    for attempt in 1.. {
        if let Some(begin) = begin {
            session.begin(begin);
        }
        let tx = Tx::new(Conn::Postgres(session), job.origin.clone(), shared, writes);
        let error = match job.attempt(tx) {
            Ok(()) if begin.is_none() => return Ok(()),
            Ok(()) => match session.commit() {
                Ok(()) => return Ok(()),
                Err(_) if session.is_lost() => return Err(Failure::Unknown),
                Err(error) => error,
            },
            Err(undo) => {
                if begin.is_some() && !session.is_lost() {
                    session.abandon();
                }
                match undo {
                    // It may have refused because the connection was lost under it.
                    Undo::Refused if session.is_lost() => return Err(Failure::Lost),
                    Undo::Refused => return Ok(()),
                    Undo::TryAgain(error) => error,
                }
            }
        };
        if attempt >= ATTEMPTS || !worth_another_try(&error) {
            return Err(failed(session, error));
        }
        // Callers that clashed part ways: up to 2, 4, 8 ms, and longer only where that does not help: whoever sees the
        // most, as routing does, clashes most, and others wait for it.
        thread::sleep(Duration::from_micros(shared.rng.below(1_000 << (attempt.min(3) + attempt / 8))));
    }
    Ok(())
}

/// Whether the same work may succeed when it is tried again.
pub(crate) fn worth_another_try(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    cause.downcast_ref::<Refusal>().is_some_and(Refusal::is_a_clash)
}
