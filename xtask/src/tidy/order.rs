//! Crates are ranked; each uses only those above it, and a module shows others little.

use std::{collections::BTreeMap, path::Path};

use regex::Regex;

use super::Finding;
use crate::{
    ranks::{self, Ranks, Section},
    rust,
    tree::{self, Crate},
};

/// A crate depends only on crates above it. A module reaches another only through its `api`, its
/// facts (`events`), and the types and guard traits at its root; `testkit` serves tests alone. The
/// composition names the modules in order.
pub fn ranks(root: &Path) -> Vec<Finding> {
    let order = Ranks::of(root);
    let mut findings = Vec::new();
    for krate in tree::crates(root) {
        let manifest = format!("{}/Cargo.toml", krate.dir);
        let Some(place) = order.place(&krate.name) else {
            findings.push(Finding::new(&manifest, format!("`{}` has no rank in {}", krate.name, ranks::FILE)));
            continue;
        };
        let used = dependencies(root, &manifest);
        for (name, dev) in &used {
            let Some(other) = order.place(name) else { continue };
            // A test needs somebody who acts: it may use what stands below its crate.
            if other >= place && !dev {
                findings.push(Finding::new(
                    &manifest,
                    format!("`{}` may not use `{name}`, which stands below it in {}", krate.name, ranks::FILE),
                ));
            }
            if krate.module && (name == "web" || (name == "testkit" && !dev)) {
                findings.push(Finding::new(&manifest, format!("a module may not use `{name}` outside its tests")));
            }
        }
        if krate.module {
            let others = used.keys().filter(|n| **n != krate.name && order.section(n) == Some(Section::Modules));
            for other in others {
                findings.extend(reaches(root, &krate, other));
            }
        }
    }
    findings.extend(composition(root, &order));
    findings
}

/// The workspace crates a manifest names, by rank name; true when only tests use them.
fn dependencies(root: &Path, manifest: &str) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    let Ok(manifest) = tree::read(root, manifest).parse::<toml::Table>() else { return found };
    let mut tables = vec![&manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    for table in tables {
        for (section, dev) in [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)] {
            let Some(section) = table.get(section).and_then(toml::Value::as_table) else { continue };
            for (key, value) in section {
                // Workspace crates go by their short name; a renamed or path dependency gives itself away.
                let package = value.get("package").and_then(toml::Value::as_str);
                let path = value.get("path").and_then(toml::Value::as_str).and_then(|p| p.rsplit('/').next());
                let name = path.or(package).unwrap_or(key);
                let name = name.strip_prefix("zhike-").unwrap_or(name).to_owned();
                let only_tests = found.entry(name).or_insert(dev);
                *only_tests &= dev;
            }
        }
    }
    found
}

/// Where `krate`'s code reaches into `other` by another way than those allowed.
fn reaches(root: &Path, krate: &Crate, other: &str) -> Vec<Finding> {
    let path = Regex::new(&format!(r"\b{other}::(?:(\w+)|\{{)")).expect("a module's name is a word");
    let mut findings = Vec::new();
    for file in tree::files(root, &format!("{}/src", krate.dir)) {
        if tree::extension(&file) != "rs" {
            continue;
        }
        let code = rust::read(&tree::read(root, &file)).code;
        for found in path.captures_iter(&code) {
            let whole = found.get(0).expect("the match itself");
            // `crate::tasks::…` or `self::tasks::…` is our own.
            if code[..whole.start()].ends_with("::") {
                continue;
            }
            let names = match found.get(1) {
                Some(name) => vec![name.as_str().to_owned()],
                None => first_names(&code[whole.end()..]),
            };
            for name in names {
                let shown = matches!(name.as_str(), "api" | "events") || name.starts_with(char::is_uppercase);
                if !shown {
                    findings.push(Finding::at(
                        &tree::slashed(&file),
                        rust::line_of(&code, whole.start()),
                        format!("`{other}::{name}`: another module shows only `api`, `events`, types and guard traits"),
                    ));
                }
            }
        }
    }
    findings
}

