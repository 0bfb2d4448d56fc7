//! All SQL of this module.

use kernel::{Error, Result, Timestamp};
use store::{Record, Tx, params, sql};

use crate::model::{FileId, StoredFile};

sql! {
    INSERT(StoredFile) = "INSERT INTO files ({cols}) VALUES ({vals})";
    FIND(StoredFile) = "SELECT {cols} FROM files WHERE id = $1";
    KNOWN = "SELECT id FROM files WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    SENT_SINCE = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE owner_id = $1 AND created_at > $2";
    SET_LOOSE = "UPDATE files SET loose_since = $2 WHERE id = $1";
    LOOSE = "SELECT id FROM files WHERE loose_since < $1 ORDER BY loose_since LIMIT 500";
    DELETE = "DELETE FROM files WHERE loose_since IS NOT NULL AND id = $1";

    LINK = "INSERT INTO file_links (file_id, subject_kind, subject_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    UNLINK = "DELETE FROM file_links WHERE file_id = $1 AND subject_kind = $2 AND subject_id = $3";
    ANY_LINK = "SELECT subject_id FROM file_links WHERE file_id = $1 LIMIT 1";
    SUBJECTS = "SELECT subject_id FROM file_links WHERE file_id = $1 AND subject_kind = $2 ORDER BY created_at, subject_id LIMIT 20";
    OF_SUBJECT(StoredFile) = "SELECT {cols} FROM files WHERE id IN (
        SELECT file_id FROM file_links WHERE subject_kind = $1 AND subject_id = $2) ORDER BY created_at, id";

    SECRET = "SELECT secret FROM file_secrets WHERE purpose = $1";
    INSERT_SECRET = "INSERT INTO file_secrets (purpose, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

pub(crate) fn insert(tx: &mut Tx<'_>, file: &StoredFile) -> Result<()> {
    match tx.exec(&INSERT, &file.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a file was not written down")),
    }
}

pub(crate) fn find(tx: &mut Tx<'_>, id: FileId) -> Result<StoredFile> {
    tx.one(&FIND, params![id])
}

/// Those of these files that are written down.
pub(crate) fn known(tx: &mut Tx<'_>, ids: &[FileId]) -> Result<Vec<FileId>> {
    let ids = serde_json::json!(ids).to_string();
    Ok(tx.all::<(FileId,)>(&KNOWN, params![ids])?.into_iter().map(|(id,)| id).collect())
}

/// How many bytes this owner has sent since then.
pub(crate) fn sent_since(tx: &mut Tx<'_>, owner: &str, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&SENT_SINCE, params![owner, since])?.0)
}

pub(crate) fn set_loose(tx: &mut Tx<'_>, id: FileId, since: Option<Timestamp>) -> Result<()> {
    tx.exec(&SET_LOOSE, params![id, since]).map(drop)
}

/// Some of the files that nothing has referred to since before then.
pub(crate) fn loose(tx: &mut Tx<'_>, before: Timestamp) -> Result<Vec<FileId>> {
    Ok(tx.all::<(FileId,)>(&LOOSE, params![before])?.into_iter().map(|(id,)| id).collect())
}

/// Forgets a file that nothing refers to.
pub(crate) fn delete(tx: &mut Tx<'_>, id: FileId) -> Result<()> {
    tx.exec(&DELETE, params![id]).map(drop)
}

pub(crate) fn link(tx: &mut Tx<'_>, id: FileId, kind: &str, subject: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(&LINK, params![id, kind, subject, now]).map(drop)
}

pub(crate) fn unlink(tx: &mut Tx<'_>, id: FileId, kind: &str, subject: &str) -> Result<()> {
    tx.exec(&UNLINK, params![id, kind, subject]).map(drop)
}

pub(crate) fn is_linked(tx: &mut Tx<'_>, id: FileId) -> Result<bool> {
    Ok(tx.maybe::<(String,)>(&ANY_LINK, params![id])?.is_some())
}

pub(crate) fn subjects(tx: &mut Tx<'_>, id: FileId, kind: &str) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(&SUBJECTS, params![id, kind])?.into_iter().map(|(subject,)| subject).collect())
}

pub(crate) fn of_subject(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Vec<StoredFile>> {
    tx.all(&OF_SUBJECT, params![kind, subject])
}

pub(crate) fn secret(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<String>> {
    Ok(tx.maybe::<(String,)>(&SECRET, params![purpose])?.map(|(secret,)| secret))
}

/// Keeps a secret, unless another node has kept one already.
pub(crate) fn insert_secret(tx: &mut Tx<'_>, purpose: &str, secret: &str, now: Timestamp) -> Result<()> {
    tx.exec(&INSERT_SECRET, params![purpose, secret, now]).map(drop)
}
