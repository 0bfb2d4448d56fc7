//! Nothing in the product reads a clock of its own, is left unfinished, or knows this machine.

use std::path::{Path, PathBuf};

use regex::Regex;

use super::Finding;
use crate::{rust, tree};

/// The files that may read the machine's clocks: the clock itself, and what measures us from
/// outside.
const CLOCK_READERS: &[&str] = &["crates/kernel/src/time.rs", "crates/kernel/src/clock.rs", "bench/"];

/// Time comes from the context's clock, so that a test can hold it. Tests and examples themselves
/// may look at the machine's.
pub fn clocks(root: &Path) -> Vec<Finding> {
    let reading =
        Regex::new(r"\b(SystemTime|Instant|Timestamp|Zoned|Utc|Local)::now\s*\(\s*\)").expect("a fixed pattern");
    let exempt = |file: &str| {
        CLOCK_READERS.iter().any(|reader| file.starts_with(reader))
            || file.contains("/tests/")
            || file.contains("/examples/")
    };
    every_match(root, &reading, exempt, "reads the machine's clock: take the time from the context")
}

/// What is committed is finished.
pub fn unfinished(root: &Path) -> Vec<Finding> {
    let left = Regex::new(r"\b(?:todo|unimplemented)!").expect("a fixed pattern");
    every_match(root, &left, |_| false, "is left unfinished")
}

fn every_match(root: &Path, pattern: &Regex, exempt: impl Fn(&str) -> bool, what: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(root) {
        let shown = tree::slashed(&file);
        if exempt(&shown) {
            continue;
        }
        let code = rust::read(&tree::read(root, &file)).code;
        for found in pattern.find_iter(&code) {
            let line = rust::line_of(&code, found.start());
            findings.push(Finding::at(&shown, line, format!("`{}` {what}", found.as_str())));
        }
    }
    findings
}

fn rust_files(root: &Path) -> impl Iterator<Item = PathBuf> {
    let dirs = ["bench", "crates", "xtask"].into_iter();
    let files = dirs.flat_map(|dir| tree::files(root, dir)).collect::<Vec<_>>();
    files.into_iter().filter(|file| tree::extension(file) == "rs")
}

/// No file names a place on somebody's machine: a home directory, or where this checkout lies.
pub fn machine_paths(root: &Path) -> Vec<Finding> {
    let here = regex::escape(&root.to_string_lossy());
    let home = std::env::var("HOME").ok().filter(|home| home.len() > 1).map(|home| regex::escape(&home));
    let places = [Some(here), home, Some(r"/home/\w+".into()), Some(r"/Users/\w+".into()), Some("/root".into())];
    let places: Vec<String> = places.into_iter().flatten().collect();
    let pattern =
        Regex::new(&format!(r"(?m)(?:^|[^\w./)}}\]-])((?:{})\b[\w./-]*)", places.join("|"))).expect("escaped parts");
    let mut findings = Vec::new();
    for file in tree::files(root, ".") {
        let shown = tree::slashed(&file);
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        // This rule's own words and tests must name such places.
        if shown == "xtask/src/tidy/ambient.rs" {
            continue;
        }
        let text = tree::read(root, &file);
        for found in pattern.captures_iter(&text) {
            let place = found.get(1).expect("the place");
            let line = rust::line_of(&text, place.start());
            findings.push(Finding::at(shown, line, format!("`{}` is a place on one machine", place.as_str())));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn reading_the_clock_is_found_outside_the_clock() {
        let code = "fn f() { let a = std::time::Instant::now(); } // Instant::now()\n";
        let tree = fixture::tree(&[
            ("crates/kernel/src/time.rs", code),
            ("crates/modules/a/tests/slice.rs", code),
            ("crates/modules/a/src/model.rs", code),
        ]);
        let found: Vec<_> = clocks(tree.path()).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/modules/a/src/model.rs:1"));
    }

    #[test]
    fn unfinished_code_is_found() {
        let tree = fixture::tree(&[("crates/a/src/lib.rs", "fn f() {\n    todo!()\n}\nconst S: &str = \"todo!\";")]);
        assert_eq!(unfinished(tree.path()).len(), 1);
    }

    #[test]
    fn a_place_on_a_machine_is_found_and_a_url_is_not() {
        let tree = fixture::tree(&[
            ("README.md", ""),
            ("web/a.ts", "get('/api/v1/home/x'); crates/work/src; a/root; $DIR/root"),
        ]);
        assert_eq!(machine_paths(tree.path()), Vec::new());
        fixture::write(tree.path(), "README.md", &format!("see /home/someone/x\nand {}/y", tree.path().display()));
        assert_eq!(machine_paths(tree.path()).len(), 2);
    }
}
