//! Setting an open channel otherwise.

use audit::api::Entry;
use channels::ChannelState;
use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::OpenChannelView;
use crate::{model::Details, queries};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenChannelChange {
    /// The version that was seen.
    version: i64,
    /// The name colleagues see: 1 to 60 characters.
    name: Option<String>,
    /// Whether it takes new conversations.
    state: Option<ChannelState>,
    /// What is called with what is said; empty: nothing is carried.
    callback_url: Option<String>,
    /// Whether that address may lie in a private network or on this machine, and be called without TLS.
    inside: Option<bool>,
}

/// Sets an open channel otherwise, pauses or resumes it.
#[utoipa::path(patch, path = "/open-channels/{id}", tag = "open", params(("id" = ChannelId, Path)), request_body = OpenChannelChange, responses((status = 200, body = OpenChannelView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<ChannelId>,
    Json(request): Json<OpenChannelChange>,
) -> Answer<OpenChannelView> {
    let OpenChannelChange { version, name, state, callback_url, inside } = request;
    let details = Details { callback_url, inside };
    let view = cx
        .write(move |tx| {
            let permit = channels::api::may_manage(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let channel = channels::api::get(tx, id)?;
            let mut after = before.clone().with(&permit, details.clone())?;
            after.version = version + 1;
            queries::save(tx, &after)?;
            let (name, state) = (name.clone().unwrap_or(channel.name), state.unwrap_or(channel.state));
            channels::api::set(tx, &permit, id, &name, state)?;
            audit::api::record(tx, Entry::new("openchannel.changed", "channel", id).change(&before, &after))?;
            OpenChannelView::of(tx, after)
        })
        .await?;
    Ok(Json(view))
}
