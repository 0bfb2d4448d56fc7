//! One transaction.

use std::sync::Arc;

use kernel::{Actor, Code, Error, Id, Noun, Origin, Owned, Result, Rng, Timestamp};
use serde::Serialize;

use crate::{
    Dialect, Fact, FromRow, Note, Row, Statement, Value, db::Shared, outbox, postgres::Session, statement::CHUNKS,
};

/// Facts of history kept in memory before they are written.
const HISTORY: usize = 1_024;

/// A transaction: what a closure handed to [`crate::Db::read`] or [`crate::Db::write`] works with.
pub struct Tx<'c> {
    conn: Conn<'c>,
    origin: Arc<Origin>,
    now: Timestamp,
    rng: Rng,
    shared: &'c Shared,
    writes: bool,
    past: bool,
    facts: Vec<Fact>,
    notes: Vec<Note>,
    grew: Vec<&'static str>,
}

/// What is done with each large piece: which of the statement's, and its values.
type OfPiece<'f, 'c> = dyn FnMut(&mut Tx<'c>, usize, &[Value<'_>]) -> Result<()> + 'f;

/// The connection behind a transaction.
pub(crate) enum Conn<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c mut Session),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: Conn<'c>, origin: Arc<Origin>, shared: &'c Shared, writes: bool) -> Self {
        let (now, rng) = (shared.clock.now(), shared.rng.clone());
        Self {
            conn,
            origin,
            now,
            rng,
            shared,
            writes,
            past: false,
            facts: Vec::new(),
            notes: Vec::new(),
            grew: Vec::new(),
        }
    }

    /// Who does this.
    pub fn actor(&self) -> &Actor {
        &self.origin.actor
    }

    /// Who does this, and from where.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The moment the transaction began: everything in it happens then.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The house's randomness.
    pub fn rng(&self) -> &Rng {
        &self.rng
    }

    /// A new id.
    pub fn new_id<T: Noun>(&self) -> Id<T> {
        Id::new(self.now, &self.rng)
    }

    /// Which database this is; for the seams only.
    pub fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// From here on this transaction writes history: ids and chance come from `rng`, and
    /// [`Tx::as_of`] says when what follows happened. History is kept and not told: nobody watches
    /// the past.
    pub fn begin_history(&mut self, rng: Rng) {
        self.rng = rng;
        self.past = true;
    }

    /// What follows happened at `at`, and `actor` did it. Only after [`Tx::begin_history`].
    ///
    /// # Errors
    /// [`Error::Internal`] from the database, or in a transaction of the present.
    pub fn as_of(&mut self, at: Timestamp, actor: Actor) -> Result<()> {
        if !self.past {
            return Err(Error::internal("the present cannot be moved"));
        }
        self.now = at;
        self.origin = Arc::new(Origin { actor, ip: None, user_agent: None, request_id: "history".into() });
        // A long history must not wait in memory.
        if self.facts.len() >= HISTORY {
            let facts = std::mem::take(&mut self.facts);
            outbox::insert(self, &facts)?;
        }
        Ok(())
    }

    /// What follows is done by the product's part `name`, in a transaction that several parts share.
    ///
    /// # Errors
    /// [`Error::Internal`] in a transaction of somebody: what a person does is theirs to its end.
    pub fn act_as(&mut self, name: &'static str) -> Result<()> {
        if !matches!(self.origin.actor, Actor::System(_)) {
            return Err(Error::internal("a person's transaction is nobody else's"));
        }
        for fact in self.facts.iter_mut().filter(|fact| fact.told.is_none()) {
            fact.told = Some((self.now, self.origin.actor.kind(), self.origin.actor.id_text()));
        }
        self.origin = Origin::system(name);
        Ok(())
    }

    /// Runs a statement that changes rows; answers how many.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database, or in a transaction that only reads.
    pub fn exec(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<u64> {
        self.may_run(statement)?;
        self.run(statement.text(self.dialect()), values)
    }

    /// Runs a statement that changes one row, or refuses: the row is not there as whoever changes it saw it.
    ///
    /// # Errors
    /// [`Error::Conflict`] with `otherwise` when it changed none; as [`Tx::exec`].
    pub fn exec_one(&mut self, statement: &'static Statement, values: &[Value<'_>], otherwise: Code) -> Result<()> {
        match self.exec(statement, values)? {
            1 => Ok(()),
            _ => Err(otherwise.conflict()),
        }
    }

    /// Runs a statement with `{rows}` or `{by_key:…}` for any number of rows, a few large pieces at a time. Nobody
    /// asks how many it changed: see [`Tx::put`].
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn exec_rows(&mut self, statement: &'static Statement, rows: &[Vec<Value<'_>>]) -> Result<()> {
        self.may_run(statement)?;
        let dialect = self.dialect();
        self.in_chunks(statement, rows, &mut |tx, size, values| tx.send(statement.chunk(dialect, size), values))
    }

    /// Runs a statement of whose outcome nothing is asked: PostgreSQL gets it together with the next
    /// one that is waited for, at the latest with the commit, which fails if it did.
    ///
    /// # Errors
    /// As [`Tx::exec`], here or later.
    pub fn put(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<()> {
        self.may_run(statement)?;
        self.send(statement.text(self.dialect()), values)
    }

    /// Like [`Tx::exec_rows`], for a statement that answers rows.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub fn all_rows<T: FromRow>(&mut self, statement: &'static Statement, rows: &[Vec<Value<'_>>]) -> Result<Vec<T>> {
        self.may_run(statement)?;
        let dialect = self.dialect();
        let mut found = Vec::new();
        self.in_chunks(statement, rows, &mut |tx, size, values| {
            tx.fetch(statement.chunk(dialect, size), values, &mut found)
        })?;
        Ok(found)
    }

    /// Every row of an answer.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database.
    pub fn all<T: FromRow>(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<Vec<T>> {
        self.may_run(statement)?;
        let mut found = Vec::new();
        self.fetch(statement.text(self.dialect()), values, &mut found)?;
        Ok(found)
    }

    /// The first row of an answer, if it has one.
    ///
    /// # Errors
    /// [`Error::Internal`] from the database.
    pub fn maybe<T: FromRow>(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<Option<T>> {
        Ok(self.all(statement, values)?.into_iter().next())
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it has none; [`Error::Internal`] from the database.
    pub fn one<T: FromRow>(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<T> {
        self.maybe(statement, values)?.ok_or(Error::NotFound)
    }

    /// Keeps a fact in the outbox with this transaction, and tells it after the commit.
    pub fn emit(&mut self, mut fact: Fact) {
        if self.past {
            fact.told = Some((self.now, self.actor().kind(), self.actor().id_text()));
        }
        self.facts.push(fact);
    }

    /// Wakes those who wait for `kind` after the commit, on all nodes. Nothing of it is kept: they look.
    pub fn signal(&mut self, kind: &'static str) {
        if !self.grew.contains(&kind) {
            self.grew.push(kind);
        }
    }

    /// Tells the watchers of the list `topic` after the commit, without keeping it: `data` is the
    /// changed row, with a `version` that rises. `audience` is whose row it is.
    ///
    /// # Errors
    /// [`Error::Internal`] when `data` is no JSON.
    pub fn notify(
        &mut self,
        topic: &str,
        kind: &'static str,
        data: &impl Serialize,
        audience: Option<Owned>,
    ) -> Result<()> {
        if self.past {
            return Ok(());
        }
        let heard = self.shared.sink.get().is_some_and(|sink| sink.heard(topic));
        let data = if heard {
            serde_json::to_string(data).map_err(Error::internal)?.into()
        } else {
            "".into()
        };
        self.notes.push(Note { topic: topic.into(), seq: 0, kind: kind.into(), at: self.now, data, audience });
        Ok(())
    }

    /// Writes the facts; answers what to tell after the commit, and what grew.
    pub(crate) fn finish(mut self) -> Result<(Vec<Note>, Vec<&'static str>)> {
        let facts = std::mem::take(&mut self.facts);
        if !facts.is_empty() {
            outbox::insert(&mut self, &facts)?;
        }
        if self.past {
            // Of whatever kinds: who hears facts looks.
            return Ok((Vec::new(), vec!["history"]));
        }
        facts.iter().for_each(|fact| self.signal(fact.kind));
        let mut notes = Vec::with_capacity(facts.len() + self.notes.len());
        for fact in facts {
            if let Some((topic, seq)) = fact.topic {
                notes.push(Note {
                    topic,
                    seq,
                    kind: fact.kind.into(),
                    at: self.now,
                    data: fact.data.into(),
                    audience: None,
                });
            }
        }
        notes.append(&mut self.notes);
        Ok((notes, self.grew))
    }

    fn may_run(&self, statement: &Statement) -> Result<()> {
        if self.writes || statement.reads() {
            return Ok(());
        }
        Err(Error::internal(format!("{} writes in a transaction that reads", statement.name())))
    }

    /// On SQLite a few large pieces, or one a row, on PostgreSQL one array a column.
    fn in_chunks(&mut self, statement: &Statement, rows: &[Vec<Value<'_>>], run: &mut OfPiece<'_, 'c>) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            let width = rows.first().map_or(0, Vec::len);
            let column = |at: usize| Value::Many(rows.iter().filter_map(|row| row.get(at)).collect());
            return if rows.is_empty() {
                Ok(())
            } else {
                run(self, 0, &(0..width).map(column).collect::<Vec<_>>())
            };
        }
        let mut rest = rows;
        let skipped = if statement.row_by_row() { CHUNKS.len() - 1 } else { 0 };
        for (size, &chunk) in CHUNKS.iter().enumerate().skip(skipped) {
            while rest.len() >= chunk {
                let (now, later) = rest.split_at(chunk);
                run(self, size, &now.concat())?;
                rest = later;
            }
        }
        Ok(())
    }

    fn send(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<()> {
        match &mut self.conn {
            Conn::Sqlite(_) => self.run(text, values).map(drop),
            Conn::Postgres(session) => session.send(text, values),
        }
    }

    fn run(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<u64> {
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut prepared = conn.prepare_cached(text).map_err(Error::internal)?;
                let changed = prepared.execute(rusqlite::params_from_iter(values)).map_err(Error::internal)?;
                Ok(changed as u64)
            }
            Conn::Postgres(session) => session.execute(text, values),
        }
    }

    fn fetch<T: FromRow>(&mut self, text: &'static str, values: &[Value<'_>], found: &mut Vec<T>) -> Result<()> {
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut prepared = conn.prepare_cached(text).map_err(Error::internal)?;
                let mut rows = asked(&mut prepared, values)?;
                while let Some(row) = rows.next().map_err(Error::internal)? {
                    found.push(T::from_row(&Row::Sqlite(row))?);
                }
            }
            Conn::Postgres(session) => {
                for row in &session.query(text, values)? {
                    found.push(T::from_row(&Row::Postgres(row))?);
                }
            }
        }
        Ok(())
    }
}

/// Not within what is made for each kind of row anew.
fn asked<'s>(prepared: &'s mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<rusqlite::Rows<'s>> {
    prepared.query(rusqlite::params_from_iter(values)).map_err(Error::internal)
}
