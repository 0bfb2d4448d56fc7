//! Every table, as it was at one moment, while others go on writing.

use kernel::{Error, Result};
use rusqlite::types::ValueRef;
use serde_json::Value;

use super::{Kind, Table, Values, base::Base, quoted};
use crate::{Cell, Row, Target, postgres::Session, sqlite};

/// A database that is read at one moment: what is committed later is not seen.
pub struct Reader(Base);

impl Reader {
    /// Opens a database that is there. Blocks, like everything here; call it outside the async runtime.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no database; [`Error::Internal`] from the database.
    pub fn open(target: &Target) -> Result<Self> {
        match target {
            Target::Sqlite(path) => {
                if !path.exists() {
                    return Err(Error::NotFound);
                }
                let conn = sqlite::connect(path)?;
                conn.pragma_update(None, "query_only", true).map_err(Error::internal)?;
                // The first read fixes the moment.
                conn.execute_batch("BEGIN; SELECT count(*) FROM sqlite_master").map_err(Error::internal)?;
                Ok(Self(Base::Sqlite(conn)))
            }
            Target::Postgres(url) => {
                let mut session = Session::connect(url)?;
                session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")?;
                Ok(Self(Base::Postgres(Box::new(session))))
            }
        }
    }

    /// The steps its schema has come by, in their order.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it has none; [`Error::Internal`] from the database.
    pub fn schema(&mut self) -> Result<Vec<String>> {
        if self.0.names()?.iter().all(|name| name != "migrations") {
            return Err(Error::NotFound);
        }
        self.0.texts("SELECT name FROM migrations ORDER BY name")
    }

    /// Its tables, by name.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database, or when a column holds what no archive can.
    pub fn tables(&mut self) -> Result<Vec<Table>> {
        self.0.tables()
    }

    /// Hands on every row of one of [`Reader::tables`], as it comes.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database; what `each` answers.
    pub fn rows(&mut self, table: &Table, mut each: impl FnMut(Values) -> Result<()>) -> Result<()> {
        let postgres = matches!(self.0, Base::Postgres(_));
        let columns = table.columns.iter().map(|column| match postgres {
            true => on_postgres(&table.name, &column.name),
            false => quoted(&column.name),
        });
        let text = format!("SELECT {} FROM {} AS here", columns.collect::<Vec<_>>().join(", "), quoted(&table.name));
        match &mut self.0 {
            Base::Sqlite(conn) => {
                let mut prepared = conn.prepare(&text).map_err(Error::internal)?;
                let mut rows = prepared.query([]).map_err(Error::internal)?;
                while let Some(row) = rows.next().map_err(Error::internal)? {
                    let mut values = Vec::with_capacity(table.columns.len());
                    for (at, column) in table.columns.iter().enumerate() {
                        let value = row.get_ref(at).map_err(Error::internal)?;
                        values.push(of_sqlite(value, column.kind).ok_or_else(|| {
                            Error::internal(format!("{}.{} holds what its type does not say", table.name, column.name))
                        })?);
                    }
                    each(values)?;
                }
                Ok(())
            }
            Base::Postgres(session) => session.stream(&text, |row| {
                let row = Row::Postgres(row);
                let values = (0..table.columns.len()).map(|at| row.cell(at).map(of_postgres));
                each(values.collect::<Result<_>>()?)
            }),
        }
    }
}

/// What a column is read as. PostgreSQL's order of facts is (transaction, number): it is written as one
/// number, and each cursor as the number of the last fact it has come to.
fn on_postgres(table: &str, column: &str) -> String {
    match (table, column) {
        ("facts" | "cursors", "epoch") => "CAST(0 AS BIGINT)".into(),
        ("facts", "seq") => "row_number() OVER (ORDER BY here.epoch, here.seq)".into(),
        ("cursors", "seq") => {
            "(SELECT count(*) FROM facts WHERE (facts.epoch, facts.seq) <= (here.epoch, here.seq))".into()
        }
        _ => format!("here.{}", quoted(column)),
    }
}

fn of_sqlite(value: ValueRef<'_>, kind: Kind) -> Option<Value> {
    Some(match (value, kind) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(number), Kind::Boolean) => Value::Bool(number != 0),
        (ValueRef::Integer(number), Kind::Bigint) => number.into(),
        (ValueRef::Text(text), Kind::Text) => std::str::from_utf8(text).ok()?.into(),
        (ValueRef::Blob(bytes), Kind::Bytes) => kernel::hex(bytes).into(),
        _ => return None,
    })
}

fn of_postgres(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => number.into(),
        Cell::Bool(truth) => truth.into(),
        Cell::Text(text) => text.into(),
        Cell::Bytes(bytes) => kernel::hex(bytes).into(),
    }
}
