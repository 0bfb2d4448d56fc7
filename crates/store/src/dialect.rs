//! Where the two databases differ in the text of a statement.
//!
//! The rest of the differences live in `sqlite.rs`, `postgres.rs`, `outbox.rs` (order of facts) and
//! `search.rs` (the index). Nowhere else.

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// The one behind a URL.
    Postgres,
}

/// Row locks: SQLite has one writer, who needs none.
const LOCKS: [&str; 3] = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE", " FOR SHARE"];

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The statement as this database takes it.
    pub(crate) fn adapt(self, text: &str) -> String {
        match self {
            Self::Postgres => text.to_owned(),
            Self::Sqlite => {
                let unlocked = LOCKS.iter().fold(text.to_owned(), |text, lock| text.replace(lock, ""));
                numbered(&unlocked)
            }
        }
    }
}

/// What a table of one database says about its storage that the other does not know.
const STORAGE: [&str; 2] = [" WITH (fillfactor = 70)", " WITHOUT ROWID"];

impl Dialect {
    /// A migration as this database takes it.
    pub(crate) fn schema(self, text: &str) -> String {
        text.replace(STORAGE[self as usize], "")
    }
}

/// SQLite takes `$1` for a *name* and counts names in order of appearance; `?1` is a number.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '\'';
        out.push(if c == '$' && !quoted { '?' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_gets_numbers_and_no_locks() {
        let text = "SELECT '$' FROM t WHERE b = $2 AND a = $1 FOR UPDATE SKIP LOCKED";
        assert_eq!(Dialect::Sqlite.adapt(text), "SELECT '$' FROM t WHERE b = ?2 AND a = ?1");
        assert_eq!(Dialect::Postgres.adapt(text), text);
    }

    #[test]
    fn each_database_hears_only_of_its_own_storage() {
        let text = "CREATE TABLE a (b) WITHOUT ROWID; CREATE TABLE c (d) WITH (fillfactor = 70)";
        assert_eq!(Dialect::Sqlite.schema(text), "CREATE TABLE a (b) WITHOUT ROWID; CREATE TABLE c (d)");
        assert_eq!(Dialect::Postgres.schema(text), "CREATE TABLE a (b); CREATE TABLE c (d) WITH (fillfactor = 70)");
    }
}
