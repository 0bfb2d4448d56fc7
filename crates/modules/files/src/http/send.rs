//! Sending a file.

use axum::{extract::Multipart, response::Response};
use http::{Cx, Json};
use kernel::Error;
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
    api::receive_form(cx.app(), cx.origin(), "upload", form).await.map(Json).map_err(api::refusal)
}
