//! The files of the demo story: small pictures and a document, drawn here. Their bytes lie in the
//! store like those of any other.

mod paper;
mod pictures;

use http::Demo;
use kernel::{Error, Result};
use store::{Fact, Tx};

use crate::{
    disk::Store,
    events::FileStored,
    model::{OwnerKind, StoredFile, owner_of},
    queries,
    sniff::{Sniffer, Verdict},
};

/// Lets whoever acts in the story send what is called `what`, under this name.
///
/// # Errors
/// [`Error::Internal`] when nothing is called so; from the disk or the database.
pub fn sent(tx: &mut Tx<'_>, demo: &Demo, what: &str, name: &str) -> Result<StoredFile> {
    let found = pictures::drawn(what).or_else(|| paper::printed(what));
    let bytes = found.ok_or_else(|| Error::internal(format!("demo: {what}")))?;
    brought(tx, demo, name, bytes)
}

/// Lets whoever acts in the story send these bytes, under this name.
///
/// # Errors
/// [`Error::Internal`] when they are no file that is taken; from the disk or the database.
pub fn brought(tx: &mut Tx<'_>, demo: &Demo, name: &str, bytes: &[u8]) -> Result<StoredFile> {
    let mut sniffer = Sniffer::new();
    sniffer.pass(bytes);
    let Verdict { kind, sha256, measure, .. } = sniffer.finish(name).map_err(Error::internal)?;
    let (owner_kind, owner_id) = owner_of(tx.actor())?;
    let file = StoredFile {
        id: tx.new_id(),
        name: kind.name(name),
        mime: kind.mime.to_owned(),
        size: i64::try_from(bytes.len()).map_err(Error::internal)?,
        sha256,
        width: measure.map(|(width, _)| i64::from(width)),
        height: measure.map(|(_, height)| i64::from(height)),
        owner_kind,
        owner_id,
        purpose: "message".to_owned(),
        loose_since: Some(tx.now()),
        created_at: tx.now(),
    };
    // The bytes before the row, as ever; should the story not come true, the sweep finds them.
    demo.app.part::<Store>().keep(file.id, bytes)?;
    queries::insert(tx, &file)?;
    if file.owner_kind == OwnerKind::Staff {
        audit::api::record(tx, audit::api::Entry::new("files.sent", "file", file.id).created(&file))?;
    }
    let fact = FileStored { file_id: file.id, owner_kind, mime: file.mime.clone(), size: file.size };
    tx.emit(Fact::new(FileStored::KIND, file.id, &fact)?);
    Ok(file)
}
