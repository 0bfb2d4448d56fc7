//! An id tells its noun by its prefix, so no two nouns share one.

use std::{collections::BTreeMap, path::Path};

use regex::Regex;

use super::Finding;
use crate::{rust, tree};

/// Every noun's id prefix is three or four lower-case letters and its own.
pub fn prefixes(root: &Path) -> Vec<Finding> {
    // An `impl Noun`, or a line of the kernel's list of shared nouns.
    let declared = Regex::new(r"(?:\bPREFIX: &'static str = |\b\w+, \w+Id, )$").expect("a fixed pattern");
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut findings = Vec::new();
    for file in tree::files(root, "crates") {
        let shown = tree::slashed(&file);
        if tree::extension(&file) != "rs" || !shown.contains("/src/") {
            continue;
        }
        let source = rust::read(&tree::read(root, &file));
        for literal in source.literals.iter().filter(|literal| declared.is_match(&source.code[..literal.at])) {
            let prefix = &literal.text;
            if !(3..=4).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_lowercase()) {
                findings.push(Finding::at(
                    &shown,
                    literal.line,
                    format!("`{prefix}`: a prefix is three or four letters"),
                ));
            }
            let place = format!("{shown}:{}", literal.line);
            if let Some(other) = taken.insert(prefix.clone(), place) {
                findings.push(Finding::at(&shown, literal.line, format!("`{prefix}` is the prefix at {other} too")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn a_prefix_taken_twice_or_misshapen_is_found() {
        let noun = |prefix: &str| format!("impl Noun for X {{\n    const PREFIX: &'static str = \"{prefix}\";\n}}");
        let tree = fixture::tree(&[
            ("crates/kernel/src/id.rs", "shared_nouns! {\n    User, UserId, \"usr\";\n}"),
            ("crates/modules/a/src/model.rs", &noun("tsk")),
        ]);
        assert_eq!(prefixes(tree.path()), Vec::new());
        fixture::write(tree.path(), "crates/modules/b/src/model.rs", &noun("usr"));
        fixture::write(tree.path(), "crates/modules/c/src/model.rs", &noun("tsk"));
        fixture::write(tree.path(), "crates/modules/d/src/model.rs", &noun("Order"));
        assert_eq!(prefixes(tree.path()).len(), 3);
    }
}