/// Where `compose.rs` names a module below one that ranks lower.
fn composition(root: &Path, order: &Ranks) -> Vec<Finding> {
    const FILE: &str = "crates/server/src/compose.rs";
    let module = Regex::new(r"\b(\w+)::module\(").expect("a fixed pattern");
    let code = rust::read(&tree::read(root, FILE)).code;
    let named: Vec<_> =
        module.captures_iter(&code).map(|c| (c[1].to_owned(), c.get(1).expect("a name").start())).collect();
    let mut findings = Vec::new();
    for pair in named.windows(2) {
        if order.place(&pair[0].0) > order.place(&pair[1].0) {
            let line = rust::line_of(&code, pair[1].1);
            findings.push(Finding::at(FILE, line, format!("`{}` ranks above `{}`", pair[1].0, pair[0].0)));
        }
    }
    findings
}

/// The first names inside the braces of `use x::{a::b, c}`, the text beginning after `{`.
fn first_names(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut current) = (0, Vec::new(), String::new());
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut current)),
            c if depth == 0 => current.push(c),
            _ => {}
        }
    }
    names.push(current);
    let first = |name: &String| name.trim().split([':', ' ']).next().unwrap_or_default().to_owned();
    names.iter().map(first).filter(|n| !n.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    const ORDER: &str = "# base\nkernel\ntestkit\n# modules\naccess\ntasks\n# top\nserver\n";

    fn with(tasks: &str, access: &str, code: &str) -> Vec<String> {
        let tree = fixture::tree(&[
            (ranks::FILE, ORDER),
            ("crates/modules/access/Cargo.toml", access),
            ("crates/modules/access/src/lib.rs", "pub mod api; pub trait SignInGuard {} pub struct Session;"),
            ("crates/modules/tasks/Cargo.toml", tasks),
            ("crates/modules/tasks/src/lib.rs", code),
        ]);
        ranks(tree.path()).iter().map(ToString::to_string).collect()
    }

    const TASKS: &str = "[dependencies]\nkernel.workspace = true\naccess.workspace = true\n[dev-dependencies]\ntestkit.workspace = true\n";

    #[test]
    fn the_allowed_ways_pass() {
        let code = "use access::{api::{User, Role}, events, SignInGuard};\nfn f() { access::api::find(); crate::access::inner(); } // access::model\n";
        assert_eq!(with(TASKS, "", code), Vec::<String>::new());
    }

    #[test]
    fn a_crate_below_is_refused() {
        let found = with("", "[dependencies]\ntasks = { path = \"../tasks\" }\n", "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`access` may not use `tasks`"), "{found:?}");
    }

    #[test]
    fn testkit_is_for_tests() {
        let found =
            with("[dependencies]\ntestkit.workspace = true\n", "[dev-dependencies]\ntestkit.workspace = true", "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("may not use `testkit`"), "{found:?}");
    }

    #[test]
    fn reaching_into_a_module_is_refused() {
        let found = with(
            TASKS,
            "",
            "use access::{api, model::User};\nfn f() -> access::Session { access::queries::all(); access::module() }\n",
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].starts_with("crates/modules/tasks/src/lib.rs:2: `access::queries`"), "{found:?}");
    }

    #[test]
    fn the_composition_follows_the_ranks() {
        let compose = "vec![tasks::module(), access::module(x)] // server::module(";
        let tree = fixture::tree(&[(ranks::FILE, ORDER), ("crates/server/src/compose.rs", compose)]);
        let found: Vec<_> = ranks(tree.path()).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["crates/server/src/compose.rs:1: `access` ranks above `tasks`"]);
    }

    #[test]
    fn a_crate_without_rank_is_refused() {
        let tree = fixture::tree(&[(ranks::FILE, ORDER), ("crates/stray/Cargo.toml", "")]);
        assert_eq!(ranks(tree.path()).len(), 1);
    }
}
