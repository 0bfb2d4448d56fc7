//! Rules of the house that no compiler checks. Each is a function from a tree to its findings, so
//! that a broken tree can be laid out in a test; `tests/tidy.rs` runs them all on this one.

use std::{fmt, path::Path};

mod ambient;
mod length;
mod locales;
mod migrations;
mod order;
mod prefixes;
mod requests;
mod seams;
mod slices;
mod tables;

pub use ambient::{clocks, machine_paths, unfinished};
pub use length::lengths;
pub use locales::locales;
pub use migrations::migrations;
pub use order::ranks;
pub use prefixes::prefixes;
pub use requests::strict_requests;
pub use seams::seams;
pub use slices::slices;
pub use tables::tables;

/// Something a rule found, with the place to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the root, with a line where one is known: `crates/a/src/b.rs:12`.
    pub place: String,
    /// What is wrong and what to do about it.
    pub what: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    pub(crate) fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{file}:{line}"), what)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Every rule, on the tree at `root`.
pub fn all(root: &Path) -> Vec<Finding> {
    let rules = [
        ranks,
        tables,
        seams,
        lengths,
        migrations,
        locales,
        strict_requests,
        clocks,
        unfinished,
        machine_paths,
        slices,
        prefixes,
    ];
    rules.iter().flat_map(|rule| rule(root)).collect()
}

/// A tree of a few files in a temporary directory, for the rules' own tests.
#[cfg(test)]
pub(crate) mod fixture {
    use std::{fs, path::Path};

    pub(crate) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (path, text) in files {
            write(dir.path(), path, text);
        }
        dir
    }

    pub(crate) fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a file lies somewhere")).expect("make directories");
        fs::write(path, text).expect("write a file");
    }
}
