//! Sorting conversations by tags.

use http::{Answer, Cx, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    about,
    model::{Conversation, ConversationId, Tags},
    policy, queries,
};

/// All of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTags {
    /// At most 20 of up to 30 characters, in place of those it had.
    tags: Vec<String>,
}

/// Sorts a conversation by these tags, in place of those it had; also a closed one.
#[utoipa::path(put, path = "/conversations/{id}/tags", tag = "conversations", params(("id" = ConversationId, Path)), request_body = NewTags, responses((status = 200, body = Conversation)))]
pub(crate) async fn set(cx: Cx, Path(id): Path<ConversationId>, Json(request): Json<NewTags>) -> Answer<Conversation> {
    cx.actor().staff()?;
    let tagged = cx
        .write(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_work(tx.actor(), &conversation)?;
            about::set_tags(tx, id, Tags::checked(request.tags.clone())?)
        })
        .await?;
    Ok(Json(tagged))
}
