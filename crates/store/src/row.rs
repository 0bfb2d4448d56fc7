//! What comes out of a statement.

use kernel::{Error, Id, Money, Noun, Result, Timestamp};

use crate::Value;

/// One row of an answer, from either database.
pub enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r tokio_postgres::Row),
}

/// One value of a row.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'r> {
    /// NULL.
    Null,
    /// BIGINT; on SQLite also BOOLEAN.
    Int(i64),
    /// BOOLEAN on PostgreSQL.
    Bool(bool),
    /// TEXT.
    Text(&'r str),
    /// BYTEA or BLOB.
    Bytes(&'r [u8]),
}

impl Row<'_> {
    /// The value of column `at`, counted from 0.
    ///
    /// # Errors
    /// [`Error::Internal`] when the column is missing or of another type: a fault of the statement.
    pub fn get<T: FromCell>(&self, at: usize) -> Result<T> {
        T::from_cell(self.cell(at)?).map_err(|wanted| Error::internal(format!("column {at} is no {wanted}")))
    }

    pub(crate) fn cell(&self, at: usize) -> Result<Cell<'_>> {
        match self {
            Self::Sqlite(row) => {
                use rusqlite::types::ValueRef;
                Ok(match row.get_ref(at).map_err(Error::internal)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Int(number),
                    ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).map_err(Error::internal)?),
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes),
                    ValueRef::Real(_) => return Err(Error::internal("a REAL column: cast it")),
                })
            }
            Self::Postgres(row) => from_postgres(row, at),
        }
    }
}

fn from_postgres(row: &tokio_postgres::Row, at: usize) -> Result<Cell<'_>> {
    use tokio_postgres::types::{FromSql, Type};
    fn cell<'r, T: FromSql<'r>>(row: &'r tokio_postgres::Row, at: usize, cell: fn(T) -> Cell<'r>) -> Result<Cell<'r>> {
        Ok(row.try_get::<_, Option<T>>(at).map_err(Error::internal)?.map_or(Cell::Null, cell))
    }
    let column = row.columns().get(at).ok_or_else(|| Error::internal(format!("no column {at}")))?;
    match *column.type_() {
        Type::INT8 => cell(row, at, Cell::Int),
        Type::INT4 => cell(row, at, |number: i32| Cell::Int(number.into())),
        Type::BOOL => cell(row, at, Cell::Bool),
        Type::TEXT | Type::VARCHAR => cell(row, at, Cell::Text),
        Type::BYTEA => cell(row, at, Cell::Bytes),
        ref other => Err(Error::internal(format!("column {at} is {other}: cast it"))),
    }
}

/// What a column can be read as; the error names what was wanted.
pub trait FromCell: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// The name of the wanted type when the value is of another.
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str>;
}

impl FromCell for i64 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Int(number) => Ok(number),
            _ => Err("BIGINT"),
        }
    }
}
impl FromCell for bool {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Bool(truth) => Ok(truth),
            Cell::Int(number) => Ok(number != 0),
            _ => Err("BOOLEAN"),
        }
    }
}
impl FromCell for String {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => Ok(text.to_owned()),
            _ => Err("TEXT"),
        }
    }
}
impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            _ => Err("bytes"),
        }
    }
}
impl FromCell for Timestamp {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        i64::from_cell(cell).map(Self::from_millis)
    }
}
impl FromCell for Money {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        i64::from_cell(cell).map(Self)
    }
}
impl<T: Noun> FromCell for Id<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => text.parse().map_err(|_| T::PREFIX),
            _ => Err(T::PREFIX),
        }
    }
}
impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// What a whole row can be read as: a [`Record`], or a tuple in the order of the columns.
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// [`Error::Internal`] when the statement and the type disagree.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// A struct that is one row of one table: made by [`crate::record!`].
pub trait Record: FromRow {
    /// Its columns, in the order of its fields; the first is the key.
    const COLUMNS: &'static [&'static str];

    /// The columns' types, as SQL names them.
    const TYPES: &'static [&'static str];

    /// Its values, in the same order.
    fn values(&self) -> Vec<Value<'_>>;
}

macro_rules! tuple_rows {
    ($($name:ident $at:tt),+) => {
        impl<$($name: FromCell),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.get::<$name>($at)?,)+))
            }
        }
    };
}
tuple_rows!(A 0);
tuple_rows!(A 0, B 1);
tuple_rows!(A 0, B 1, C 2);
tuple_rows!(A 0, B 1, C 2, D 3);
tuple_rows!(A 0, B 1, C 2, D 3, E 4);
tuple_rows!(A 0, B 1, C 2, D 3, E 4, F 5);
