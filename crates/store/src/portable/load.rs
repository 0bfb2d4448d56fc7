//! Rows put into an empty database, all or none.

use std::{borrow::Cow, collections::BTreeMap};

use kernel::{Error, Result, Timestamp};
use serde_json::Value as Json;

use super::{Column, Kind, Table, Values, base::Base, from_hexadecimal, quoted};
use crate::{Dialect, Migration, Target, Value, migrate, postgres::Session, search::entry, sqlite};

/// An empty database being filled. Dropped before [`Loader::finish`] it leaves the database as it was.
pub struct Loader {
    base: Base,
    tables: Vec<Table>,
    /// `ALTER TABLE … ALTER CONSTRAINT …` of every reference, on PostgreSQL.
    references: Vec<String>,
}

impl Loader {
    /// Begins with an empty database and brings its schema up by exactly these steps.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the database is not empty; [`Error::Internal`] from the database.
    pub fn begin(target: &Target, steps: &[Migration], now: Timestamp) -> Result<Self> {
        let mut base = match target {
            Target::Sqlite(path) => {
                let conn = sqlite::connect(path)?;
                // Rows come in any order; what they refer to is looked at in the end.
                conn.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(Error::internal)?;
                Base::Sqlite(conn)
            }
            Target::Postgres(url) => {
                let mut session = Session::connect(url)?;
                session.batch(migrate::ONE_AT_A_TIME)?;
                session.batch("BEGIN")?;
                Base::Postgres(Box::new(session))
            }
        };
        if base.names()?.iter().any(|name| name != "migrations") {
            return Err(Error::Forbidden("not_empty"));
        }
        bring_up(&mut base, steps, now)?;
        let references = match base {
            Base::Sqlite(_) => Vec::new(),
            Base::Postgres(_) => base.texts(
                "SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I', conrelid::regclass, conname)
                 FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
                 WHERE contype = 'f' AND nspname = current_schema() ORDER BY 1",
            )?,
        };
        for reference in &references {
            base.run(&format!("{reference} DEFERRABLE INITIALLY DEFERRED"))?;
        }
        let tables = base.tables()?;
        for table in &tables {
            // What the schema itself brought is in the archive, as it had become.
            base.run(&format!("DELETE FROM {}", quoted(&table.name)))?;
        }
        Ok(Self { base, tables, references })
    }

    /// Whether this table is there, with these columns in whatever order.
    pub fn knows(&self, table: &Table) -> bool {
        let known = self.tables.iter().find(|known| known.name == table.name);
        known.is_some_and(|known| {
            known.columns.len() == table.columns.len()
                && known.columns.iter().all(|column| table.columns.contains(column))
        })
    }

