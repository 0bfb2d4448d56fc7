//! What other modules call.

use std::{fmt::Display, sync::Arc};

use axum::{
    body::Body,
    extract::{Multipart, multipart::Field},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use http::{App, Problem};
use kernel::{Actor, Error, Origin, Result};
use store::Tx;

pub use crate::{
    demo::{brought, sent},
    links::LinkKey,
    receive::{LARGEST, REQUEST},
};
use crate::{
    disk::Store,
    jobs,
    kinds::Kind,
    links,
    model::{FileId, StoredFile},
    queries, receive as receiving, thumbs,
};

/// Takes in one file of a multipart request, from whoever acts in `origin`; a visitor's handler makes
/// that origin itself. It is kept for a day, and longer once [`attach`] names what refers to it.
///
/// The handler must lift axum's body limit: `DefaultBodyLimit::max(files::api::REQUEST)`.
///
/// # Errors
/// [`Error::Invalid`] on field `file`: `too_large`, `type_refused`, `empty_file`, `too_many_pixels`,
/// `unreadable_image`, `unreadable`; [`Error::Limited`]; answer them with [`refusal`].
pub async fn receive(app: &App, origin: &Arc<Origin>, purpose: &'static str, field: Field<'_>) -> Result<StoredFile> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let chunks = stream::try_unfold(field, async |mut field| {
        let chunk = field.chunk().await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::field("file", "too_large"),
            _ => Error::field("file", "unreadable"),
        })?;
        Ok(chunk.map(|chunk| (chunk, field)))
    });
    receiving::receive(app, origin, &name, purpose, chunks).await
}

/// Takes in the file in the field `file` of a multipart request, as [`receive`] does.
///
/// # Errors
/// As [`receive`]; [`Error::Invalid`] `required` without one.
pub async fn receive_form(
    app: &App,
    origin: &Arc<Origin>,
    purpose: &'static str,
    mut form: Multipart,
) -> Result<StoredFile> {
    while let Some(field) = form.next_field().await.map_err(|_| Error::field("file", "unreadable"))? {
        if field.name() == Some("file") && field.file_name().is_some() {
            return receive(app, origin, purpose, field).await;
        }
    }
    Err(Error::field("file", "required"))
}

/// Takes in a file from any stream: a mail's attachment, a call's recording.
///
/// # Errors
/// As [`receive`], and what the stream brings.
pub async fn receive_stream<S>(
    app: &App,
    origin: &Arc<Origin>,
    purpose: &'static str,
    name: &str,
    chunks: S,
) -> Result<StoredFile>
where
    S: Stream<Item = Result<Bytes>>,
{
    receiving::receive(app, origin, name, purpose, chunks).await
}

