//! A customer is typing.

use axum::{body::Body, extract::State, response::Response};
use channels::ChannelKind;
use http::{App, Path};
use kernel::{Origin, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::signed::{Caller, Signed};

/// What a customer has typed so far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenTyping {
    /// Who, by your system's id.
    user_id: String,
    /// The words; empty: nothing any more. Cut at 500 characters.
    #[serde(default)]
    text: String,
}

/// It was heard.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenHeard {}

/// Tells whoever answers what the customer has typed so far; nothing is kept. Signed.
#[utoipa::path(post, path = "/open/{key}/typing", tag = "open", params(("key" = String, Path)), request_body = OpenTyping, responses((status = 200, body = OpenHeard)))]
pub(crate) async fn tell(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<OpenTyping>::read(app, ChannelKind::Open, key, caller, body).await?;
    let (channel, user) = (door.channel.id, said.user_id);
    let find = move |tx: &mut Tx<'_>| delivery::api::talking(tx, channel, &user);
    let told = match door.app.db().read(&Origin::system("openchannel"), find).await {
        Ok(Some(conversation)) => conversations::api::customer_typing(&door.app, conversation.id, &said.text),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    Ok(door.answer(told.map(|()| OpenHeard {})).await)
}
