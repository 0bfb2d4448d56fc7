//! An archive put into an empty installation, all of it or nothing.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, BufWriter, Read, Write as _},
    path::Path,
};

use files::Place;
use flate2::read::GzDecoder;
use kernel::{Error, Timestamp};
use store::{
    Migration, Target,
    portable::{Loader, Table, Values},
};

use super::{CHECKS, Checks, Contents, Counted, Counter, FORMAT, MANIFEST, Manifest, Unfinished, at, said};
use crate::config::Config;

/// The longest manifest, and the longest row, that is read.
const LONGEST: u64 = 64 << 20;
/// Rows put into the database at a time, and bytes.
const ROWS: usize = 500;
const BYTES: usize = 2 << 20;

/// Puts the archive into the installation, which must be empty: no database, no stored files. `steps` are
/// the whole schema of this release; an archive of an older one is brought up. Blocks; call it outside
/// the async runtime.
///
/// # Errors
/// A text for the administrator; the installation is as empty as before then.
pub fn restore(config: &Config, file: &Path, steps: &[Migration], now: Timestamp) -> Result<Contents, String> {
    let folder = config.data.join("files");
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!("{} is not empty: {}", folder.display(), advice(config)));
    }
    if let Target::Sqlite(path) = &config.target
        && path.exists()
    {
        return Err(format!("{} is there already: {}", path.display(), advice(config)));
    }
    let opened = File::open(file).map_err(at(file))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(opened)));
    let broken = |error: io::Error| format!("{} cannot be read as a backup: {error}", file.display());
    let mut entries = archive.entries().map_err(broken)?;
    let mut next = || -> Result<Option<(String, tar::Entry<'_, _>)>, String> {
        let Some(entry) = entries.next() else { return Ok(None) };
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| foreign(file))?;
        // Plain files under plain names: nothing else was ever written.
        if !entry.header().entry_type().is_file() || !name.split('/').all(plain) {
            return Err(format!("{}: it holds {name:?}, which no backup does", foreign(file)));
        }
        Ok(Some((name, entry)))
    };

    let Some((name, mut first)) = next()? else { return Err(foreign(file)) };
    let manifest: Manifest = match name.as_str() {
        MANIFEST => whole(&mut first).map_err(broken)?,
        _ => return Err(foreign(file)),
    };
    let older = known(&manifest, steps)?;

    fs::create_dir_all(&config.data).map_err(at(&config.data))?;
    let staged = Unfinished::new(config.data.join(format!("restoring-{}", std::process::id())));
    fs::create_dir(&staged.path).map_err(at(&staged.path))?;
    let target = match &config.target {
        Target::Sqlite(_) => Target::Sqlite(staged.path.join("zhike.db")),
        Target::Postgres(url) => Target::Postgres(url.clone()),
    };
    let mut loader = Loader::begin(&target, &older, now).map_err(|error| match error {
        Error::Forbidden(_) => format!("the database is not empty: {}", advice(config)),
        other => said(other),
    })?;
    let mut tables = BTreeMap::new();
    for table in &manifest.tables {
        if !loader.knows(table) {
            return Err(format!(
                "{}: its table {} has other columns than its release gave it",
                foreign(file),
                table.name
            ));
        }
        tables.insert(table.name.clone(), (table, Counter::default()));
    }

    let mut files = Counter::default();
    let checks: Checks = loop {
        let Some((name, mut entry)) = next()? else {
            return Err(format!("{} was cut off: what follows is missing. Take another backup", file.display()));
        };
        if name == CHECKS {
            break whole(&mut entry).map_err(broken)?;
        } else if let Some(piece) = name.strip_prefix("tables/") {
            let table = piece.split_once('/').map_or(piece, |(table, _)| table);
            let (table, counter) = tables.get_mut(table).ok_or_else(|| foreign(file))?;
            rows(&mut loader, table, counter, entry).map_err(|text| format!("{}: {text}", file.display()))?;
        } else if name.starts_with("files/") {
            if let Place::Bucket(bucket) = &config.files {
                return Err(format!(
                    "{} holds files, and a backup brings none into a bucket: restore without it, copy the folder `files` to {}, then start with it",
                    file.display(),
                    bucket.name
                ));
            }
            let path = staged.path.join(&name);
            let size = entry.size();
            files.file(&name, size);
            let mut counted = Counted { inner: &mut entry, counter: &mut files };
            put(&path, &mut counted).map_err(at(&path))?;
        } else {
            return Err(foreign(file));
        }
    };
    if next()?.is_some() {
        return Err(foreign(file));
    }
    let found = Checks {
        tables: tables.into_iter().map(|(name, (_, counter))| (name, counter.check())).collect(),
        files: files.check(),
    };
    if let Some(damaged) = damaged(&checks, &found, &loader.counts().map_err(said)?) {
        return Err(format!("{} is damaged: {damaged} is not what was written. Take another backup", file.display()));
    }
    place(config, loader, staged, steps, now)?;
    Ok(Contents::of(&found))
}

