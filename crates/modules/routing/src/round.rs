//! One look of the desk: old offers end, free people get new ones.

use std::collections::HashSet;

use conversations::State;
use kernel::Result;
use store::Tx;

use crate::{
    attendance, events, line,
    load::{default_queue, holding},
    model::{Because, MISSED_OFFER, Offer, OfferState, OfferView, PresenceState, Queues, Strategy, WrapUpHold},
    patience, queries,
};

/// Conversations without a queue that are given one in one round.
const ROUND: i64 = 200;

/// Whether a round would change anything: asked of a reader, to leave the writer alone. Most facts
/// concern nobody who waits.
pub(crate) fn anything_to_do(tx: &mut Tx<'_>) -> Result<bool> {
    if !queries::open_offers(tx)?.is_empty() || !conversations::api::waiting_in(tx, None, 1)?.is_empty() {
        return Ok(true);
    }
    let queues = queries::queues(tx)?;
    let (began, ended) = changed_holds(tx, &queues)?;
    if !began.is_empty() || !ended.is_empty() || !attendance::finished(tx)?.is_empty() {
        return Ok(true);
    }
    if !patience::silent(tx, &queues)?.is_empty() || !patience::overdue(tx, &queues)?.is_empty() {
        return Ok(true);
    }
    let ready = queries::ready(tx)?;
    for queue in &queues.all {
        if ready.iter().any(|one| queues.may_serve(queue, one.user_id))
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
    attendance::rest(tx)?;
    patience::take_back(tx, &queues)?;
    patience::end_waits(tx, &queues)?;
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
    let Some((mut hall, line)) = line::form(tx, queues)? else { return Ok(()) };
    let now = tx.now();
    while let Some(found) = hall.next(now) {
        let Some(conversation) = line.get(&found.conversation) else { continue };
        let Some(mut presence) = queries::presence(tx, found.user)? else { continue };
        let queue = conversation.queue_id.and_then(|id| queues.get(id));
        let offer = Offer {
            id: tx.new_id(),
            conversation_id: found.conversation,
            user_id: found.user,
            epoch,
            state: OfferState::Open,
            made_at: now,
            expires_at: now.plus_seconds(queue.map_or(30, |queue| queue.offer_seconds)),
            ended_at: None,
            queue_id: conversation.queue_id,
        };
        if queries::insert_offer(tx, &offer)? {
            queries::explain(tx, &line::explanation(&offer, &found, conversation, queue))?;
            if let Some(queue) = queue.filter(|queue| queue.strategy == Strategy::RoundRobin) {
                queries::set_turn(tx, queue.id, found.user)?;
            }
            presence.served_at = now;
            let view = OfferView::of(&offer, conversation, Some(found.why));
            attendance::tell_on(tx, &mut presence, events::OFFER_MADE, offer.id.to_string(), &view)?;
            queries::save_presence(tx, &presence)?;
        }
    }
    Ok(())
}
