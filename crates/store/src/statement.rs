//! Statements: declared once, registered, and spelled for each database on first use.

use std::{fmt::Write as _, sync::OnceLock};

use crate::Dialect;

/// How many rows a many-row statement takes at once: any number is a few of these, and the cache of
/// prepared statements stays small.
pub(crate) const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// One statement; make it with [`crate::sql!`].
pub struct Statement {
    name: &'static str,
    templates: [&'static str; 2],
    columns: &'static [&'static str],
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
    pub const fn new(name: &'static str, templates: [&'static str; 2], columns: &'static [&'static str]) -> Self {
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
        let sizes = if self.templates[0].contains("{rows") {
            0..CHUNKS.len()
        } else {
            CHUNKS.len() - 1..CHUNKS.len()
        };
        sizes.map(|size| self.chunk(dialect, size)).collect()
    }

    /// The text for `CHUNKS[size]` rows.
    pub(crate) fn chunk(&'static self, dialect: Dialect, size: usize) -> &'static str {
        self.texts[dialect as usize][size].get_or_init(|| dialect.adapt(&self.expand(dialect, CHUNKS[size])))
    }

    fn expand(&self, dialect: Dialect, rows: usize) -> String {
        let count = self.columns.len();
        let list = |item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(", ");
        let mut text = self.templates[dialect as usize].to_owned();
        if count > 0 {
            text = text
                .replace("{cols}", &self.columns.join(", "))
                .replace("{vals}", &list(&|at| format!("${}", at + 1)))
                .replace("{sets}", &list(&|at| format!("{} = ${}", self.columns[at], at + 1)))
                .replace("{rows}", &groups(rows, &vec![None; count]));
        }
        if let Some((before, types, after)) = text.split_once("{rows:").and_then(|(before, rest)| {
            let (types, after) = rest.split_once('}')?;
            Some((before, types, after))
        }) {
            let types: Vec<_> = types.split(',').map(|ty| Some(ty.trim())).collect();
            text = format!("{before}{}{after}", groups(rows, &types));
        }
        text
    }
}

/// `($1, $2), ($3, $4)`, each cast to its type where one is given.
fn groups(rows: usize, types: &[Option<&str>]) -> String {
    let mut out = String::new();
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ", (" });
        for (at, ty) in types.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let number = row * types.len() + at + 1;
            // Writing to a String cannot fail.
            let _ = match ty {
                Some(ty) => write!(out, "{comma}CAST(${number} AS {ty})"),
                None => write!(out, "{comma}${number}"),
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
    fn templates_spell_out_columns_and_rows() {
        static UPDATE: Statement =
            Statement::new("t::UPDATE", ["UPDATE t SET {sets} WHERE id = $1"; 2], &["id", "name"]);
        assert_eq!(UPDATE.text(Dialect::Postgres), "UPDATE t SET id = $1, name = $2 WHERE id = $1");
        static MANY: Statement =
            Statement::new("t::MANY", ["WITH v(a, b) AS (VALUES {rows:TEXT,BIGINT}) SELECT a FROM v"; 2], &[]);
        assert!(MANY.texts(Dialect::Sqlite)[5].contains("(CAST(?1 AS TEXT), CAST(?2 AS BIGINT)), (CAST(?3 AS TEXT)"));
        assert!(MANY.reads() && !UPDATE.reads());
    }
}
