//! All SQL of this module.

use kernel::{Cursor, Error, Id, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{CallState, Webhook, WebhookCall},
};

sql! {
    INSERT(Webhook) = "INSERT INTO webhooks ({cols}) VALUES ({vals})";
    UPDATE(Webhook) = "UPDATE webhooks SET {sets} WHERE id = $1 AND version = $8 - 1";
    FIND(Webhook) = "SELECT {cols} FROM webhooks WHERE id = $1";
    LIST(Webhook) = "SELECT {cols} FROM webhooks WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3";
    ALL(Webhook) = "SELECT {cols} FROM webhooks ORDER BY created_at, id";
    DELETE = "DELETE FROM webhooks WHERE id = $1";
    DELETE_SECRETS = "DELETE FROM webhook_secrets WHERE webhook_id = $1";
    DELETE_CALLS = "DELETE FROM webhook_calls WHERE webhook_id = $1";

    SECRETS = "SELECT secret, previous, previous_until FROM webhook_secrets WHERE webhook_id = $1";
    SECRET_SINCE = "SELECT created_at FROM webhook_secrets WHERE webhook_id = $1";
    RENEW_SECRET = "INSERT INTO webhook_secrets (webhook_id, secret, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (webhook_id) DO UPDATE SET previous = webhook_secrets.secret, previous_until = $4,
            secret = excluded.secret, created_at = excluded.created_at";

    INSERT_CALL(WebhookCall) = "INSERT INTO webhook_calls ({cols}) VALUES ({vals})";
    UPDATE_CALL(WebhookCall) = "UPDATE webhook_calls SET {sets} WHERE id = $1";
    FIND_CALL(WebhookCall) = "SELECT {cols} FROM webhook_calls WHERE id = $1";
    NEXT(WebhookCall) = "SELECT {cols} FROM webhook_calls WHERE webhook_id = $1 AND subject = $2 AND state = 'waiting' ORDER BY fact_epoch, fact_seq LIMIT 1";
    IN_STATE(WebhookCall) = "SELECT {cols} FROM webhook_calls WHERE webhook_id = $1 AND state = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5";
    COUNT = "SELECT COUNT(*) FROM webhook_calls WHERE webhook_id = $1 AND state = $2";
    WAITING_SUBJECTS = "SELECT DISTINCT subject FROM webhook_calls WHERE webhook_id = $1 AND state = 'waiting' ORDER BY subject";
    FORGET_CALLS = "DELETE FROM webhook_calls WHERE state = $1 AND changed_at < $2";

    HOLD = "INSERT INTO webhook_lanes (webhook_id, subject, held_by, held_until) VALUES ($1, $2, $3, $5)
        ON CONFLICT (webhook_id, subject) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
            WHERE webhook_lanes.held_by = excluded.held_by OR webhook_lanes.held_until <= $4";
    RELEASE = "DELETE FROM webhook_lanes WHERE webhook_id = $1 AND subject = $2 AND held_by = $3";
    FORGET_LANES = "DELETE FROM webhook_lanes WHERE held_until < $1";
}

pub(crate) fn insert(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<()> {
    tx.exec(&INSERT, &webhook.values()).map(drop)
}

/// Saves one of the version before.
///
/// # Errors
/// `webhooks.stale`.
pub(crate) fn save(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<()> {
    tx.exec_one(&UPDATE, &webhook.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Webhook>) -> Result<Webhook> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn list(tx: &mut Tx<'_>, _all: &Scope, after: &Cursor, limit: i64) -> Result<Vec<Webhook>> {
    tx.all(&LIST, params![after.key, after.id, limit])
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Webhook>> {
    tx.all(&ALL, params![])
}

/// Deletes it with its secrets, and what it was to be told.
pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<Webhook>) -> Result<()> {
    tx.exec(&DELETE_CALLS, params![id])?;
    tx.exec(&DELETE_SECRETS, params![id])?;
    tx.exec(&DELETE, params![id]).map(drop)
}

/// The secrets that are good now, the newest first.
pub(crate) fn secrets(tx: &mut Tx<'_>, id: Id<Webhook>) -> Result<Vec<String>> {
    let now = tx.now();
    let found: Option<(String, Option<String>, Option<Timestamp>)> = tx.maybe(&SECRETS, params![id])?;
    let Some((secret, previous, until)) = found else { return Ok(Vec::new()) };
    let still = previous.filter(|_| until.is_some_and(|until| now < until));
    Ok(std::iter::once(secret).chain(still).collect())
}

pub(crate) fn secret_since(tx: &mut Tx<'_>, id: Id<Webhook>) -> Result<Option<Timestamp>> {
    Ok(tx.maybe::<(Timestamp,)>(&SECRET_SINCE, params![id])?.map(|(since,)| since))
}

/// Makes this its secret; the one it had stays good until then.
pub(crate) fn renew_secret(
    tx: &mut Tx<'_>,
    id: Id<Webhook>,
    secret: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<()> {
    tx.exec(&RENEW_SECRET, params![id, secret, now, until]).map(drop)
}

pub(crate) fn insert_call(tx: &mut Tx<'_>, call: &WebhookCall) -> Result<()> {
    tx.exec(&INSERT_CALL, &call.values()).map(drop)
}

pub(crate) fn save_call(tx: &mut Tx<'_>, call: &WebhookCall) -> Result<()> {
    tx.exec(&UPDATE_CALL, &call.values()).map(drop)
}

pub(crate) fn call(tx: &mut Tx<'_>, id: Id<WebhookCall>) -> Result<Option<WebhookCall>> {
    tx.maybe(&FIND_CALL, params![id])
}

/// The oldest that waits to be told of this subject.
pub(crate) fn next(tx: &mut Tx<'_>, id: Id<Webhook>, subject: &str) -> Result<Option<WebhookCall>> {
    tx.maybe(&NEXT, params![id, subject])
}

/// The latest first.
pub(crate) fn in_state(
    tx: &mut Tx<'_>,
    id: Id<Webhook>,
    state: CallState,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<WebhookCall>> {
    tx.all(&IN_STATE, params![id, state, before.key, before.id, limit])
}

pub(crate) fn count(tx: &mut Tx<'_>, id: Id<Webhook>, state: CallState) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT, params![id, state])?.0)
}

/// What something waits to be told of.
pub(crate) fn waiting_subjects(tx: &mut Tx<'_>, id: Id<Webhook>) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(&WAITING_SUBJECTS, params![id])?.into_iter().map(|(subject,)| subject).collect())
}

/// Forgets calls that have stood in this state since before then.
pub(crate) fn forget_calls(tx: &mut Tx<'_>, state: CallState, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_CALLS, params![state, before]).map(drop)
}

/// Takes or keeps the right to tell of a subject until then; false while another has it.
pub(crate) fn hold(
    tx: &mut Tx<'_>,
    (id, subject): (Id<Webhook>, &str),
    by: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    Ok(tx.exec(&HOLD, params![id, subject, by, now, until])? == 1)
}

pub(crate) fn release(tx: &mut Tx<'_>, (id, subject): (Id<Webhook>, &str), by: &str) -> Result<()> {
    tx.exec(&RELEASE, params![id, subject, by]).map(drop)
}

pub(crate) fn forget_lanes(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_LANES, params![before]).map(drop)
}
