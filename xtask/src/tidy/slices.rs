//! Every module has the same parts.

use std::path::Path;

use super::Finding;
use crate::tree;

/// What no module does without; `lengths` asks for the README.
const PARTS: &[&str] = &["Cargo.toml", "src/lib.rs", "tests/slice.rs"];

/// Each module has the parts every module has.
pub fn slices(root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in tree::modules(root) {
        for part in PARTS {
            if !root.join(&module.dir).join(part).is_file() {
                findings.push(Finding::new(format!("{}/{part}", module.dir), "missing: every module has it"));
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
    fn a_missing_part_is_found() {
        let tree = fixture::tree(&[("crates/modules/a/Cargo.toml", ""), ("crates/modules/a/src/lib.rs", "")]);
        let found: Vec<_> = slices(tree.path()).into_iter().map(|f| f.place).collect();
        assert_eq!(found, ["crates/modules/a/tests/slice.rs"]);
    }
}
