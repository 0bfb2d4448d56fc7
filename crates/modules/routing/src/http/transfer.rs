//! Passing a conversation on, and taking it over.

use access::Placement;
use conversations::{
    Conversation, ConversationId, State,
    api::{Assignee, Destination, QueueRef, assignee},
};
use http::{Answer, Cx, Json, Path};
use kernel::{Code, Error, Params, QueueId, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    attendance, codes,
    load::{load, load_of_kinds},
    model::{PresenceState, Queue},
    policy, queries,
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
                (Some(user), None) => {
                    Destination::Person(person(tx, &**placement, &conversation, user, request.force)?)
                }
                (None, Some(queue)) => Destination::Queue(queue_of(tx, &conversation, queue, request.force)?),
            };
            conversations::api::transfer(tx, &permit, id, to, request.note.as_deref())
        })
        .await?;
    Ok(Json(conversation))
}

/// The person, if they can be given this conversation.
fn person(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    conversation: &Conversation,
    id: UserId,
    force: bool,
) -> Result<Assignee> {
    let user = access::api::user(tx, id).map_err(|error| match error {
        Error::NotFound => Error::field("user_id", "unknown"),
        other => other,
    })?;
    if conversation.state == State::Active && conversation.assignee_id == Some(id) {
        return Err(named(codes::HAS_IT, &user.name));
    }
    if access::api::reach_of(tx, id, policy::WORK)?.is_none() {
        return Err(named(codes::TAKES_NO_WORK, &user.name));
    }
    let presence = attendance::of(tx, placement, id)?;
    if !force {
        match presence.state {
            PresenceState::Offline => return Err(named(codes::NOT_THERE, &user.name)),
            PresenceState::NotReady | PresenceState::Finishing => {
                let reason = presence.reason.unwrap_or_default();
                let params = Params::from([("name", user.name.into()), ("reason", reason.into())]);
                return Err(Error::Conflict(codes::NOT_READY, params));
            }
            PresenceState::Ready => {}
        }
        let queues = queries::queues(tx)?;
        let full = |capacity: i64, name: &str| {
            let params = Params::from([("name", name.to_owned().into()), ("capacity", capacity.into())]);
            Err(Error::Conflict(codes::NO_ROOM, params))
        };
        if load(tx, &queues)?.get(&id).copied().unwrap_or(0) >= presence.capacity {
            return full(presence.capacity, &user.name);
        }
        let kind = conversation.channel_kind;
        if let Some(most) = presence.channel_capacities.of(kind)
            && load_of_kinds(tx, &queues)?.get(&(id, kind)).copied().unwrap_or(0) >= most
        {
            return full(most, &user.name);
        }
    }
    let unit = placement.place(tx, id)?.unit;
    Ok(Assignee { id, name: user.name, unit })
}

/// The queue, if this conversation can wait there.
fn queue_of(tx: &mut Tx<'_>, conversation: &Conversation, id: QueueId, force: bool) -> Result<QueueRef> {
    let queues = queries::queues(tx)?;
    let Some(Queue { name, everybody, .. }) = queues.get(id).cloned() else {
        return Err(Error::field("queue_id", "unknown"));
    };
    if conversation.state == State::Queued && conversation.queue_id == Some(id) {
        return Err(named(codes::WAITS_THERE, &name));
    }
    if !everybody && !force {
        let serves = queues.named(id).into_iter();
        let mut somebody = false;
        for user in serves {
            somebody = somebody || access::api::reach_of(tx, user, policy::WORK)?.is_some();
        }
        if !somebody {
            return Err(named(codes::NOBODY_SERVES, &name));
        }
    }
    Ok(QueueRef { id, name })
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

fn named(code: Code, name: &str) -> Error {
    Error::Conflict(code, Params::from([("name", name.into())]))
}
