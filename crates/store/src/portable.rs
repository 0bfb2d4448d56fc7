//! A database as tables of plain rows, the same from either database: what a backup holds.
//!
//! Which tables and columns there are is asked of the database itself, so a new module's are among
//! them. Left out is what is made anew: the register of migrations and the tokens of the search index.
//! The order of facts, which each database keeps in its own way, is written as SQLite keeps it: one
//! number, epoch 0. So neither a cursor nor a fact depends on where it came from.

mod base;
mod load;
mod read;

use serde::{Deserialize, Serialize};

pub use load::Loader;
pub use read::Reader;

/// A table of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of a row's values.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds, and how a row shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A JSON number.
    Bigint,
    /// `true` or `false`.
    Boolean,
    /// A JSON string.
    Text,
    /// A JSON string of hexadecimal digits.
    Bytes,
}

impl Kind {
    /// By the database's own name of the type.
    fn declared(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => Some(Self::Bigint),
            "boolean" => Some(Self::Boolean),
            "text" => Some(Self::Text),
            "bytea" | "blob" => Some(Self::Bytes),
            _ => None,
        }
    }

    /// How PostgreSQL calls it.
    const fn postgres(self) -> &'static str {
        match self {
            Self::Bigint => "bigint",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Bytes => "bytea",
        }
    }
}

/// A row: its values in the order of the table's columns.
pub type Values = Vec<serde_json::Value>;

/// Tables that are made anew.
fn is_made(table: &str) -> bool {
    table == "migrations" || table.starts_with("search_tokens") || table.starts_with("sqlite_")
}

/// Columns that are made anew.
fn is_made_column(table: &str, column: &str) -> bool {
    (table, column) == ("search_docs", "tokens")
}

/// A name as both databases quote it. Only ever one that the database itself has said.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let pairs = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    if text.len().is_multiple_of(2) { pairs.collect() } else { None }
}
