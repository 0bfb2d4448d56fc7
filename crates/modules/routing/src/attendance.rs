//! Presence: how it changes, is told and kept, and who is no longer there.

use access::Placement;
use http::App;
use kernel::{Origin, Result, Timestamp, UserId};
use store::{Fact, Tx};

use crate::{
    events::{self, OfferEnded},
    load::holding,
    model::{ABSENT, Because, Offer, OfferState, Presence, PresenceSpell, PresenceState, WrapUpHold},
    queries,
};

/// How often each node writes down who is connected to it.
const ROLL_MS: i64 = 30_000;
/// How long somebody may be without any connection before they are taken to be gone: long enough for
/// a reload, a tunnel, a node that starts anew.
pub(crate) const GONE_MS: i64 = 5 * 60_000;
/// People sent away in one round.
const AT_ONCE: i64 = 100;

/// A person's presence, locked to be changed; offline while they said nothing.
pub(crate) fn of(tx: &mut Tx<'_>, placement: &dyn Placement, user: UserId) -> Result<Presence> {
    if let Some(presence) = queries::presence(tx, user)? {
        return Ok(presence);
    }
    let name = access::api::user(tx, user)?.name;
    let unit = placement.place(tx, user)?.unit;
    Ok(Presence::unknown(user, name, unit, tx.now()))
}

/// A person's presence, only to be looked at.
pub(crate) fn look(tx: &mut Tx<'_>, placement: &dyn Placement, user: UserId) -> Result<Presence> {
    match queries::read_presence(tx, user)? {
        Some(presence) => Ok(presence),
        None => {
            let (name, unit) = (access::api::user(tx, user)?.name, placement.place(tx, user)?.unit);
            Ok(Presence::unknown(user, name, unit, tx.now()))
        }
    }
}

/// Saves a presence, and tells the person and those who watch the floor.
pub(crate) fn change(tx: &mut Tx<'_>, before: Option<&Presence>, mut presence: Presence) -> Result<Presence> {
    presence.last_seq += 1;
    let fact = Fact::new(events::PRESENCE_CHANGED, presence.user_id, &presence)?;
    tx.emit(fact.on(presence.topic(), presence.last_seq));
    queries::save_presence(tx, &presence)?;
    let same = |before: &Presence| {
        (before.state, before.reason_id, &before.reason, before.capacity)
            == (presence.state, presence.reason_id, &presence.reason, presence.capacity)
    };
    if !before.is_some_and(same) {
        let spell = PresenceSpell {
            id: tx.new_id(),
            user_id: presence.user_id,
            unit_id: presence.unit_id,
            state: presence.state,
            reason_id: presence.reason_id,
            reason: presence.reason.clone(),
            capacity: presence.capacity,
            since: tx.now(),
            until: None,
        };
        queries::next_spell(tx, &spell)?;
    }
    tx.notify("presences", events::PRESENCE_CHANGED, &presence, Some(presence.owned()))?;
    Ok(presence)
}

/// Lets somebody be in another state from now on. Who takes work no more gives back what they were
/// offered; the conversations they have stay theirs.
pub(crate) fn set_state(
    tx: &mut Tx<'_>,
    presence: Presence,
    state: PresenceState,
    because: Because,
) -> Result<Presence> {
    let user = presence.user_id;
    let mut before = presence;
    // Who has nothing to finish has finished.
    let done = state == PresenceState::Finishing && has_nothing(tx, user)?;
    let state = if done { PresenceState::NotReady } else { state };
    if state != PresenceState::Ready {
        for offer in queries::open_offers_of(tx, user)? {
            end_offer(tx, offer, OfferState::Withdrawn)?;
        }
        // Ending an offer told them so: their next number is another one.
        if let Some(told) = queries::presence(tx, user)? {
            before.last_seq = told.last_seq;
        }
    }
    let now = tx.now();
    let mut after = before.clone().become_state(state, because, now);
    after.seen_at = now;
    change(tx, Some(&before).filter(|before| before.version > 0), after)
}