/// Gives everything its name. What was begun is taken back when the rest fails.
fn place(
    config: &Config,
    loader: Loader,
    staged: Unfinished,
    steps: &[Migration],
    now: Timestamp,
) -> Result<(), String> {
    let folder = config.data.join("files");
    let files = staged.path.join("files");
    if files.exists() {
        sync(&files).map_err(at(&files))?;
    } else {
        fs::create_dir(&files).map_err(at(&files))?;
    }
    // An empty one may be there.
    match fs::remove_dir(&folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(&folder)(error)),
    }
    fs::rename(&files, &folder).map_err(at(&folder))?;
    let placed = Unfinished::new(folder.clone());
    // From here on the database decides: once it is there, so is the installation.
    loader.finish(steps, now).map_err(said)?;
    if let Target::Sqlite(path) = &config.target {
        let made = staged.path.join("zhike.db");
        File::open(&made).and_then(|made| made.sync_all()).map_err(at(&made))?;
        fs::rename(&made, path).map_err(at(path))?;
    }
    placed.stays();
    File::open(&config.data).and_then(|data| data.sync_all()).map_err(at(&config.data))
}

/// The steps of this release that the archive's schema has come by.
fn known(manifest: &Manifest, steps: &[Migration]) -> Result<Vec<Migration>, String> {
    if manifest.format != FORMAT {
        return Err(format!(
            "the backup was made by zhike {} in a layout this program does not know: use that release or a newer one",
            manifest.version
        ));
    }
    let unknown = manifest.schema.iter().find(|name| steps.iter().all(|step| step.name != name.as_str()));
    if let Some(unknown) = unknown {
        return Err(format!(
            "the backup was made by zhike {}, which is newer than this program ({}): it knows {unknown}. Install that \
             release or a newer one, and restore with it",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        ));
    }
    Ok(steps.iter().filter(|step| manifest.schema.iter().any(|name| name == step.name)).copied().collect())
}

/// Puts a piece's rows into their table.
fn rows(loader: &mut Loader, table: &Table, counter: &mut Counter, entry: impl Read) -> Result<(), String> {
    let mut lines = BufReader::new(entry);
    let (mut waiting, mut bytes): (Vec<Values>, _) = (Vec::new(), 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read > 0 {
            let row = serde_json::from_slice(&line).map_err(|error| format!("a row of {}: {error}", table.name))?;
            counter.rows(1, &line);
            waiting.push(row);
            bytes += read;
        }
        if read == 0 || waiting.len() >= ROWS || bytes >= BYTES {
            loader.load(table, &waiting).map_err(said)?;
            waiting.clear();
            bytes = 0;
        }
        if read == 0 {
            return Ok(());
        }
    }
}

/// Writes a stored file below a folder that only this process knows.
fn put(path: &Path, bytes: &mut impl Read) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut file = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
    io::copy(bytes, &mut file)?;
    file.flush()?;
    file.get_ref().sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// What is not as it was written.
fn damaged(said: &Checks, found: &Checks, kept: &BTreeMap<String, i64>) -> Option<String> {
    let names = said.tables.keys().chain(found.tables.keys());
    let mut wrong = names.filter(|name| {
        let count = said.tables.get(*name).map(|check| check.count);
        said.tables.get(*name) != found.tables.get(*name) || kept.get(*name).copied() != count
    });
    wrong.next().map(|name| format!("the table {name}")).or((said.files != found.files).then(|| "a stored file".into()))
}

/// A small entry as a whole.
fn whole<T: serde::de::DeserializeOwned>(entry: &mut impl Read) -> io::Result<T> {
    let mut text = Vec::new();
    entry.take(LONGEST).read_to_end(&mut text)?;
    serde_json::from_slice(&text).map_err(io::Error::other)
}

/// Whether this is one plain name: no folder above, nothing hidden, nothing half written.
pub(super) fn plain(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.len() <= 128 && name.bytes().all(letter)
}

fn foreign(file: &Path) -> String {
    format!("{} is no backup of zhike", file.display())
}

fn advice(config: &Config) -> &'static str {
    match config.target {
        Target::Sqlite(_) => {
            "a backup is restored only where nothing is. Name another folder with --data, or move away what is there"
        }
        Target::Postgres(_) => {
            "a backup is restored only where nothing is. Name another folder with --data and an empty database with \
             --database"
        }
    }
}
