//! A session: its prepared statements, and a transaction's statements on their way.
//!
//! A statement nobody waits for is only gathered; it travels with the next that is waited for, in
//! order, so that a transaction costs as few journeys as it has questions. Where one of those failed,
//! so do all behind it, and the first failure is what is answered.

use std::{collections::HashMap, io, ops::Range, sync::Arc};

use bytes::BytesMut;
use kernel::{Error, Result};
use postgres::{
    Config,
    config::TargetSessionAttrs,
    fallible_iterator::FallibleIterator as _,
    types::{ToSql as _, Type},
};
use postgres_protocol::message::{
    backend::{ErrorResponseBody, Message},
    frontend::{self, BindError},
};

use super::line::{Line, Refusal};
use crate::{Cell, Value};

/// Gathered bytes that are sent without waiting for an answer.
const LARGE: usize = 256 << 10;

/// One connection and its prepared statements.
pub(crate) struct Session {
    line: Line,
    prepared: HashMap<usize, Arc<Prepared>>,
    /// Answers that will come, or will once what is gathered is sent.
    awaited: usize,
    /// What must be undone on the server before something else begins.
    begun: bool,
    /// The last answer was that a transaction was undone.
    undone: bool,
}

struct Prepared {
    name: String,
    parameters: Vec<Type>,
    columns: Vec<Type>,
}

/// A row as PostgreSQL sends it.
pub struct PostgresRow<'r> {
    columns: &'r [Type],
    places: &'r [Option<Range<usize>>],
    bytes: &'r [u8],
}

impl PostgresRow<'_> {
    /// The value of column `at`.
    pub(crate) fn cell(&self, at: usize) -> Result<Cell<'_>> {
        let (Some(column), Some(place)) = (self.columns.get(at), self.places.get(at)) else {
            return Err(Error::internal(format!("no column {at}")));
        };
        let Some(bytes) = place.clone().and_then(|place| self.bytes.get(place)) else { return Ok(Cell::Null) };
        let number = |bytes: &[u8]| Some(i64::from_be_bytes(bytes.try_into().ok()?));
        let cell = match *column {
            Type::INT8 => number(bytes).map(Cell::Int),
            Type::INT4 => bytes.try_into().ok().map(|bytes| Cell::Int(i32::from_be_bytes(bytes).into())),
            Type::BOOL => bytes.first().map(|byte| Cell::Bool(*byte != 0)),
            Type::TEXT | Type::VARCHAR => std::str::from_utf8(bytes).ok().map(Cell::Text),
            Type::BYTEA => Some(Cell::Bytes(bytes)),
            ref other => return Err(Error::internal(format!("column {at} is {other}: cast it"))),
        };
        cell.ok_or_else(|| Error::internal(format!("column {at} is broken")))
    }
}

