//! Whether everything we ship may be shipped under the terms `deny.toml` allows.
//!
//! `cargo deny` says the same of the Rust side where it is installed; this check needs nothing
//! installed and covers the npm side too.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;

use crate::{tidy::Finding, tree};

/// The lock files of what is built into the product; development tools are not shipped.
const NPM_LOCKS: &[&str] = &["web/package-lock.json", "e2e/package-lock.json"];

/// Every crate and every shipped npm package, against the allow list.
///
/// # Errors
/// When `cargo metadata` or `deny.toml` cannot be read.
pub fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let rules = Rules::parse(&tree::read(root, "deny.toml"))?;
    let metadata = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root)
        .output()
        .map_err(|problem| format!("cargo metadata: {problem}"))?;
    if !metadata.status.success() {
        return Err(String::from_utf8_lossy(&metadata.stderr).into_owned());
    }
    let metadata: Value = serde_json::from_slice(&metadata.stdout).map_err(|problem| problem.to_string())?;
    let mut findings = crates(&rules, &metadata);
    for lock in NPM_LOCKS {
        let text = tree::read(root, lock);
        if !text.is_empty() {
            findings.extend(npm(&rules, lock, &text));
        }
    }
    Ok(findings)
}

/// What `deny.toml` says.
#[derive(Debug, Default)]
struct Rules {
    allow: BTreeSet<String>,
    banned: BTreeSet<String>,
}

impl Rules {
    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|problem| format!("deny.toml: {problem}"))?;
        let list = |section: &str, key: &str| table.get(section)?.get(key)?.as_array().cloned();
        let allow = list("licenses", "allow").ok_or("deny.toml: no licenses.allow")?;
        let banned = list("bans", "deny").unwrap_or_default();
        Ok(Self {
            allow: allow.iter().filter_map(|v| v.as_str()).map(str::to_owned).collect(),
            banned: banned.iter().filter_map(|v| v.get("crate")?.as_str()).map(str::to_owned).collect(),
        })
    }
}

fn crates(rules: &Rules, metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let place = format!("{name} {}", package["version"].as_str().unwrap_or_default());
        if rules.banned.contains(name) {
            findings.push(Finding::new(&place, "is banned in deny.toml"));
        }
        match package["source"].as_str() {
            None => {}
            Some(source) if source.starts_with("registry+https://github.com/rust-lang/crates.io-index") => {}
            Some(source) => findings.push(Finding::new(&place, format!("comes from {source}, not from crates.io"))),
        }
        findings.extend(judge(rules, place, package["license"].as_str()));
    }
    findings
}

fn npm(rules: &Rules, lock: &str, text: &str) -> Vec<Finding> {
    let lock_file: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(problem) => return vec![Finding::new(lock, problem.to_string())],
    };
    let mut findings = Vec::new();
    for (path, package) in lock_file["packages"].as_object().into_iter().flatten() {
        if package["resolved"].as_str().is_some_and(|resolved| resolved.contains("://")) {
            findings
                .push(Finding::new(format!("{lock}: {path}"), "names a registry: set omit-lockfile-registry-resolved"));
        }
        let Some((_, name)) = path.rsplit_once("node_modules/") else { continue };
        let tool = package["dev"].as_bool() == Some(true) || package["devOptional"].as_bool() == Some(true);
        if tool || package["link"].as_bool() == Some(true) {
            continue;
        }
        findings.extend(judge(rules, format!("{lock}: {name}"), package["license"].as_str()));
    }
    findings
}

fn judge(rules: &Rules, place: String, licence: Option<&str>) -> Option<Finding> {
    match licence {
        None => Some(Finding::new(place, "states no licence")),
        Some(text) => match allowed(&rules.allow, text) {
            Ok(true) => None,
            Ok(false) => Some(Finding::new(place, format!("`{text}` is not among the licences deny.toml allows"))),
            Err(problem) => Some(Finding::new(place, format!("`{text}` is no licence expression: {problem}"))),
        },
    }
}

/// Whether an SPDX expression can be met with allowed licences alone.
fn allowed(allow: &BTreeSet<String>, expression: &str) -> Result<bool, String> {
    // Before SPDX expressions, crates wrote `MIT/Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Expression { allow, words: &words, at: 0 };
    let answer = reader.any()?;
    if reader.at < words.len() {
        Err(format!("unexpected `{}`", words[reader.at]))
    } else {
        Ok(answer)
    }
}

struct Expression<'a> {
    allow: &'a BTreeSet<String>,
    words: &'a [&'a str],
    at: usize,
}

impl Expression<'_> {
    fn accept(&mut self, word: &str) -> bool {
        let met = self.words.get(self.at).is_some_and(|w| w.eq_ignore_ascii_case(word));
        self.at += usize::from(met);
        met
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut answer = self.every()?;
        while self.accept("OR") {
            answer |= self.every()?;
        }
        Ok(answer)
    }

    fn every(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.accept("AND") {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.accept("(") {
            let answer = self.any()?;
            return if self.accept(")") {
                Ok(answer)
            } else {
                Err("a parenthesis stays open".into())
            };
        }
        let licence = *self.words.get(self.at).ok_or("it ends early")?;
        self.at += 1;
        if self.accept("WITH") {
            let exception = *self.words.get(self.at).ok_or("it ends early")?;
            self.at += 1;
            // An exception only grants more.
            return Ok(self.allow.contains(licence) || self.allow.contains(&format!("{licence} WITH {exception}")));
        }
        Ok(self.allow.contains(licence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::parse("[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n[bans]\ndeny = [{ crate = \"openssl\" }]")
            .expect("valid")
    }

    #[test]
    fn expressions_are_met_or_not() {
        let allow = rules().allow;
        for (expression, met) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("MIT/GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-2.0 WITH LLVM-exception OR (GPL-3.0)", false),
        ] {
            assert_eq!(allowed(&allow, expression), Ok(met), "{expression}");
        }
        assert!(allowed(&allow, "MIT OR").is_err());
        assert!(allowed(&allow, "(MIT").is_err());
        assert!(allowed(&allow, "MIT MIT").is_err());
    }

    #[test]
    fn crates_are_judged_by_licence_source_and_name() {
        let package = |name: &str, licence: Value, source: &str| serde_json::json!({"name": name, "version": "1.0.0", "license": licence, "source": source});
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        let metadata = serde_json::json!({"packages": [
            package("fine", "MIT".into(), registry),
            package("copyleft", "AGPL-3.0".into(), registry),
            package("silent", Value::Null, registry),
            package("openssl", "MIT".into(), registry),
            package("elsewhere", "MIT".into(), "git+https://example.org/x"),
        ]});
        let found = crates(&rules(), &metadata);
        let places: Vec<_> = found.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(places, ["copyleft 1.0.0", "silent 1.0.0", "openssl 1.0.0", "elsewhere 1.0.0"]);
    }

    #[test]
    fn npm_tools_are_not_shipped() {
        let lock = r#"{"packages": {
            "": {},
            "node_modules/vue": {"license": "MIT"},
            "node_modules/tool": {"license": "GPL-3.0", "dev": true},
            "node_modules/@zhike/ui": {"link": true},
            "node_modules/a/node_modules/@x/y": {"license": "GPL-3.0", "resolved": "https://registry.example/x"}
        }}"#;
        let found = npm(&rules(), "web/package-lock.json", lock);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|f| f.place.contains("y")));
    }
}
