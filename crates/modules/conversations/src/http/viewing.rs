//! Who is looking at a conversation.

use http::{Answer, Cx, Json, Path};
use kernel::Result;

use crate::{model::ConversationId, policy, queries, typing};

/// Tells colleagues who have this conversation open that one looks at it, too. Nothing of it is kept; a client
/// says it again every 20 seconds while it shows, and when it hears of somebody new.
#[utoipa::path(post, path = "/conversations/{id}/viewing", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200)))]
pub(crate) async fn look(cx: Cx, Path(id): Path<ConversationId>) -> Answer<()> {
    Ok(Json(tell(cx, id, true).await?))
}

/// Tells them that one no longer does.
#[utoipa::path(delete, path = "/conversations/{id}/viewing", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200)))]
pub(crate) async fn leave(cx: Cx, Path(id): Path<ConversationId>) -> Answer<()> {
    Ok(Json(tell(cx, id, false).await?))
}

async fn tell(cx: Cx, id: ConversationId, here: bool) -> Result<()> {
    let staff = cx.actor().staff()?.clone();
    cx.read(move |tx| {
        let conversation = queries::find(tx, id)?;
        policy::may_read(tx.actor(), &conversation)
    })
    .await?;
    typing::agent_viewing(cx.app(), id, &staff, here)
}
