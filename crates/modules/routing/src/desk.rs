//! The owner of routing: one node at a time makes offers and lets them expire.
//!
//! Everything it knows is in the database, so whoever takes over goes on where the last one
//! stopped. Its lease's epoch is checked in every transaction: one who was thought dead and wakes
//! up again cannot make an offer.

use std::{collections::HashMap, time::Duration};

use conversations::{ConversationId, State};
use http::App;
use kernel::{Cursor, Origin, Result, UserId};
use store::{Fact, Tx};
use tokio::{sync::watch, task::JoinHandle, time::sleep};
use work::Keeper;

use crate::{
    allocate::{Agent, allocate},
    events::{self, OfferEnded},
    model::{Offer, OfferState, OfferView, Presence, PresenceState, Queue},
    queries,
};

const LEASE: &str = "routing";
/// How long another node waits before it takes over from one that is silent.
const LEASE_MS: i64 = 4_000;
/// How often the desk looks when nothing wakes it: bounds how late an offer expires.
const SCAN: Duration = Duration::from_millis(250);
/// The least time between two looks, however many facts come.
const GATHER: Duration = Duration::from_millis(15);
/// Conversations looked at in one round.
const ROUND: i64 = 200;
/// How long somebody who declined is not asked again for the same conversation.
const DECLINED_FOR: i64 = 120_000;

/// Starts the desk of this node.
pub(crate) fn start(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let owner = app.part::<wire::Hub>().node();
        let keeper = Keeper::start(app.db(), LEASE, owner, LEASE_MS, Duration::from_secs(1));
        let mut held = keeper.held();
        let mut grew = app.facts_grew();
        while !*stop.borrow() {
            let epoch = held.borrow_and_update().as_ref().map(|lease| lease.epoch);
            if let Some(epoch) = epoch
                && let Err(error) = round(&app, epoch).await
            {
                tracing::warn!(%error, "a round of routing failed; the next one tries again");
            }
            sleep(GATHER).await;
            tokio::select! {
                _ = grew.changed() => {}
                _ = held.changed() => {}
                _ = stop.changed() => {}
                () = sleep(SCAN) => {}
            }
        }
        keeper.release().await;
    })
}

async fn round(app: &App, epoch: i64) -> Result<()> {
    let origin = Origin::system("routing");
    // Most facts concern nobody who waits: look before taking the writer.
    if app.db().read(&origin, anything_to_do).await? {
        app.db()
            .write(&origin, move |tx| {
                work::lease::check(tx, LEASE, epoch)?;
                end_offers(tx)?;
                make_offers(tx, epoch)
            })
            .await?;
    }
    Ok(())
}

fn anything_to_do(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(!queries::open_offers(tx)?.is_empty() || !conversations::api::waiting(tx, &start_of_queue(), 1)?.is_empty())
}

fn start_of_queue() -> Cursor {
    Cursor { key: i64::MIN, id: String::new() }
}

/// Ends offers whose time is up, and those whose conversation needs nobody any more.
fn end_offers(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    for offer in queries::open_offers(tx)? {
        let waits = conversations::api::get(tx, offer.conversation_id)?.state == State::Queued;
        if !waits {
            end(tx, offer, OfferState::Withdrawn)?;
        } else if offer.expires_at <= now {
            let user = offer.user_id;
            end(tx, offer, OfferState::Expired)?;
            // Whoever does not answer is not there: no more offers until they say they are back.
            if let Some(presence) = queries::presence(tx, user)? {
                let away = presence.become_state(PresenceState::NotReady, Some("missed_offer".into()), now);
                change_presence(tx, away)?;
            }
        }
    }
    Ok(())
}

