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

/// A piece of work on its way to a database thread.
pub(crate) trait Job: Send {
    fn mode(&self) -> Mode;
    fn origin(&self) -> &Arc<Origin>;
    /// Does the work; may be called again after an undone attempt.
    fn attempt(&mut self, tx: Tx<'_>) -> Result<(), Undo>;
    /// Tells the caller how it ended: `failure` is why the commit failed, if it did.
    fn settle(self: Box<Self>, shared: &Shared, failure: Option<Error>);
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
        let job = Box::new(Closure { mode, origin: origin.clone(), work, outcome: None, reply });
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.submit(job)?,
            Engine::Postgres(engine) => engine.submit(job)?,
        }
        answer.await.map_err(|_| Error::Unavailable("database"))?
    }
}

struct Closure<T, F> {
    mode: Mode,
    origin: Arc<Origin>,
    work: F,
    outcome: Option<(Result<T>, Vec<Note>, bool)>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Closure<T, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send,
    T: Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    fn attempt(&mut self, mut tx: Tx<'_>) -> Result<(), Undo> {
        // A closure that panics must not take the database's thread with it.
        let work = std::panic::AssertUnwindSafe(|| (self.work)(&mut tx));
        let answer = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::internal("a transaction panicked")));
        let outcome = answer.and_then(|answer| tx.finish().map(|(notes, grew)| (answer, notes, grew)));
        match outcome {
            Ok((answer, notes, grew)) => {
                self.outcome = Some((Ok(answer), notes, grew));
                Ok(())
            }
            Err(error) if postgres::worth_another_try(&error) => Err(Undo::TryAgain(error)),
            Err(error) => {
                self.outcome = Some((Err(error), Vec::new(), false));
                Err(Undo::Refused)
            }
        }
    }

    fn settle(self: Box<Self>, shared: &Shared, failure: Option<Error>) {
        let (answer, notes, grew) = match (failure, self.outcome) {
            (Some(failure), _) => (Err(failure), Vec::new(), false),
            (None, Some(outcome)) => outcome,
            (None, None) => (Err(Error::internal("a transaction settled before it ran")), Vec::new(), false),
        };
        // The caller first: who said a message then finds the answer and what was told of it in one go.
        // It may have gone away; what was committed stays.
        let _ = self.reply.send(answer);
        if let Some(sink) = shared.sink.get()
            && (grew || !notes.is_empty())
        {
            sink.committed(notes, grew);
        }
    }
}
