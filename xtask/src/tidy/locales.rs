//! Every text exists in every language.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use regex::Regex;
use serde_json::Value;

use super::Finding;
use crate::{
    rust,
    tree::{self, Crate},
};

/// The languages the product speaks.
const LOCALES: [&str; 3] = ["zh-CN", "zh-TW", "en"];

/// A crate's catalogues hold the same keys in every language and no empty text, and every error
/// code and permission it declares has a text in them.
pub fn locales(root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in tree::crates(root) {
        let dir = format!("{}/locales", krate.dir);
        let own = catalogues(root, &dir, &mut findings);
        findings.extend(gaps(&dir, &own));
        for name in names(root, &krate) {
            let nested = format!("{}.{}", name.section, name.text);
            let said = |texts: &Texts| texts.contains_key(&nested) || texts.contains_key(&name.text);
            let silent: Vec<&str> = LOCALES.into_iter().filter(|locale| !own.get(locale).is_some_and(said)).collect();
            if !silent.is_empty() {
                let what = format!("`{}` has no text in {dir} for {}", name.text, silent.join(", "));
                findings.push(Finding::at(&name.file, name.line, what));
            }
        }
    }
    findings
}

/// A name people meet only translated: an error code or a permission.
struct Name {
    section: &'static str,
    text: String,
    file: String,
    line: usize,
}

type Texts = BTreeMap<String, String>;

/// The catalogues in a directory by language, nested keys joined with dots. A directory that does
/// not exist has none; one that does must have all.
fn catalogues(root: &Path, dir: &str, findings: &mut Vec<Finding>) -> BTreeMap<&'static str, Texts> {
    let mut found = BTreeMap::new();
    if !root.join(dir).is_dir() {
        return found;
    }
    for locale in LOCALES {
        let file = format!("{dir}/{locale}.json");
        let mut texts = Texts::new();
        match serde_json::from_str::<Value>(&tree::read(root, &file)) {
            Ok(value) => flatten(&value, "", &mut texts),
            Err(problem) => findings.push(Finding::new(&file, format!("not a catalogue: {problem}"))),
        }
        found.insert(locale, texts);
    }
    found
}

fn flatten(value: &Value, prefix: &str, into: &mut Texts) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(value, &path, into);
            }
        }
        Value::String(text) => {
            into.insert(prefix.to_owned(), text.clone());
        }
        // Lists and numbers are no texts; the empty one is reported below.
        _ => {
            into.insert(prefix.to_owned(), String::new());
        }
    }
}

/// Keys that one language has and another lacks, texts that are empty, places filled differently.
fn gaps(dir: &str, catalogues: &BTreeMap<&str, Texts>) -> Vec<Finding> {
    let place = Regex::new(r"\{\s*\$?(\w+)").expect("a fixed pattern");
    let places = |text: &str| -> BTreeSet<String> { place.captures_iter(text).map(|c| c[1].to_owned()).collect() };
    let keys: BTreeSet<&String> = catalogues.values().flat_map(BTreeMap::keys).collect();
    let mut findings = Vec::new();
    for key in keys {
        let first = LOCALES.iter().find_map(|locale| catalogues.get(locale)?.get(key)).map(|text| places(text));
        for (locale, texts) in catalogues {
            let file = format!("{dir}/{locale}.json");
            match texts.get(key) {
                None => findings.push(Finding::new(file, format!("`{key}` is missing"))),
                Some(text) if text.trim().is_empty() => findings.push(Finding::new(file, format!("`{key}` is empty"))),
                Some(text) if Some(places(text)) != first => {
                    findings.push(Finding::new(file, format!("`{key}` fills other places than its translations")));
                }
                Some(_) => {}
            }
        }
    }
    findings
}

/// The error codes a crate declares, and the permissions in its `policy.rs`.
fn names(root: &Path, krate: &Crate) -> Vec<Name> {
    let code = Regex::new(r"\bCode::new\(\s*$").expect("a fixed pattern");
    let permission = Regex::new(&format!(r"^{}\.[a-z_]+$", krate.name)).expect("a crate's name is a word");
    let mut found = Vec::new();
    for file in tree::files(root, &format!("{}/src", krate.dir)) {
        let policy = file.file_name().is_some_and(|name| name == "policy.rs");
        let source = rust::read(&tree::read(root, &file));
        for literal in source.literals {
            let section = match () {
                () if code.is_match(&source.code[..literal.at]) => "errors",
                () if policy && permission.is_match(&literal.text) => "permissions",
                () => continue,
            };
            found.push(Name { section, text: literal.text, file: tree::slashed(&file), line: literal.line });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    fn found(en: &str, code: &str) -> Vec<String> {
        let full = r#"{"errors":{"a":{"gone":"没有 {name}"}},"title":"甲"}"#;
        let tree = fixture::tree(&[
            ("crates/modules/a/Cargo.toml", ""),
            ("crates/modules/a/locales/zh-CN.json", full),
            ("crates/modules/a/locales/zh-TW.json", full),
            ("crates/modules/a/locales/en.json", en),
            ("crates/modules/a/src/codes.rs", code),
        ]);
        locales(tree.path()).iter().map(ToString::to_string).collect()
    }

    const FULL: &str = r#"{"errors":{"a":{"gone":"no {name}"}},"title":"A"}"#;

    #[test]
    fn complete_catalogues_pass() {
        assert_eq!(found(FULL, "pub const GONE: Code = Code::new(\"a.gone\");"), Vec::<String>::new());
    }

    #[test]
    fn each_gap_is_found() {
        for (en, what) in [
            (r#"{"errors":{"a":{"gone":"no {name}"}}}"#, "`title` is missing"),
            (r#"{"errors":{"a":{"gone":"no {name}"}},"title":" "}"#, "`title` is empty"),
            (r#"{"errors":{"a":{"gone":"no {nmae}"}},"title":"A"}"#, "fills other places"),
            ("{", "not a catalogue"),
        ] {
            let found = found(en, "");
            assert!(found.iter().any(|f| f.contains("en.json") && f.contains(what)), "{what}: {found:?}");
        }
    }

    #[test]
    fn a_permission_without_text_is_found() {
        let tree = fixture::tree(&[
            ("crates/modules/a/Cargo.toml", ""),
            ("crates/modules/a/src/policy.rs", "const READ: &str = \"a.read\";\nconst SAID: &str = \"a b.c\";"),
            ("crates/modules/a/locales/zh-CN.json", r#"{"permissions":{"a.read":"看"}}"#),
            ("crates/modules/a/locales/zh-TW.json", r#"{"permissions":{"a.read":"看"}}"#),
            ("crates/modules/a/locales/en.json", r#"{"permissions":{"a.read":"read"}}"#),
        ]);
        assert_eq!(locales(tree.path()), Vec::new());
        fixture::write(tree.path(), "crates/modules/a/src/policy.rs", "const CLOSE: &str = \"a.close\";");
        assert_eq!(locales(tree.path()).len(), 1);
    }

    #[test]
    fn a_code_without_text_is_found() {
        let found = found(FULL, "pub const LATE: Code =\n    Code::new(\"a.late\");");
        assert_eq!(
            found,
            ["crates/modules/a/src/codes.rs:2: `a.late` has no text in crates/modules/a/locales for zh-CN, zh-TW, en"]
        );
    }
}
