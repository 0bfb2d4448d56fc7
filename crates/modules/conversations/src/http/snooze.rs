//! Putting a conversation away, and letting it come back.

use http::{Answer, Cx, Json, Path};
use kernel::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    model::{Conversation, ConversationId, SnoozeTime, snooze_times},
    policy, queries, snooze,
};

/// The times one often puts a conversation away until, in business time, earliest first.
#[utoipa::path(get, path = "/snooze-times", tag = "conversations", responses((status = 200, body = Vec<SnoozeTime>)))]
pub(crate) async fn times(cx: Cx) -> Answer<Vec<SnoozeTime>> {
    let times = cx
        .read(|tx| {
            let _scope = policy::may_snooze_any(tx.actor())?;
            snooze_times(&*settings::api::calendar(tx)?, tx.now())
        })
        .await?;
    Ok(Json(times))
}

/// Until when, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// Until when: within a year.
    until: Timestamp,
    /// Why: up to 200 characters.
    reason: Option<String>,
}

/// Puts a conversation away until a time, or until the customer writes. It leaves the working list and holds no
/// place, unless the customer waits for an answer; its service level goes on.
#[utoipa::path(put, path = "/conversations/{id}/snooze", tag = "conversations", params(("id" = ConversationId, Path)), request_body = Snooze, responses((status = 200, body = Conversation)))]
pub(crate) async fn put_away(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<Snooze>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    let snoozed = cx
        .append(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_work(tx.actor(), &conversation)?;
            snooze::snooze(tx, id, request.until, request.reason.as_deref())
        })
        .await?;
    Ok(Json(snoozed))
}

/// Lets a conversation that is put away come back at once.
#[utoipa::path(delete, path = "/conversations/{id}/snooze", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
pub(crate) async fn wake(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    cx.actor().staff()?;
    let woken = cx
        .append(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_work(tx.actor(), &conversation)?;
            snooze::wake(tx, id)
        })
        .await?;
    Ok(Json(woken))
}
