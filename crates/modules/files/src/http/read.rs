//! Reading a file.

use axum::{http::HeaderMap, response::Response};
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::Result;

use crate::{
    api,
    disk::Store,
    links::{self, Link, Size},
    model::{FileId, StoredFile},
    policy, queries,
};

/// What is known of a file, for the one who sent it and for whoever may read files.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = StoredFile)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<FileId>) -> Answer<StoredFile> {
    Ok(Json(seen(&cx, id).await?))
}

/// A file's bytes, for the same people and for whoever holds a link. Images are shown, all else is saved. With
/// `size=thumb` a JPEG of at most 480 pixels a side; `files.no_thumbnail` where there is none.
#[utoipa::path(get, path = "/files/{id}/content", tag = "files", params(("id" = FileId, Path), Link), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn content(
    cx: Cx,
    Path(id): Path<FileId>,
    Query(link): Query<Link>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = links::key(cx.app()).await?;
    let file = if key.opens(&link, id, cx.app().clock().now()) {
        cx.read(move |tx| queries::find(tx, id)).await?
    } else {
        seen(&cx, id).await?
    };
    let store = cx.app().part::<Store>();
    Ok(match link.size {
        Some(Size::Thumb) => api::open_thumbnail(&store, &file, &headers).await?,
        None => api::open(&store, &file, &headers).await?,
    })
}

async fn seen(cx: &Cx, id: FileId) -> Result<StoredFile> {
    cx.read(move |tx| {
        tx.actor().staff()?;
        let file = queries::find(tx, id)?;
        policy::may_read(tx.actor(), &file).map(|()| file)
    })
    .await
}
