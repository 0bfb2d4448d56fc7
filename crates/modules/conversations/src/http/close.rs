//! Ending a conversation.

use http::{Answer, Cx, Json, Path};
use kernel::Check;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    model::{Conversation, ConversationId},
    policy, queries,
};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closure {
    /// Why it is over, if there is something to say: at most 200 characters.
    reason: Option<String>,
}

/// Closes a conversation. A customer who writes again opens the next one.
#[utoipa::path(post, path = "/conversations/{id}/closure", tag = "conversations", params(("id" = ConversationId, Path)), request_body = Closure, responses((status = 200, body = Conversation)))]
pub(crate) async fn close(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<Closure>,
) -> Answer<Conversation> {
    let closed = cx
        .write(move |tx| {
            let conversation = queries::find(tx, id)?;
            let permit = policy::may_close(tx.actor(), &conversation, tx.now())?;
            Check::new().maybe_text("reason", request.reason.as_deref(), 1..=200).done()?;
            api::close(tx, &permit, id, request.reason.clone())
        })
        .await?;
    Ok(Json(closed))
}
