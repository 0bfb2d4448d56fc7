//! Marking as read.

use http::{Answer, Cx, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    model::{Conversation, ConversationId},
    policy, queries,
};

/// How far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadUpTo {
    /// The number of the last fact that was seen.
    seq: i64,
}

/// Marks a conversation as read by the department up to a number. Never goes back.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "conversations", params(("id" = ConversationId, Path)), request_body = ReadUpTo, responses((status = 200, body = Conversation)))]
pub(crate) async fn mark_read(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<ReadUpTo>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    let marked = cx
        .app()
        .db()
        .append(cx.origin(), move |tx| {
            let conversation = queries::lock(tx, id)?;
            let side = policy::may_reply(tx.actor(), &conversation)?;
            api::mark_read(tx, conversation, side, request.seq)
        })
        .await?;
    Ok(Json(marked))
}
