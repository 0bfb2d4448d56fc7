//! Ending a conversation, and saying what it was about.

use http::{Answer, Cx, Json, Path};
use kernel::{Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    Closing, about,
    api::{self, NewWrapUp},
    model::{Conversation, ConversationId, WrapUpReason},
    policy, queries, tell,
};

/// What it was about, if that is said at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closure {
    /// One of the reasons to choose from.
    reason_id: Option<Id<WrapUpReason>>,
    /// What else there is to say: at most 1,000 characters.
    note: Option<String>,
}

/// Closes a conversation. A customer who writes again opens the next one.
#[utoipa::path(post, path = "/conversations/{id}/closure", tag = "conversations", params(("id" = ConversationId, Path)), request_body = Closure, responses((status = 200, body = Conversation)))]
pub(crate) async fn close(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<Closure>,
) -> Answer<Conversation> {
    let app = cx.app().clone();
    let closed = cx
        .write(move |tx| {
            let conversation = queries::find(tx, id)?;
            let permit = policy::may_close(tx.actor(), &conversation, tx.now())?;
            app.part::<Box<dyn Closing>>().may_close(tx, &conversation)?;
            let Closure { reason_id, note } = &request;
            let said = reason_id.is_some() || note.is_some();
            let wrap_up = said.then(|| NewWrapUp { reason_id: *reason_id, note: note.clone() });
            api::close(tx, &permit, id, wrap_up)
        })
        .await?;
    Ok(Json(closed))
}

/// What it was about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWrapUp)]
pub(crate) struct WrapUpRequest {
    /// One of the reasons to choose from.
    reason_id: Option<Id<WrapUpReason>>,
    /// What else there is to say: at most 1,000 characters.
    note: Option<String>,
}

/// Says what a conversation was about, during it or afterwards; replaces what was said before.
#[utoipa::path(put, path = "/conversations/{id}/wrap-up", tag = "conversations", params(("id" = ConversationId, Path)), request_body = WrapUpRequest, responses((status = 200, body = Conversation)))]
pub(crate) async fn wrap_up(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<WrapUpRequest>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    let said = NewWrapUp { reason_id: request.reason_id, note: request.note };
    Ok(Json(cx.write(move |tx| keep(tx, id, said.clone())).await?))
}

fn keep(tx: &mut Tx<'_>, id: ConversationId, said: NewWrapUp) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    policy::may_work(tx.actor(), &before)?;
    let mut after = before.clone();
    about::wrap_up(tx, &mut after, said)?;
    let entry = audit::api::Entry::new("conversations.wrapped_up", "conversation", id);
    let only = |of: &Conversation| serde_json::json!({ "wrap_up": of.wrap_up });
    audit::api::record(tx, entry.change(&only(&before), &only(&after)))?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}
