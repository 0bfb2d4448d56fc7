//! All SQL of this module.

pub(crate) mod parts;

use conversations::ConversationId;
use kernel::{ChannelId, Cursor, CustomerId, Error, Id, Permit, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{OptOut, Setup, Sms, SmsGateway, SmsLink},
};

sql! {
    INSERT(SmsGateway) = "INSERT INTO sms_gateways ({cols}) VALUES ({vals})";
    UPDATE(SmsGateway) = "UPDATE sms_gateways SET {sets} WHERE channel_id = $1 AND version = $19 - 1";
    FIND(SmsGateway) = "SELECT {cols} FROM sms_gateways WHERE channel_id = $1";
    LIST(SmsGateway) = "SELECT {cols} FROM sms_gateways WHERE (created_at, channel_id) > ($1, $2) ORDER BY created_at, channel_id LIMIT $3";

    SAVE_PASSWORD = "INSERT INTO sms_secrets (channel_id, password) VALUES ($1, $2) ON CONFLICT (channel_id) DO UPDATE SET password = excluded.password";
    PASSWORD = "SELECT password FROM sms_secrets WHERE channel_id = $1";

    LINK(SmsLink) = "SELECT {cols} FROM sms_links WHERE channel_id = $1";
    BEGIN_LINK(SmsLink) = "INSERT INTO sms_links ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    STANDS = "UPDATE sms_links SET connected_at = $2, tried_at = $3, trouble = $4, detail = $5 WHERE channel_id = $1";
    CAME = "UPDATE sms_links SET came_at = $2 WHERE channel_id = $1";
    WENT = "UPDATE sms_links SET went_at = $2 WHERE channel_id = $1";

    OPT_OUT(OptOut) = "SELECT {cols} FROM sms_opt_outs WHERE channel_id = $1 AND mark = $2";
    OPT_OUT_BY_ID(OptOut) = "SELECT {cols} FROM sms_opt_outs WHERE id = $1";
    INSERT_OPT_OUT(OptOut) = "INSERT INTO sms_opt_outs ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    DELETE_OPT_OUT = "DELETE FROM sms_opt_outs WHERE id = $1";
    ANSWER_IN = "UPDATE sms_opt_outs SET answer_in = $2, customer_id = COALESCE($3, customer_id) WHERE id = $1";
    OPT_OUTS(OptOut) = "SELECT {cols} FROM sms_opt_outs WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3";
    OPT_OUTS_OF(OptOut) = "SELECT {cols} FROM sms_opt_outs WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    FORGET_OPT_OUTS = "UPDATE sms_opt_outs SET masked = '', customer_id = NULL WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    INSERT_SMS(Sms) = "INSERT INTO sms_messages ({cols}) VALUES ({vals})";
    UPDATE_SMS(Sms) = "UPDATE sms_messages SET {sets} WHERE id = $1";
    SMS(Sms) = "SELECT {cols} FROM sms_messages WHERE id = $1";
    SMS_OF(Sms) = "SELECT {cols} FROM sms_messages WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    FORGET_SMS = "UPDATE sms_messages SET phone = '', text = '', customer_id = NULL WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    SWEEP_SMS = "DELETE FROM sms_messages WHERE at < $1 AND state <> 'waiting'";

    HEARD = "INSERT INTO sms_heard (channel_id, mark, session, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    WAS_HEARD = "SELECT session, at FROM sms_heard WHERE channel_id = $1 AND mark = $2";
    HEARD_NOW = "UPDATE sms_heard SET session = $3, at = $4 WHERE channel_id = $1 AND mark = $2";
    SWEEP_HEARD = "DELETE FROM sms_heard WHERE at < $1";
}

/// Keeps a new gateway.
pub(crate) fn insert(tx: &mut Tx<'_>, setup: &Setup) -> Result<()> {
    tx.exec(&INSERT, &setup.gateway.values())?;
    tx.exec(&BEGIN_LINK, &SmsLink::none(setup.gateway.channel_id).values())?;
    save_password(tx, setup)
}

pub(crate) fn save_password(tx: &mut Tx<'_>, setup: &Setup) -> Result<()> {
    tx.exec(&SAVE_PASSWORD, params![setup.gateway.channel_id, setup.password]).map(drop)
}

