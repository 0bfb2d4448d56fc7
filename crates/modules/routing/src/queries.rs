//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, Id, QueueId, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Offer, Presence, Queue},
};

sql! {
    INSERT_QUEUE(Queue) = "INSERT INTO queues ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_QUEUE(Queue) = "UPDATE queues SET {sets} WHERE id = $1 AND version = $5 - 1";
    FIND_QUEUE(Queue) = "SELECT {cols} FROM queues WHERE id = $1";
    QUEUES(Queue) = "SELECT {cols} FROM queues ORDER BY created_at, id";

    SAVE_PRESENCE(Presence) = "INSERT INTO presences ({cols}) VALUES ({vals}) ON CONFLICT (user_id) DO UPDATE SET
        name = excluded.name, unit_id = excluded.unit_id, state = excluded.state, reason = excluded.reason,
        capacity = excluded.capacity, since = excluded.since, served_at = excluded.served_at,
        last_seq = excluded.last_seq, version = excluded.version";
    PRESENCE(Presence) = "SELECT {cols} FROM presences WHERE user_id = $1 FOR UPDATE";
    READ_PRESENCE(Presence) = "SELECT {cols} FROM presences WHERE user_id = $1";
    READY(Presence) = "SELECT {cols} FROM presences WHERE state = 'ready'";
    PRESENCES(Presence) = "SELECT {cols} FROM presences
        WHERE (CAST($3 AS BOOLEAN) OR user_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (since, user_id) < ($1, $2)
        ORDER BY since DESC, user_id DESC LIMIT $6";

    INSERT_OFFER(Offer) = "INSERT INTO offers ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_OFFER(Offer) = "UPDATE offers SET {sets} WHERE id = $1";
    FIND_OFFER(Offer) = "SELECT {cols} FROM offers WHERE id = $1 FOR UPDATE";
    OPEN_OFFERS(Offer) = "SELECT {cols} FROM offers WHERE state = 'open' ORDER BY made_at";
    OPEN_OFFERS_OF(Offer) = "SELECT {cols} FROM offers WHERE user_id = $1 AND state = 'open' ORDER BY made_at";
    DECLINED = "SELECT conversation_id, user_id FROM offers
        WHERE conversation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND ended_at > $2 AND state IN ('refused', 'expired')";
}

pub(crate) fn insert_queue(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    tx.exec(&INSERT_QUEUE, &queue.values()).map(drop)
}

pub(crate) fn save_queue(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    match tx.exec(&UPDATE_QUEUE, &queue.values())? {
        1 => Ok(()),
        _ => Err(codes::STALE.conflict()),
    }
}

pub(crate) fn queue(tx: &mut Tx<'_>, id: QueueId) -> Result<Queue> {
    tx.one(&FIND_QUEUE, params![id])
}

pub(crate) fn queues(tx: &mut Tx<'_>) -> Result<Vec<Queue>> {
    tx.all(&QUEUES, &[])
}

pub(crate) fn save_presence(tx: &mut Tx<'_>, presence: &Presence) -> Result<()> {
    tx.exec(&SAVE_PRESENCE, &presence.values()).map(drop)
}

/// Locked, to be changed.
pub(crate) fn presence(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Presence>> {
    tx.maybe(&PRESENCE, params![user])
}

pub(crate) fn read_presence(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Presence>> {
    tx.maybe(&READ_PRESENCE, params![user])
}

pub(crate) fn ready(tx: &mut Tx<'_>) -> Result<Vec<Presence>> {
    tx.all(&READY, &[])
}

pub(crate) fn presences(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<Presence>> {
    tx.all(&PRESENCES, params![before.key, before.id, scope.is_all(), scope.own(), scope.units_json(), limit])
}

/// Whether it was new: a conversation has one open offer at most.
pub(crate) fn insert_offer(tx: &mut Tx<'_>, offer: &Offer) -> Result<bool> {
    Ok(tx.exec(&INSERT_OFFER, &offer.values())? == 1)
}

pub(crate) fn save_offer(tx: &mut Tx<'_>, offer: &Offer) -> Result<()> {
    tx.exec(&UPDATE_OFFER, &offer.values()).map(drop)
}

pub(crate) fn offer(tx: &mut Tx<'_>, id: Id<Offer>) -> Result<Offer> {
    tx.one(&FIND_OFFER, params![id])
}

pub(crate) fn open_offers(tx: &mut Tx<'_>) -> Result<Vec<Offer>> {
    tx.all(&OPEN_OFFERS, &[])
}

pub(crate) fn open_offers_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Offer>> {
    tx.all(&OPEN_OFFERS_OF, params![user])
}

/// Who turned down, or let pass, which of these conversations since `since`.
pub(crate) fn declined(
    tx: &mut Tx<'_>,
    conversations: &[ConversationId],
    since: Timestamp,
) -> Result<Vec<(ConversationId, UserId)>> {
    let ids: Vec<_> = conversations.iter().map(ToString::to_string).collect();
    tx.all(&DECLINED, params![serde_json::json!(ids).to_string(), since])
}
