//! Printed forms and reports: said once, shown as PDF on A4 and as a workbook.

mod bars;
mod breaks;
mod codes;
mod font;
mod hand;
mod layout;
mod model;
mod pdf;
mod picture;
mod xlsx;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use http::{App, Module, Problem};
use kernel::{Error, Result};
use serde::Deserialize;
use utoipa::ToSchema;

pub use hand::Hand;
pub use model::{Cell, Document, Grid, Look, Part, Row, Value};
pub use picture::Picture;

/// As what a document is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormat {
    /// To be read and printed.
    Pdf,
    /// To be reckoned with.
    Xlsx,
}

/// What prints: which typeface an administrator chose.
#[derive(Clone, Debug, Default)]
pub struct Printer(Option<Arc<Path>>);

/// The printer, for the composition: it sets with the typeface at `font`, or looks for one on this machine. It is no
/// slice of its own: no operations, no tables.
pub fn module(font: Option<PathBuf>) -> Module {
    Module::new("documents").part(Printer(font.map(Into::into))).locales(&[
        ("zh-CN", include_str!("../locales/zh-CN.json")),
        ("zh-TW", include_str!("../locales/zh-TW.json")),
        ("en", include_str!("../locales/en.json")),
    ])
}

impl DocumentFormat {
    /// As it stands in an address and on the trail.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
        }
    }
}

impl Printer {
    /// The bytes of a document. Takes a processor for a while: not for the async runtime.
    ///
    /// # Errors
    /// [`Error::Conflict`] `documents.no_font` for a PDF without a typeface; [`Error::Internal`].
    pub fn print(&self, document: &Document, format: DocumentFormat) -> Result<Vec<u8>> {
        match format {
            DocumentFormat::Pdf => pdf::pdf(document, self.0.as_deref()),
            DocumentFormat::Xlsx => xlsx::xlsx(document),
        }
    }
}

/// A document as an HTTP answer: a PDF to be shown, a workbook to be saved, under `name` without its ending, which is
/// ASCII. Nobody keeps a copy on the way.
///
/// # Errors
/// As [`Printer::print`].
pub async fn answer(app: &App, document: Document, format: DocumentFormat, name: &str) -> Result<Response, Problem> {
    let printer = app.part::<Printer>();
    let bytes =
        tokio::task::spawn_blocking(move || printer.print(&document, format)).await.map_err(Error::internal)??;
    let (mime, how, ending) = match format {
        DocumentFormat::Pdf => ("application/pdf", "inline", "pdf"),
        DocumentFormat::Xlsx => {
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment", "xlsx")
        }
    };
    let disposition =
        HeaderValue::from_str(&format!("{how}; filename=\"{name}.{ending}\"")).map_err(Error::internal)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
