//! Setting a channel otherwise.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    model::{Channel, ChannelSettings, ChannelState, Details, Origins},
    policy, queries,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelChange {
    /// The version that was seen.
    version: i64,
    /// The name colleagues see: 1 to 60 characters.
    name: Option<String>,
    /// Whether it takes new conversations.
    state: Option<ChannelState>,
    /// How it presents itself; replaces all of it.
    settings: Option<ChannelSettings>,
    /// The pages that may embed it, at most 50; empty: all. Replaces the list.
    allowed_origins: Option<Origins>,
}

/// Renames, pauses, resumes or sets a channel otherwise.
#[utoipa::path(patch, path = "/channels/{id}", tag = "channels", params(("id" = ChannelId, Path)), request_body = ChannelChange, responses((status = 200, body = Channel)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<ChannelId>, Json(request): Json<ChannelChange>) -> Answer<Channel> {
    let ChannelChange { version, name, state, settings, allowed_origins } = request;
    let details = Details { name, state, settings, allowed_origins };
    let channel = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let mut after = before.clone().with(&permit, details.clone())?;
            after.version = version + 1;
            queries::save(tx, &after)?;
            audit::api::record(tx, Entry::new("channels.changed", "channel", id).change(&before, &after))?;
            api::told(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(channel))
}
