//! Reading and writing messages.

use access::Placement;
use files::FileId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Page, UserId};
use serde::Deserialize;
use store::text_enum;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{self, Post, Writer},
    model::{Card, ConversationId, Message, MessageVersion},
    participation, policy, queries,
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
    /// Those on both sides of a number, and the one that has it: to jump to a place.
    around: Option<i64>,
    /// How many at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Reads messages, oldest first: the latest ones, those before a number, those after one, or those
/// around one. `next_cursor` is the number to go on from, in the direction asked for.
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
            let side = policy::may_read(tx.actor(), &conversation)?;
            let full = |items: &[Message]| items.len() as i64 == limit;
            Ok(match (query.after, query.around) {
                (Some(after), _) => {
                    let items = queries::messages_after(tx, id, after, limit, side)?;
                    let next_cursor = items.last().filter(|_| full(&items)).map(|last| last.seq.to_string());
                    Page { items, next_cursor }
                }
                (None, Some(around)) => {
                    let mut items = queries::messages_before(tx, id, around, limit / 2, side)?;
                    let rest = limit - items.len() as i64;
                    items.extend(queries::messages_after(tx, id, around.saturating_sub(1), rest, side)?);
                    Page { items, next_cursor: None }
                }
                (None, None) => {
                    let before = query.before.unwrap_or(i64::MAX);
                    let items = queries::messages_before(tx, id, before, limit, side)?;
                    let next_cursor = items.first().filter(|_| full(&items)).map(|first| first.seq.to_string());
                    Page { items, next_cursor }
                }
            })
        })
        .await?;
    Ok(Json(page))
}

text_enum! {
    /// What a member of staff says.
    pub(crate) enum SaidKind {
        /// Words, or a file.
        Text = "text",
        /// A note among staff, which the customer never sees; also on a closed conversation.
        Note = "note",
        /// A product or an order.
        Card = "card",
    }
}

/// A message to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// The sender's own id of it, at most 64 visible ASCII characters: sent twice, it is kept once.
    client_id: String,
    /// What is said, up to 5,000 characters; may be empty beside a file or a card.
    #[serde(default)]
    text: String,
    /// What it is; `text` unless told.
    kind: Option<SaidKind>,
    /// A file the sender uploaded before, if one goes along.
    file_id: Option<FileId>,
    /// The number of the message it answers.
    quote_seq: Option<i64>,
    /// The card, of kind `card`.
    data: Option<Card>,
    /// Colleagues whom a note names, at most 10: they take part from then on, and have a task.
    #[serde(default)]
    mentions: Vec<UserId>,
}

/// Sends a message, or leaves a note. The answer is the message as it is kept: it is on the disk by then.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "conversations", params(("id" = ConversationId, Path)), request_body = NewMessage, responses((status = 200, body = Message)))]
pub(crate) async fn post(cx: Cx, Path(id): Path<ConversationId>, Json(request): Json<NewMessage>) -> Answer<Message> {
    cx.actor().staff()?;
    let NewMessage { client_id, text, kind, file_id, quote_seq, data, mentions } = request;
    let kind = kind.unwrap_or(SaidKind::Text);
    if (kind == SaidKind::Card) != data.is_some() {
        return Err(Error::field("data", if data.is_some() { "not_allowed" } else { "required" }).into());
    }
    let note = kind == SaidKind::Note;
    let post = Post { file_id, quote_seq, note, card: data, ..Post::new(id, cx.actor().clone(), client_id, text) };
    if !mentions.is_empty() {
        let placement = cx.app().part::<Box<dyn Placement>>();
        let kept = cx.append(move |tx| participation::note(tx, &**placement, &post, &mentions)).await?;
        return Ok(Json(kept));
    }
    let receipt = cx.app().part::<Writer>().hand_in(cx.app().db(), post)?;
    Ok(Json(receipt.kept().await?))
}

/// Other words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// What is said instead, up to 5,000 characters.
    text: String,
}

/// Changes one's own message within two minutes of sending it. What it said before is kept.
#[utoipa::path(patch, path = "/conversations/{id}/messages/{seq}", tag = "conversations", params(("id" = ConversationId, Path), ("seq" = i64, Path)), request_body = Edit, responses((status = 200, body = Message)))]
pub(crate) async fn edit(
    cx: Cx,
    Path((id, seq)): Path<(ConversationId, i64)>,
    Json(request): Json<Edit>,
) -> Answer<Message> {
    cx.actor().staff()?;
    Ok(Json(cx.write(move |tx| api::edit(tx, id, seq, &request.text)).await?))
}

/// Takes back one's own message within two minutes of sending it. What it said is kept for those who
/// may read it.
#[utoipa::path(post, path = "/conversations/{id}/messages/{seq}/recall", tag = "conversations", params(("id" = ConversationId, Path), ("seq" = i64, Path)), responses((status = 200, body = Message)))]
pub(crate) async fn recall(cx: Cx, Path((id, seq)): Path<(ConversationId, i64)>) -> Answer<Message> {
    cx.actor().staff()?;
    Ok(Json(cx.write(move |tx| api::recall(tx, id, seq)).await?))
}

/// What a message said before it was edited or recalled, oldest first; empty when it never was.
#[utoipa::path(get, path = "/conversations/{id}/messages/{seq}/versions", tag = "conversations", params(("id" = ConversationId, Path), ("seq" = i64, Path)), responses((status = 200, body = Vec<MessageVersion>)))]
pub(crate) async fn versions(cx: Cx, Path((id, seq)): Path<(ConversationId, i64)>) -> Answer<Vec<MessageVersion>> {
    let versions = cx
        .read(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_read_versions(tx.actor(), &conversation)?;
            queries::message(tx, id, seq)?.ok_or(Error::NotFound)?;
            queries::versions(tx, id, seq)
        })
        .await?;
    Ok(Json(versions))
}

/// Tells the customer and one's colleagues that one is typing. Nothing of it is kept; a client says it
/// again every three seconds or so while it goes on.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200)))]
pub(crate) async fn typing(cx: Cx, Path(id): Path<ConversationId>) -> Answer<()> {
    let staff = cx.actor().staff()?.clone();
    cx.read(move |tx| {
        let conversation = queries::find(tx, id)?;
        policy::may_post(tx.actor(), &conversation, false)
    })
    .await?;
    api::agent_typing(cx.app(), id, &staff)?;
    Ok(Json(()))
}
