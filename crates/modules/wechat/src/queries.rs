//! All SQL of this module.

use kernel::{Cursor, CustomerId, Error, Id, Result, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{AccessToken, Arrival, Contact, Secrets, Setup, WechatAccount, WechatCalls},
};

sql! {
    INSERT(WechatAccount) = "INSERT INTO wechat_accounts ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(WechatAccount) = "UPDATE wechat_accounts SET {sets} WHERE id = $1 AND version = $12 - 1";
    FIND(WechatAccount) = "SELECT {cols} FROM wechat_accounts WHERE id = $1";
    LIST(WechatAccount) = "SELECT {cols} FROM wechat_accounts WHERE (created_at, id) > ($1, $2) AND $3 ORDER BY created_at, id LIMIT $4";
    OF_CHANNEL(WechatAccount) = "SELECT {cols} FROM wechat_accounts WHERE channel_id = $1";
    OF_KF(WechatAccount) = "SELECT {cols} FROM wechat_accounts WHERE app_id = $1 AND kf_id = $2";
    SAME = "SELECT id FROM wechat_accounts WHERE app_id = $1 AND kf_id = $2";

    SAVE_SECRETS(Secrets) = "INSERT INTO wechat_secrets ({cols}) VALUES ({vals}) ON CONFLICT (account_id)
        DO UPDATE SET token = excluded.token, aes_key = excluded.aes_key, secret = excluded.secret";
    SECRETS(Secrets) = "SELECT {cols} FROM wechat_secrets WHERE account_id = $1";

    ACCESS_TOKEN(AccessToken) = "SELECT {cols} FROM wechat_access_tokens WHERE account_id = $1";
    BEGIN_ACCESS_TOKEN = "INSERT INTO wechat_access_tokens (account_id, access_token, until, claimed_until) VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING";
    CLAIM_ACCESS_TOKEN = "UPDATE wechat_access_tokens SET claimed_until = $3 WHERE account_id = $1 AND (claimed_until <= $2 OR claimed_until > $3)";
    SAVE_ACCESS_TOKEN(AccessToken) = "UPDATE wechat_access_tokens SET {sets} WHERE account_id = $1";

    FORGET_ACCESS_TOKEN = "DELETE FROM wechat_access_tokens WHERE account_id = $1";

    INSERT_CALLS(WechatCalls) = "INSERT INTO wechat_calls ({cols}) VALUES ({vals})";
    SAVE_CALLS(WechatCalls) = "UPDATE wechat_calls SET {sets} WHERE account_id = $1";
    CALLS(WechatCalls) = "SELECT {cols} FROM wechat_calls WHERE account_id = $1";
    HEARD = "UPDATE wechat_calls SET called_at = $2, received = received + $3 WHERE account_id = $1";
    ALL_CALLS(WechatCalls) = "SELECT {cols} FROM wechat_calls ORDER BY account_id";

    CURSOR = "SELECT next_cursor, sync_token FROM wechat_cursors WHERE account_id = $1";
    SAVE_CURSOR = "INSERT INTO wechat_cursors (account_id, next_cursor, sync_token) VALUES ($1, $2, $3) ON CONFLICT (account_id)
        DO UPDATE SET next_cursor = excluded.next_cursor, sync_token = excluded.sync_token";

    INSERT_MARK = "INSERT INTO wechat_marks (account_id, mark, body, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    MARK = "SELECT body FROM wechat_marks WHERE account_id = $1 AND mark = $2";
    FORGET_MARKS = "DELETE FROM wechat_marks WHERE at < $1";

    INSERT_CONTACT(Contact) = "INSERT INTO wechat_contacts ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE_CONTACT = "UPDATE wechat_contacts SET customer_id = $3, conversation_id = $4, union_id = $5, name = $6, asked_at = $7, follows = $8,
        until = $9, remaining = $10, brief_until = $11, brief_remaining = $12, arrived = $13 WHERE account_id = $1 AND external_user = $2";
    CONTACT(Contact) = "SELECT {cols} FROM wechat_contacts WHERE account_id = $1 AND external_user = $2";
    LOCK_CONTACT(Contact) = "SELECT {cols} FROM wechat_contacts WHERE account_id = $1 AND external_user = $2 FOR UPDATE";
    OF_CUSTOMERS(Contact) = "SELECT {cols} FROM wechat_contacts WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        ORDER BY account_id, external_user";
    OF_UNION = "SELECT customer_id FROM wechat_contacts WHERE union_id = $1 AND customer_id IS NOT NULL ORDER BY account_id, external_user LIMIT 1";
    ERASE_CONTACTS = "DELETE FROM wechat_contacts WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_ARRIVAL(Arrival) = "INSERT INTO wechat_arrivals ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    CAME = "SELECT number FROM wechat_arrivals WHERE account_id = $1 AND external_id = $2";
    NEXT_ARRIVAL(Arrival) = "SELECT {cols} FROM wechat_arrivals WHERE account_id = $1 AND external_user = $2 AND taken_at IS NULL ORDER BY number LIMIT 1";
    TAKEN = "UPDATE wechat_arrivals SET said = '', taken_at = $4 WHERE account_id = $1 AND external_user = $2 AND number = $3";
    FORGET_ARRIVALS = "DELETE FROM wechat_arrivals WHERE came_at < $1 AND taken_at IS NOT NULL";
    ERASE_ARRIVALS = "DELETE FROM wechat_arrivals WHERE account_id = $1 AND external_user = $2";
}

