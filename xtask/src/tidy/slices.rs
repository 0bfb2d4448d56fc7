//! Every module has the same parts.

use std::path::Path;

use super::Finding;
use crate::tree;

/// What no module does without, each at one of its places; `lengths` asks for the README. Tests in several files
/// are one binary all the same: each costs a link.
const PARTS: &[&[&str]] = &[&["Cargo.toml"], &["src/lib.rs"], &["tests/slice.rs", "tests/slice/main.rs"]];

/// Each module has the parts every module has.
pub fn slices(root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in tree::modules(root) {
        for places in PARTS {
            if !places.iter().any(|part| root.join(&module.dir).join(part).is_file()) {
                findings.push(Finding::new(format!("{}/{}", module.dir, places[0]), "missing: every module has it"));
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
