//! An empty module that passes everything: one noun with its table, created and listed, ready to be
//! given a life. Registered where modules are registered.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use regex::Regex;

use crate::{
    ranks::{self, Ranks, Section},
    tree,
};

/// What is written, as `(path in the module, template)`; `__words__` stand for names.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../template/Cargo.toml.tmpl")),
    ("README.md", include_str!("../template/README.md.tmpl")),
    ("src/lib.rs", include_str!("../template/src/lib.rs.tmpl")),
    ("src/events.rs", include_str!("../template/src/events.rs.tmpl")),
    ("src/model.rs", include_str!("../template/src/model.rs.tmpl")),
    ("src/policy.rs", include_str!("../template/src/policy.rs.tmpl")),
    ("src/queries.rs", include_str!("../template/src/queries.rs.tmpl")),
    ("src/http.rs", include_str!("../template/src/http.rs.tmpl")),
    ("src/http/create.rs", include_str!("../template/src/http/create.rs.tmpl")),
    ("src/http/list.rs", include_str!("../template/src/http/list.rs.tmpl")),
    ("migrations/__minute_____module__.sql", include_str!("../template/migrations/migration.sql.tmpl")),
    ("locales/zh-CN.json", include_str!("../template/locales/zh-CN.json.tmpl")),
    ("locales/zh-TW.json", include_str!("../template/locales/zh-TW.json.tmpl")),
    ("locales/en.json", include_str!("../template/locales/en.json.tmpl")),
    ("tests/slice.rs", include_str!("../template/tests/slice.rs.tmpl")),
];

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// The module's name, also its crate's.
    pub module: &'a str,
    /// Its first noun in the singular; guessed from the module's name without.
    pub noun: Option<&'a str>,
    /// The module it stands below; needed when it has no rank yet.
    pub after: Option<&'a str>,
}

/// Writes the module and registers it: in the ranks, the workspace, the server and its composition.
/// Answers what is left to do by hand.
///
/// # Errors
/// Says what is in the way; nothing is written then.
pub fn create(root: &Path, wish: Wish<'_>) -> Result<String, String> {
    let module = wish.module;
    let dir = root.join("crates/modules").join(module);
    let noun = wish.noun.map_or_else(|| singular(module), str::to_owned);
    let name = Regex::new("^[a-z][a-z0-9]*(_[a-z0-9]+)*$").expect("a fixed pattern");
    for word in [module, &noun] {
        if !name.is_match(word) {
            return Err(format!("`{word}` is no name: lower-case letters, parts joined by _"));
        }
    }
    if dir.exists() {
        return Err(format!("{} exists already", dir.display()));
    }
    let (ranks, above) = ranked(root, wish)?;
    let words = words(root, module, &noun);

    // All changes are worked out before the first is written.
    let mut changes: Vec<(PathBuf, String)> = Vec::new();
    for (path, template) in FILES {
        changes.push((dir.join(fill(path, &words)), fill(template, &words)));
    }
    let root_line = format!("{module} = {{ package = \"zhike-{module}\", path = \"crates/modules/{module}\" }}");
    let server_line = format!("{module}.workspace = true");
    changes
        .push((root.join("Cargo.toml"), line_below(root, "Cargo.toml", &above, r"^{} = \{ package = ", &root_line)?));
    let manifest = "crates/server/Cargo.toml";
    changes.push((root.join(manifest), line_below(root, manifest, &above, r"^{}\.workspace = true", &server_line)?));
    changes.push((root.join(COMPOSITION), composed(root, module, &above)?));
    if let Some(ranks) = ranks {
        changes.push((root.join(ranks::FILE), ranks));
    }
    for (path, text) in &changes {
        write(path, text).map_err(|problem| format!("{}: {problem}", path.display()))?;
    }
    // A longer or shorter name breaks lines elsewhere.
    let rust = changes.iter().map(|(path, _)| path).filter(|path| tree::extension(path) == "rs");
    let formatted = Command::new("rustfmt").args(["--edition", "2024"]).args(rust).current_dir(root).status();
    if !formatted.is_ok_and(|status| status.success()) {
        return Err("written, but rustfmt failed: run cargo fmt".into());
    }
    Ok(format!(
        "crates/modules/{module} is there, with {noun} as its first noun. Now:\n  \
         cargo test -p zhike-{module}      its own tests (updates Cargo.lock)\n  \
         translate locales/, say in README.md what a {noun} is, and give it a life\n  \
         make api                         refreshes openapi.json and the console's types\n  \
         then add pages/{module} to the console"
    ))
}

/// The composition: where every module is named once, in rank order.
const COMPOSITION: &str = "crates/server/src/compose.rs";