/// Keeps a new account.
///
/// # Errors
/// `wechat.account_taken`.
pub(crate) fn insert(tx: &mut Tx<'_>, setup: &Setup) -> Result<()> {
    if tx.exec(&INSERT, &setup.account.values())? != 1 {
        return Err(codes::ACCOUNT_TAKEN.conflict());
    }
    tx.exec(&INSERT_CALLS, &WechatCalls::none(setup.account.id).values())?;
    save_secrets(tx, &setup.secrets)
}

pub(crate) fn save_secrets(tx: &mut Tx<'_>, secrets: &Secrets) -> Result<()> {
    tx.exec(&SAVE_SECRETS, &secrets.values()).map(drop)
}

/// The account with what opens it.
pub(crate) fn setup(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<Setup> {
    let account = find(tx, id)?;
    let secrets = tx.maybe(&SECRETS, params![id])?.ok_or(Error::NotFound)?;
    Ok(Setup { account, secrets })
}

/// Saves an account of the version before.
///
/// # Errors
/// `wechat.stale`; `wechat.account_taken`.
pub(crate) fn save(tx: &mut Tx<'_>, account: &WechatAccount) -> Result<()> {
    let same: Option<(Id<WechatAccount>,)> = tx.maybe(&SAME, params![account.app_id, account.kf_id])?;
    if same.is_some_and(|(same,)| same != account.id) {
        return Err(codes::ACCOUNT_TAKEN.conflict());
    }
    tx.exec_one(&UPDATE, &account.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<WechatAccount> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn list(tx: &mut Tx<'_>, all: bool, after: &Cursor, limit: i64) -> Result<Vec<WechatAccount>> {
    tx.all(&LIST, params![after.key, after.id, all, limit])
}

pub(crate) fn of_channel(tx: &mut Tx<'_>, channel: kernel::ChannelId) -> Result<WechatAccount> {
    tx.maybe(&OF_CHANNEL, params![channel])?.ok_or(Error::NotFound)
}

/// The account of WeCom that has this `open_kfid`.
pub(crate) fn of_kf(tx: &mut Tx<'_>, app_id: &str, kf_id: &str) -> Result<Option<WechatAccount>> {
    tx.maybe(&OF_KF, params![app_id, kf_id])
}

pub(crate) fn access_token(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<Option<AccessToken>> {
    tx.maybe(&ACCESS_TOKEN, params![id])
}

/// Whether the caller is the one who gets a new one, until then.
pub(crate) fn claim_access_token(tx: &mut Tx<'_>, id: Id<WechatAccount>, until: Timestamp) -> Result<bool> {
    tx.exec(&BEGIN_ACCESS_TOKEN, params![id])?;
    let now = tx.now();
    Ok(tx.exec(&CLAIM_ACCESS_TOKEN, params![id, now, until])? == 1)
}

pub(crate) fn save_access_token(tx: &mut Tx<'_>, token: &AccessToken) -> Result<()> {
    tx.exec(&SAVE_ACCESS_TOKEN, &token.values()).map(drop)
}

/// Lets the next who speaks get a new one.
pub(crate) fn forget_access_token(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<()> {
    tx.exec(&FORGET_ACCESS_TOKEN, params![id]).map(drop)
}

pub(crate) fn calls(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<WechatCalls> {
    tx.maybe(&CALLS, params![id])?.ok_or(Error::NotFound)
}

/// Notes a call whose mark was right, and how many messages it brought.
pub(crate) fn heard(tx: &mut Tx<'_>, id: Id<WechatAccount>, messages: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(&HEARD, params![id, now, messages]).map(drop)
}

pub(crate) fn all_calls(tx: &mut Tx<'_>) -> Result<Vec<WechatCalls>> {
    tx.all(&ALL_CALLS, params![])
}

pub(crate) fn save_calls(tx: &mut Tx<'_>, calls: &WechatCalls) -> Result<()> {
    tx.exec(&SAVE_CALLS, &calls.values()).map(drop)
}

/// How far was read, and what the last call said to go on with.
pub(crate) fn cursor(tx: &mut Tx<'_>, id: Id<WechatAccount>) -> Result<(String, String)> {
    Ok(tx.maybe(&CURSOR, params![id])?.unwrap_or_default())
}

pub(crate) fn save_cursor(tx: &mut Tx<'_>, id: Id<WechatAccount>, cursor: &str, token: &str) -> Result<()> {
    tx.exec(&SAVE_CURSOR, params![id, cursor, token]).map(drop)
}

/// Whether a mark is new, or was shown with this very body before.
pub(crate) fn is_first(tx: &mut Tx<'_>, id: Id<WechatAccount>, mark: &str, body: &str) -> Result<bool> {
    let now = tx.now();
    if tx.exec(&INSERT_MARK, params![id, mark, body, now])? == 1 {
        return Ok(true);
    }
    Ok(tx.maybe::<(String,)>(&MARK, params![id, mark])?.is_some_and(|(known,)| known == body))
}

/// Forgets what only guards against repeats, where it is older than that.
pub(crate) fn forget(tx: &mut Tx<'_>, marks: Timestamp, arrivals: Timestamp) -> Result<()> {
    tx.exec(&FORGET_MARKS, params![marks])?;
    tx.exec(&FORGET_ARRIVALS, params![arrivals]).map(drop)
}

/// Whom this is on the account: met before, or now; locked until the end of the transaction.
pub(crate) fn meet(tx: &mut Tx<'_>, id: Id<WechatAccount>, external_user: &str) -> Result<Contact> {
    if let Some(known) = tx.maybe(&LOCK_CONTACT, params![id, external_user])? {
        return Ok(known);
    }
    tx.exec(&INSERT_CONTACT, &Contact::stranger(id, external_user).values())?;
    tx.maybe(&LOCK_CONTACT, params![id, external_user])?.ok_or(Error::NotFound)
}

pub(crate) fn contact(tx: &mut Tx<'_>, id: Id<WechatAccount>, external_user: &str) -> Result<Option<Contact>> {
    tx.maybe(&CONTACT, params![id, external_user])
}

pub(crate) fn save_contact(tx: &mut Tx<'_>, contact: &Contact) -> Result<()> {
    tx.exec(&SAVE_CONTACT, &contact.values()).map(drop)
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Contact>> {
    tx.all(&OF_CUSTOMERS, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

/// Who somebody is on another account of the same owner.
pub(crate) fn of_union(tx: &mut Tx<'_>, union_id: &str) -> Result<Option<CustomerId>> {
    Ok(tx.maybe::<(CustomerId,)>(&OF_UNION, params![union_id])?.map(|(id,)| id))
}

/// Forgets these customers here, and what came from them.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for contact in of_customers(tx, customers)? {
        tx.exec(&ERASE_ARRIVALS, params![contact.account_id, contact.external_user])?;
    }
    tx.exec(&ERASE_CONTACTS, params![serde_json::to_string(customers).map_err(Error::internal)?]).map(drop)
}

/// Keeps something that came; false when it came before.
pub(crate) fn insert_arrival(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<bool> {
    Ok(tx.exec(&INSERT_ARRIVAL, &arrival.values())? == 1)
}

pub(crate) fn has_come(tx: &mut Tx<'_>, id: Id<WechatAccount>, external_id: &str) -> Result<bool> {
    Ok(tx.maybe::<(i64,)>(&CAME, params![id, external_id])?.is_some())
}

/// The first of theirs that is not taken in.
pub(crate) fn next_arrival(tx: &mut Tx<'_>, id: Id<WechatAccount>, external_user: &str) -> Result<Option<Arrival>> {
    tx.maybe(&NEXT_ARRIVAL, params![id, external_user])
}

pub(crate) fn taken(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<()> {
    let now = tx.now();
    tx.exec(&TAKEN, params![arrival.account_id, arrival.external_user, arrival.number, now]).map(drop)
}
