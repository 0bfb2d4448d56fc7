//! All SQL of this module.

mod figures;
mod queues;
mod terms;

use conversations::ConversationId;
use kernel::{Cursor, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

pub(crate) use self::{figures::*, queues::*, terms::*};
use crate::{
    codes,
    model::{Offer, Presence, PresenceReason, PresenceSpell, PresenceSpellView},
};

macro_rules! spells {
    ($lead:literal) => {
        concat!(
            "SELECT spell.id, spell.user_id, spell.unit_id, spell.state, spell.reason_id, spell.reason, spell.capacity,
                    spell.since, spell.until, COALESCE(presences.name, '')
             FROM presence_spells spell LEFT JOIN presences ON presences.user_id = spell.user_id WHERE ",
            $lead,
            " AND (CAST($3 AS BOOLEAN) OR spell.user_id = $4 OR spell.unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR spell.user_id = $6)
              AND (CAST($7 AS BIGINT) IS NULL OR spell.until IS NULL OR spell.until > $7)
              AND (CAST($8 AS BIGINT) IS NULL OR spell.since < $8)
              ORDER BY spell.since DESC, spell.id DESC LIMIT $9"
        )
    };
}

sql! {
    SAVE_PRESENCE(Presence) = "INSERT INTO presences ({cols}) VALUES ({vals}) ON CONFLICT (user_id) DO UPDATE SET
        name = excluded.name, unit_id = excluded.unit_id, state = excluded.state, reason = excluded.reason,
        capacity = excluded.capacity, since = excluded.since, served_at = excluded.served_at,
        last_seq = excluded.last_seq, version = excluded.version, reason_id = excluded.reason_id, seen_at = excluded.seen_at,
        channel_capacities = excluded.channel_capacities";
    PRESENCE(Presence) = "SELECT {cols} FROM presences WHERE user_id = $1 FOR UPDATE";
    READ_PRESENCE(Presence) = "SELECT {cols} FROM presences WHERE user_id = $1";
    READY(Presence) = "SELECT {cols} FROM presences WHERE state = 'ready' ORDER BY user_id";
    AROUND(Presence) = "SELECT {cols} FROM presences WHERE state IN ('ready', 'finishing', 'not_ready') ORDER BY user_id";
    FINISHING(Presence) = "SELECT {cols} FROM presences WHERE state = 'finishing' ORDER BY user_id";
    SEEN = "UPDATE presences SET seen_at = $1 WHERE state IN ('ready', 'finishing', 'not_ready')
        AND user_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
    UNSEEN(Presence) = "SELECT {cols} FROM presences WHERE state IN ('ready', 'finishing', 'not_ready') AND seen_at < $1 ORDER BY user_id LIMIT $2";
    PRESENCES(Presence) = "SELECT {cols} FROM presences
        WHERE (CAST($3 AS BOOLEAN) OR user_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (since, user_id) < ($1, $2)
        ORDER BY since DESC, user_id DESC LIMIT $6";
    PEOPLE_WITHIN = "SELECT user_id FROM presences WHERE user_id = $1 OR unit_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
    END_SPELL = "UPDATE presence_spells SET until = $2 WHERE user_id = $1 AND until IS NULL";
    BEGIN_SPELL(PresenceSpell) = "INSERT INTO presence_spells ({cols}) VALUES ({vals})";
    TELL_SPELLS(PresenceSpell) = "INSERT INTO presence_spells ({cols}) VALUES {rows}";
    /// By whom the list is narrowed each statement says first, so that each has its index.
    SPELLS = spells!("(spell.since, spell.id) < ($1, $2)");
    SPELLS_OF = spells!("spell.user_id = $6 AND (spell.since, spell.id) < ($1, $2)");
    REASONS(PresenceReason) = "SELECT {cols} FROM presence_reasons ORDER BY created_at, id";
    REASON(PresenceReason) = "SELECT {cols} FROM presence_reasons WHERE id = $1";
    INSERT_REASON(PresenceReason) = "INSERT INTO presence_reasons ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    REASON_TAKEN = "SELECT id FROM presence_reasons WHERE label = $1";
    SAVE_REASON(PresenceReason) = "UPDATE presence_reasons SET {sets} WHERE id = $1 AND version = $5 - 1";
    DELETE_REASON = "DELETE FROM presence_reasons WHERE id = $1";

    INSERT_OFFER(Offer) = "INSERT INTO offers ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    TELL_OFFERS(Offer) = "INSERT INTO offers ({cols}) VALUES {rows}";
    UPDATE_OFFER(Offer) = "UPDATE offers SET {sets} WHERE id = $1";
    FIND_OFFER(Offer) = "SELECT {cols} FROM offers WHERE id = $1 FOR UPDATE";
    OPEN_OFFERS(Offer) = "SELECT {cols} FROM offers WHERE state = 'open' ORDER BY made_at";
    OPEN_OFFERS_OF(Offer) = "SELECT {cols} FROM offers WHERE user_id = $1 AND state = 'open' ORDER BY made_at";
    DECLINED = "SELECT conversation_id, user_id FROM offers
        WHERE conversation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND ended_at > $2 AND state IN ('refused', 'expired')
        UNION SELECT conversation_id, user_id FROM silences
        WHERE conversation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND at > $2";
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

/// Whoever is there, taking work or not.
pub(crate) fn around(tx: &mut Tx<'_>) -> Result<Vec<Presence>> {
    tx.all(&AROUND, &[])
}

/// Whoever takes no new work and has not ended yet.
pub(crate) fn finishing(tx: &mut Tx<'_>) -> Result<Vec<Presence>> {
    tx.all(&FINISHING, &[])
}

/// Notes that these are connected.
pub(crate) fn seen(tx: &mut Tx<'_>, users: &[UserId], now: Timestamp) -> Result<()> {
    tx.exec(&SEEN, params![now, as_json(users)]).map(drop)
}

/// Whoever is there and was not seen since `since`.
pub(crate) fn unseen(tx: &mut Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<Presence>> {
    tx.all(&UNSEEN, params![since, limit])
}

pub(crate) fn presences(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<Presence>> {
    tx.all(&PRESENCES, params![before.key, before.id, scope.is_all(), scope.own(), scope.units_json(), limit])
}

/// Whose presence may be seen, of those who ever took work.
pub(crate) fn people_within(tx: &mut Tx<'_>, scope: &Scope) -> Result<Vec<UserId>> {
    let rows: Vec<(UserId,)> = tx.all(&PEOPLE_WITHIN, params![scope.own(), scope.units_json()])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Ends the spell a person is in and begins the next.
pub(crate) fn next_spell(tx: &mut Tx<'_>, spell: &PresenceSpell) -> Result<()> {
    tx.exec(&END_SPELL, params![spell.user_id, spell.since])?;
    tx.exec(&BEGIN_SPELL, &spell.values()).map(drop)
}

/// Newest first, before the given one; `within` is from when and until when they must reach.
pub(crate) fn spells(
    tx: &mut Tx<'_>,
    scope: &Scope,
    user: Option<UserId>,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    before: &Cursor,
    limit: i64,
) -> Result<Vec<PresenceSpellView>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let statement = if user.is_some() { &SPELLS_OF } else { &SPELLS };
    tx.all(statement, params![before.key, before.id, all, own, units, user, from, to, limit])
}

/// Writes down spells of the past.
pub(crate) fn tell_spells(tx: &mut Tx<'_>, spells: &[PresenceSpell]) -> Result<()> {
    let rows: Vec<_> = spells.iter().map(Record::values).collect();
    tx.exec_rows(&TELL_SPELLS, &rows)
}

/// Writes down offers that are over.
pub(crate) fn tell_offers(tx: &mut Tx<'_>, offers: &[Offer]) -> Result<()> {
    let rows: Vec<_> = offers.iter().map(Record::values).collect();
    tx.exec_rows(&TELL_OFFERS, &rows)
}

pub(crate) fn reasons(tx: &mut Tx<'_>) -> Result<Vec<PresenceReason>> {
    tx.all(&REASONS, &[])
}

pub(crate) fn reason(tx: &mut Tx<'_>, id: Id<PresenceReason>) -> Result<PresenceReason> {
    tx.one(&REASON, params![id])
}

pub(crate) fn insert_reason(tx: &mut Tx<'_>, reason: &PresenceReason) -> Result<()> {
    tx.exec_one(&INSERT_REASON, &reason.values(), codes::NAME_TAKEN)
}

pub(crate) fn save_reason(tx: &mut Tx<'_>, reason: &PresenceReason) -> Result<()> {
    let taken: Option<(Id<PresenceReason>,)> = tx.maybe(&REASON_TAKEN, params![reason.label])?;
    if taken.is_some_and(|(id,)| id != reason.id) {
        return Err(codes::NAME_TAKEN.conflict());
    }
    tx.exec_one(&SAVE_REASON, &reason.values(), codes::STALE)
}

pub(crate) fn delete_reason(tx: &mut Tx<'_>, id: Id<PresenceReason>) -> Result<()> {
    tx.exec(&DELETE_REASON, params![id]).map(drop)
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

/// Who turned down, let pass or left unanswered which of these conversations since `since`.
pub(crate) fn declined(
    tx: &mut Tx<'_>,
    conversations: &[ConversationId],
    since: Timestamp,
) -> Result<Vec<(ConversationId, UserId)>> {
    tx.all(&DECLINED, params![as_json(conversations), since])
}

/// Ids as the JSON list a statement takes.
pub(crate) fn as_json(ids: &[impl ToString]) -> String {
    serde_json::json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
}