/// The new text of the ranks, when they change, and the modules above the new one, nearest first.
fn ranked(root: &Path, wish: Wish<'_>) -> Result<(Option<String>, Vec<String>), String> {
    let text = tree::read(root, ranks::FILE);
    let order = Ranks::parse(&text);
    let (changed, order) = match (order.section(wish.module), wish.after) {
        (Some(Section::Modules), None) => (None, order),
        (Some(_), _) => return Err(format!("`{}` has a rank already in {}", wish.module, ranks::FILE)),
        (None, Some(other)) if order.section(other) == Some(Section::Modules) => {
            let lines = text.lines().flat_map(|line| [Some(line), (line.trim() == other).then_some(wish.module)]);
            let text = lines.flatten().map(|line| format!("{line}\n")).collect::<String>();
            let order = Ranks::parse(&text);
            (Some(text), order)
        }
        (None, Some(other)) => return Err(format!("`{other}` is no module in {}", ranks::FILE)),
        (None, None) => return Err(format!("`{}` has no rank: say --after OTHER", wish.module)),
    };
    let mut above: Vec<String> = order.modules().take_while(|name| *name != wish.module).map(str::to_owned).collect();
    above.reverse();
    Ok((changed, above))
}

fn words(root: &Path, module: &str, noun: &str) -> Vec<(&'static str, String)> {
    let nouns = plural(noun);
    let mut title = nouns.replace('_', " ");
    title[..1].make_ascii_uppercase();
    vec![
        ("__minute__", minute(root)),
        ("__module__", module.to_owned()),
        ("__prefix__", prefix(root, noun)),
        ("__path__", nouns.replace('_', "-")),
        ("__nouns_words__", nouns.replace('_', " ")),
        ("__Nouns__", title),
        ("__nouns__", nouns),
        ("__Noun__", camel(noun)),
        ("__noun__", noun.to_owned()),
    ]
}

fn fill(template: &str, words: &[(&str, String)]) -> String {
    words.iter().fold(template.to_owned(), |text, (word, meant)| text.replace(word, meant))
}

/// A file with `line` below the line of the nearest module above that has one.
fn line_below(root: &Path, file: &str, above: &[String], pattern: &str, line: &str) -> Result<String, String> {
    let text = tree::read(root, file);
    for name in above {
        let there = Regex::new(&format!("(?m){}.*$", pattern.replace("{}", name))).expect("a fixed pattern, a name");
        if let Some(found) = there.find(&text) {
            return Ok(format!("{}\n{line}{}", &text[..found.end()], &text[found.end()..]));
        }
    }
    Err(format!("{file} names no module above: register it by hand first"))
}

/// The composition with the module behind the nearest one above it.
fn composed(root: &Path, module: &str, above: &[String]) -> Result<String, String> {
    let text = tree::read(root, COMPOSITION);
    for name in above {
        let call = format!("{name}::module(");
        let Some(from) = text.find(&call).map(|at| at + call.len()) else { continue };
        // The call may hand something over, and that something may be a call.
        let mut depth = 1;
        let length = text[from..].find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let end = from + length.ok_or_else(|| format!("{COMPOSITION}: a parenthesis stays open"))? + 1;
        let rest = text[end..].strip_prefix(',').unwrap_or(&text[end..]);
        return Ok(format!("{},\n{module}::module(),{rest}", &text[..end]));
    }
    Err(format!("{COMPOSITION} names no module above: register it by hand first"))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().expect("a file lies somewhere"))?;
    fs::write(path, text)
}

/// The minute of the new migration: now, or the one after the newest migration there is.
fn minute(root: &Path) -> String {
    let stamp = Regex::new(r"/migrations/(\d{12})_").expect("a fixed pattern");
    let files = tree::files(root, "crates");
    let newest = files.iter().filter_map(|file| Some(stamp.captures(&tree::slashed(file))?[1].to_owned())).max();
    let now = Command::new("date").args(["-u", "+%Y%m%d%H%M"]).output();
    let now = now.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
    match newest {
        Some(newest) if newest >= now => minute_after(&newest),
        _ => now,
    }
}

/// The minute after one written `YYYYMMDDHHMM`. At the end of a day it stays, and `tidy` says so.
fn minute_after(minute: &str) -> String {
    let (day, time) = minute.split_at(8);
    let minutes = time[..2].parse().unwrap_or(0) * 60 + time[2..].parse().unwrap_or(0) + 1;
    let minutes = u32::min(minutes, 24 * 60 - 1);
    format!("{day}{:02}{:02}", minutes / 60, minutes % 60)
}