/// Whether somebody has no conversation, and nothing to wrap up.
fn has_nothing(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    let queues = queries::queues(tx)?;
    let held = holding(tx, &queues)?.iter().any(|(hold, _, _)| hold.user_id == user);
    Ok(!held && conversations::api::load(tx)?.iter().all(|(who, _)| *who != user))
}

/// Those who were finishing and have nothing left.
pub(crate) fn finished(tx: &mut Tx<'_>) -> Result<Vec<Presence>> {
    let mut done = Vec::new();
    for presence in queries::finishing(tx)? {
        if has_nothing(tx, presence.user_id)? {
            done.push(presence);
        }
    }
    Ok(done)
}

/// Lets those rest who have finished.
pub(crate) fn rest(tx: &mut Tx<'_>) -> Result<()> {
    for presence in finished(tx)? {
        // They may have said something else meanwhile.
        if let Some(presence) = queries::presence(tx, presence.user_id)?
            && presence.state == PresenceState::Finishing
        {
            let because = Because { id: presence.reason_id, word: presence.reason.clone() };
            set_state(tx, presence, PresenceState::NotReady, because)?;
        }
    }
    Ok(())
}

/// Ends an offer, and tells the person it was made to.
pub(crate) fn end_offer(tx: &mut Tx<'_>, offer: Offer, state: OfferState) -> Result<Offer> {
    let offer = offer.end(state, tx.now())?;
    queries::save_offer(tx, &offer)?;
    let ended = OfferEnded { offer_id: offer.id, user_id: offer.user_id, state };
    tell(tx, offer.user_id, events::OFFER_ENDED, offer.id.to_string(), &ended)?;
    Ok(offer)
}

/// Tells a person, if they ever said that they are there.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    user: UserId,
    kind: &'static str,
    subject: String,
    fact: &impl serde::Serialize,
) -> Result<()> {
    if let Some(mut presence) = queries::presence(tx, user)? {
        tell_on(tx, &mut presence, kind, subject, fact)?;
        queries::save_presence(tx, &presence)?;
    }
    Ok(())
}

/// As [`tell`], for a presence the caller saves.
pub(crate) fn tell_on(
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

/// Tells whoever must say what a conversation was about, or need not any more.
pub(crate) fn tell_hold(tx: &mut Tx<'_>, kind: &'static str, hold: &WrapUpHold) -> Result<()> {
    tell(tx, hold.user_id, kind, hold.conversation_id.to_string(), hold)
}

/// What a node knows of who is connected to it.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    called_at: Option<Timestamp>,
}

impl Roll {
    /// Writes down who is connected to this node, every half minute; answers as of when, if it did.
    pub(crate) async fn call(&mut self, app: &App) -> Result<Option<Timestamp>> {
        let now = app.clock().now();
        // A clock set back calls again.
        if self.called_at.is_some_and(|at| (0..ROLL_MS).contains(&(now.millis() - at.millis()))) {
            return Ok(None);
        }
        let here = app.part::<wire::Hub>().actors();
        app.db().append(&Origin::system("routing"), move |tx| queries::seen(tx, &here, now)).await?;
        self.called_at = Some(now);
        Ok(self.called_at)
    }
}

/// Sends away who had had no connection for too long when the roll was called: they are offline, and what
/// they were offered goes to others. Whoever owns routing asks this only after it held it for
/// [`GONE_MS`]: after a start people need time to come back.
pub(crate) fn send_away(tx: &mut Tx<'_>, called_at: Timestamp) -> Result<()> {
    let since = called_at.plus_millis(-GONE_MS);
    for presence in queries::unseen(tx, since, AT_ONCE)? {
        set_state(tx, presence, PresenceState::Offline, Because::desk(ABSENT))?;
    }
    Ok(())
}
