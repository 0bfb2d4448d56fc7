//! The database behind a URL: a few threads, each with a session of its own.
//!
//! A thread waits for its session's answer and for nothing else; its session prepares each
//! statement once. Writes run SERIALIZABLE and are tried again when they clash.

use std::{collections::HashMap, sync::Arc, thread, time::Duration};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use kernel::{Error, Result};
use postgres::{Client, Config, error::SqlState, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    Tx, Value,
    db::{Job, Mode, Shared, Undo},
    tx::Conn,
};

const QUEUE: usize = 8_192;
/// How often a write that clashed is tried again.
const ATTEMPTS: u32 = 12;
/// Sessions a node keeps: enough for two cores' worth of waiting, few enough for one server.
const SESSIONS: usize = 12;

pub(crate) struct Engine {
    work: Sender<Box<dyn Job>>,
}

impl Engine {
    pub(crate) fn open(url: &str, shared: &Arc<Shared>) -> Result<Self> {
        let (sender, work) = bounded::<Box<dyn Job>>(QUEUE);
        // The first session proves the URL before anything starts.
        let mut first = Some(Session::connect(url)?);
        for _ in 0..SESSIONS {
            let (shared, work, url, session) = (shared.clone(), work.clone(), url.to_owned(), first.take());
            let thread = thread::Builder::new().name("postgres-session".into());
            thread.spawn(move || serve(&url, session, &shared, &work)).map_err(Error::internal)?;
        }
        Ok(Self { work: sender })
    }

    pub(crate) fn submit(&self, job: Box<dyn Job>) -> Result<()> {
        self.work.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable("database_busy"),
            TrySendError::Disconnected(_) => Error::Unavailable("database"),
        })
    }
}

fn serve(url: &str, mut session: Option<Session>, shared: &Shared, work: &Receiver<Box<dyn Job>>) {
    while let Ok(mut job) = work.recv() {
        let mut failure = attempt(url, &mut session, shared, &mut job);
        // A session that died unnoticed costs nothing: the same work is done on another.
        if matches!(failure, Some(Failure::Lost)) {
            failure = attempt(url, &mut session, shared, &mut job);
        }
        let failure = failure.map(|failure| match failure {
            Failure::Refused(error) => error,
            Failure::Lost | Failure::Unknown => Error::Unavailable("database"),
        });
        job.settle(shared, failure);
    }
}

fn attempt(url: &str, session: &mut Option<Session>, shared: &Shared, job: &mut Box<dyn Job>) -> Option<Failure> {
    if session.as_ref().is_none_or(|session| session.client.is_closed()) {
        *session = Session::connect(url).inspect_err(|error| tracing::warn!(%error, "no session")).ok();
    }
    match session {
        Some(session) => session.perform(shared, job).err(),
        None => Some(Failure::Lost),
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

/// One connection and its prepared statements.
pub(crate) struct Session {
    client: Client,
    prepared: HashMap<usize, postgres::Statement>,
}

impl Session {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let mut config: Config = url.parse().map_err(Error::internal)?;
        config.connect_timeout(Duration::from_secs(5)).application_name("zhike");
        let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut client = config.connect(MakeRustlsConnect::new(tls)).map_err(Error::internal)?;
        client
            .batch_execute("SET synchronous_commit = on; SET lock_timeout = '10s'; SET jit = off")
            .map_err(Error::internal)?;
        Ok(Self { client, prepared: HashMap::new() })
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<()> {
        self.client.batch_execute(text).map_err(Error::internal)
    }

    pub(crate) fn execute(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepare(text)?;
        self.client.execute(&statement, &as_params(values)).map_err(Error::internal)
    }

    pub(crate) fn query(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<Vec<postgres::Row>> {
        let statement = self.prepare(text)?;
        self.client.query(&statement, &as_params(values)).map_err(Error::internal)
    }

    /// Every text lives as long as the program, so its address names it.
    fn prepare(&mut self, text: &'static str) -> Result<postgres::Statement> {
        let key = text.as_ptr() as usize;
        if let Some(statement) = self.prepared.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).map_err(|error| Error::internal(format!("{text}: {error:?}")))?;
        self.prepared.insert(key, statement.clone());
        Ok(statement)
    }

    fn failed(&self, error: Error) -> Failure {
        if self.client.is_closed() { Failure::Lost } else { Failure::Refused(error) }
    }

    /// Runs a piece of work to its end; an error is the database's, a refusal is the job's own.
    fn perform(&mut self, shared: &Shared, job: &mut Box<dyn Job>) -> Result<(), Failure> {
        let begin = match job.mode() {
            Mode::Read => None,
            Mode::Snapshot => Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            Mode::Write => Some("BEGIN ISOLATION LEVEL SERIALIZABLE"),
            Mode::Append => Some("BEGIN ISOLATION LEVEL READ COMMITTED"),
        };
        let writes = matches!(job.mode(), Mode::Write | Mode::Append);
        for attempt in 1.. {
            if let Some(begin) = begin {
                self.batch(begin).map_err(|error| self.failed(error))?;
            }
            let tx =
                Tx::new(Conn::Postgres(self), job.origin().clone(), shared.clock.now(), shared.rng.clone(), writes);
            let error = match job.attempt(tx) {
                Ok(()) if begin.is_none() => return Ok(()),
                Ok(()) => match self.batch("COMMIT") {
                    Ok(()) => return Ok(()),
                    Err(_) if self.client.is_closed() => return Err(Failure::Unknown),
                    Err(error) => error,
                },
                // It may have refused because the connection was lost under it.
                Err(Undo::Refused) if self.client.is_closed() => return Err(Failure::Lost),
                Err(Undo::Refused) => {
                    let undone = if begin.is_some() { self.batch("ROLLBACK") } else { Ok(()) };
                    return undone.map_err(|error| self.failed(error));
                }
                Err(Undo::TryAgain(error)) => error,
            };
            if begin.is_some() && !self.client.is_closed() {
                self.batch("ROLLBACK").map_err(|error| self.failed(error))?;
            }
            if attempt >= ATTEMPTS || !worth_another_try(&error) {
                return Err(self.failed(error));
            }
            // Callers that clashed part ways: up to 2, 4, 8 … 64 ms.
            thread::sleep(Duration::from_micros(shared.rng.below(1_000 << attempt.min(6))));
        }
        Ok(())
    }
}

fn as_params<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// Whether a transaction failed only because of another one at the same time.
pub(crate) fn worth_another_try(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    let code = cause.downcast_ref::<postgres::Error>().and_then(postgres::Error::code);
    code.is_some_and(|code| *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}