/// A free id prefix of three or four letters: consonants first, as `cnv` for conversation.
fn prefix(root: &Path, noun: &str) -> String {
    let taken: Vec<String> = {
        let declared = Regex::new(r#"(?:PREFIX: &'static str = |\b\w+, \w+Id, )"([a-z]+)""#).expect("a fixed pattern");
        let sources = tree::files(root, "crates");
        let texts = sources.iter().filter(|file| tree::extension(file) == "rs").map(|file| tree::read(root, file));
        texts.flat_map(|text| declared.captures_iter(&text).map(|c| c[1].to_owned()).collect::<Vec<_>>()).collect()
    };
    let letters: Vec<char> = noun.chars().filter(char::is_ascii_lowercase).collect();
    let hard: Vec<char> =
        letters.iter().enumerate().filter(|(at, c)| *at == 0 || !"aeiou".contains(**c)).map(|(_, c)| *c).collect();
    let cut = |from: &[char], length: usize| from.iter().take(length).collect::<String>();
    let mut candidates = vec![cut(&hard, 3), cut(&letters, 3), cut(&hard, 4), cut(&letters, 4)];
    candidates.extend(('a'..='z').map(|last| format!("{}{last}", cut(&letters, 3))));
    candidates.into_iter().find(|c| (3..=4).contains(&c.len()) && !taken.contains(c)).unwrap_or_else(|| "new".into())
}

fn singular(plural: &str) -> String {
    match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    }
}

fn plural(singular: &str) -> String {
    let vowel_before = singular.chars().rev().nth(1).is_some_and(|c| "aeiou".contains(c));
    match singular.strip_suffix('y') {
        Some(stem) if !vowel_before => format!("{stem}ies"),
        _ => format!("{singular}s"),
    }
}

fn camel(words: &str) -> String {
    words.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{self, fixture};

    const RANKS: &str = "# base\nkernel\nstore\nhttp\n# modules\naudit\naccess\nvisits\n# top\ntestkit\nserver\n";

    fn house() -> tempfile::TempDir {
        fixture::tree(&[
            ("rustfmt.toml", "max_width = 120\nuse_small_heuristics = \"Max\"\n"),
            (ranks::FILE, RANKS),
            (
                "Cargo.toml",
                "[workspace.dependencies]\naudit = { package = \"zhike-audit\", path = \"x\" }\nserde = \"1\"\n",
            ),
            ("crates/server/Cargo.toml", "[dependencies]\naudit.workspace = true\nserde.workspace = true\n"),
            (COMPOSITION, "fn modules() -> Vec<Module> {\n    vec![audit::module(data.join(\"x\"))]\n}\n"),
            ("crates/kernel/src/id.rs", "shared_nouns! { Visit, VisitId, \"vst\"; }"),
            ("crates/http/migrations/209912312358_x.sql", "CREATE TABLE x (id TEXT);"),
        ])
    }

    #[test]
    fn a_new_module_breaks_no_rule_and_is_registered() {
        let house = house();
        let said = create(house.path(), Wish { module: "visits", ..Wish::default() }).expect("it is made");
        assert!(said.contains("visit as its first noun"), "{said}");
        let findings: Vec<_> = tidy::all(house.path()).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{findings:#?}");
        let text = |path: &str| tree::read(house.path(), path);
        assert!(
            text("Cargo.toml")
                .contains("x\" }\nvisits = { package = \"zhike-visits\", path = \"crates/modules/visits\" }\nserde")
        );
        assert!(text("crates/server/Cargo.toml").contains("audit.workspace = true\nvisits.workspace = true\n"));
        assert!(
            text(COMPOSITION).contains("vec![audit::module(data.join(\"x\")), visits::module()"),
            "{}",
            text(COMPOSITION)
        );
        assert!(text("crates/modules/visits/src/model.rs").contains("PREFIX: &'static str = \"vis\""));
        assert!(text("crates/modules/visits/migrations/209912312359_visits.sql").contains("CREATE TABLE visits"));
        for file in tree::files(house.path(), "crates/modules/visits") {
            assert!(!text(&tree::slashed(&file)).contains("__"), "{} keeps a placeholder", file.display());
        }
    }

    #[test]
    fn a_module_without_rank_says_where_it_stands() {
        let house = house();
        let wish = Wish { module: "loyalty", noun: Some("points_entry"), after: None };
        assert!(create(house.path(), wish).unwrap_err().contains("--after"));
        create(house.path(), Wish { after: Some("audit"), ..wish }).expect("it is made");
        let order = Ranks::of(house.path());
        assert_eq!(order.modules().collect::<Vec<_>>(), ["audit", "loyalty", "access", "visits"]);
        let model = tree::read(house.path(), "crates/modules/loyalty/src/http/list.rs");
        assert!(model.contains("PointsEntry") && model.contains("/points-entries"), "{model}");
    }

    #[test]
    fn nothing_is_written_over_or_under_a_bad_name() {
        let house = house();
        assert!(create(house.path(), Wish { module: "Visits", ..Wish::default() }).is_err());
        assert!(create(house.path(), Wish { module: "../visits", ..Wish::default() }).is_err());
        fixture::write(house.path(), "crates/modules/visits/keep", "");
        assert!(
            create(house.path(), Wish { module: "visits", ..Wish::default() }).unwrap_err().contains("exists already")
        );
    }
}