impl Session {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let config: Config = url.parse().map_err(Error::internal)?;
        let line = Line::connect(&config).map_err(Error::internal)?;
        let mut session = Self { line, prepared: HashMap::new(), awaited: 0, begun: false, undone: false };
        session.batch("SET synchronous_commit = on; SET lock_timeout = '10s'; SET jit = off")?;
        if config.get_target_session_attrs() == TargetSessionAttrs::ReadWrite {
            let mut read_only = false;
            session.query("SELECT current_setting('transaction_read_only')", &[], |row| {
                read_only = matches!(row.cell(0)?, Cell::Text("on"));
                Ok(())
            })?;
            if read_only {
                return Err(Error::internal("the database only reads"));
            }
        }
        Ok(session)
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.line.closed
    }

    /// Statements without values, at once.
    pub(crate) fn batch(&mut self, text: &str) -> Result<()> {
        self.gather(text)?;
        self.settle()
    }

    /// Begins a transaction with its first statement.
    pub(super) fn begin(&mut self, text: &'static str) -> Result<()> {
        self.begun = false;
        self.gather(text)
    }

    /// Commits what was done since the beginning; nothing is sent if that is nothing.
    pub(super) fn commit(&mut self) -> Result<()> {
        if !self.begun && self.awaited <= 1 {
            self.abandon();
            return Ok(());
        }
        self.gather("COMMIT")?;
        let committed = self.settle();
        self.begun = false;
        if committed.is_ok() && self.undone {
            return Err(Error::internal("a transaction went on after a failure and was undone"));
        }
        committed
    }

    /// Undoes what was done since the beginning.
    pub(super) fn abandon(&mut self) {
        if self.begun && self.gather("ROLLBACK").is_ok() {
            // Why it failed, if it did, was answered before; a lost connection shows as such.
            let _ = self.settle();
        }
        self.line.out.clear();
        (self.awaited, self.begun) = (0, false);
    }

    /// Runs a statement; answers how many rows it changed.
    pub(crate) fn execute(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.query(text, values, |_| Ok(()))
    }

    /// Runs a statement with the next that is waited for.
    pub(crate) fn send(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<()> {
        self.bind(text, values)?;
        if self.line.out.len() > LARGE { self.flush() } else { Ok(()) }
    }

    /// Runs a statement, handing on each row; answers how many there were, or it changed.
    pub(crate) fn query(
        &mut self,
        text: &'static str,
        values: &[Value<'_>],
        mut each: impl FnMut(&PostgresRow<'_>) -> Result<()>,
    ) -> Result<u64> {
        let prepared = self.bind(text, values)?;
        self.flush()?;
        let mut first = Ok(());
        while self.awaited > 1 {
            first = first.and(self.answer(&[], &mut |_| Ok(())).map(drop));
        }
        let answer = self.answer(&prepared.columns, &mut each);
        first.and(answer)
    }

    fn gather(&mut self, text: &str) -> Result<()> {
        frontend::query(text, &mut self.line.out).map_err(Error::internal)?;
        self.awaited += 1;
        Ok(())
    }

    fn bind(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<Arc<Prepared>> {
        let prepared = self.prepare(text)?;
        if prepared.parameters.len() != values.len() {
            let (wanted, given) = (prepared.parameters.len(), values.len());
            return Err(Error::internal(format!("{text}: {given} values for {wanted}")));
        }
        let whole = self.line.out.len();
        let said = self.say(&prepared, values);
        if let Err(error) = said {
            self.line.out.truncate(whole);
            return Err(match error {
                BindError::Conversion(error) => Error::internal(format!("{text}: {error}")),
                BindError::Serialization(error) => Error::internal(error),
            });
        }
        self.awaited += 1;
        Ok(prepared)
    }

    fn say(&mut self, prepared: &Prepared, values: &[Value<'_>]) -> Result<(), BindError> {
        let out = &mut self.line.out;
        let values = values.iter().zip(&prepared.parameters);
        let write = |(value, ty): (&Value<'_>, &Type), out: &mut BytesMut| {
            value.to_sql_checked(ty, out).map(|null| match null {
                postgres::types::IsNull::Yes => postgres_protocol::IsNull::Yes,
                postgres::types::IsNull::No => postgres_protocol::IsNull::No,
            })
        };
        // Everything in binary, there and back.
        frontend::bind("", &prepared.name, [1], values, write, [1], out)?;
        frontend::execute("", 0, out)?;
        frontend::sync(out);
        Ok(())
    }

    /// Every text lives as long as the program, so its address names it.
    fn prepare(&mut self, text: &'static str) -> Result<Arc<Prepared>> {
        let key = text.as_ptr() as usize;
        if let Some(prepared) = self.prepared.get(&key) {
            return Ok(prepared.clone());
        }
        self.settle()?;
        let name = format!("s{}", self.prepared.len());
        let out = &mut self.line.out;
        frontend::parse(&name, text, [], out)
            .and_then(|()| frontend::describe(b'S', &name, out))
            .map_err(Error::internal)?;
        frontend::sync(out);
        self.awaited += 1;
        self.flush()?;
        let mut prepared = Prepared { name, parameters: Vec::new(), columns: Vec::new() };
        let mut refused = None;
        let known = |oid| Type::from_oid(oid).unwrap_or(Type::UNKNOWN);
        loop {
            match self.line.hear().map_err(lost)? {
                Message::ParameterDescription(body) => {
                    prepared.parameters = body.parameters().map(|oid| Ok(known(oid))).collect().map_err(lost)?;
                }
                Message::RowDescription(body) => {
                    prepared.columns =
                        body.fields().map(|field| Ok(known(field.type_oid()))).collect().map_err(lost)?;
                }
                Message::ErrorResponse(body) => refused = Some(body),
                Message::ReadyForQuery(_) => break,
                _ => {}
            }
        }
        self.awaited -= 1;
        if let Some(body) = refused {
            tracing::debug!(text, "a statement could not be prepared");
            return Err(refusal(&body));
        }
        let prepared = Arc::new(prepared);
        self.prepared.insert(key, prepared.clone());
        Ok(prepared)
    }

    fn flush(&mut self) -> Result<()> {
        self.begun = true;
        self.line.flush().map_err(lost)
    }

    /// Waits for everything that was said; answers the first failure.
    fn settle(&mut self) -> Result<()> {
        if self.awaited == 0 {
            return Ok(());
        }
        self.flush()?;
        let mut first = Ok(());
        while self.awaited > 0 {
            first = first.and(self.answer(&[], &mut |_| Ok(())).map(drop));
        }
        first
    }

    /// The answer to one statement, to its end.
    fn answer(&mut self, columns: &[Type], each: &mut dyn FnMut(&PostgresRow<'_>) -> Result<()>) -> Result<u64> {
        let mut outcome = Ok(0);
        let mut places = Vec::with_capacity(columns.len());
        loop {
            match self.line.hear() {
                Ok(Message::DataRow(body)) => {
                    places.clear();
                    let mut ranges = body.ranges();
                    while let Ok(Some(place)) = ranges.next() {
                        places.push(place);
                    }
                    if outcome.is_ok()
                        && let Err(error) = each(&PostgresRow { columns, places: &places, bytes: body.buffer() })
                    {
                        outcome = Err(error);
                    }
                }
                Ok(Message::CommandComplete(body)) => {
                    let tag = body.tag().unwrap_or_default();
                    self.undone = tag == "ROLLBACK";
                    let count = tag.rsplit(' ').next().and_then(|count| count.parse().ok());
                    outcome = outcome.map(|_| count.unwrap_or(0));
                }
                Ok(Message::ErrorResponse(body)) => outcome = Err(refusal(&body)),
                Ok(Message::ReadyForQuery(_)) => {
                    self.awaited -= 1;
                    return outcome;
                }
                Ok(_) => {}
                Err(error) => {
                    // Nobody will answer the rest either.
                    self.awaited = 0;
                    return Err(lost(error));
                }
            }
        }
    }
}

fn lost(error: io::Error) -> Error {
    Error::internal(error)
}

fn refusal(body: &ErrorResponseBody) -> Error {
    Error::internal(Refusal::of(body))
}
