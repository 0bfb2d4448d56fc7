//! Who takes part in a conversation while its owner stays.

use access::Placement;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, UserId};
use serde::{Deserialize, Serialize};
use tasks::api::Due;
use utoipa::ToSchema;

use crate::{
    model::{Conversation, ConversationId},
    participation::{self, Invitation},
    policy,
};

/// A colleague whom one may ask into a conversation, or name in a note.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParticipantCandidate {
    /// Who.
    user_id: UserId,
    /// Their name.
    name: String,
    /// The initials of its readings, apart by blanks: `lw`.
    initials: String,
    /// Its readings in pinyin without tones, apart by blanks: `linwei`.
    pinyin: String,
}

/// Whom one may ask into a conversation, or name in a note: every active colleague who may see any.
#[utoipa::path(get, path = "/conversation-candidates", tag = "conversations", responses((status = 200, body = Vec<ParticipantCandidate>)))]
pub(crate) async fn candidates(cx: Cx) -> Answer<Vec<ParticipantCandidate>> {
    let found = cx
        .read(|tx| {
            let _scope = policy::may_see_candidates(tx.actor())?;
            access::api::granted(tx, policy::READ)
        })
        .await?;
    let candidate = |(user_id, name): (UserId, String)| {
        let (initials, pinyin) = knowledge::api::readings(&name);
        ParticipantCandidate { user_id, name, initials, pinyin }
    };
    Ok(Json(found.into_iter().map(candidate).collect()))
}

/// Whom to ask in, and for what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewParticipant {
    /// Whom.
    user_id: UserId,
    /// What is asked of them: 1 to 200 characters. It is a note, and the title of their task.
    words: String,
    /// Whether they may also write to the customer.
    may_reply: Option<bool>,
    /// Until when, in minutes of business time from now: 1 to 525,600.
    due_minutes: Option<i64>,
}

/// Asks a colleague in. The owner stays; the colleague sees this conversation, may write notes, and has a task.
#[utoipa::path(post, path = "/conversations/{id}/participants", tag = "conversations", params(("id" = ConversationId, Path)), request_body = NewParticipant, responses((status = 200, body = Conversation)))]
pub(crate) async fn invite(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<NewParticipant>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    Check::new().range("due_minutes", request.due_minutes.unwrap_or(1), 1..=525_600).done()?;
    let placement = cx.app().part::<Box<dyn Placement>>();
    let new = Invitation {
        user: request.user_id,
        words: request.words,
        may_reply: request.may_reply.unwrap_or(false),
        due: request.due_minutes.map(|minutes| Due::BusinessMs(minutes * 60_000)),
    };
    Ok(Json(cx.append(move |tx| participation::invite(tx, &**placement, id, new.clone())).await?))
}

/// What somebody who takes part may do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParticipantChange {
    /// Whether they may also write to the customer.
    may_reply: bool,
}

/// Lets somebody who takes part write to the customer, or no longer.
#[utoipa::path(patch, path = "/conversations/{id}/participants/{user_id}", tag = "conversations", params(("id" = ConversationId, Path), ("user_id" = UserId, Path)), request_body = ParticipantChange, responses((status = 200, body = Conversation)))]
pub(crate) async fn allow(
    cx: Cx,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Json(request): Json<ParticipantChange>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    Ok(Json(cx.append(move |tx| participation::allow(tx, id, user, request.may_reply)).await?))
}

/// What there is to say about it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Departure {
    /// What was done, or why not: up to 1,000 characters. It is a note, and the result of the task.
    words: Option<String>,
}

/// Leaves a conversation one takes part in, or takes somebody out. They see it no longer; their task is done, or
/// called off.
#[utoipa::path(post, path = "/conversations/{id}/participants/{user_id}/departure", tag = "conversations", params(("id" = ConversationId, Path), ("user_id" = UserId, Path)), request_body = Departure, responses((status = 200, body = Conversation)))]
pub(crate) async fn part(
    cx: Cx,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Json(request): Json<Departure>,
) -> Answer<Conversation> {
    cx.actor().staff()?;
    Ok(Json(cx.append(move |tx| participation::depart(tx, id, user, request.words.as_deref())).await?))
}
