//! To whom a conversation can be passed on, and where it can wait.

use access::Placement;
use conversations::{
    Conversation, State,
    api::{Assignee, Destination, QueueRef},
};
use kernel::{Code, Error, Params, QueueId, Result, UserId};
use store::Tx;

use crate::{
    attendance, codes,
    load::{load, load_of_kinds},
    model::{PresenceState, Queue},
    policy, queries,
};

/// The person, if they can be given this conversation.
pub(crate) fn to_person(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    conversation: &Conversation,
    id: UserId,
    force: bool,
) -> Result<Destination> {
    let user = access::api::user(tx, id).map_err(Error::absent("user_id", "unknown"))?;
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
    Ok(Destination::Person(Assignee { id, name: user.name, unit }))
}

/// The queue, if this conversation can wait there.
pub(crate) fn to_queue(tx: &mut Tx<'_>, conversation: &Conversation, id: QueueId, force: bool) -> Result<Destination> {
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
    Ok(Destination::Queue(QueueRef { id, name }))
}

/// A refusal that names who or what stands in the way.
pub(crate) fn named(code: Code, name: &str) -> Error {
    Error::Conflict(code, Params::from([("name", name.into())]))
}
