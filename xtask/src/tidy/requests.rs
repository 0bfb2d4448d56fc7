//! What callers send is read strictly: a field we do not know is a mistake they should hear of.

use std::path::Path;

use regex::Regex;

use super::Finding;
use crate::{rust, tree};

/// Every struct with named fields that derives `Deserialize` under a crate's `src/http/` (or in
/// `src/http.rs`) says `deny_unknown_fields`.
pub fn strict_requests(root: &Path) -> Vec<Finding> {
    let item =
        Regex::new(r"((?:#\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]\s*)+)(?:pub(?:\([^)]*\))?\s+)?struct\s+(\w+)[^;({]*\{")
            .expect("a fixed pattern");
    let mut findings = Vec::new();
    for file in tree::files(root, "crates") {
        let shown = tree::slashed(&file);
        let edge = shown.contains("/src/http/") || shown.ends_with("/src/http.rs");
        if !edge || tree::extension(&file) != "rs" {
            continue;
        }
        let code = rust::read(&tree::read(root, &file)).code;
        for found in item.captures_iter(&code) {
            let attributes = &found[1];
            if derives_deserialize(attributes) && !attributes.contains("deny_unknown_fields") {
                let at = found.get(2).expect("the name").start();
                findings.push(Finding::at(
                    &shown,
                    rust::line_of(&code, at),
                    format!("`{}` takes requests: add #[serde(deny_unknown_fields)]", &found[2]),
                ));
            }
        }
    }
    findings
}

fn derives_deserialize(attributes: &str) -> bool {
    attributes.split("derive(").skip(1).any(|rest| {
        let list = rest.split(')').next().unwrap_or_default();
        list.split(',').any(|name| name.trim().rsplit("::").next() == Some("Deserialize"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    fn found(code: &str) -> Vec<String> {
        let tree =
            fixture::tree(&[("crates/modules/a/src/http/open.rs", code), ("crates/modules/a/src/model.rs", code)]);
        strict_requests(tree.path()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn strict_requests_and_answers_pass() {
        let code = "
            #[derive(Deserialize, ToSchema)]\n#[serde(deny_unknown_fields, rename_all = \"snake_case\")]\npub struct Open { title: String }
            #[derive(Serialize)]\npub struct Opened { id: String }
            #[derive(Deserialize)]\n#[serde(transparent)]\nstruct Title(String);
            // #[derive(Deserialize)] struct Commented { a: u8 }";
        assert_eq!(found(code), Vec::<String>::new());
    }

    #[test]
    fn a_lenient_request_is_found() {
        let found = found(
            "#[derive(Debug, serde::Deserialize)]\n#[schema(examples([1]))]\npub(crate) struct Open<T> where T: Copy { title: T }",
        );
        assert_eq!(
            found,
            ["crates/modules/a/src/http/open.rs:3: `Open` takes requests: add #[serde(deny_unknown_fields)]"]
        );
    }
}
