//! Finding and reading the files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Directories that hold what was built or fetched, never what was written.
const SKIPPED: &[&str] = &["target", "node_modules", "dist", "data", "results"];

/// The root of the repository that cargo runs this tool in.
///
/// # Panics
/// When it is no checkout of this repository: an empty tree would break no rule.
pub fn root() -> PathBuf {
    // Asked when running, not when building: checkouts may share a target directory.
    let xtask =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = xtask.parent().expect("xtask lies in the repository").to_owned();
    assert!(root.join(crate::ranks::FILE).is_file(), "{} is no checkout", root.display());
    root
}

/// Every written file below `dir`, as paths relative to `root`, sorted. A missing directory has
/// none.
pub fn files(root: &Path, dir: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root.join(dir), &mut found);
    let mut found: Vec<_> = found.iter().filter_map(|p| p.strip_prefix(root).ok()).map(Path::to_owned).collect();
    found.sort();
    found
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !SKIPPED.contains(&name) && name != ".git" => walk(&path, found),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
}

/// The text of a file given relative to `root`; empty when it is absent or no UTF-8.
pub fn read(root: &Path, path: impl AsRef<Path>) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_default()
}

/// A path with forward slashes, as shown to people and compared with patterns.
pub fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The extension of a path, or nothing.
pub fn extension(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default()
}

/// A crate of the workspace: its rank name (`tasks`) and its directory (`crates/modules/tasks`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The name without the `zhike-` prefix, as in the ranks.
    pub name: String,
    /// The directory, relative to the root.
    pub dir: String,
    /// Whether it is one of the domain modules.
    pub module: bool,
}

/// All crates under `crates/`, modules included, sorted by directory.
pub fn crates(root: &Path) -> Vec<Crate> {
    let mut found = Vec::new();
    for (dir, module) in [("crates", false), ("crates/modules", true)] {
        let Ok(entries) = fs::read_dir(root.join(dir)) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().join("Cargo.toml").is_file() {
                found.push(Crate { dir: format!("{dir}/{name}"), name, module });
            }
        }
    }
    found.sort_by(|a, b| a.dir.cmp(&b.dir));
    found
}

/// The modules among [`crates`].
pub fn modules(root: &Path) -> Vec<Crate> {
    crates(root).into_iter().filter(|c| c.module).collect()
}
