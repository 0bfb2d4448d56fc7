//! Passing a conversation on, and taking it over.

use access::Placement;
use conversations::{Conversation, ConversationId, State, api::assignee};
use http::{Answer, Cx, Json, Path};
use kernel::{Error, QueueId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    pass_on::{self, named},
    policy,
};

/// To whom or where: one of both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transfer {
    /// To this person, who need not accept it.
    user_id: Option<UserId>,
    /// To this queue, where it waits.
    queue_id: Option<QueueId>,
    /// A word to whoever gets it, up to 1,000 characters; the customer does not see it.
    note: Option<String>,
    /// The number of the last fact one saw of the conversation (`last_seq`): refused when somebody gave it
    /// away, put it back or ended it since. What was said meanwhile is no hindrance.
    seen_seq: Option<i64>,
    /// Also to a person who is not there, not ready or has no room, and to a queue that nobody serves:
    /// for those who supervise the conversation.
    #[serde(default)]
    force: bool,
}

/// Passes a conversation on to a colleague or a queue.
#[utoipa::path(post, path = "/conversations/{id}/transfer", tag = "routing", params(("id" = ConversationId, Path)), request_body = Transfer, responses((status = 200, body = Conversation)))]
pub(crate) async fn transfer(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<Transfer>,
) -> Answer<Conversation> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let conversation = cx
        .write(move |tx| {
            let conversation = conversations::api::lock(tx, id)?;
            let permit = policy::may_transfer(tx.actor(), &conversation, tx.now())?;
            if request.force {
                let _permit = policy::may_take_over(tx.actor(), &conversation, tx.now())?;
            }
            if let Some(seen) = request.seen_seq
                && conversation.state != State::Closed
                && conversations::api::moved_since(tx, id, seen)?
            {
                return Err(moved(&conversation));
            }
            let to = match (request.user_id, request.queue_id) {
                (Some(_), Some(_)) => return Err(Error::field("queue_id", "not_allowed")),
                (None, None) => return Err(Error::field("user_id", "required")),
                (Some(user), None) => pass_on::to_person(tx, &**placement, &conversation, user, request.force)?,
                (None, Some(queue)) => pass_on::to_queue(tx, &conversation, queue, request.force)?,
            };
            conversations::api::transfer(tx, &permit, id, to, request.note.as_deref())
        })
        .await?;
    Ok(Json(conversation))
}

/// Whom one saw having it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeOver {
    /// Who had it when one looked; without: nobody, it waited.
    seen: Option<UserId>,
}

/// Takes a conversation from whoever has it, or out of its queue, without being asked. Who was faster
/// is named: whoever looked before somebody else took it must look again.
#[utoipa::path(post, path = "/conversations/{id}/takeover", tag = "routing", params(("id" = ConversationId, Path)), request_body = TakeOver, responses((status = 200, body = Conversation)))]
pub(crate) async fn take_over(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<TakeOver>,
) -> Answer<Conversation> {
    let conversation = cx
        .write(move |tx| {
            let conversation = conversations::api::lock(tx, id)?;
            let permit = policy::may_take_over(tx.actor(), &conversation, tx.now())?;
            let me = assignee(tx.actor())?;
            let holder = conversation.assignee_id.filter(|_| conversation.state != State::Queued);
            // Taken over once already, by a first request whose answer was lost: the same answer.
            if holder == Some(me.id) && conversation.state == State::Active {
                return Ok(conversation);
            }
            if holder != request.seen && conversation.state != State::Closed {
                return Err(moved(&conversation));
            }
            conversations::api::take_over(tx, &permit, id, me)
        })
        .await?;
    Ok(Json(conversation))
}

/// Who has it now, whom one did not see having it.
fn moved(conversation: &Conversation) -> Error {
    match &conversation.assignee_name {
        Some(name) if conversation.state != State::Queued => named(codes::TAKEN_MEANWHILE, name),
        _ => codes::WAITS_NOW.conflict(),
    }
}