/// Saves one of the version before.
///
/// # Errors
/// `sms.stale`.
pub(crate) fn save(tx: &mut Tx<'_>, gateway: &SmsGateway) -> Result<()> {
    tx.exec_one(&UPDATE, &gateway.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ChannelId) -> Result<SmsGateway> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

/// The gateway with what opens its line.
pub(crate) fn setup(tx: &mut Tx<'_>, id: ChannelId) -> Result<Setup> {
    let gateway = find(tx, id)?;
    let password = tx.maybe::<(String,)>(&PASSWORD, params![id])?.unwrap_or_default().0;
    Ok(Setup { gateway, password })
}

/// All, for whoever may see them, or the product itself.
pub(crate) fn list(tx: &mut Tx<'_>, _all: Option<&Scope>, after: &Cursor, limit: i64) -> Result<Vec<SmsGateway>> {
    tx.all(&LIST, params![after.key, after.id, limit])
}

pub(crate) fn link(tx: &mut Tx<'_>, id: ChannelId) -> Result<SmsLink> {
    Ok(tx.maybe(&LINK, params![id])?.unwrap_or_else(|| SmsLink::none(id)))
}

/// Notes how the line stands, or how the other side was found.
pub(crate) fn stands(
    tx: &mut Tx<'_>,
    id: ChannelId,
    connected_at: Option<Timestamp>,
    (trouble, detail): (Option<&str>, &str),
) -> Result<()> {
    let (now, trouble) = (tx.now(), trouble.map(str::to_owned));
    let detail: String = detail.chars().filter(|letter| !letter.is_control()).take(300).collect();
    tx.exec(&STANDS, params![id, connected_at, now, trouble, detail]).map(drop)
}

pub(crate) fn came(tx: &mut Tx<'_>, id: ChannelId) -> Result<()> {
    let now = tx.now();
    tx.exec(&CAME, params![id, now]).map(drop)
}

pub(crate) fn went(tx: &mut Tx<'_>, id: ChannelId) -> Result<()> {
    let now = tx.now();
    tx.exec(&WENT, params![id, now]).map(drop)
}

pub(crate) fn opt_out(tx: &mut Tx<'_>, id: ChannelId, mark: &str) -> Result<Option<OptOut>> {
    tx.maybe(&OPT_OUT, params![id, mark])
}

pub(crate) fn opt_out_by_id(tx: &mut Tx<'_>, id: Id<OptOut>) -> Result<OptOut> {
    tx.maybe(&OPT_OUT_BY_ID, params![id])?.ok_or(Error::NotFound)
}

/// Puts a number on the list; false when it is there.
pub(crate) fn insert_opt_out(tx: &mut Tx<'_>, opt_out: &OptOut) -> Result<bool> {
    Ok(tx.exec(&INSERT_OPT_OUT, &opt_out.values())? == 1)
}

pub(crate) fn delete_opt_out(tx: &mut Tx<'_>, id: Id<OptOut>) -> Result<()> {
    tx.exec(&DELETE_OPT_OUT, params![id]).map(drop)
}

/// Where the owner of a number may be answered, and who that is; nowhere: none.
pub(crate) fn answer_in(
    tx: &mut Tx<'_>,
    id: Id<OptOut>,
    (conversation, customer): (Option<ConversationId>, Option<CustomerId>),
) -> Result<()> {
    tx.exec(&ANSWER_IN, params![id, conversation, customer]).map(drop)
}

/// The latest first.
pub(crate) fn opt_outs(tx: &mut Tx<'_>, _permit: &Permit, before: &Cursor, limit: i64) -> Result<Vec<OptOut>> {
    tx.all(&OPT_OUTS, params![before.key, before.id, limit])
}

pub(crate) fn opt_outs_of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<OptOut>> {
    tx.all(&OPT_OUTS_OF, params![listed(customers)?])
}

pub(crate) fn insert_sms(tx: &mut Tx<'_>, sms: &Sms) -> Result<()> {
    tx.exec(&INSERT_SMS, &sms.values()).map(drop)
}

pub(crate) fn save_sms(tx: &mut Tx<'_>, sms: &Sms) -> Result<()> {
    tx.exec(&UPDATE_SMS, &sms.values()).map(drop)
}

pub(crate) fn sms(tx: &mut Tx<'_>, id: Id<Sms>) -> Result<Sms> {
    tx.maybe(&SMS, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn sms_of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Sms>> {
    tx.all(&SMS_OF, params![listed(customers)?])
}

/// Notes that something came; false when it had come before: in whatever session where none is named, else in
/// another session not before `since`, which is then forgotten so that the next of its kind is news.
pub(crate) fn hear(tx: &mut Tx<'_>, id: ChannelId, mark: &str, session: &str, since: Timestamp) -> Result<bool> {
    let now = tx.now();
    if tx.exec(&HEARD, params![id, mark, session, now])? == 1 {
        return Ok(true);
    }
    let before: (String, Timestamp) = tx.one(&WAS_HEARD, params![id, mark])?;
    let repeated = session.is_empty() || (before.0 != session && before.1 >= since);
    tx.exec(&HEARD_NOW, params![id, mark, session, now])?;
    Ok(!repeated)
}

/// Forgets these customers here; that a number wants nothing stays.
pub(crate) fn forget(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let customers = listed(customers)?;
    tx.exec(&FORGET_OPT_OUTS, params![customers])?;
    tx.exec(&FORGET_SMS, params![customers]).map(drop)
}

/// Deletes what is only kept for a while, where it is older than that.
pub(crate) fn sweep(tx: &mut Tx<'_>, messages: Timestamp, heard: Timestamp) -> Result<()> {
    tx.exec(&SWEEP_SMS, params![messages])?;
    tx.exec(&SWEEP_HEARD, params![heard]).map(drop)
}

fn listed(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}
