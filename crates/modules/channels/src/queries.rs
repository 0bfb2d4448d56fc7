//! All SQL of this module.

use kernel::{ChannelId, Cursor, Error, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Channel, ChannelKind},
};

sql! {
    INSERT(Channel) = "INSERT INTO channels ({cols}) VALUES ({vals})";
    UPDATE(Channel) = "UPDATE channels SET {sets} WHERE id = $1 AND version = $9 - 1";
    FIND(Channel) = "SELECT {cols} FROM channels WHERE id = $1";
    FIND_KEY(Channel) = "SELECT {cols} FROM channels WHERE public_key = $1";
    FIRST(Channel) = "SELECT {cols} FROM channels WHERE kind = $1
        ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END, created_at, id LIMIT 1";
    NAMES = "SELECT id, name FROM channels ORDER BY created_at, id";
    LIST(Channel) = "SELECT {cols} FROM channels WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3";

    COUNT_INVITATION = "INSERT INTO invitation_counts (channel_id, invitation, day, shown, accepted) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (channel_id, invitation, day) DO UPDATE SET shown = invitation_counts.shown + excluded.shown,
            accepted = invitation_counts.accepted + excluded.accepted";
    INVITATION_COUNTS = "SELECT invitation, CAST(sum(shown) AS BIGINT), CAST(sum(accepted) AS BIGINT) FROM invitation_counts
        WHERE channel_id = $1 AND day >= $2 GROUP BY invitation ORDER BY invitation";

    SECRET = "SELECT secret FROM channel_secrets WHERE purpose = $1";
    IDENTITY_SECRET(IdentitySecret) = "SELECT {cols} FROM channel_identity_secrets WHERE channel_id = $1";
    RENEW_IDENTITY_SECRET = "INSERT INTO channel_identity_secrets (channel_id, secret, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (channel_id) DO UPDATE SET previous = channel_identity_secrets.secret, previous_until = $4,
            secret = excluded.secret, created_at = excluded.created_at";
    INSERT_SECRET = "INSERT INTO channel_secrets (purpose, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

pub(crate) fn insert(tx: &mut Tx<'_>, channel: &Channel) -> Result<()> {
    match tx.exec(&INSERT, &channel.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a channel was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, channel: &Channel) -> Result<()> {
    tx.exec_one(&UPDATE, &channel.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ChannelId) -> Result<Channel> {
    tx.one(&FIND, params![id])
}

pub(crate) fn find_key(tx: &mut Tx<'_>, public_key: &str) -> Result<Channel> {
    tx.one(&FIND_KEY, params![public_key])
}

/// The oldest of this kind, an active one before a paused one.
pub(crate) fn first(tx: &mut Tx<'_>, kind: ChannelKind) -> Result<Option<Channel>> {
    tx.maybe(&FIRST, params![kind])
}

pub(crate) fn names(tx: &mut Tx<'_>) -> Result<Vec<(ChannelId, String)>> {
    tx.all(&NAMES, &[])
}

pub(crate) fn list(tx: &mut Tx<'_>, _all: &Scope, after: &Cursor, limit: i64) -> Result<Vec<Channel>> {
    tx.all(&LIST, params![after.key, after.id, limit])
}

pub(crate) fn secret(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<String>> {
    Ok(tx.maybe::<(String,)>(&SECRET, params![purpose])?.map(|(secret,)| secret))
}

/// Keeps a secret, unless another node has kept one already.
pub(crate) fn insert_secret(tx: &mut Tx<'_>, purpose: &str, secret: &str, now: Timestamp) -> Result<()> {
    tx.exec(&INSERT_SECRET, params![purpose, secret, now]).map(drop)
}

store::record! {
    /// What the embedding site proves with who its visitors are.
    #[derive(Clone)]
    pub(crate) struct IdentitySecret {
        /// Of which channel.
        pub channel_id: ChannelId,
        /// The one that is good.
        pub secret: String,
        /// Since when.
        pub created_at: Timestamp,
        /// The one before it.
        pub previous: Option<String>,
        /// Until when that one is good.
        pub previous_until: Option<Timestamp>,
    }
}

pub(crate) fn identity_secret(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<IdentitySecret>> {
    tx.maybe(&IDENTITY_SECRET, params![channel])
}

/// Makes this the channel's secret; the one it had stays good until then.
pub(crate) fn renew_identity_secret(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    secret: &str,
    now: Timestamp,
    previous_until: Timestamp,
) -> Result<()> {
    tx.exec(&RENEW_IDENTITY_SECRET, params![channel, secret, now, previous_until]).map(drop)
}

/// The day of this moment, counted from the epoch.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

/// Adds to what an invitation was `(shown, accepted)` that day.
pub(crate) fn count_invitation(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    invitation: &str,
    day: i64,
    (shown, accepted): (i64, i64),
) -> Result<()> {
    tx.exec(&COUNT_INVITATION, params![channel, invitation, day, shown, accepted]).map(drop)
}

/// Of each invitation that was shown since that day, how often it was, and how often somebody came by it.
pub(crate) fn invitation_counts(tx: &mut Tx<'_>, channel: ChannelId, since: i64) -> Result<Vec<(String, i64, i64)>> {
    tx.all(&INVITATION_COUNTS, params![channel, since])
}
