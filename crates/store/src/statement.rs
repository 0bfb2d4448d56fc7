//! Statements: declared once, registered, and spelled for each database on first use.

use std::{fmt::Write as _, sync::OnceLock};

use crate::Dialect;

/// How many rows a many-row statement takes at once on SQLite: any number is a few of these, and the
/// cache of prepared statements stays small. PostgreSQL takes any number as one array a column.
pub(crate) const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// One statement; make it with [`crate::sql!`].
pub struct Statement {
    name: &'static str,
    templates: [&'static str; 2],
    /// The record's columns and their types.
    columns: [&'static [&'static str]; 2],
    texts: [[OnceLock<String>; CHUNKS.len()]; 2],
}

/// A statement's entry in the register of all.
pub struct Registered(pub &'static Statement);
inventory::collect!(Registered);

/// Every statement of every module linked into this program.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    inventory::iter::<Registered>().map(|entry| entry.0)
}

impl Statement {
    #[doc(hidden)]
    pub const fn new(name: &'static str, templates: [&'static str; 2], columns: [&'static [&'static str]; 2]) -> Self {
        Self { name, templates, columns, texts: [const { [const { OnceLock::new() }; CHUNKS.len()] }; 2] }
    }

    /// Where it is declared: `tasks::queries::FIND`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        let text = self.templates[0].trim_start();
        text.starts_with("SELECT")
            || (text.starts_with("WITH") && !["UPDATE ", "INSERT ", "DELETE "].iter().any(|verb| text.contains(verb)))
    }

    /// The text for one row, as `dialect` takes it.
    pub fn text(&'static self, dialect: Dialect) -> &'static str {
        self.chunk(dialect, CHUNKS.len() - 1)
    }

    /// Every text this statement can take in `dialect`.
    pub fn texts(&'static self, dialect: Dialect) -> Vec<&'static str> {
        let sizes = if dialect == Dialect::Sqlite && self.templates[0].contains("{rows") {
            0..CHUNKS.len()
        } else {
            CHUNKS.len() - 1..CHUNKS.len()
        };
        sizes.map(|size| self.chunk(dialect, size)).collect()
    }

    /// Whether SQLite runs it once for each row: `{in:…}` and `{by_key:…}` would else make it keep the
    /// rows in a table of their own first, which costs more than the rows.
    pub(crate) fn row_by_row(&self) -> bool {
        ["{in:", "{by_key:"].iter().any(|part| self.templates[0].contains(part))
    }

    /// The text for `CHUNKS[size]` rows.
    pub(crate) fn chunk(&'static self, dialect: Dialect, size: usize) -> &'static str {
        self.texts[dialect as usize][size].get_or_init(|| dialect.adapt(&self.expand(dialect, CHUNKS[size])))
    }

    fn expand(&self, dialect: Dialect, rows: usize) -> String {
        let [columns, types] = self.columns;
        let count = columns.len();
        let list = |item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(", ");
        let mut text = self.templates[dialect as usize].to_owned();
        if count > 0 {
            text = text
                .replace("{cols}", &columns.join(", "))
                .replace("{vals}", &list(&|at| format!("${}", at + 1)))
                .replace("{sets}", &list(&|at| format!("{} = ${}", columns[at], at + 1)))
                .replace("VALUES {rows}", &many(dialect, rows, types, false));
        }
        let part = |text: &str, mark: &str, spelled: &dyn Fn(&str, &[&str]) -> String| {
            let (before, rest) = text.split_once(mark)?;
            let (list, after) = rest.split_once('}')?;
            let list: Vec<_> = list.split(',').map(str::trim).collect();
            Some(format!("{before}{}{after}", spelled(before, &list)))
        };
        for (mark, spelled) in [
            ("VALUES {rows:", &|_: &str, types: &[&str]| many(dialect, rows, types, true)),
            ("{in:", &|_: &str, types: &[&str]| among(dialect, types)),
            ("{by_key:", &|before: &str, columns: &[&str]| by_key(dialect, before, columns)),
        ] as [(&str, &dyn Fn(&str, &[&str]) -> String); 3]
        {
            text = part(&text, mark, spelled).unwrap_or(text);
        }
        if dialect == Dialect::Sqlite && self.templates[0].contains("{rows") && !text.contains("ON CONFLICT") {
            // A transaction whose statement failed is undone as a whole. Without this SQLite would
            // copy every page first, to undo the one statement.
            text = text.replacen("INSERT INTO ", "INSERT OR FAIL INTO ", 1).replacen("UPDATE ", "UPDATE OR FAIL ", 1);
        }
        text
    }
}

/// What stands behind `WHERE a` or `WHERE (a, b)`: one of many rows.
fn among(dialect: Dialect, types: &[&str]) -> String {
    match dialect {
        Dialect::Postgres => format!("IN ({})", many(dialect, 0, types, true)),
        Dialect::Sqlite => {
            let places: Vec<_> = (1..=types.len()).map(|at| format!("${at}")).collect();
            if let [one] = places.as_slice() {
                format!("= {one}")
            } else {
                format!("= ({})", places.join(", "))
            }
        }
    }
}

/// What stands behind `UPDATE table`: many rows, each found by the first of its columns, `name TYPE`.
fn by_key(dialect: Dialect, before: &str, columns: &[&str]) -> String {
    let (names, types): (Vec<_>, Vec<_>) = columns.iter().filter_map(|column| column.split_once(' ')).unzip();
    let set = |value: &dyn Fn(usize) -> String| {
        let all = names.iter().enumerate().skip(1).map(|(at, name)| format!("{name} = {}", value(at)));
        format!("SET {}", all.collect::<Vec<_>>().join(", "))
    };
    match dialect {
        Dialect::Sqlite => format!("{} WHERE {} = $1", set(&|at| format!("${}", at + 1)), names[0]),
        Dialect::Postgres => {
            let table = before.split_whitespace().last().unwrap_or_default();
            let (sets, rows) = (set(&|at| format!("new.{}", names[at])), many(dialect, 0, &types, true));
            let (key, names) = (names[0], names.join(", "));
            format!("{sets} FROM ({rows}) AS new ({names}) WHERE {table}.{key} = new.{key}")
        }
    }
}

/// `VALUES ($1, $2), ($3, $4)`, each cast to its type where nothing else tells it; on PostgreSQL the
/// same of one array a column.
fn many(dialect: Dialect, rows: usize, types: &[&str], cast: bool) -> String {
    if dialect == Dialect::Postgres {
        let arrays = types.iter().enumerate().map(|(at, ty)| format!("CAST(${} AS {ty}[])", at + 1));
        return format!("SELECT * FROM unnest({})", arrays.collect::<Vec<_>>().join(", "));
    }
    let mut out = String::from("VALUES ");
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ", (" });
        for (at, ty) in types.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let number = row * types.len() + at + 1;
            // Writing to a String cannot fail.
            let _ = if cast {
                write!(out, "{comma}CAST(${number} AS {ty})")
            } else {
                write!(out, "{comma}${number}")
            };
        }
        out.push(')');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_up_by_key_is_one_statement_or_one_a_row() {
        static FIND: Statement =
            Statement::new("t::FIND", ["SELECT a FROM t WHERE (a, b) {in:TEXT,BIGINT}"; 2], [&[]; 2]);
        static SAVE: Statement = Statement::new("t::SAVE", ["UPDATE t {by_key:a TEXT,b BIGINT,c TEXT}"; 2], [&[]; 2]);
        assert!(FIND.row_by_row() && SAVE.row_by_row());
        assert_eq!(FIND.texts(Dialect::Sqlite), ["SELECT a FROM t WHERE (a, b) = (?1, ?2)"]);
        assert_eq!(SAVE.texts(Dialect::Sqlite), ["UPDATE t SET b = ?2, c = ?3 WHERE a = ?1"]);
        let arrays = "SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])";
        assert_eq!(FIND.texts(Dialect::Postgres), [format!("SELECT a FROM t WHERE (a, b) IN ({arrays}))")]);
        assert_eq!(
            SAVE.texts(Dialect::Postgres),
            [format!(
                "UPDATE t SET b = new.b, c = new.c FROM ({arrays}, CAST($3 AS TEXT[]))) AS new (a, b, c) WHERE t.a = new.a"
            )]
        );
    }

    #[test]
    fn templates_spell_out_columns_and_rows() {
        static UPDATE: Statement =
            Statement::new("t::UPDATE", ["UPDATE t SET {sets} WHERE id = $1"; 2], [&["id", "name"], &["TEXT"; 2]]);
        assert_eq!(UPDATE.text(Dialect::Postgres), "UPDATE t SET id = $1, name = $2 WHERE id = $1");
        static MANY: Statement =
            Statement::new("t::MANY", ["WITH v(a, b) AS (VALUES {rows:TEXT,BIGINT}) SELECT a FROM v"; 2], [&[]; 2]);
        assert!(MANY.texts(Dialect::Sqlite)[5].contains("(CAST(?1 AS TEXT), CAST(?2 AS BIGINT)), (CAST(?3 AS TEXT)"));
        assert_eq!(
            MANY.texts(Dialect::Postgres),
            ["WITH v(a, b) AS (SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]))) SELECT a FROM v"]
        );
        assert!(MANY.reads() && !UPDATE.reads());
    }
}
