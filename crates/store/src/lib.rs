//! One way to the data, on two databases.
//!
//! A [`Db`] is SQLite in a file or PostgreSQL behind a URL. Work on it is a *synchronous
//! closure* that is handed a [`Tx`] and runs on a thread the database owns: nothing but the
//! database can be waited for inside a transaction. A statement is declared once, with
//! [`sql!`], and runs on both.

mod db;
mod dialect;
mod fact;
mod macros;
mod migrate;
mod postgres;
mod row;
mod search;
mod sqlite;
mod statement;
mod tx;
mod value;

pub mod outbox;
pub mod portable;

pub use db::{Db, Target};
pub use dialect::Dialect;
pub use fact::{Fact, Note, Sink, StoredFact};
pub use migrate::{Migration, migrations as own_migrations, run as migrate};
#[doc(hidden)]
pub use row::{Cell, FromCell, FromRow, Record, Row};
pub use search::{Hit, Search, SearchDoc, fold, tokens};
pub use statement::{Statement, statements};
pub use tx::Tx;
pub use value::{ToValue, Value};

#[doc(hidden)]
pub mod private {
    pub use inventory;

    pub use crate::statement::Registered;

    /// As it is kept in a column. Types that are kept hold nothing that is no JSON.
    pub fn json_value<T: serde::Serialize>(it: &T) -> crate::Value<'_> {
        crate::Value::Text(serde_json::to_string(it).unwrap_or_default().into())
    }

    /// Read back from a column.
    pub fn from_json<T: serde::de::DeserializeOwned>(
        cell: crate::Cell<'_>,
        name: &'static str,
    ) -> Result<T, &'static str> {
        match cell {
            crate::Cell::Text(text) => serde_json::from_str(text).map_err(|_| name),
            _ => Err(name),
        }
    }
}
