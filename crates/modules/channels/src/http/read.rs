//! Channels as colleagues see them.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{ChannelId, Page, PageQuery};

use crate::{model::Channel, policy, queries};

/// Lists channels, oldest first.
#[utoipa::path(get, path = "/channels", tag = "channels", params(PageQuery), responses((status = 200, body = Page<Channel>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<Channel>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            queries::list(tx, &scope, &after, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One channel.
#[utoipa::path(get, path = "/channels/{id}", tag = "channels", params(("id" = ChannelId, Path)), responses((status = 200, body = Channel)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ChannelId>) -> Answer<Channel> {
    let channel = cx.read(move |tx| policy::may_read(tx.actor()).and_then(|_scope| queries::find(tx, id))).await?;
    Ok(Json(channel))
}
