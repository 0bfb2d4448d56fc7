//! What became of what was said in a conversation.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api, carrier::Limits, model::Delivery, queries};

/// What became of the messages a channel carries, and what it allows now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// The last 500, the latest first; none where the customer sees what is said at once.
    deliveries: Vec<Delivery>,
    /// What the channel allows now.
    limits: Limits,
}

/// What became of the messages of a conversation that a channel carries, and what it allows now.
#[utoipa::path(get, path = "/conversations/{id}/deliveries", tag = "delivery", params(("id" = ConversationId, Path)), responses((status = 200, body = Deliveries)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Deliveries> {
    let app = cx.app().clone();
    let found = cx
        .read(move |tx| {
            let conversation = conversations::api::readable(tx, id)?;
            let limits = api::limits(&app, tx, &conversation)?;
            Ok(Deliveries { deliveries: queries::of_conversation(tx, id)?, limits })
        })
        .await?;
    Ok(Json(found))
}
