//! Open channels as colleagues see them.

use channels::ChannelState;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{ChannelId, Page, PageQuery, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{OpenChannel, Report},
    queries,
};

/// An open channel, and how the calls went.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenChannelView {
    /// The channel.
    id: ChannelId,
    /// The name colleagues see.
    name: String,
    /// Whether it takes new conversations.
    state: ChannelState,
    /// The path that is called with what customers say, on this host.
    #[schema(example = "/open/wk_1")]
    path: String,
    /// What is called with what is said to them; none: nothing is carried.
    callback_url: Option<String>,
    /// Whether that address may lie in a private network or on this machine, and be called without TLS.
    inside: bool,
    /// Since when there is a secret to sign with; none without. It is made at `/channels/{id}/identity-secret`.
    secret_since: Option<Timestamp>,
    /// How calls went, one for each outcome, the latest first.
    reports: Vec<Report>,
    /// Since when.
    created_at: Timestamp,
    /// Rises with each change; a change of an older version is refused.
    version: i64,
}

impl OpenChannelView {
    pub(super) fn of(tx: &mut Tx<'_>, open: OpenChannel) -> Result<Self> {
        let channel = channels::api::get(tx, open.channel_id)?;
        Ok(Self {
            id: open.channel_id,
            name: channel.name,
            state: channel.state,
            path: format!("/open/{}", channel.public_key),
            callback_url: open.callback_url,
            inside: open.inside,
            secret_since: channels::api::secret_since(tx, open.channel_id)?,
            reports: queries::reports(tx, open.channel_id)?,
            created_at: open.created_at,
            version: open.version,
        })
    }
}

/// Lists open channels, oldest first.
#[utoipa::path(get, path = "/open-channels", tag = "open", params(PageQuery), responses((status = 200, body = Page<OpenChannelView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<OpenChannelView>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = channels::api::may_read(tx.actor())?;
            let rows = queries::list(tx, &scope, &after, limit + 1)?;
            rows.into_iter().map(|row| OpenChannelView::of(tx, row)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One open channel.
#[utoipa::path(get, path = "/open-channels/{id}", tag = "open", params(("id" = ChannelId, Path)), responses((status = 200, body = OpenChannelView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ChannelId>) -> Answer<OpenChannelView> {
    let view = cx
        .read(move |tx| {
            let _scope = channels::api::may_read(tx.actor())?;
            let open = queries::find(tx, id)?;
            OpenChannelView::of(tx, open)
        })
        .await?;
    Ok(Json(view))
}
