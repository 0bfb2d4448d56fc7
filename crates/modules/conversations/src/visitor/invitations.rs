//! What is heard of invitations before anybody opens the chat.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
};
use http::{App, Path, Problem};

use super::{limits::VisitorLimits, who};

/// An invitation was shown on a page: counted, and nothing else is known of who saw it.
#[utoipa::path(post, path = "/widget/channels/{public_key}/invitations/{id}", tag = "widget", params(("public_key" = String, Path), ("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn shown(
    State(app): State<App>,
    headers: HeaderMap,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path((public_key, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let origin = Arc::new(who::stranger_from(&app, &headers, from));
    app.part::<VisitorLimits>().hello(origin.ip, app.clock().now(), app.limits())?;
    let channel = channels::api::named(&app, public_key).await?;
    who::page_of(&headers).may_embed(&channel)?;
    app.db().append(&origin, move |tx| channels::api::count_invitation(tx, channel.id, &id, false)).await?;
    Ok(StatusCode::NO_CONTENT)
}