    /// Puts rows into a table; their values stand in the order of its columns here.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such table; [`Error::Internal`] from the database, and when a value is
    /// none of its column's.
    pub fn load(&mut self, table: &Table, rows: &[Values]) -> Result<()> {
        if !self.knows(table) {
            return Err(Error::NotFound);
        }
        if rows.iter().any(|row| row.len() != table.columns.len()) {
            return Err(Error::internal(format!("{}: a row has other columns than its table", table.name)));
        }
        let postgres = matches!(self.base, Base::Postgres(_));
        let mut columns = Vec::with_capacity(table.columns.len() + 1);
        for (at, column) in table.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| {
                let cell = row.get(at).and_then(|json| Owned::of(json, column.kind, postgres));
                cell.ok_or_else(|| Error::internal(format!("{}.{} cannot hold that", table.name, column.name)))
            });
            columns.push(cells.collect::<Result<Vec<_>>>()?);
        }
        let entries = (table.name == "search_docs").then(|| entries(table, rows, postgres)).transpose()?;
        match &mut self.base {
            Base::Sqlite(conn) => {
                let places: Vec<_> = (1..=table.columns.len()).map(|at| format!("?{at}")).collect();
                let text = format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    quoted(&table.name),
                    names(&table.columns),
                    places.join(", ")
                );
                let mut insert = conn.prepare_cached(&text).map_err(Error::internal)?;
                for at in 0..rows.len() {
                    let values = columns.iter().map(|column| column[at].value());
                    insert.execute(rusqlite::params_from_iter(values)).map_err(Error::internal)?;
                }
                if let Some(entries) = entries {
                    let text = "INSERT INTO search_tokens (rowid, tokens) VALUES (?1, ?2)";
                    let mut index = conn.prepare_cached(text).map_err(Error::internal)?;
                    for (id, entry) in entries {
                        index.execute(rusqlite::params![id, entry]).map_err(Error::internal)?;
                    }
                }
                Ok(())
            }
            Base::Postgres(session) => {
                // One array a column.
                let mut arrays: Vec<_> = table.columns.iter().map(|column| column.kind.postgres()).collect();
                let mut into = names(&table.columns);
                let mut shown: Vec<_> = (1..=arrays.len()).map(|at| format!("c{at}")).collect();
                let mut given = shown.join(", ");
                if let Some(entries) = entries {
                    let entries = entries.into_iter().map(|(_, entry)| Owned::Text(entry.into())).collect();
                    columns.push(entries);
                    arrays.push("text");
                    into.push_str(", tokens");
                    given.push_str(", tokens");
                    shown.push("CAST(tokens AS INTEGER[])".into());
                }
                let arrays: Vec<_> =
                    arrays.iter().enumerate().map(|(at, kind)| format!("${}::{kind}[]", at + 1)).collect();
                let text = format!(
                    "INSERT INTO {} ({into}) SELECT {} FROM unnest({}) AS given ({given})",
                    quoted(&table.name),
                    shown.join(", "),
                    arrays.join(", ")
                );
                let values: Vec<Vec<_>> =
                    columns.iter().map(|column| column.iter().map(Owned::value).collect()).collect();
                let values: Vec<_> = values.iter().map(|column| Value::Many(column.iter().collect())).collect();
                session.fill(&text, &values)
            }
        }
    }

    /// How many rows each table holds by now.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database.
    pub fn counts(&mut self) -> Result<BTreeMap<String, i64>> {
        let mut counts = BTreeMap::new();
        for table in &self.tables {
            let count = self.base.number(&format!("SELECT count(*) FROM {}", quoted(&table.name)))?;
            counts.insert(table.name.clone(), count);
        }
        Ok(counts)
    }

    /// Looks whether everything refers to what is there, brings the schema up by all of `steps`, and keeps it.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database, which is then as it was.
    pub fn finish(mut self, steps: &[Migration], now: Timestamp) -> Result<()> {
        self.look_at_references()?;
        self.go_on_counting()?;
        bring_up(&mut self.base, steps, now)?;
        match self.base {
            Base::Sqlite(conn) => {
                conn.execute_batch("COMMIT").map_err(Error::internal)?;
                // One file, and nothing beside it.
                let busy: i64 =
                    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(Error::internal)?;
                if busy != 0 {
                    return Err(Error::Unavailable("database_busy"));
                }
                conn.close().map_err(|(_, error)| Error::internal(error))
            }
            Base::Postgres(mut session) => session.batch("COMMIT"),
        }
    }

    fn look_at_references(&mut self) -> Result<()> {
        if matches!(self.base, Base::Sqlite(_)) {
            let broken =
                self.base.texts("SELECT \"table\" || ' → ' || parent FROM pragma_foreign_key_check LIMIT 1")?;
            return match broken.first() {
                Some(broken) => Err(Error::internal(format!("a row refers to one that is not there: {broken}"))),
                None => Ok(()),
            };
        }
        self.base.run("SET CONSTRAINTS ALL IMMEDIATE")?;
        for reference in &self.references {
            self.base.run(&format!("{reference} NOT DEFERRABLE"))?;
        }
        Ok(())
    }

    /// Numbers the database gives go on after the highest that was ever given: a fact must come behind every
    /// listener's cursor.
    fn go_on_counting(&mut self) -> Result<()> {
        for (table, column, more) in [
            ("facts", "seq", "(SELECT max(seq) FROM cursors)"),
            ("search_docs", "id", "(SELECT max(id) FROM search_docs)"),
        ] {
            let highest = format!("SELECT max(coalesce((SELECT max({column}) FROM {table}), 0), coalesce({more}, 0))");
            match self.base {
                Base::Sqlite(_) => {
                    let highest = self.base.number(&highest)?;
                    self.base.run(&format!(
                        "DELETE FROM sqlite_sequence WHERE name = '{table}';
                         INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {highest})"
                    ))?;
                }
                Base::Postgres(_) => {
                    let highest = self.base.number(&highest.replacen("max", "greatest", 1))?;
                    self.base.run(&format!(
                        "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {}, false)",
                        highest + 1
                    ))?;
                }
            }
        }
        Ok(())
    }
}

fn bring_up(base: &mut Base, steps: &[Migration], now: Timestamp) -> Result<()> {
    match base {
        Base::Sqlite(conn) => migrate::on_sqlite(conn, steps, now).map(drop),
        Base::Postgres(session) => migrate::on_postgres(session, steps, now).map(drop),
    }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// What the search index is given for each text, with its place.
fn entries(table: &Table, rows: &[Values], postgres: bool) -> Result<Vec<(i64, String)>> {
    let dialect = if postgres { Dialect::Postgres } else { Dialect::Sqlite };
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (Some(id), Some(kind), Some(labels), Some(folded)) = (at("id"), at("kind"), at("labels"), at("folded")) else {
        return Err(Error::internal("search_docs has other columns"));
    };
    let text = |row: &Values, at: usize| row[at].as_str().unwrap_or_default().to_owned();
    let one = |row: &Values| {
        let entry = entry(dialect, &text(row, kind), &text(row, labels), &text(row, folded));
        (row[id].as_i64().unwrap_or_default(), entry)
    };
    Ok(rows.iter().map(one).collect())
}

/// A value on its way into the database.
enum Owned<'j> {
    Null,
    Int(i64),
    Bool(bool),
    Text(Cow<'j, str>),
    Bytes(Vec<u8>),
}

impl<'j> Owned<'j> {
    fn of(json: &'j Json, kind: Kind, postgres: bool) -> Option<Self> {
        Some(match (json, kind) {
            (Json::Null, _) => Self::Null,
            (Json::Number(number), Kind::Bigint) => Self::Int(number.as_i64()?),
            (Json::Bool(truth), Kind::Boolean) => Self::Bool(*truth),
            // PostgreSQL has no character 0.
            (Json::String(text), Kind::Text) if postgres && text.contains('\0') => {
                Self::Text(text.replace('\0', "\u{fffd}").into())
            }
            (Json::String(text), Kind::Text) => Self::Text(text.into()),
            (Json::String(text), Kind::Bytes) => Self::Bytes(from_hexadecimal(text)?),
            _ => return None,
        })
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}
