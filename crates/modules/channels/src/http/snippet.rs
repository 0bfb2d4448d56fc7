//! What a site puts into its pages.

use axum::http::{HeaderMap, header};
use http::{Answer, Cx, Json, Path};
use kernel::{ChannelId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{model::origin, policy, queries};

/// What a site puts into its pages, and what it must know to prove who its visitors are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Snippet {
    /// The tag; it may stand anywhere in the page.
    #[schema(example = "<script async src=\"https://chat.example.com/widget.js\" data-channel=\"wk_1\"></script>")]
    html: String,
    /// Since when there is a secret to prove with; none without.
    identity_secret_since: Option<Timestamp>,
}

/// The tag that puts the chat into a page, for the address this is asked under.
#[utoipa::path(get, path = "/channels/{id}/snippet", tag = "channels", params(("id" = ChannelId, Path)), responses((status = 200, body = Snippet)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ChannelId>, headers: HeaderMap) -> Answer<Snippet> {
    let (key, since) = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let channel = queries::find(tx, id)?;
            Ok((channel.public_key, queries::identity_secret(tx, id)?.map(|kept| kept.created_at)))
        })
        .await?;
    let base = base(&headers, cx.app().limits().trust_proxy);
    let html = format!("<script async src=\"{base}/widget.js\" data-channel=\"{key}\"></script>");
    Ok(Json(Snippet { html, identity_secret_since: since }))
}

/// The address we are asked under, as far as it can be told; without it the tag is for our own pages.
fn base(headers: &HeaderMap, behind_proxy: bool) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let asked_from = text(header::ORIGIN.as_str()).and_then(origin);
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let scheme = text("x-forwarded-proto").filter(|scheme| behind_proxy && *scheme == "https").unwrap_or("http");
    let own = asked_from.filter(|origin| origin.split_once("://").is_some_and(|(_, asked)| asked == host));
    own.or_else(|| origin(&format!("{scheme}://{host}"))).unwrap_or_default()
}
