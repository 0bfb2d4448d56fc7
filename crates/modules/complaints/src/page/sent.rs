//! What a form with files brings: short texts by name, and files that were looked at as any are.

use std::collections::HashMap;

use axum::extract::{Multipart, multipart::Field};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use files::FileId;
use http::App;
use kernel::{Error, Result};

/// Files in one form, at most.
const MOST: usize = 5;
/// Fields in one form, at most: a form's own, each choice one.
const MOST_TEXTS: usize = 400;
/// The longest text of a field, in bytes; a drawn name is the longest.
const LONGEST: usize = 3 << 20;

/// What came.
#[derive(Debug, Default)]
pub struct Sent {
    texts: HashMap<String, String>,
    /// What was looked at and kept.
    pub files: Vec<FileId>,
}

impl Sent {
    /// What a field says, without white space around it; up to `most` characters.
    pub fn text(&self, name: &str, most: usize) -> String {
        self.texts.get(name).map(|text| text.trim().chars().take(most).collect()).unwrap_or_default()
    }

    /// Reads a form to its end; files are kept for `purpose`.
    ///
    /// # Errors
    /// As `files::api::receive`; too many files, too long a text.
    pub(crate) async fn read(app: &App, purpose: &'static str, mut form: Multipart) -> Result<Self> {
        let mut sent = Self::default();
        while let Some(field) = form.next_field().await.map_err(|_| Error::field("file", "unreadable"))? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name() {
                Some("") => {}
                Some(_) if sent.files.len() >= MOST => return Err(Error::field("file", "too_many")),
                Some(_) => sent.files.push(files::api::receive(app, &super::system(), purpose, field).await?.id),
                None if sent.texts.len() >= MOST_TEXTS => return Err(Error::field("form", "too_many")),
                None => {
                    let text = read(field).await?;
                    sent.texts.insert(name, text);
                }
            }
        }
        Ok(sent)
    }

    /// The picture that was drawn, as a file; none where nothing was.
    ///
    /// # Errors
    /// As `files::api::receive`; what is no PNG as browsers say it.
    pub(super) async fn drawn(&self, app: &App, purpose: &'static str) -> Result<Option<FileId>> {
        let Some(said) = self.texts.get("drawn").filter(|said| !said.is_empty()) else { return Ok(None) };
        let unreadable = || Error::field("drawn", "unreadable");
        let data = said.strip_prefix("data:image/png;base64,").ok_or_else(unreadable)?;
        let bytes = Bytes::from(STANDARD.decode(data).map_err(|_| unreadable())?);
        let chunks = futures_util::stream::iter([Ok(bytes)]);
        let file = files::api::receive_stream(app, &super::system(), purpose, "signature.png", chunks).await?;
        Ok(Some(file.id))
    }
}

async fn read(mut field: Field<'_>) -> Result<String> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Error::field("form", "unreadable"))? {
        if text.len() + chunk.len() > LONGEST {
            return Err(Error::field("form", "too_large"));
        }
        text.extend_from_slice(&chunk);
    }
    String::from_utf8(text).map_err(|_| Error::field("form", "unreadable"))
}