fn make_offers(tx: &mut Tx<'_>, epoch: i64) -> Result<()> {
    let open = queries::open_offers(tx)?;
    let offered: Vec<_> = open.iter().map(|offer| offer.conversation_id).collect();
    let mut waiting = conversations::api::waiting(tx, &start_of_queue(), ROUND)?;
    waiting.retain(|conversation| !offered.contains(&conversation.id));
    if waiting.is_empty() {
        return Ok(());
    }
    let mut busy: HashMap<UserId, i64> = conversations::api::load(tx)?.into_iter().collect();
    for offer in &open {
        *busy.entry(offer.user_id).or_default() += 1;
    }
    let ready = queries::ready(tx)?;
    let room = |presence: &Presence| presence.capacity - busy.get(&presence.user_id).copied().unwrap_or(0);
    let agents: Vec<_> = ready
        .iter()
        .map(|presence| Agent { user: presence.user_id, room: room(presence), served_at: presence.served_at })
        .collect();
    let ids: Vec<ConversationId> = waiting.iter().map(|conversation| conversation.id).collect();
    let now = tx.now();
    let declined = queries::declined(tx, &ids, now.plus_millis(-DECLINED_FOR))?.into_iter().collect();
    let seconds = queue(tx)?.offer_seconds;
    for (conversation_id, user_id) in allocate(&ids, &agents, &declined) {
        let expires_at = now.plus_seconds(seconds);
        let offer = Offer {
            id: tx.new_id(),
            conversation_id,
            user_id,
            epoch,
            state: OfferState::Open,
            made_at: now,
            expires_at,
            ended_at: None,
        };
        let conversation = waiting.iter().find(|waiting| waiting.id == conversation_id);
        let (Some(conversation), Some(mut presence)) = (conversation, queries::presence(tx, user_id)?) else {
            continue;
        };
        if queries::insert_offer(tx, &offer)? {
            presence.served_at = now;
            tell(tx, &mut presence, events::OFFER_MADE, offer.id.to_string(), &OfferView::of(&offer, conversation))?;
            queries::save_presence(tx, &presence)?;
        }
    }
    Ok(())
}

/// Ends an offer, and tells the person it was made to.
pub(crate) fn end(tx: &mut Tx<'_>, offer: Offer, state: OfferState) -> Result<Offer> {
    let offer = offer.end(state, tx.now())?;
    queries::save_offer(tx, &offer)?;
    if let Some(mut presence) = queries::presence(tx, offer.user_id)? {
        let ended = OfferEnded { offer_id: offer.id, user_id: offer.user_id, state };
        tell(tx, &mut presence, events::OFFER_ENDED, offer.id.to_string(), &ended)?;
        queries::save_presence(tx, &presence)?;
    }
    Ok(offer)
}

/// Saves a presence, and tells the person and those who watch the floor.
pub(crate) fn change_presence(tx: &mut Tx<'_>, mut presence: Presence) -> Result<Presence> {
    presence.last_seq += 1;
    let fact = Fact::new(events::PRESENCE_CHANGED, presence.user_id, &presence)?;
    tx.emit(fact.on(presence.topic(), presence.last_seq));
    queries::save_presence(tx, &presence)?;
    tx.notify("presences", events::PRESENCE_CHANGED, &presence, Some(presence.owned()))?;
    Ok(presence)
}

fn tell(
    tx: &mut Tx<'_>,
    presence: &mut Presence,
    kind: &'static str,
    subject: String,
    fact: &impl serde::Serialize,
) -> Result<()> {
    presence.last_seq += 1;
    tx.emit(Fact::new(kind, subject, fact)?.on(presence.topic(), presence.last_seq));
    Ok(())
}

/// The one queue there is, made on first use.
pub(crate) fn queue(tx: &mut Tx<'_>) -> Result<Queue> {
    if let Some(queue) = queries::queues(tx)?.into_iter().next() {
        return Ok(queue);
    }
    let queue =
        Queue { id: tx.new_id(), name: "默认队列".into(), offer_seconds: 30, created_at: tx.now(), version: 1 };
    queries::insert_queue(tx, &queue)?;
    Ok(queue)
}
