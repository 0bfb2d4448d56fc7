//! Sending a file.

use axum::{extract::Multipart, response::Response};
use http::{Cx, Json};
use kernel::{Error, Result};
use utoipa::ToSchema;

use crate::{api, model::StoredFile, policy};

/// The form a file is sent in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart form")]
pub(crate) struct FileForm {
    /// One file: up to 20 MiB; images (JPEG, PNG, GIF, WebP, up to 50 megapixels), PDF, office
    /// documents, ZIP, plain text, common audio and video.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes in a file. It goes after a day unless something refers to it by then.
#[utoipa::path(post, path = "/files", tag = "files", request_body(content = FileForm, content_type = "multipart/form-data"), responses((status = 200, body = StoredFile)))]
pub(crate) async fn send(
    cx: Cx,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Json<StoredFile>, Response> {
    let _permit = policy::may_send(cx.actor(), cx.app().clock().now()).map_err(api::refusal)?;
    let form = form.map_err(|_| api::refusal(Error::field("content-type", "not_multipart")))?;
    first(&cx, form).await.map(Json).map_err(api::refusal)
}

async fn first(cx: &Cx, mut form: Multipart) -> Result<StoredFile> {
    while let Some(field) = form.next_field().await.map_err(|_| Error::field("file", "unreadable"))? {
        if field.name() == Some("file") && field.file_name().is_some() {
            return api::receive(cx.app(), cx.origin(), "upload", field).await;
        }
    }
    Err(Error::field("file", "required"))
}
