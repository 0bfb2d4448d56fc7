//! Opening an open channel.

use audit::api::Entry;
use channels::ChannelKind;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::OpenChannelView;
use crate::{
    model::{Details, OpenChannel},
    queries,
};

/// A new open channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOpenChannel {
    /// The name colleagues see: 1 to 60 characters.
    name: String,
    /// What is called with what is said: `https`, up to 2,000 characters; may follow later.
    callback_url: Option<String>,
    /// Whether that address may lie in a private network or on this machine, and be called without TLS.
    #[serde(default)]
    inside: bool,
}

/// Opens an open channel. Its secret is made at `/channels/{id}/identity-secret`.
#[utoipa::path(post, path = "/open-channels", tag = "open", request_body = NewOpenChannel, responses((status = 200, body = OpenChannelView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewOpenChannel>) -> Answer<OpenChannelView> {
    let NewOpenChannel { name, callback_url, inside } = request;
    let details = Details { callback_url, inside: Some(inside) };
    let view = cx
        .write(move |tx| {
            let permit = channels::api::may_manage(tx.actor(), tx.now())?;
            let channel = channels::api::open(tx, &permit, ChannelKind::Open, &name)?;
            let open = OpenChannel::new(channel.id, tx.now()).with(&permit, details.clone())?;
            queries::insert(tx, &open)?;
            audit::api::record(tx, Entry::new("openchannel.created", "channel", channel.id).created(&open))?;
            OpenChannelView::of(tx, open)
        })
        .await?;
    Ok(Json(view))
}
