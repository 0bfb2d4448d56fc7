//! One look of the desk: old offers end, free people get new ones.

use std::collections::{HashMap, HashSet};

use conversations::{Conversation, ConversationId, State};
use kernel::{Result, UserId};
use store::Tx;

use crate::{
    allocate::{Agent, Waiting, allocate},
    attendance, events,
    load::{default_queue, holding, load},
    model::{Because, MISSED_OFFER, Offer, OfferState, OfferView, PresenceState, Queues, WrapUpHold},
    queries,
};

/// Conversations of one queue looked at in one round.
const ROUND: i64 = 200;
/// How long somebody who declined is not asked again for the same conversation.
const DECLINED_FOR: i64 = 120_000;

/// Whether a round would change anything: asked of a reader, to leave the writer alone. Most facts
/// concern nobody who waits.
pub(crate) fn anything_to_do(tx: &mut Tx<'_>) -> Result<bool> {
    if !queries::open_offers(tx)?.is_empty() || !conversations::api::waiting_in(tx, None, 1)?.is_empty() {
        return Ok(true);
    }
    let queues = queries::queues(tx)?;
    let (began, ended) = changed_holds(tx, &queues)?;
    if !began.is_empty() || !ended.is_empty() {
        return Ok(true);
    }
    let ready = queries::ready(tx)?;
    for queue in &queues.all {
        if ready.iter().any(|one| queues.serves(queue, one.user_id))
            && !conversations::api::waiting_in(tx, Some(queue.id), 1)?.is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Looks at everything once.
pub(crate) fn round(tx: &mut Tx<'_>, epoch: i64) -> Result<()> {
    place_new(tx)?;
    let queues = queries::queues(tx)?;
    end_offers(tx)?;
    tell_holds(tx, &queues)?;
    make_offers(tx, &queues, epoch)
}

/// Gives a queue to conversations that wait in none: those whose queue is gone.
fn place_new(tx: &mut Tx<'_>) -> Result<()> {
    let new = conversations::api::waiting_in(tx, None, ROUND)?;
    if new.is_empty() {
        return Ok(());
    }
    default_queue(tx)?;
    let queues = queries::queues(tx)?;
    for conversation in new {
        if let Some(queue) = queues.of_channel(conversation.channel_id) {
            conversations::api::set_queue(tx, conversation.id, queue.id)?;
        }
    }
    Ok(())
}

/// Ends offers whose time is up, and those whose conversation needs nobody any more.
fn end_offers(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    for offer in queries::open_offers(tx)? {
        let waits = conversations::api::get(tx, offer.conversation_id)?.state == State::Queued;
        if !waits {
            attendance::end_offer(tx, offer, OfferState::Withdrawn)?;
        } else if offer.expires_at <= now {
            let user = offer.user_id;
            attendance::end_offer(tx, offer, OfferState::Expired)?;
            // Whoever does not answer is not there: no more offers until they say they are back.
            if let Some(presence) = queries::presence(tx, user)? {
                attendance::set_state(tx, presence, PresenceState::NotReady, Because::desk(MISSED_OFFER))?;
            }
        }
    }
    Ok(())
}

type Began = Vec<(WrapUpHold, kernel::QueueId, kernel::Timestamp)>;

/// The holds that began, and those that ended, since they were last told.
fn changed_holds(tx: &mut Tx<'_>, queues: &Queues) -> Result<(Began, Vec<WrapUpHold>)> {
    let (now, told) = (holding(tx, queues)?, queries::holds(tx, None)?);
    let held: HashSet<_> = now.iter().map(|(hold, _, _)| hold.conversation_id).collect();
    let known: HashSet<_> = told.iter().map(|hold| hold.conversation_id).collect();
    let began = now.into_iter().filter(|(hold, _, _)| !known.contains(&hold.conversation_id)).collect();
    Ok((began, told.into_iter().filter(|hold| !held.contains(&hold.conversation_id)).collect()))
}

fn tell_holds(tx: &mut Tx<'_>, queues: &Queues) -> Result<()> {
    let (began, ended) = changed_holds(tx, queues)?;
    for (hold, queue, since) in began {
        if queries::begin_hold(tx, &hold, queue, since)? {
            attendance::tell_hold(tx, events::WRAP_UP_BEGAN, &hold)?;
        }
    }
    let now = tx.now();
    for hold in ended {
        queries::end_hold(tx, hold.conversation_id, now)?;
        attendance::tell_hold(tx, events::WRAP_UP_ENDED, &hold)?;
    }
    Ok(())
}

fn make_offers(tx: &mut Tx<'_>, queues: &Queues, epoch: i64) -> Result<()> {
    let agents = free_agents(tx, queues)?;
    if agents.is_empty() {
        return Ok(());
    }
    let offered: HashSet<_> = queries::open_offers(tx)?.into_iter().map(|offer| offer.conversation_id).collect();
    let mut line: Vec<Conversation> = Vec::new();
    for queue in &queues.all {
        let room: i64 = agents.iter().filter(|agent| agent.queues.contains(&queue.id)).map(|agent| agent.room).sum();
        if room > 0 {
            // No more of this queue can be served than there is room in it.
            let limit = room.min(ROUND) + offered.len() as i64;
            let waiting = conversations::api::waiting_in(tx, Some(queue.id), limit)?;
            line.extend(waiting.into_iter().filter(|one| !offered.contains(&one.id)));
        }
    }
    if line.is_empty() {
        return Ok(());
    }
    let waiting = wishes(tx, queues, &line)?;
    let now = tx.now();
    let ids: Vec<ConversationId> = line.iter().map(|conversation| conversation.id).collect();
    let declined = queries::declined(tx, &ids, now.plus_millis(-DECLINED_FOR))?.into_iter().collect();
    let line: HashMap<_, _> = line.into_iter().map(|conversation| (conversation.id, conversation)).collect();
    for found in allocate(&waiting, &agents, &declined) {
        let Some(conversation) = line.get(&found.conversation) else { continue };
        let Some(mut presence) = queries::presence(tx, found.user)? else { continue };
        let seconds = conversation.queue_id.and_then(|id| queues.get(id)).map_or(30, |queue| queue.offer_seconds);
        let offer = Offer {
            id: tx.new_id(),
            conversation_id: found.conversation,
            user_id: found.user,
            epoch,
            state: OfferState::Open,
            made_at: now,
            expires_at: now.plus_seconds(seconds),
            ended_at: None,
        };
        if queries::insert_offer(tx, &offer)? {
            presence.served_at = now;
            let view = OfferView::of(&offer, conversation);
            attendance::tell_on(tx, &mut presence, events::OFFER_MADE, offer.id.to_string(), &view)?;
            queries::save_presence(tx, &presence)?;
        }
    }
    Ok(())
}

/// Whoever takes work and has room.
fn free_agents(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<Agent>> {
    let ready = queries::ready(tx)?;
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let load = load(tx, queues)?;
    let agent = |user: UserId, capacity: i64, served_at| Agent {
        user,
        room: capacity - load.get(&user).copied().unwrap_or(0),
        served_at,
        queues: queues.all.iter().filter(|queue| queues.serves(queue, user)).map(|queue| queue.id).collect(),
    };
    let agents = ready.iter().map(|one| agent(one.user_id, one.capacity, one.served_at));
    Ok(agents.filter(|agent| agent.room > 0 && !agent.queues.is_empty()).collect())
}

/// The line as the allocation takes it: with whom customers should have, where their queue says so.
fn wishes(tx: &mut Tx<'_>, queues: &Queues, line: &[Conversation]) -> Result<Vec<Waiting>> {
    let keeps =
        |one: &&Conversation| one.queue_id.and_then(|id| queues.get(id)).is_some_and(|queue| queue.last_agent_first);
    let mut customers: Vec<_> = line.iter().filter(keeps).map(|one| one.customer_id).collect();
    customers.sort_unstable();
    customers.dedup();
    let last: HashMap<_, _> = if customers.is_empty() {
        HashMap::new()
    } else {
        conversations::api::last_agents(tx, &customers)?.into_iter().collect()
    };
    let waiting = |one: &Conversation| {
        let wanted = Some(one).filter(keeps).and_then(|one| last.get(&one.customer_id).copied());
        Some(Waiting { conversation: one.id, queue: one.queue_id?, since: one.opened_at, wanted })
    };
    Ok(line.iter().filter_map(waiting).collect())
}
