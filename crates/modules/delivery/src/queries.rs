//! All SQL of this module.

use conversations::ConversationId;
use kernel::{ChannelId, CustomerId, Error, Id, Result, Timestamp};
use store::{Record, ToValue as _, Tx, params, sql};

use crate::model::{Delivery, Lane};

sql! {
    INSERT(Delivery) = "INSERT INTO deliveries ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(Delivery) = "UPDATE deliveries SET {sets} WHERE id = $1";
    FIND(Delivery) = "SELECT {cols} FROM deliveries WHERE id = $1";
    WAITING(Delivery) = "SELECT {cols} FROM deliveries WHERE conversation_id = $1 AND state = 'waiting' ORDER BY seq LIMIT 1";
    EXTERNAL(Delivery) = "SELECT {cols} FROM deliveries WHERE channel_id = $1 AND external_id = $2 ORDER BY at DESC, id DESC LIMIT 1";
    OF_CONVERSATION(Delivery) = "SELECT {cols} FROM deliveries WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 500";
    STANDS(Delivery) = "SELECT {cols} FROM deliveries WHERE (conversation_id, seq) {in:TEXT,BIGINT}";
    OF_CUSTOMERS(Delivery) = "SELECT {cols} FROM deliveries WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    WENT_SINCE = "SELECT COUNT(*) FROM deliveries WHERE conversation_id = $1 AND state IN ('waiting', 'sent', 'delivered', 'read') AND at >= $2";
    EMPTY = "UPDATE deliveries SET external_id = NULL, why = '' WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_LANE(Lane) = "INSERT INTO delivery_lanes ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    HEAR = "UPDATE delivery_lanes SET recipient = $2, heard_at = $3 WHERE conversation_id = $1";
    LANE(Lane) = "SELECT {cols} FROM delivery_lanes WHERE conversation_id = $1";
    LANE_OF(Lane) = "SELECT {cols} FROM delivery_lanes WHERE channel_id = $1 AND recipient = $2 ORDER BY opened_at DESC, conversation_id DESC LIMIT 1";
    HOLD = "UPDATE delivery_lanes SET held_by = $2, held_until = $4
        WHERE conversation_id = $1 AND (held_by IS NULL OR held_by = $2 OR held_until <= $3)";
    RELEASE = "UPDATE delivery_lanes SET held_by = NULL WHERE conversation_id = $1 AND held_by = $2";
    FORGET_LANES = "UPDATE delivery_lanes SET recipient = '' WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    ARRIVE = "INSERT INTO delivery_arrivals (channel_id, mark, conversation_id, seq, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    ARRIVAL = "SELECT conversation_id, seq FROM delivery_arrivals WHERE channel_id = $1 AND mark = $2";
    FORGET_ARRIVALS = "DELETE FROM delivery_arrivals WHERE at < $1";
}

/// Keeps a delivery; false when its message has one.
pub(crate) fn insert(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<bool> {
    Ok(tx.exec(&INSERT, &delivery.values())? == 1)
}

pub(crate) fn save(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<()> {
    tx.exec(&UPDATE, &delivery.values()).map(drop)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Delivery>) -> Result<Delivery> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

/// The oldest that waits.
pub(crate) fn waiting(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Delivery>> {
    tx.maybe(&WAITING, params![id])
}

pub(crate) fn external(tx: &mut Tx<'_>, channel: ChannelId, name: &str) -> Result<Option<Delivery>> {
    tx.maybe(&EXTERNAL, params![channel, name])
}

/// The last 500, the latest first.
pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Delivery>> {
    tx.all(&OF_CONVERSATION, params![id])
}

pub(crate) fn stands(tx: &mut Tx<'_>, messages: &[(ConversationId, i64)]) -> Result<Vec<Delivery>> {
    let rows: Vec<_> = messages.iter().map(|(id, seq)| vec![id.to_value(), seq.to_value()]).collect();
    if rows.is_empty() { Ok(Vec::new()) } else { tx.all_rows(&STANDS, &rows) }
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Delivery>> {
    tx.all(&OF_CUSTOMERS, params![listed(customers)?])
}

/// How many went, or are to go, since then.
pub(crate) fn went_since(tx: &mut Tx<'_>, id: ConversationId, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&WENT_SINCE, params![id, since])?.0)
}

/// Keeps a lane, unless the conversation has one.
pub(crate) fn insert_lane(tx: &mut Tx<'_>, lane: &Lane) -> Result<()> {
    tx.exec(&INSERT_LANE, &lane.values()).map(drop)
}

/// Notes who wrote last, and when.
pub(crate) fn hear(tx: &mut Tx<'_>, id: ConversationId, recipient: &str, at: Timestamp) -> Result<()> {
    tx.exec(&HEAR, params![id, recipient, at]).map(drop)
}

pub(crate) fn lane(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Lane>> {
    tx.maybe(&LANE, params![id])
}

/// The latest in which this one wrote last.
pub(crate) fn lane_of(tx: &mut Tx<'_>, channel: ChannelId, recipient: &str) -> Result<Option<Lane>> {
    tx.maybe(&LANE_OF, params![channel, recipient])
}

/// Takes or keeps the right to carry until then; false while another has it.
pub(crate) fn hold(tx: &mut Tx<'_>, id: ConversationId, by: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
    Ok(tx.exec(&HOLD, params![id, by, now, until])? == 1)
}

pub(crate) fn release(tx: &mut Tx<'_>, id: ConversationId, by: &str) -> Result<()> {
    tx.exec(&RELEASE, params![id, by]).map(drop)
}

/// Notes where something that came was kept; false when it had come before.
pub(crate) fn arrive(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    mark: &str,
    (conversation, seq): (ConversationId, i64),
) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&ARRIVE, params![channel, mark, conversation, seq, now])? == 1)
}

pub(crate) fn arrival(tx: &mut Tx<'_>, channel: ChannelId, mark: &str) -> Result<Option<(ConversationId, i64)>> {
    tx.maybe(&ARRIVAL, params![channel, mark])
}

/// Forgets what came before then.
pub(crate) fn forget_arrivals(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_ARRIVALS, params![before]).map(drop)
}

/// Forgets how these customers are called elsewhere, and what was said of their messages.
pub(crate) fn forget(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let customers = listed(customers)?;
    tx.exec(&EMPTY, params![customers])?;
    tx.exec(&FORGET_LANES, params![customers]).map(drop)
}

fn listed(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}
