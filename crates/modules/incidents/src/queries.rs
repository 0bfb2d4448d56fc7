//! All SQL of this module.

use channels::ChannelKind;
use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{Incident, IncidentLink, IncidentSending, IncidentState, IncidentStep, IncidentUpdate, SendingState},
};

sql! {
    INSERT(Incident) = "INSERT INTO incidents ({cols}) VALUES ({vals})";
    UPDATE(Incident) = "UPDATE incidents SET {sets} WHERE id = $1 AND version < $19";
    FIND(Incident) = "SELECT {cols} FROM incidents WHERE id = $1";
    LOCK(Incident) = "SELECT {cols} FROM incidents WHERE id = $1 FOR UPDATE";
    ALL(Incident) = "SELECT {cols} FROM incidents WHERE (declared_at, id) < ($1, $2) ORDER BY declared_at DESC, id DESC LIMIT $3";
    OF_STATE(Incident) = "SELECT {cols} FROM incidents WHERE state = $4 AND (declared_at, id) < ($1, $2)
        ORDER BY declared_at DESC, id DESC LIMIT $3";
    GOING_ON(Incident) = "SELECT {cols} FROM incidents WHERE state IN ('investigating', 'identified', 'mended')
        ORDER BY declared_at DESC, id DESC LIMIT 20";
    OF_CONVERSATION(Incident) = "SELECT {cols} FROM incidents
        WHERE id IN (SELECT incident_id FROM incident_links WHERE conversation_id = $1) ORDER BY declared_at DESC, id DESC";

    INSERT_STEP(IncidentStep) = "INSERT INTO incident_steps ({cols}) VALUES ({vals})";
    STEPS(IncidentStep) = "SELECT {cols} FROM incident_steps WHERE incident_id = $1 ORDER BY number";

    INSERT_LINK(IncidentLink) = "INSERT INTO incident_links ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    DELETE_LINK = "DELETE FROM incident_links WHERE incident_id = $1 AND conversation_id = $2";
    LINKS(IncidentLink) = "SELECT {cols} FROM incident_links WHERE incident_id = $1 AND conversation_id < $2
        ORDER BY conversation_id DESC LIMIT $3";
    LINKED = "SELECT conversation_id FROM incident_links WHERE incident_id = $1";
    TOUCHED = "SELECT count(*), count(DISTINCT customer_id), min(opened_at), max(opened_at) FROM incident_links WHERE incident_id = $1";
    BY_KIND = "SELECT channel_kind, count(*) FROM incident_links WHERE incident_id = $1 GROUP BY channel_kind ORDER BY channel_kind";

    INSERT_UPDATE(IncidentUpdate) = "INSERT INTO incident_updates ({cols}) VALUES ({vals})";
    FIND_UPDATE(IncidentUpdate) = "SELECT {cols} FROM incident_updates WHERE id = $1";
    LOCK_UPDATE(IncidentUpdate) = "SELECT {cols} FROM incident_updates WHERE id = $1 FOR UPDATE";
    UPDATES(IncidentUpdate) = "SELECT {cols} FROM incident_updates WHERE incident_id = $1 ORDER BY at DESC, id DESC";
    DONE = "UPDATE incident_updates SET done_at = $2 WHERE id = $1 AND done_at IS NULL";

    INSERT_SENDINGS(IncidentSending) = "INSERT INTO incident_sendings ({cols}) VALUES {rows}";
    WAITING(IncidentSending) = "SELECT {cols} FROM incident_sendings WHERE update_id = $1 AND state = 'waiting'
        ORDER BY conversation_id LIMIT $2";
    SENDINGS(IncidentSending) = "SELECT {cols} FROM incident_sendings WHERE update_id = $1 ORDER BY conversation_id DESC";
    SAVE_SENDING = "UPDATE incident_sendings SET state = $3, seq = $4, why = $5, at = $6 WHERE update_id = $1 AND conversation_id = $2";

    OF_CUSTOMERS(IncidentLink) = "SELECT {cols} FROM incident_links
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY linked_at, incident_id";
}

pub(crate) fn insert(tx: &mut Tx<'_>, incident: &Incident) -> Result<()> {
    tx.exec(&INSERT, &incident.values()).map(drop)
}

