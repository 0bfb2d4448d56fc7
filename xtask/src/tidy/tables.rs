//! A table is named only in its owner's SQL. What others may read is a view.

use std::{collections::BTreeMap, path::Path, sync::LazyLock};

use regex::Regex;

use super::Finding;
use crate::{
    rust,
    tree::{self, Crate},
};

/// Every table a statement names belongs to the crate the statement stands in. Statements are the
/// `.sql` files and the strings of `src`; tests may look behind the curtain.
pub fn tables(root: &Path) -> Vec<Finding> {
    let crates = tree::crates(root);
    let owners = owners(root, &crates);
    let mut findings = Vec::new();
    // `testkit` is test code.
    for krate in crates.iter().filter(|krate| krate.name != "testkit") {
        for statement in statements(root, krate) {
            for (name, line) in named(&statement.text) {
                match owners.get(&name) {
                    Some(owner) if !owner.contains(&krate.name) => findings.push(Finding::at(
                        &statement.file,
                        statement.line + line,
                        format!("table `{name}` belongs to `{}`: ask its api, or read a view it publishes", owner[0]),
                    )),
                    _ => {}
                }
            }
        }
    }
    for (name, owner) in &owners {
        if owner.len() > 1 {
            findings.push(Finding::new("crates", format!("table `{name}` is created by {}", owner.join(" and "))));
        }
    }
    findings
}

struct Statement {
    file: String,
    /// The line its text begins on.
    line: usize,
    text: String,
}

/// What a crate says to the database: its `.sql` files and the strings in its code.
fn statements(root: &Path, krate: &Crate) -> Vec<Statement> {
    let mut found = Vec::new();
    for file in tree::files(root, &krate.dir) {
        let text = tree::read(root, &file);
        let shown = tree::slashed(&file);
        match tree::extension(&file) {
            "sql" => found.push(Statement { file: shown, line: 1, text: without_comments(&text) }),
            "rs" if shown.starts_with(&format!("{}/src/", krate.dir)) => {
                for literal in rust::read(&text).literals {
                    found.push(Statement { file: shown.clone(), line: literal.line, text: literal.text });
                }
            }
            _ => {}
        }
    }
    found
}

/// Who creates each table. Migrations alone create tables.
fn owners(root: &Path, crates: &[Crate]) -> BTreeMap<String, Vec<String>> {
    let created = Regex::new(r#"(?i)\bCREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?"#)
        .expect("a fixed pattern");
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for krate in crates {
        for file in tree::files(root, &format!("{}/migrations", krate.dir)) {
            let text = without_comments(&tree::read(root, &file));
            for table in created.captures_iter(&text) {
                let owner = owners.entry(table[1].to_lowercase()).or_default();
                if !owner.contains(&krate.name) {
                    owner.push(krate.name.clone());
                }
            }
        }
    }
    owners
}

fn without_comments(sql: &str) -> String {
    sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names standing where a table's name stands, with their line from 0. Keywords are upper
/// case in this house, which tells SQL from prose.
fn named(sql: &str) -> Vec<(String, usize)> {
    // Once: every string of the tree comes by here.
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|REFERENCES|ON)\s+((?:"?[a-z_][a-z0-9_]*"?(?:\s+(?:AS\s+)?[a-z][a-z0-9_]*)?\s*,\s*)*"?[a-z_][a-z0-9_]*"?)"#,
        )
        .expect("a fixed pattern")
    });
    static SHADOW: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b([a-z_][a-z0-9_]*)(?:\s*\([^)]*\))?\s+AS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\(")
            .expect("a fixed pattern")
    });
    let shadows: Vec<String> = SHADOW.captures_iter(sql).map(|c| c[1].to_owned()).collect();
    let mut found = Vec::new();
    for list in PLACE.captures_iter(sql) {
        let whole = list.get(1).expect("the list");
        // `JOIN a ON b.x = …`: what follows ON is a column unless an index is being made.
        let column = sql[list.get(0).expect("the match").start()..].starts_with("ON") && !sql.contains("INDEX");
        if column {
            continue;
        }
        let line = sql[..whole.start()].matches('\n').count();
        for name in whole.as_str().split(',').filter_map(|part| part.split_whitespace().next()) {
            let name = name.trim_matches('"').to_owned();
            if !shadows.contains(&name) {
                found.push((name, line));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    fn found(tasks: &str) -> Vec<String> {
        let tree = fixture::tree(&[
            ("crates/modules/access/Cargo.toml", ""),
            (
                "crates/modules/access/migrations/202601010000_users.sql",
                "CREATE TABLE users (id TEXT);\nCREATE VIEW user_names AS SELECT id FROM users;\nCREATE INDEX users_id ON users (id);",
            ),
            ("crates/modules/tasks/Cargo.toml", ""),
            ("crates/modules/tasks/migrations/202601010001_tasks.sql", "CREATE TABLE tasks (id TEXT);"),
            ("crates/modules/tasks/src/queries.rs", tasks),
        ]);
        tables(tree.path()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn own_tables_views_prose_and_shadows_pass() {
        let code = r#"
            sql! { LIST = "SELECT t.id FROM tasks t JOIN user_names u ON u.id = t.owner_id"; }
            const SAID: &str = "the task went from users to tasks"; // FROM users
            const SHADOW: &str = "WITH users AS (SELECT 1 AS id) SELECT id FROM users";
        "#;
        assert_eq!(found(code), Vec::<String>::new());
    }

    #[test]
    fn a_foreign_table_is_refused_wherever_it_stands() {
        for sql in [
            "SELECT 1\nFROM users",
            "SELECT 1 FROM tasks t, users u",
            "SELECT 1 FROM tasks LEFT JOIN users u ON u.id = tasks.id",
            "UPDATE users SET id = $1",
            "INSERT INTO users (id) VALUES ($1)",
            "DELETE FROM users",
            "ALTER TABLE users ADD COLUMN x TEXT",
            "CREATE INDEX mine ON users (id)",
            "CREATE TABLE x (id TEXT REFERENCES users (id))",
        ] {
            let found = found(&format!("const Q: &str = \"{sql}\";"));
            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert!(found[0].contains("`users` belongs to `access`"), "{found:?}");
        }
    }

    #[test]
    fn one_table_has_one_owner() {
        let tree = fixture::tree(&[
            ("crates/store/Cargo.toml", ""),
            ("crates/store/migrations/202601010000_a.sql", "CREATE TABLE things (id TEXT);"),
            ("crates/work/Cargo.toml", ""),
            ("crates/work/migrations/202601010001_b.sql", "CREATE TABLE things (id TEXT);"),
        ]);
        assert!(tables(tree.path()).iter().any(|f| f.what.contains("store and work")));
    }
}
