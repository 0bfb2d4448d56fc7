//! Migrations carry the minute they were written in, and run merged in that order.

use std::{collections::BTreeMap, path::Path};

use regex::Regex;

use super::Finding;
use crate::tree;

/// Names are `YYYYMMDDHHMM_name.sql`; no two migrations share a minute; every file is registered
/// in its crate's code, in order. Only `store` may write a migration once per database, as
/// `….sqlite.sql` beside `….postgres.sql`.
pub fn migrations(root: &Path) -> Vec<Finding> {
    let name = Regex::new(
        r"^(20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d)_([a-z][a-z0-9_]*?)(?:\.(sqlite|postgres))?\.sql$",
    )
    .expect("a fixed pattern");
    let mut findings = Vec::new();
    let mut minutes: BTreeMap<String, String> = BTreeMap::new();
    for krate in tree::crates(root) {
        let mut pairs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in tree::files(root, &format!("{}/migrations", krate.dir)) {
            let shown = tree::slashed(&file);
            let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(parts) = name.captures(&file_name) else {
                findings.push(Finding::new(shown, "a migration is named YYYYMMDDHHMM_name.sql"));
                continue;
            };
            let stem = format!("{}_{}", &parts[1], &parts[2]);
            if let Some(engine) = parts.get(3) {
                if krate.name != "store" {
                    findings.push(Finding::new(&shown, "one SQL text for both databases; only store has two"));
                }
                pairs.entry(stem.clone()).or_default().push(engine.as_str().to_owned());
            }
            match minutes.insert(parts[1].to_owned(), format!("{}/{stem}", krate.dir)) {
                Some(other) if other != format!("{}/{stem}", krate.dir) => {
                    findings.push(Finding::new(shown, format!("shares its minute with {other}")));
                }
                _ => {}
            }
        }
        for (stem, engines) in pairs {
            if engines.len() != 2 {
                let what = format!("written for {} alone: both databases need it", engines.join(""));
                findings.push(Finding::new(format!("{}/migrations/{stem}", krate.dir), what));
            }
        }
        findings.extend(registration(root, &krate));
    }
    findings
}

/// A migration nobody registers never runs. Crates name theirs one by one with `include_str!`.
fn registration(root: &Path, krate: &tree::Crate) -> Vec<Finding> {
    let named = Regex::new(r"\d{12}_[a-z0-9_]+(?:\.sqlite|\.postgres)?(?:\.sql)?").expect("a fixed pattern");
    let mut registered: Vec<String> = Vec::new();
    for file in tree::files(root, &format!("{}/src", krate.dir)) {
        let text = tree::read(root, &file);
        let names: Vec<String> =
            named.find_iter(&text).map(|m| m.as_str().trim_end_matches(".sql").to_owned()).collect();
        if !names.is_sorted() {
            return vec![Finding::new(tree::slashed(&file), "migrations are registered out of order")];
        }
        registered.extend(names);
    }
    let missing = tree::files(root, &format!("{}/migrations", krate.dir)).into_iter().filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        !registered.iter().any(|r| name.starts_with(r.as_str()))
    });
    missing.map(|file| Finding::new(tree::slashed(&file), format!("registered nowhere in {}/src", krate.dir))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    fn found(files: &[&str], code: &str) -> Vec<String> {
        let mut all = vec![
            ("crates/store/Cargo.toml", ""),
            ("crates/modules/a/Cargo.toml", ""),
            ("crates/modules/b/Cargo.toml", ""),
            ("crates/store/src/lib.rs", code),
            ("crates/modules/a/src/lib.rs", code),
            ("crates/modules/b/src/lib.rs", code),
        ];
        all.extend(files.iter().map(|f| (*f, "SELECT 1;")));
        let tree = fixture::tree(&all);
        migrations(tree.path()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn well_named_and_registered_migrations_pass() {
        let files = [
            "crates/store/migrations/202601010000_base.sqlite.sql",
            "crates/store/migrations/202601010000_base.postgres.sql",
            "crates/modules/a/migrations/202601010001_a.sql",
            "crates/modules/a/migrations/202601010002_more.sql",
        ];
        let code = "(\"202601010000_base\", \"202601010001_a.sql\", \"202601010002_more.sql\")";
        assert_eq!(found(&files, code), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_found() {
        let code = "\"202601010001_a\" \"202601010001_b\" \"202601010003_c\" \"202601010004_d\"";
        let cases = [
            (vec!["crates/modules/a/migrations/1_a.sql"], "is named YYYYMMDDHHMM"),
            (vec!["crates/modules/a/migrations/202613010001_a.sql"], "is named YYYYMMDDHHMM"),
            (
                vec![
                    "crates/modules/a/migrations/202601010001_a.sql",
                    "crates/modules/b/migrations/202601010001_b.sql",
                ],
                "shares its minute",
            ),
            (
                vec![
                    "crates/modules/a/migrations/202601010003_c.sqlite.sql",
                    "crates/modules/a/migrations/202601010003_c.postgres.sql",
                ],
                "only store has two",
            ),
            (vec!["crates/store/migrations/202601010004_d.sqlite.sql"], "for sqlite alone"),
            (vec!["crates/modules/a/migrations/202601010009_lost.sql"], "registered nowhere"),
        ];
        for (files, what) in cases {
            let found = found(&files, code);
            assert!(found.iter().any(|f| f.contains(what)), "{files:?}: {found:?}");
        }
    }

    #[test]
    fn registration_follows_the_order() {
        let found = found(&[], "\"202601010002_b\" \"202601010001_a\"");
        assert!(found.iter().all(|f| f.contains("out of order")) && found.len() == 3, "{found:?}");
    }
}
