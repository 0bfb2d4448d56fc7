//! Reading and writing messages.

use files::FileId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{Post, Writer},
    model::{ConversationId, Message},
    policy, queries,
};

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those with a higher number, oldest first.
    after: Option<i64>,
    /// Only those with a lower number: the last ones before it.
    before: Option<i64>,
    /// How many at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Reads messages, oldest first: the latest ones, those before a number, or those after one.
/// `next_cursor` is the number to go on from, in the direction asked for.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "conversations", params(("id" = ConversationId, Path), ListQuery), responses((status = 200, body = Page<Message>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Query(query): Query<ListQuery>,
) -> Answer<Page<Message>> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Error::field("limit", "out_of_range").into());
    }
    let page = cx
        .read(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_read(tx.actor(), &conversation)?;
            let full = |items: &[Message]| items.len() as i64 == limit;
            Ok(match query.after {
                Some(after) => {
                    let items = queries::messages_after(tx, id, after, limit)?;
                    let next_cursor = items.last().filter(|_| full(&items)).map(|last| last.seq.to_string());
                    Page { items, next_cursor }
                }
                None => {
                    let items = queries::messages_before(tx, id, query.before.unwrap_or(i64::MAX), limit)?;
                    let next_cursor = items.first().filter(|_| full(&items)).map(|first| first.seq.to_string());
                    Page { items, next_cursor }
                }
            })
        })
        .await?;
    Ok(Json(page))
}

/// A message to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// The sender's own id of it, at most 64 visible ASCII characters: sent twice, it is kept once.
    client_id: String,
    /// What is said, up to 5,000 characters; may be empty beside a file.
    text: String,
    /// A file the sender uploaded before, if one goes along.
    file_id: Option<FileId>,
}

/// Sends a message. The answer is the message as it is kept: it is on the disk by then.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "conversations", params(("id" = ConversationId, Path)), request_body = NewMessage, responses((status = 200, body = Message)))]
pub(crate) async fn post(cx: Cx, Path(id): Path<ConversationId>, Json(request): Json<NewMessage>) -> Answer<Message> {
    cx.actor().staff()?;
    let NewMessage { client_id, text, file_id } = request;
    let post = Post { conversation: id, actor: cx.actor().clone(), client_id, text, file_id, earlier: Vec::new() };
    let receipt = cx.app().part::<Writer>().hand_in(cx.app().db(), post)?;
    Ok(Json(receipt.kept().await?))
}
