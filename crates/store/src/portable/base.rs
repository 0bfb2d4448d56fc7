//! What both databases are asked about themselves.

use kernel::{Error, Result};
use rusqlite::Connection;

use super::{Column, Kind, Table, is_made, is_made_column};
use crate::{Row, postgres::Session};

/// An open database, and a transaction in it.
pub(super) enum Base {
    Sqlite(Connection),
    Postgres(Box<Session>),
}

impl Base {
    /// The names of all tables, in order.
    pub(super) fn names(&mut self) -> Result<Vec<String>> {
        let text = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            Self::Postgres(_) => {
                "SELECT table_name::text FROM information_schema.tables
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
            }
        };
        self.texts(text)
    }

    /// The tables whose rows are kept, by name.
    pub(super) fn tables(&mut self) -> Result<Vec<Table>> {
        let names = self.names()?;
        names.into_iter().filter(|name| !is_made(name)).map(|name| self.table(name)).collect()
    }

    fn table(&mut self, name: String) -> Result<Table> {
        let literal = name.replace('\'', "''");
        // A line a column: its name, a blank, its type.
        let text = match self {
            Self::Sqlite(_) => format!("SELECT name || ' ' || type FROM pragma_table_info('{literal}') ORDER BY cid"),
            Self::Postgres(_) => format!(
                "SELECT column_name::text || ' ' || data_type::text FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = '{literal}' ORDER BY ordinal_position"
            ),
        };
        let columns = self.texts(&text)?;
        let columns = columns.iter().filter_map(|line| line.split_once(' '));
        let columns = columns.filter(|(column, _)| !is_made_column(&name, column)).map(|(column, declared)| {
            let kind = Kind::declared(declared)
                .ok_or_else(|| Error::internal(format!("{name}.{column} is {declared}: no archive holds that")))?;
            Ok(Column { name: column.to_owned(), kind })
        });
        let columns = columns.collect::<Result<_>>()?;
        Ok(Table { name, columns })
    }

    /// The first column of an answer.
    pub(super) fn texts(&mut self, text: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        match self {
            Self::Sqlite(conn) => {
                let mut prepared = conn.prepare(text).map_err(Error::internal)?;
                for row in prepared.query_map([], |row| row.get(0)).map_err(Error::internal)? {
                    found.push(row.map_err(Error::internal)?);
                }
            }
            Self::Postgres(session) => {
                session.stream(text, |row| Row::Postgres(row).get(0).map(|text| found.push(text)))?;
            }
        }
        Ok(found)
    }

    /// A number.
    pub(super) fn number(&mut self, text: &str) -> Result<i64> {
        let mut found = None;
        match self {
            Self::Sqlite(conn) => found = conn.query_row(text, [], |row| row.get(0)).map_err(Error::internal)?,
            Self::Postgres(session) => {
                session.stream(text, |row| Row::Postgres(row).get(0).map(|number| found = number))?;
            }
        }
        found.ok_or(Error::NotFound)
    }

    /// Statements without an answer.
    pub(super) fn run(&mut self, text: &str) -> Result<()> {
        match self {
            Self::Sqlite(conn) => conn.execute_batch(text).map_err(Error::internal),
            Self::Postgres(session) => session.batch(text),
        }
    }
}