/// A refusal on its way out: 413 for what is too large.
pub fn refusal(error: Error) -> Response {
    let too_large = matches!(&error, Error::Invalid(bad) if bad.iter().any(|bad| bad.code == "too_large"));
    if too_large {
        return Problem(error).answered_as(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Problem(error).into_response()
}

/// The file of this id.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: FileId) -> Result<StoredFile> {
    queries::find(tx, id)
}

/// Says that `subject` refers to the file, which keeps it. Only the one who sent a file, or the
/// product itself, can attach it. Saying it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the actor sent no such file.
pub fn attach(tx: &mut Tx<'_>, id: FileId, subject_kind: &'static str, subject: impl Display) -> Result<StoredFile> {
    let mut file = queries::find(tx, id)?;
    if !file.is_from(tx.actor()) && !matches!(tx.actor(), Actor::System(_)) {
        return Err(Error::NotFound);
    }
    queries::link(tx, id, subject_kind, &subject.to_string())?;
    queries::set_loose(tx, id, None)?;
    file.loose_since = None;
    Ok(file)
}

/// Takes back what [`attach`] said. A file that nothing refers to any more is deleted after a day.
///
/// # Errors
/// From the database.
pub fn detach(tx: &mut Tx<'_>, id: FileId, subject_kind: &'static str, subject: impl Display) -> Result<()> {
    queries::unlink(tx, id, subject_kind, &subject.to_string())?;
    if queries::is_linked(tx, id)? {
        return Ok(());
    }
    let now = tx.now();
    queries::set_loose(tx, id, Some(now))
}

/// The files that `subject` refers to, oldest first.
///
/// # Errors
/// From the database.
pub fn attached(tx: &mut Tx<'_>, subject_kind: &'static str, subject: impl Display) -> Result<Vec<StoredFile>> {
    queries::of_subject(tx, subject_kind, &subject.to_string())
}

/// The key that signs links: `key.link(file, until)` lets whoever holds the link read that file until
/// then. For modules that checked who asks.
///
/// # Errors
/// From the database.
pub async fn link_key(app: &App) -> Result<LinkKey> {
    links::key(app).await
}

/// The file as an HTTP answer, for whoever was found to be allowed: an image to be shown, all else to
/// be saved, nothing that could run. `headers` are the request's.
///
/// # Errors
/// [`Error::NotFound`] when its bytes are gone.
pub async fn open(store: &Store, file: &StoredFile, headers: &HeaderMap) -> Result<Response> {
    let etag = format!("\"{}\"", file.sha256);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|list| list.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes =
            store.read(file.id).await?.map_err(|error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>);
        let mut response = Body::from_stream(bytes).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, file.size.into());
        response
    };
    let kind = Kind::of(&file.mime);
    let shown = kind.is_some_and(Kind::shows);
    // What is no longer taken is still handed out, as bytes.
    let mime = kind.map_or("application/octet-stream", |kind| kind.mime);
    let disposition = disposition(if shown { "inline" } else { "attachment" }, &file.name);
    for (name, value) in [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::ETAG, etag.as_str()),
        // The bytes never change; who may read them can.
        (header::CACHE_CONTROL, "private, max-age=600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_str(value).map_err(Error::internal)?);
    }
    Ok(response)
}

/// The bytes of a file, at most [`LARGEST`] of them: for a module that sends it on.
///
/// # Errors
/// [`Error::NotFound`] when they are gone.
pub async fn bytes(app: &App, file: &StoredFile) -> Result<Vec<u8>> {
    let stream = app.part::<Store>().read(file.id).await?;
    let pieces: Vec<Bytes> = stream.try_collect().await.map_err(Error::internal)?;
    Ok(pieces.concat())
}

/// The file's thumbnail as an HTTP answer, for whoever was found to be allowed: a JPEG of at most 480
/// pixels a side, made when it is first asked for.
///
/// # Errors
/// [`Error::Conflict`] `files.no_thumbnail` for what is no image, moves, has more than 40 million pixels
/// or is broken: then there is only [`open`].
pub async fn open_thumbnail(store: &Store, file: &StoredFile, headers: &HeaderMap) -> Result<Response> {
    thumbs::open(store, file, headers).await
}

/// What refers to a file, of this kind.
///
/// # Errors
/// From the database.
pub fn subjects(tx: &mut Tx<'_>, id: FileId, subject_kind: &'static str) -> Result<Vec<String>> {
    queries::subjects(tx, id, subject_kind)
}

/// Deletes what is nobody's, as the hourly job does: files nothing has referred to for a day, bytes
/// that were never written down.
///
/// # Errors
/// From the database or the disk; what it had not reached by then it reaches next time.
pub async fn sweep(app: &App) -> Result<()> {
    jobs::sweep(app.db(), &Origin::system("files"), &app.part::<Store>()).await
}

/// The name in both spellings: RFC 6266, and plain ASCII for programs that know no other.
fn disposition(how: &str, name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => full.push(char::from(byte)),
            other => full.push_str(&format!("%{other:02X}")),
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let header = disposition("attachment", "发\"票\r\n;.pdf");
        assert_eq!(header, "attachment; filename=\"______.pdf\"; filename*=UTF-8''%E5%8F%91%22%E7%A5%A8%0D%0A%3B.pdf");
    }
}
