//! Putting conversations together, and taking them apart.

use http::{Answer, Cx, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    line::QueuePlace,
    merge,
    model::{Conversation, ConversationId},
    split::{self, NewSplit},
};

/// With which.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConversationMerge)]
pub(crate) struct MergeRequest {
    /// The conversation that stays: an open one of the same person, on whatever channel.
    into: ConversationId,
}

/// Puts a conversation together with another one of the same person. The one that moves is over and leads to the one
/// that stays, which is answered; no message moves. Its tags, links, those who take part and what waits for an answer
/// go along. What the customer writes on its channel afterwards opens a conversation that says that it goes on with the
/// one that stays.
#[utoipa::path(post, path = "/conversations/{id}/merge", tag = "conversations", params(("id" = ConversationId, Path)), request_body = MergeRequest, responses((status = 200, body = Conversation)))]
pub(crate) async fn merge(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<MergeRequest>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    Ok(Json(cx.append(move |tx| merge::merge(tx, id, request.into)).await?))
}

/// Takes that back, as long as nobody has said or done anything in either since. Answers the one that had moved.
#[utoipa::path(delete, path = "/conversations/{id}/merge", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
pub(crate) async fn undo(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    cx.actor().staff()?;
    Ok(Json(cx.append(move |tx| merge::undo(tx, id)).await?))
}

/// Which part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConversationSplit)]
pub(crate) struct SplitRequest {
    /// The numbers of its messages: 1 to 50; what was said, not what happened.
    messages: Vec<i64>,
    /// What it is about: 1 to 100 characters. By mail it is the subject of what is answered.
    subject: String,
    /// Whether whoever splits has it; else it waits in the same queue.
    #[serde(default)]
    mine: bool,
}

/// Makes a conversation of its own of some messages, which are copied: the original says all it said. It stands beside
/// the one the customer writes in. By mail it is answered as a thread of its own; on other channels the customer is
/// answered in the open one, until that is over and this one is resumed. Put together with the original again
/// (`/merge`), it is undone.
#[utoipa::path(post, path = "/conversations/{id}/split", tag = "conversations", params(("id" = ConversationId, Path)), request_body = SplitRequest, responses((status = 200, body = Conversation)))]
pub(crate) async fn split(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<SplitRequest>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    let line = cx.app().part::<Box<dyn QueuePlace>>();
    let SplitRequest { messages, subject, mine } = request;
    let new = NewSplit { messages, subject, mine };
    Ok(Json(cx.append(move |tx| split::split(tx, &**line, id, &new)).await?))
}

/// Lets a conversation that was split off take the place of the open one, when that is over: from then on the customer
/// writes, and is answered, here.
#[utoipa::path(post, path = "/conversations/{id}/resumption", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
pub(crate) async fn resume(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    cx.actor().staff()?;
    Ok(Json(cx.append(move |tx| split::resume(tx, id)).await?))
}
