//! Brings a database's schema up to what the program needs.
//!
//! Every module brings its own files; they run merged, sorted by name, each once, all in one
//! transaction: a failed upgrade leaves the schema as it was.

use kernel::{Error, Result};

use crate::{Dialect, Row, Target, postgres::Session, sqlite};

/// One step of the schema, for either database.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `YYYYMMDDHHMM_name`: where it stands in the order, and its identity.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

impl Migration {
    /// One text for both databases.
    pub const fn both(name: &'static str, text: &'static str) -> Self {
        Self { name, sqlite: text, postgres: text }
    }

    /// A text each: for the seams of this crate.
    pub const fn each(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { name, sqlite, postgres }
    }
}

/// The schema of the outbox and the search index.
pub fn migrations() -> &'static [Migration] {
    macro_rules! each {
        ($name:literal) => {
            Migration::each(
                $name,
                include_str!(concat!("../migrations/", $name, ".sqlite.sql")),
                include_str!(concat!("../migrations/", $name, ".postgres.sql")),
            )
        };
    }
    const OWN: [Migration; 2] = [each!("202611220900_facts"), each!("202611220901_search")];
    &OWN
}

const REGISTER: &str =
    "CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)";

/// Runs what has not run yet; answers the names of what it ran.
///
/// # Errors
/// [`Error::Internal`] when a step fails (nothing has changed then), or when the database knows a
/// step that this program does not: it was made by a newer release.
pub fn run(target: &Target, migrations: &[Migration], now: kernel::Timestamp) -> Result<Vec<&'static str>> {
    match target {
        Target::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(Error::internal)?;
            }
            let conn = sqlite::connect(path)?;
            conn.execute_batch("BEGIN IMMEDIATE").map_err(Error::internal)?;
            let ran = on_sqlite(&conn, migrations, now)?;
            conn.execute_batch("COMMIT").map_err(Error::internal)?;
            Ok(ran)
        }
        Target::Postgres(url) => {
            let mut session = Session::connect(url)?;
            session.batch(ONE_AT_A_TIME)?;
            session.batch("BEGIN")?;
            let ran = on_postgres(&mut session, migrations, now)?;
            session.batch("COMMIT")?;
            Ok(ran)
        }
    }
}

/// Two nodes that start together: one migrates, the other waits and finds it done.
pub(crate) const ONE_AT_A_TIME: &str = "SELECT pg_advisory_lock(7260141)";

/// As [`run`], within a transaction of the caller's.
pub(crate) fn on_sqlite(
    conn: &rusqlite::Connection,
    migrations: &[Migration],
    now: kernel::Timestamp,
) -> Result<Vec<&'static str>> {
    conn.execute_batch(REGISTER).map_err(Error::internal)?;
    let mut names = conn.prepare("SELECT name FROM migrations").map_err(Error::internal)?;
    let known = names.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(Error::internal)?;
    drop(names);
    apply(migrations, known, now, |migration, note| {
        conn.execute_batch(&Dialect::Sqlite.schema(migration.sqlite))
            .and_then(|()| conn.execute_batch(note))
            .map_err(|error| broken(migration, &error))
    })
}

/// As [`run`], within a transaction of the caller's.
pub(crate) fn on_postgres(
    session: &mut Session,
    migrations: &[Migration],
    now: kernel::Timestamp,
) -> Result<Vec<&'static str>> {
    session.batch(REGISTER)?;
    let mut known = Vec::new();
    for row in &session.query("SELECT name FROM migrations", &[])? {
        known.push(Row::Postgres(row).get(0)?);
    }
    apply(migrations, known, now, |migration, note| {
        session
            .batch(&Dialect::Postgres.schema(migration.postgres))
            .and_then(|()| session.batch(note))
            .map_err(|error| broken(migration, &error))
    })
}

fn apply(
    migrations: &[Migration],
    known: Vec<String>,
    now: kernel::Timestamp,
    mut step: impl FnMut(&Migration, &str) -> Result<()>,
) -> Result<Vec<&'static str>> {
    let mut sorted: Vec<_> = migrations.iter().collect();
    sorted.sort_by_key(|migration| migration.name);
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(Error::internal(format!("two migrations are called {}", pair[0].name)));
    }
    if let Some(newer) = known.iter().find(|name| sorted.iter().all(|migration| migration.name != name.as_str())) {
        return Err(Error::internal(format!(
            "the database knows {newer}, this program does not: start a newer release"
        )));
    }
    let mut ran = Vec::new();
    for migration in sorted.iter().filter(|migration| !known.iter().any(|name| name == migration.name)) {
        // The name is our own literal, the time a number: nothing to escape.
        step(
            migration,
            &format!("INSERT INTO migrations (name, applied_at) VALUES ('{}', {})", migration.name, now.millis()),
        )?;
        ran.push(migration.name);
    }
    Ok(ran)
}

fn broken(migration: &Migration, error: &dyn std::fmt::Debug) -> Error {
    Error::internal(format!("migration {} failed: {error:?}", migration.name))
}
