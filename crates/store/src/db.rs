//! The handle everybody holds.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use kernel::{Clock, Error, Origin, Result, Rng};
use tokio::sync::oneshot;

use crate::{Dialect, Note, Sink, Tx, postgres, sqlite};

/// Which database.
#[derive(Clone, Debug)]
pub enum Target {
    /// SQLite in this file.
    Sqlite(PathBuf),
    /// PostgreSQL behind this URL.
    Postgres(String),
}

/// The database. Cheap to clone; the threads behind it end with the last clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    shared: Arc<Shared>,
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// What the database's threads need besides their connections.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) sink: OnceLock<Arc<dyn Sink>>,
}

/// How a piece of work runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Snapshot,
    Write,
    Append,
}

impl Mode {
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Append)
    }
}

/// What a caller wants done. Only this is made anew for each of them; all about it is [`Job`], once.
trait Work: Send {
    /// Does it and keeps the answer; may be called again after an undone attempt.
    fn attempt(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// Tells the caller the answer, or why there is none.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

/// A piece of work on its way to a database thread.
pub(crate) struct Job {
    pub(crate) mode: Mode,
    pub(crate) origin: Arc<Origin>,
    work: Box<dyn Work>,
    /// Why it refused, if it did; what is to be told, and what grew.
    outcome: Option<(Option<Error>, Vec<Note>, Vec<&'static str>)>,
}

/// Why an attempt is to be undone.
pub(crate) enum Undo {
    /// The closure refused; its answer stands.
    Refused,
    /// The database refused; the same work may succeed when tried again.
    TryAgain(Error),
}

impl Db {
    /// Opens the database; its schema must have been brought up by [`crate::migrate`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when it cannot be opened.
    pub fn open(target: &Target, clock: Clock, rng: Rng) -> Result<Self> {
        let shared = Arc::new(Shared { clock, rng, sink: OnceLock::new() });
        let engine = match target {
            Target::Sqlite(path) => Engine::Sqlite(sqlite::Engine::open(path, &shared)?),
            Target::Postgres(url) => Engine::Postgres(postgres::Engine::open(url, &shared)?),
        };
        Ok(Self(Arc::new(Inner { engine, shared })))
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.0.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The house's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    /// The house's randomness.
    pub fn rng(&self) -> &Rng {
        &self.0.shared.rng
    }

    /// Names who tells the world what was committed; once.
    pub fn tell(&self, sink: Arc<dyn Sink>) {
        // A second sink would double every note.
        let _ = self.0.shared.sink.set(sink);
    }

    /// Reads. On PostgreSQL each statement sees what was committed when it began; where several
    /// must agree, use [`Db::snapshot`].
    ///
    /// # Errors
    /// What the closure answers; [`Error::Unavailable`] when the database does not.
    pub async fn read<T, F>(&self, origin: &Arc<Origin>, work: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Mode::Read, origin, work).await
    }

    /// Reads, all statements seeing the same moment.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn snapshot<T, F>(&self, origin: &Arc<Origin>, work: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Mode::Snapshot, origin, work).await
    }

    /// Writes, as if nobody else did at the same time. Durable when this returns `Ok`; nothing is
    /// written on `Err`. The closure may run more than once, so its effects must stay in the
    /// database (the outbox carries the rest).
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn write<T, F>(&self, origin: &Arc<Origin>, work: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Mode::Write, origin, work).await
    }

    /// Writes with row locks instead of full isolation: for appenders that lock what they count
    /// (`FOR UPDATE`), where [`Db::write`] would make them fail one another.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn append<T, F>(&self, origin: &Arc<Origin>, work: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Mode::Append, origin, work).await
    }

    async fn run<T, F>(&self, mode: Mode, origin: &Arc<Origin>, work: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.submit(mode, origin, Box::new(Closure { work, answer: None, reply }))?;
        answer.await.map_err(|_| Error::Unavailable("database"))?
    }

    fn submit(&self, mode: Mode, origin: &Arc<Origin>, work: Box<dyn Work>) -> Result<()> {
        let job = Job { mode, origin: origin.clone(), work, outcome: None };
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.submit(job),
            Engine::Postgres(engine) => engine.submit(job),
        }
    }
}

impl Job {
    /// Does the work; may be called again after an undone attempt.
    pub(crate) fn attempt(&mut self, mut tx: Tx<'_>) -> Result<(), Undo> {
        // A closure that panics must not take the database's thread with it.
        let work = std::panic::AssertUnwindSafe(|| self.work.attempt(&mut tx));
        let done = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::internal("a transaction panicked")));
        match done.and_then(|()| tx.finish()) {
            Ok((notes, grew)) => {
                self.outcome = Some((None, notes, grew));
                Ok(())
            }
            Err(error) if postgres::worth_another_try(&error) => Err(Undo::TryAgain(error)),
            Err(error) => {
                self.outcome = Some((Some(error), Vec::new(), Vec::new()));
                Err(Undo::Refused)
            }
        }
    }

    /// Tells the caller how it ended: `failure` is why the commit failed, if it did.
    pub(crate) fn settle(self, shared: &Shared, failure: Option<Error>) {
        let (refusal, notes, grew) = match (failure, self.outcome) {
            (Some(failure), _) => (Some(failure), Vec::new(), Vec::new()),
            (None, Some(outcome)) => outcome,
            (None, None) => (Some(Error::internal("a transaction settled before it ran")), Vec::new(), Vec::new()),
        };
        // The caller first: who said a message then finds the answer and what was told of it in one go.
        self.work.answer(refusal);
        if let Some(sink) = shared.sink.get()
            && !(grew.is_empty() && notes.is_empty())
        {
            sink.committed(notes, &grew);
        }
    }
}

struct Closure<T, F> {
    work: F,
    answer: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Work for Closure<T, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send,
    T: Send,
{
    fn attempt(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.answer = Some((self.work)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        let answer = match failure {
            Some(failure) => Err(failure),
            None => self.answer.ok_or_else(|| Error::internal("a transaction without an answer")),
        };
        // The caller may have gone away; what was committed stays.
        let _ = self.reply.send(answer);
    }
}
