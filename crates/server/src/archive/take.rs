//! An installation written into an archive, while it runs.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use files::Place;
use flate2::{Compression, write::GzEncoder};
use kernel::{Error, Timestamp};
use store::portable::Reader;

use super::{CHECKS, Checks, Contents, Counted, Counter, FORMAT, MANIFEST, Manifest, Unfinished, at, beside, said};
use crate::config::Config;

/// Rows are written in pieces of about so many bytes: no more than one is held in memory.
const PIECE: usize = 4 << 20;

type Archive = tar::Builder<GzEncoder<BufWriter<File>>>;

/// Writes the whole installation into `file`, which must not be there yet. Blocks; call it outside the
/// async runtime.
///
/// # Errors
/// A text for the administrator; nothing is left of the file then.
pub fn backup(config: &Config, file: &Path, now: Timestamp) -> Result<Contents, String> {
    if file.exists() {
        return Err(format!("{} is there already: name another file, or move it away", file.display()));
    }
    let mut reader = Reader::open(&config.target).map_err(|error| match error {
        Error::NotFound => format!("there is no database in {}: name the folder with --data", config.data.display()),
        other => said(other),
    })?;
    let schema = reader.schema().map_err(|error| match error {
        Error::NotFound => "the database is empty: there is nothing to keep".into(),
        other => said(other),
    })?;
    let tables = reader.tables().map_err(said)?;
    let unfinished = Unfinished::new(beside(file, &format!(".part-{}", std::process::id())));
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.path);
    let opened = opened.map_err(at(&unfinished.path))?;
    let written = at(&unfinished.path);
    let mut archive = tar::Builder::new(GzEncoder::new(BufWriter::new(opened), Compression::fast()));
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        made_at: now.millis(),
        schema,
        tables: tables.clone(),
    };
    add(&mut archive, now, MANIFEST, &serde_json::to_vec_pretty(&manifest).map_err(|error| error.to_string())?)
        .map_err(&written)?;
    let mut checks = Checks::default();
    for table in &tables {
        let (mut counter, mut piece, mut rows, mut number) = (Counter::default(), Vec::new(), 0, 0);
        let mut put = |piece: &mut Vec<u8>, rows: &mut i64, counter: &mut Counter| -> io::Result<()> {
            number += 1;
            counter.rows(*rows, piece);
            add(&mut archive, now, &format!("tables/{}/{number:06}.ndjson", table.name), piece)?;
            piece.clear();
            *rows = 0;
            Ok(())
        };
        let outcome = reader.rows(table, |row| {
            serde_json::to_writer(&mut piece, &row).map_err(Error::internal)?;
            piece.push(b'\n');
            rows += 1;
            if piece.len() < PIECE {
                Ok(())
            } else {
                put(&mut piece, &mut rows, &mut counter).map_err(Error::internal)
            }
        });
        outcome.map_err(said)?;
        if rows > 0 {
            put(&mut piece, &mut rows, &mut counter).map_err(&written)?;
        }
        checks.tables.insert(table.name.clone(), counter.check());
    }
    // Every row that names a file was read above, and a file comes before its row: none is missed.
    let mut counter = Counter::default();
    if let Place::Folder(folder) = &config.files {
        stored(&mut archive, folder, "files", &mut counter)?;
    }
    checks.files = counter.check();
    add(&mut archive, now, CHECKS, &serde_json::to_vec_pretty(&checks).map_err(|error| error.to_string())?)
        .map_err(&written)?;
    let mut inner = archive.into_inner().and_then(GzEncoder::finish).map_err(&written)?;
    inner.flush().and_then(|()| inner.get_ref().sync_all()).map_err(&written)?;
    drop(written);
    unfinished.keep(file).map_err(at(file))?;
    Ok(Contents::of(&checks))
}

fn add(archive: &mut Archive, now: Timestamp, name: &str, bytes: &[u8]) -> io::Result<()> {
    archive.append_data(&mut header(bytes.len() as u64, now.millis() / 1_000), name, bytes)
}

fn header(size: u64, seconds: i64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(seconds).unwrap_or_default());
    header
}

/// Every file below `folder`, in the order of their names. Links are not followed, what is half written is
/// left out, and what is deleted meanwhile is passed over.
fn stored(archive: &mut Archive, folder: &Path, name: &str, counter: &mut Counter) -> Result<(), String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(folder)(error)),
    };
    let mut found = entries
        .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
        .collect::<Result<Vec<_>, _>>()
        .map_err(at(folder))?;
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (entry, kind) in found {
        let path = folder.join(&entry);
        let Some(own) = entry.to_str().filter(|own| super::restore::plain(own)) else { continue };
        let name = format!("{name}/{own}");
        if kind.is_dir() {
            stored(archive, &path, &name, counter)?;
        } else if kind.is_file() {
            let file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(at(&path)(error)),
            };
            let size = file.metadata().map_err(at(&path))?.len();
            counter.file(&name, size);
            let bytes = Counted { inner: file.take(size), counter: &mut *counter };
            archive.append_data(&mut header(size, 0), &name, bytes).map_err(at(&path))?;
        }
    }
    Ok(())
}
