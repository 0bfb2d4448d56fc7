//! The embedded database: one thread that writes, a few that read.
//!
//! The writer takes every piece of work that waits, runs each within a savepoint of one
//! transaction (the first has nothing before it to keep, and needs none: a savepoint copies every
//! page that is written), and commits them together: one flush to disk for all. A caller hears of its work
//! after that flush. Nothing else in the process writes, so nothing ever meets `SQLITE_BUSY`.

use std::{path::Path, sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use kernel::{Error, Result};
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{
    Tx,
    db::{Job, Shared, Undo},
    tx::Conn,
};

/// Work that may wait before callers are told to come back later.
const QUEUE: usize = 8_192;
/// Pieces of work committed together at most: bounds how long the first one waits.
const GROUP: usize = 256;
const READERS: usize = 3;

pub(crate) struct Engine {
    writer: Sender<Job>,
    readers: Sender<Job>,
}

impl Engine {
    pub(crate) fn open(path: &Path, shared: &Arc<Shared>) -> Result<Self> {
        let (writer, work) = bounded(QUEUE);
        let conn = connect(path)?;
        spawn("sqlite-writer", shared.clone(), work, move |shared, work| write_loop(&conn, shared, work))?;
        let (readers, work) = bounded(QUEUE);
        for _ in 0..READERS {
            let conn = connect(path)?;
            conn.pragma_update(None, "query_only", true).map_err(Error::internal)?;
            spawn("sqlite-reader", shared.clone(), work.clone(), move |shared, work| read_loop(&conn, shared, work))?;
        }
        Ok(Self { writer, readers })
    }

    pub(crate) fn submit(&self, job: Job) -> Result<()> {
        let queue = if job.mode.writes() { &self.writer } else { &self.readers };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable("database_busy"),
            TrySendError::Disconnected(_) => Error::Unavailable("database"),
        })
    }
}

/// A connection as every thread uses it. `synchronous=FULL`: a commit is on the disk. A plan does not
/// depend on the values bound to it (QPSG): else each execution with new ones would plan anew.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(Error::internal)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;
         PRAGMA wal_autocheckpoint = 16000;",
    )
    .map_err(Error::internal)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(Error::internal)?;
    conn.set_prepared_statement_cache_capacity(512);
    Ok(conn)
}

fn spawn(
    name: &str,
    shared: Arc<Shared>,
    work: Receiver<Job>,
    run: impl FnOnce(&Shared, &Receiver<Job>) + Send + 'static,
) -> Result<()> {
    let thread = thread::Builder::new().name(name.into());
    thread.spawn(move || run(&shared, &work)).map(drop).map_err(Error::internal)
}

fn read_loop(conn: &Connection, shared: &Shared, work: &Receiver<Job>) {
    while let Ok(mut job) = work.recv() {
        let begun = execute(conn, "BEGIN");
        let failure = begun.err().or_else(|| attempt(conn, shared, &mut job).err().and_then(into_failure));
        let _ = execute(conn, "COMMIT");
        job.settle(shared, failure);
    }
}

fn write_loop(conn: &Connection, shared: &Shared, work: &Receiver<Job>) {
    let mut group: Vec<(Job, Option<Error>)> = Vec::with_capacity(GROUP);
    while let Ok(first) = work.recv() {
        let mut begun = execute(conn, "BEGIN IMMEDIATE");
        let mut next = Some(first);
        let mut kept = false;
        while let Some(mut job) = next {
            let failure = match &begun {
                Ok(()) if kept => in_savepoint(conn, shared, &mut job).err(),
                Ok(()) => match attempt(conn, shared, &mut job) {
                    Ok(()) => {
                        kept = true;
                        None
                    }
                    Err(undo) => {
                        begun = execute(conn, "ROLLBACK").and_then(|()| execute(conn, "BEGIN IMMEDIATE"));
                        into_failure(undo)
                    }
                },
                Err(error) => Some(Error::internal(error.to_string())),
            };
            group.push((job, failure));
            next = if group.len() < GROUP { work.try_recv().ok() } else { None };
        }
        let committed = execute(conn, "COMMIT");
        if committed.is_err() {
            // What could not be flushed is gone for every one of them.
            let _ = execute(conn, "ROLLBACK");
        }
        for (job, failure) in group.drain(..) {
            let failure = failure.or_else(|| committed.as_ref().err().map(|error| Error::internal(error.to_string())));
            job.settle(shared, failure);
        }
    }
}

fn in_savepoint(conn: &Connection, shared: &Shared, job: &mut Job) -> Result<()> {
    execute(conn, "SAVEPOINT piece")?;
    match attempt(conn, shared, job) {
        Ok(()) => execute(conn, "RELEASE piece"),
        Err(undo) => {
            execute(conn, "ROLLBACK TO piece")?;
            execute(conn, "RELEASE piece")?;
            into_failure(undo).map_or(Ok(()), Err)
        }
    }
}

fn attempt(conn: &Connection, shared: &Shared, job: &mut Job) -> Result<(), Undo> {
    let writes = job.mode.writes();
    let tx = Tx::new(Conn::Sqlite(conn), job.origin.clone(), shared, writes);
    job.attempt(tx)
}

/// A refusal is the closure's own answer; only the database's faults replace it.
fn into_failure(undo: Undo) -> Option<Error> {
    match undo {
        Undo::Refused => None,
        Undo::TryAgain(error) => Some(error),
    }
}

fn execute(conn: &Connection, text: &str) -> Result<()> {
    conn.prepare_cached(text).and_then(|mut prepared| prepared.execute([])).map(drop).map_err(Error::internal)
}
