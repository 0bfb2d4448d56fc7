//! Opening a channel.

use http::{Answer, Cx, Json};
use kernel::Error;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    model::{Channel, ChannelKind, ChannelSettings, Details, Origins},
    policy,
};

/// A new channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    /// What carries its messages.
    kind: ChannelKind,
    /// The name colleagues see: 1 to 60 characters.
    name: String,
    /// How it presents itself.
    settings: Option<ChannelSettings>,
    /// The pages that may embed it, at most 50; empty: all.
    allowed_origins: Option<Origins>,
}

/// Opens a channel.
#[utoipa::path(post, path = "/channels", tag = "channels", request_body = NewChannel, responses((status = 200, body = Channel)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewChannel>) -> Answer<Channel> {
    let NewChannel { kind, name, settings, allowed_origins } = request;
    let details = Details { name: Some(name), state: None, settings, allowed_origins };
    let channel = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let new = match kind {
                ChannelKind::WebChat => Channel::web_chat(tx.new_id(), "", tx.now(), tx.rng()),
                // The others are opened with what they are fed by.
                _ => return Err(Error::field("kind", "not_allowed")),
            };
            let mut channel = new.with(&permit, details.clone())?;
            channel.settings = channel.settings.said_in(settings::api::organisation(tx)?.locale.text());
            api::add(tx, &channel)?;
            Ok(channel)
        })
        .await?;
    Ok(Json(channel))
}
