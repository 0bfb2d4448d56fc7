//! Reading segments.

use http::{Answer, Cx, Json, Path};
use kernel::{Id, Page};

use crate::{api, model::Segment};

/// Lists the segments one may see, oldest first: one's own, and those colleagues share.
#[utoipa::path(get, path = "/segments", tag = "segments", responses((status = 200, body = Page<Segment>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Page<Segment>> {
    Ok(Json(Page { items: cx.read(api::list).await?, next_cursor: None }))
}

/// One segment.
#[utoipa::path(get, path = "/segments/{id}", tag = "segments", params(("id" = Id<Segment>, Path)), responses((status = 200, body = Segment)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Segment>>) -> Answer<Segment> {
    Ok(Json(cx.read(move |tx| api::get(tx, id)).await?))
}
