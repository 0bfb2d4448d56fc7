//! A customer says goodbye.

use axum::{body::Body, extract::State, response::Response};
use channels::ChannelKind;
use conversations::{Conversation, ConversationId};
use http::{App, Path};
use kernel::{Origin, Result, Visitor};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::signed::{Caller, Signed};

/// A customer left.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenDeparture {
    /// Who, by your system's id.
    user_id: String,
}

/// What was ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenDepartureTaken {
    /// Their conversation; none when none was open.
    conversation_id: Option<ConversationId>,
}

/// Ends the conversation of a customer who left; their next message opens the next. Signed.
#[utoipa::path(post, path = "/open/{key}/departures", tag = "open", params(("key" = String, Path)), request_body = OpenDeparture, responses((status = 200, body = OpenDepartureTaken)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<OpenDeparture>::read(app, ChannelKind::Open, key, caller, body).await?;
    let (once, user) = (door.clone(), said.user_id);
    let find = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        delivery::api::talking(tx, once.channel.id, &user)
    };
    let left = match door.app.db().write(&Origin::system("openchannel"), find).await {
        Ok(Some(Conversation { id, customer_id, channel_id, .. })) => {
            let by = door.by(Visitor { customer: customer_id, channel: channel_id });
            let leave = move |tx: &mut Tx<'_>| conversations::api::leave(tx, id).map(|left| Some(left.id));
            door.app.db().write(&by, leave).await
        }
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    Ok(door.answer(left.map(|conversation_id| OpenDepartureTaken { conversation_id })).await)
}