/// Saves one that was locked, or read as of the version the caller saw.
pub(crate) fn save(tx: &mut Tx<'_>, incident: &Incident) -> Result<()> {
    tx.exec_one(&UPDATE, &incident.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Incident> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Incident> {
    tx.one(&LOCK, params![id])
}

/// Newest first, before the given one.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    state: Option<IncidentState>,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Incident>> {
    match state {
        Some(state) => tx.all(&OF_STATE, params![before.key, before.id, limit, state]),
        None => tx.all(&ALL, params![before.key, before.id, limit]),
    }
}

/// Those that are not over, the last 20.
pub(crate) fn going_on(tx: &mut Tx<'_>) -> Result<Vec<Incident>> {
    tx.all(&GOING_ON, &[])
}

pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Incident>> {
    tx.all(&OF_CONVERSATION, params![id])
}

pub(crate) fn insert_step(tx: &mut Tx<'_>, step: &IncidentStep) -> Result<()> {
    tx.exec(&INSERT_STEP, &step.values()).map(drop)
}

pub(crate) fn steps(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Vec<IncidentStep>> {
    tx.all(&STEPS, params![id])
}

/// Links a conversation; false when it was.
pub(crate) fn link(tx: &mut Tx<'_>, link: &IncidentLink) -> Result<bool> {
    Ok(tx.exec(&INSERT_LINK, &link.values())? == 1)
}

/// Takes a conversation out; false when it was not in.
pub(crate) fn unlink(tx: &mut Tx<'_>, id: Id<Incident>, conversation: ConversationId) -> Result<bool> {
    Ok(tx.exec(&DELETE_LINK, params![id, conversation])? == 1)
}

/// Those linked, the conversation opened last first, before the given one.
pub(crate) fn links(tx: &mut Tx<'_>, id: Id<Incident>, before: &str, limit: i64) -> Result<Vec<IncidentLink>> {
    tx.all(&LINKS, params![id, before, limit])
}

pub(crate) fn linked(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Vec<ConversationId>> {
    Ok(tx.all::<(ConversationId,)>(&LINKED, params![id])?.into_iter().map(|(id,)| id).collect())
}

/// How many conversations, of how many customers, opened from when to when.
pub(crate) type Touched = (i64, i64, Option<Timestamp>, Option<Timestamp>);

pub(crate) fn touched(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Touched> {
    tx.one(&TOUCHED, params![id])
}

pub(crate) fn by_kind(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Vec<(ChannelKind, i64)>> {
    tx.all(&BY_KIND, params![id])
}

pub(crate) fn insert_update(tx: &mut Tx<'_>, update: &IncidentUpdate, to: &[ConversationId]) -> Result<()> {
    tx.exec(&INSERT_UPDATE, &update.values())?;
    let (state, seq, why, at) = (SendingState::Waiting, None::<i64>, None::<String>, None::<Timestamp>);
    let rows: Vec<_> = to
        .iter()
        .map(|id| {
            let rest = [state.to_value(), seq.to_value(), why.to_value(), at.to_value()];
            [update.id.to_value(), id.to_value()].into_iter().chain(rest).collect()
        })
        .collect();
    tx.exec_rows(&INSERT_SENDINGS, &rows)
}

pub(crate) fn update(tx: &mut Tx<'_>, id: Id<IncidentUpdate>) -> Result<IncidentUpdate> {
    tx.one(&FIND_UPDATE, params![id])
}

pub(crate) fn lock_update(tx: &mut Tx<'_>, id: Id<IncidentUpdate>) -> Result<IncidentUpdate> {
    tx.one(&LOCK_UPDATE, params![id])
}

/// The latest first.
pub(crate) fn updates(tx: &mut Tx<'_>, id: Id<Incident>) -> Result<Vec<IncidentUpdate>> {
    tx.all(&UPDATES, params![id])
}

/// Notes that it was said in the last conversation; false when that was noted before.
pub(crate) fn done(tx: &mut Tx<'_>, id: Id<IncidentUpdate>) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&DONE, params![id, now])? == 1)
}

pub(crate) fn waiting(tx: &mut Tx<'_>, id: Id<IncidentUpdate>, limit: i64) -> Result<Vec<IncidentSending>> {
    tx.all(&WAITING, params![id, limit])
}

pub(crate) fn sendings(tx: &mut Tx<'_>, id: Id<IncidentUpdate>) -> Result<Vec<IncidentSending>> {
    tx.all(&SENDINGS, params![id])
}

pub(crate) fn save_sending(tx: &mut Tx<'_>, sending: &IncidentSending) -> Result<()> {
    let IncidentSending { update_id, conversation_id, state, seq, why, at } = sending;
    tx.exec(&SAVE_SENDING, params![update_id, conversation_id, state, seq, why, at]).map(drop)
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<IncidentLink>> {
    tx.all(&OF_CUSTOMERS, params![serde_json::to_string(customers).map_err(Error::internal)?])
}
