//! One file that holds an installation: every table as it was at one moment, and the stored files.
//!
//! A tar, compressed with gzip, in this order: `manifest.json`, the tables' rows in pieces
//! (`tables/messages/000001.ndjson`, a row a line), the stored files (`files/…`), and `checks.json` with
//! the counts and checksums of all before it: an archive without it was cut off. It names no database:
//! what was kept in one can be put into the other.

mod restore;
mod take;

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::portable::Table;

pub use restore::restore;
pub use take::backup;

/// How archives are laid out; another layout is another number.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const CHECKS: &str = "checks.json";

/// What an archive says of itself, first of all.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// The release that made it.
    version: String,
    /// When, in epoch milliseconds.
    made_at: i64,
    /// The steps its schema has come by.
    schema: Vec<String>,
    tables: Vec<Table>,
}

/// What must have been in it, last of all.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checks {
    tables: BTreeMap<String, Check>,
    files: Check,
}

/// How many there were, and the checksum of them all in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Check {
    count: i64,
    sha256: String,
}

/// What went into an archive, or came out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Tables.
    pub tables: usize,
    /// Rows, over all tables.
    pub rows: i64,
    /// Stored files, with the thumbnails beside them.
    pub files: i64,
}

impl Contents {
    fn of(checks: &Checks) -> Self {
        let rows = checks.tables.values().map(|check| check.count).sum();
        Self { tables: checks.tables.len(), rows, files: checks.files.count }
    }
}

/// Counts while it goes.
#[derive(Default)]
struct Counter {
    count: i64,
    hash: Sha256,
}

impl Counter {
    fn rows(&mut self, count: i64, bytes: &[u8]) {
        self.count += count;
        self.hash.update(bytes);
    }

    /// A file begins, of this size.
    fn file(&mut self, name: &str, size: u64) {
        self.count += 1;
        self.hash.update(format!("{name}\0{size}\0"));
    }

    fn check(self) -> Check {
        let digest = self.hash.finalize();
        Check { count: self.count, sha256: kernel::hex(digest) }
    }
}

/// Reads or writes on, and counts what passes.
struct Counted<'c, T> {
    inner: T,
    counter: &'c mut Counter,
}

impl<T: io::Read> io::Read for Counted<'_, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.counter.hash.update(&out[..read]);
        Ok(read)
    }
}

/// A file or folder that is removed again unless it is kept.
struct Unfinished {
    path: PathBuf,
    kept: bool,
}

impl Unfinished {
    fn new(path: PathBuf) -> Self {
        Self { path, kept: false }
    }

    /// Gives it its name.
    fn keep(mut self, name: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, name)?;
        self.kept = true;
        // The name must survive a power cut as well.
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Unfinished {
    /// It has its name already.
    fn stays(mut self) {
        self.kept = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.kept {
            // Whatever of it is there; an error on the way out would hide the one before.
            let _ = if self.path.is_dir() {
                std::fs::remove_dir_all(&self.path)
            } else {
                std::fs::remove_file(&self.path)
            };
        }
    }
}

/// `FILE` with something behind its name.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    name.into()
}

/// What went wrong, and with what.
fn at(path: &Path) -> impl Fn(io::Error) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}

/// A database's own words, without the kernel's around them.
fn said(error: kernel::Error) -> String {
    match error {
        kernel::Error::Internal(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
