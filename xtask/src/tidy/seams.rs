//! Where the two databases differ is known to few.

use std::path::Path;

use regex::Regex;

use super::Finding;
use crate::{rust, tree};

/// The crates whose business the databases' differences are.
const KEEPERS: &[&str] = &["store", "work"];

/// `seam!`, a statement with a text per database, and the question which database it is stand only
/// in `store` and `work`; every other crate has one SQL text.
pub fn seams(root: &Path) -> Vec<Finding> {
    let seam = Regex::new(r"\bseam!|\bDialect::(?:Sqlite|Postgres)\b|\bMigration::each\b").expect("a fixed pattern");
    let mut findings = Vec::new();
    for krate in tree::crates(root).iter().filter(|krate| !KEEPERS.contains(&krate.name.as_str())) {
        for file in tree::files(root, &format!("{}/src", krate.dir)) {
            let code = rust::read(&tree::read(root, &file)).code;
            for found in seam.find_iter(&code) {
                findings.push(Finding::at(
                    &tree::slashed(&file),
                    rust::line_of(&code, found.start()),
                    format!("`{}`: one SQL text serves both databases outside store and work", found.as_str()),
                ));
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
    fn a_seam_is_found_outside_its_keepers() {
        let code = "store::seam! { CLAIM = sqlite \"a\", postgres \"b\"; }";
        let tree = fixture::tree(&[
            ("crates/work/Cargo.toml", ""),
            ("crates/work/src/claim.rs", code),
            ("crates/modules/a/Cargo.toml", ""),
            ("crates/modules/a/src/queries.rs", code),
        ]);
        let found: Vec<_> = seams(tree.path()).into_iter().map(|f| f.place).collect();
        assert_eq!(found, ["crates/modules/a/src/queries.rs:1"]);
    }
}
