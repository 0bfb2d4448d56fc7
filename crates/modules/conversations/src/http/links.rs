//! Linking conversations that have to do with each other.

use axum::http::StatusCode;
use channels::ChannelKind;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{CustomerId, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    links,
    model::{ConversationId, State},
    policy, queries,
};

/// A conversation that has to do with this one.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkedConversation {
    /// Which.
    id: ConversationId,
    /// With whom.
    customer_id: CustomerId,
    /// What they are called.
    customer_name: String,
    /// By which kind of channel it came.
    channel_kind: ChannelKind,
    /// Where it stands.
    state: State,
    /// Who has it.
    assignee_name: Option<String>,
    /// The beginning of its last message.
    preview: String,
    /// Since when it is open.
    opened_at: Timestamp,
    /// Who linked them.
    by_name: String,
    /// When.
    at: Timestamp,
}

/// Lists the conversations that have to do with this one, as far as one may read them.
#[utoipa::path(get, path = "/conversations/{id}/links", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Vec<LinkedConversation>)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Vec<LinkedConversation>> {
    cx.actor().staff()?;
    let linked = cx
        .read(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_read(tx.actor(), &conversation)?;
            let of = |(link, other): (links::Link, crate::Conversation)| LinkedConversation {
                id: other.id,
                customer_id: other.customer_id,
                customer_name: other.customer_name,
                channel_kind: other.channel_kind,
                state: other.state,
                assignee_name: other.assignee_name,
                preview: other.preview,
                opened_at: other.opened_at,
                by_name: link.by_name,
                at: link.at,
            };
            Ok(links::of(tx, id)?.into_iter().map(of).collect())
        })
        .await?;
    Ok(Json(linked))
}

/// Says that two conversations have to do with each other; both show it from then on.
#[utoipa::path(put, path = "/conversations/{id}/links/{other}", tag = "conversations", params(("id" = ConversationId, Path), ("other" = ConversationId, Path)), responses((status = 204)))]
pub(crate) async fn link(
    cx: Cx,
    Path((id, other)): Path<(ConversationId, ConversationId)>,
) -> Result<StatusCode, Problem> {
    cx.actor().staff()?;
    cx.append(move |tx| links::link(tx, id, other)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the link between two conversations away.
#[utoipa::path(delete, path = "/conversations/{id}/links/{other}", tag = "conversations", params(("id" = ConversationId, Path), ("other" = ConversationId, Path)), responses((status = 204)))]
pub(crate) async fn unlink(
    cx: Cx,
    Path((id, other)): Path<(ConversationId, ConversationId)>,
) -> Result<StatusCode, Problem> {
    cx.actor().staff()?;
    cx.append(move |tx| links::unlink(tx, id, other)).await?;
    Ok(StatusCode::NO_CONTENT)
}
