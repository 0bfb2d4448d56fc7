//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{AbusiveContact, ReliefDay, ReliefPause, ReliefRules, Run},
};

sql! {
    RULES(ReliefRules) = "SELECT {cols} FROM relief_rules WHERE id = 'rules'";
    SAVE_RULES(ReliefRules) = "UPDATE relief_rules SET {sets} WHERE id = $1 AND version = $8 - 1";

    DAY(ReliefDay) = "SELECT {cols} FROM relief_days WHERE user_id = $1 AND day = $2 FOR UPDATE";
    READ_DAY(ReliefDay) = "SELECT {cols} FROM relief_days WHERE user_id = $1 AND day = $2";
    SAVE_DAY(ReliefDay) = "INSERT INTO relief_days ({cols}) VALUES ({vals}) ON CONFLICT (user_id, day) DO UPDATE SET
        name = excluded.name, unit_id = excluded.unit_id, contacts = excluded.contacts,
        back_to_back = excluded.back_to_back, longest_run = excluded.longest_run, abusive = excluded.abusive,
        pauses = excluded.pauses, granted_minutes = excluded.granted_minutes, version = excluded.version";
    DAYS(ReliefDay) = "SELECT {cols} FROM relief_days WHERE day >= $4 AND day <= $5
        AND (CAST($1 AS BOOLEAN) OR user_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
        ORDER BY day DESC, user_id LIMIT 5000";

    RUN(Run) = "SELECT {cols} FROM relief_runs WHERE user_id = $1";
    BUSY(Run) = "SELECT {cols} FROM relief_runs WHERE idle_since IS NULL ORDER BY user_id FOR UPDATE";
    SAVE_RUN(Run) = "INSERT INTO relief_runs ({cols}) VALUES ({vals}) ON CONFLICT (user_id) DO UPDATE SET
        since = excluded.since, contacts = excluded.contacts, idle_since = excluded.idle_since";
    FORGET_RUN = "DELETE FROM relief_runs WHERE user_id = $1";

    OPEN_PAUSE(ReliefPause) = "SELECT {cols} FROM relief_pauses WHERE user_id = $1 AND ended_at IS NULL";
    DUE_PAUSES(ReliefPause) = "SELECT {cols} FROM relief_pauses WHERE ended_at IS NULL AND until <= $1 ORDER BY until, id LIMIT $2";
    INSERT_PAUSE(ReliefPause) = "INSERT INTO relief_pauses ({cols}) VALUES ({vals})";
    SAVE_PAUSE(ReliefPause) = "UPDATE relief_pauses SET {sets} WHERE id = $1";

    INSERT_CONTACT(AbusiveContact) = "INSERT INTO abusive_contacts ({cols}) VALUES ({vals})";
    SAVE_CONTACT(AbusiveContact) = "UPDATE abusive_contacts SET {sets} WHERE id = $1 AND version = $17 - 1";
    CONTACT(AbusiveContact) = "SELECT {cols} FROM abusive_contacts WHERE id = $1";
    OF_CONVERSATION(AbusiveContact) = "SELECT {cols} FROM abusive_contacts WHERE conversation_id = $1 ORDER BY at DESC, id DESC";
    CONTACTS(AbusiveContact) = "SELECT {cols} FROM abusive_contacts WHERE (at, id) < ($1, $2)
        AND (CAST($3 AS BOOLEAN) OR user_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        AND (CAST($6 AS TEXT) IS NULL OR user_id = $6)
        ORDER BY at DESC, id DESC LIMIT $7";
    OF_CUSTOMERS(AbusiveContact) = "SELECT {cols} FROM abusive_contacts
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    EMPTY = "UPDATE abusive_contacts SET customer_name = '', word = '', taken_back_why = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<ReliefRules> {
    tx.one(&RULES, &[])
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &ReliefRules) -> Result<()> {
    tx.exec_one(&SAVE_RULES, &rules.values(), codes::STALE)
}

/// Locked, to be changed.
pub(crate) fn day(tx: &mut Tx<'_>, user: UserId, day: &str) -> Result<Option<ReliefDay>> {
    tx.maybe(&DAY, params![user, day])
}

pub(crate) fn read_day(tx: &mut Tx<'_>, user: UserId, day: &str) -> Result<Option<ReliefDay>> {
    tx.maybe(&READ_DAY, params![user, day])
}

pub(crate) fn save_day(tx: &mut Tx<'_>, day: &ReliefDay) -> Result<()> {
    tx.exec(&SAVE_DAY, &day.values()).map(drop)
}

/// From one day to another, the latest first; at most 5,000.
pub(crate) fn days(tx: &mut Tx<'_>, scope: &Scope, from: &str, to: &str) -> Result<Vec<ReliefDay>> {
    tx.all(&DAYS, params![scope.is_all(), scope.own(), scope.units_json(), from, to])
}

pub(crate) fn run(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Run>> {
    tx.maybe(&RUN, params![user])
}

/// Those who had a conversation when it was last looked at.
pub(crate) fn busy(tx: &mut Tx<'_>) -> Result<Vec<Run>> {
    tx.all(&BUSY, &[])
}

pub(crate) fn save_run(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    tx.exec(&SAVE_RUN, &run.values()).map(drop)
}

pub(crate) fn forget_run(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    tx.exec(&FORGET_RUN, params![user]).map(drop)
}

pub(crate) fn open_pause(tx: &mut Tx<'_>, user: UserId) -> Result<Option<ReliefPause>> {
    tx.maybe(&OPEN_PAUSE, params![user])
}

pub(crate) fn due_pauses(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<ReliefPause>> {
    tx.all(&DUE_PAUSES, params![now, limit])
}

pub(crate) fn insert_pause(tx: &mut Tx<'_>, pause: &ReliefPause) -> Result<()> {
    tx.exec(&INSERT_PAUSE, &pause.values()).map(drop)
}

pub(crate) fn save_pause(tx: &mut Tx<'_>, pause: &ReliefPause) -> Result<()> {
    tx.exec(&SAVE_PAUSE, &pause.values()).map(drop)
}

pub(crate) fn insert_contact(tx: &mut Tx<'_>, contact: &AbusiveContact) -> Result<()> {
    tx.exec(&INSERT_CONTACT, &contact.values()).map(drop)
}

pub(crate) fn save_contact(tx: &mut Tx<'_>, contact: &AbusiveContact) -> Result<()> {
    tx.exec_one(&SAVE_CONTACT, &contact.values(), codes::STALE)
}

pub(crate) fn contact(tx: &mut Tx<'_>, id: Id<AbusiveContact>) -> Result<AbusiveContact> {
    tx.one(&CONTACT, params![id])
}

/// What was marked in a conversation, the latest first.
pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<AbusiveContact>> {
    tx.all(&OF_CONVERSATION, params![id])
}

/// Newest first, before the given one.
pub(crate) fn contacts(
    tx: &mut Tx<'_>,
    scope: &Scope,
    user: Option<UserId>,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<AbusiveContact>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&CONTACTS, params![before.key, before.id, all, own, units, user, limit])
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<AbusiveContact>> {
    tx.all(&OF_CUSTOMERS, params![listed(customers)?])
}

/// Empties what was said of these customers; that it was marked stays.
pub(crate) fn empty(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY, params![listed(customers)?]).map(drop)
}

fn listed(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}
