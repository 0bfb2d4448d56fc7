//! All SQL of this module.

use conversations::ConversationId;
use kernel::{ChannelId, Cursor, CustomerId, Error, Id, Result, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Direction, Grant, Mail, MailState, Mailbox, MailboxFetch, MailboxGrant, Secrets, Thread, Tokens},
    oauth::SetOut,
};

sql! {
    INSERT(Mailbox) = "INSERT INTO mailboxes ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(Mailbox) = "UPDATE mailboxes SET {sets} WHERE id = $1 AND version = $21 - 1";
    FIND(Mailbox) = "SELECT {cols} FROM mailboxes WHERE id = $1";
    LIST(Mailbox) = "SELECT {cols} FROM mailboxes WHERE (created_at, id) > ($1, $2) AND $3 ORDER BY created_at, id LIMIT $4";
    OF_CHANNEL(Mailbox) = "SELECT {cols} FROM mailboxes WHERE channel_id = $1";
    WITH_ADDRESS = "SELECT id FROM mailboxes WHERE address = $1";
    ADDRESSES = "SELECT address FROM mailboxes ORDER BY address";

    INSERT_SECRETS(Secrets) = "INSERT INTO mailbox_secrets ({cols}) VALUES ({vals})
        ON CONFLICT (mailbox_id) DO UPDATE SET imap_password = excluded.imap_password, smtp_password = excluded.smtp_password";
    SECRETS(Secrets) = "SELECT {cols} FROM mailbox_secrets WHERE mailbox_id = $1";

    GRANT(MailboxGrant) = "SELECT {cols} FROM mailbox_grants WHERE mailbox_id = $1";
    GRANTS(MailboxGrant) = "SELECT {cols} FROM mailbox_grants ORDER BY mailbox_id";
    INSERT_GRANT(MailboxGrant) = "INSERT INTO mailbox_grants ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_GRANT(MailboxGrant) = "UPDATE mailbox_grants SET {sets} WHERE mailbox_id = $1";
    END_GRANT = "DELETE FROM mailbox_grants WHERE mailbox_id = $1";
    TOKENS(Tokens) = "SELECT {cols} FROM mailbox_tokens WHERE mailbox_id = $1";
    INSERT_TOKENS(Tokens) = "INSERT INTO mailbox_tokens ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_TOKENS(Tokens) = "UPDATE mailbox_tokens SET {sets} WHERE mailbox_id = $1";
    END_TOKENS = "DELETE FROM mailbox_tokens WHERE mailbox_id = $1";
    CLAIM_TOKENS = "UPDATE mailbox_tokens SET claimed_until = $3 WHERE mailbox_id = $1 AND (claimed_until <= $2 OR claimed_until > $3)";
    SET_OUT(SetOut) = "INSERT INTO mailbox_journeys ({cols}) VALUES ({vals})";
    FORGET_JOURNEYS = "DELETE FROM mailbox_journeys WHERE expires_at < $1";
    JOURNEY(SetOut) = "SELECT {cols} FROM mailbox_journeys WHERE state_hash = $1";
    END_JOURNEY = "DELETE FROM mailbox_journeys WHERE state_hash = $1";

    INSERT_FETCH(MailboxFetch) = "INSERT INTO mailbox_fetches ({cols}) VALUES ({vals})";
    UPDATE_FETCH(MailboxFetch) = "UPDATE mailbox_fetches SET {sets} WHERE mailbox_id = $1";
    FETCH(MailboxFetch) = "SELECT {cols} FROM mailbox_fetches WHERE mailbox_id = $1";
    FETCHES(MailboxFetch) = "SELECT {cols} FROM mailbox_fetches ORDER BY mailbox_id";

    INSERT_MAIL(Mail) = "INSERT INTO mails ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_MAIL(Mail) = "UPDATE mails SET {sets} WHERE id = $1";
    FIND_MAIL(Mail) = "SELECT {cols} FROM mails WHERE id = $1";
    KNOWN = "SELECT id FROM mails WHERE mailbox_id = $1 AND message_id = $2 AND direction = $3";
    NAMED(Mail) = "SELECT {cols} FROM mails WHERE mailbox_id = $1 AND message_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
        AND (conversation_id IS NOT NULL OR kind = 'notice') ORDER BY at DESC, id DESC LIMIT 20";
    OF_CONVERSATION(Mail) = "SELECT {cols} FROM mails WHERE conversation_id = $1 ORDER BY at, id LIMIT 500";
    WHOLE(Mail) = "SELECT {cols} FROM mails WHERE conversation_id = $1 ORDER BY at, id";
    OF_MESSAGE(Mail) = "SELECT {cols} FROM mails WHERE conversation_id = $1 AND seq <= $2 AND COALESCE(last_seq, seq) >= $2 ORDER BY seq DESC LIMIT 1";
    IN_STATE(Mail) = "SELECT {cols} FROM mails WHERE mailbox_id = $1 AND state = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5";
    SENT_SINCE = "SELECT COUNT(*) FROM mails WHERE mailbox_id = $1 AND state = 'sent' AND at > $2 AND kind = 'acknowledgement' AND recipients = $3";
    OF_CUSTOMERS(Mail) = "SELECT {cols} FROM mails WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    EMPTY = "UPDATE mails SET sender = '{\"name\":\"\",\"address\":\"\"}', recipients = '[]', cc = '[]', bcc = '[]', subject = '', text = '', html = NULL, attachments = '[]',
        dropped = '[]', why = '' WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_THREADS = "UPDATE mail_threads SET subject = '', recipient = '{\"name\":\"\",\"address\":\"\"}'
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    FORGET_NOTICES = "DELETE FROM mails WHERE kind = 'notice' AND at < $1";

    INSERT_RAW = "INSERT INTO mail_raws (mail_id, raw) VALUES ($1, $2)";
    RAW = "SELECT raw FROM mail_raws WHERE mail_id = $1";

    INSERT_THREAD(Thread) = "INSERT INTO mail_threads ({cols}) VALUES ({vals})";
    UPDATE_THREAD(Thread) = "UPDATE mail_threads SET {sets} WHERE conversation_id = $1";
    THREAD(Thread) = "SELECT {cols} FROM mail_threads WHERE conversation_id = $1";
    THREAD_OF_TOKEN(Thread) = "SELECT {cols} FROM mail_threads WHERE token = $1";
}

/// Keeps a new mailbox.
///
/// # Errors
/// `mail.address_taken`.
pub(crate) fn insert(tx: &mut Tx<'_>, mailbox: &Mailbox, secrets: &Secrets) -> Result<()> {
    if tx.exec(&INSERT, &mailbox.values())? != 1 {
        return Err(codes::ADDRESS_TAKEN.conflict());
    }
    tx.exec(&INSERT_FETCH, &MailboxFetch::none(mailbox.id).values())?;
    save_secrets(tx, secrets)
}

/// The mailbox of a channel.
pub(crate) fn of_channel(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<Mailbox>> {
    tx.maybe(&OF_CHANNEL, params![channel])
}

/// Forgets what the house told by itself before then.
pub(crate) fn forget_notices(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_NOTICES, params![before]).map(drop)
}

pub(crate) fn save_secrets(tx: &mut Tx<'_>, secrets: &Secrets) -> Result<()> {
    tx.exec(&INSERT_SECRETS, &secrets.values()).map(drop)
}

pub(crate) fn secrets(tx: &mut Tx<'_>, id: Id<Mailbox>) -> Result<Secrets> {
    tx.maybe(&SECRETS, params![id])?.ok_or(Error::NotFound)
}

/// What opens a mailbox by a token.
pub(crate) fn grant(tx: &mut Tx<'_>, id: Id<Mailbox>) -> Result<Option<Grant>> {
    let Some(shown) = tx.maybe(&GRANT, params![id])? else { return Ok(None) };
    Ok(tx.maybe(&TOKENS, params![id])?.map(|tokens| Grant { shown, tokens }))
}

pub(crate) fn grants(tx: &mut Tx<'_>) -> Result<Vec<MailboxGrant>> {
    tx.all(&GRANTS, params![])
}

pub(crate) fn save_grant(tx: &mut Tx<'_>, grant: &Grant) -> Result<()> {
    if tx.exec(&UPDATE_GRANT, &grant.shown.values())? == 0 {
        tx.exec(&INSERT_GRANT, &grant.shown.values())?;
    }
    if tx.exec(&UPDATE_TOKENS, &grant.tokens.values())? == 0 {
        tx.exec(&INSERT_TOKENS, &grant.tokens.values())?;
    }
    Ok(())
}

/// Forgets what opened a mailbox by a token.
pub(crate) fn end_grant(tx: &mut Tx<'_>, id: Id<Mailbox>) -> Result<()> {
    tx.exec(&END_TOKENS, params![id])?;
    tx.exec(&END_GRANT, params![id]).map(drop)
}

/// Whether the caller alone gets another token until then. A claim far ahead is of a clock that was set back.
pub(crate) fn claim_tokens(tx: &mut Tx<'_>, id: Id<Mailbox>, now: Timestamp, until: Timestamp) -> Result<bool> {
    Ok(tx.exec(&CLAIM_TOKENS, params![id, now, until])? == 1)
}

pub(crate) fn set_out(tx: &mut Tx<'_>, journey: &SetOut, now: Timestamp) -> Result<()> {
    tx.exec(&FORGET_JOURNEYS, params![now])?;
    tx.exec(&SET_OUT, &journey.values()).map(drop)
}

/// Takes a journey, once.
pub(crate) fn end_journey(tx: &mut Tx<'_>, state_hash: &str) -> Result<Option<SetOut>> {
    let found: Option<SetOut> = tx.maybe(&JOURNEY, params![state_hash])?;
    Ok(if tx.exec(&END_JOURNEY, params![state_hash])? == 1 { found } else { None })
}

/// Saves a mailbox of the version before.
///
/// # Errors
/// `mail.stale`; `mail.address_taken`.
pub(crate) fn save(tx: &mut Tx<'_>, mailbox: &Mailbox) -> Result<()> {
    let other: Option<(Id<Mailbox>,)> = tx.maybe(&WITH_ADDRESS, params![mailbox.address])?;
    if other.is_some_and(|(other,)| other != mailbox.id) {
        return Err(codes::ADDRESS_TAKEN.conflict());
    }
    tx.exec_one(&UPDATE, &mailbox.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Mailbox>) -> Result<Mailbox> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn list(tx: &mut Tx<'_>, all: bool, after: &Cursor, limit: i64) -> Result<Vec<Mailbox>> {
    tx.all(&LIST, params![after.key, after.id, all, limit])
}

/// Every address that is ours.
pub(crate) fn addresses(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(&ADDRESSES, params![])?.into_iter().map(|(address,)| address).collect())
}

pub(crate) fn fetch(tx: &mut Tx<'_>, id: Id<Mailbox>) -> Result<MailboxFetch> {
    tx.maybe(&FETCH, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn fetches(tx: &mut Tx<'_>) -> Result<Vec<MailboxFetch>> {
    tx.all(&FETCHES, params![])
}

pub(crate) fn save_fetch(tx: &mut Tx<'_>, fetch: &MailboxFetch) -> Result<()> {
    tx.exec(&UPDATE_FETCH, &fetch.values()).map(drop)
}

/// Keeps a mail; false when it is known already.
pub(crate) fn insert_mail(tx: &mut Tx<'_>, mail: &Mail) -> Result<bool> {
    Ok(tx.exec(&INSERT_MAIL, &mail.values())? == 1)
}

pub(crate) fn save_mail(tx: &mut Tx<'_>, mail: &Mail) -> Result<()> {
    tx.exec(&UPDATE_MAIL, &mail.values()).map(drop)
}

pub(crate) fn mail(tx: &mut Tx<'_>, id: Id<Mail>) -> Result<Mail> {
    tx.maybe(&FIND_MAIL, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn is_known(tx: &mut Tx<'_>, mailbox: Id<Mailbox>, message_id: &str, direction: Direction) -> Result<bool> {
    Ok(tx.maybe::<(Id<Mail>,)>(&KNOWN, params![mailbox, message_id, direction])?.is_some())
}

/// Mails of this mailbox by these `Message-ID`s that stand in conversations, the latest first.
pub(crate) fn named(tx: &mut Tx<'_>, mailbox: Id<Mailbox>, message_ids: &[String]) -> Result<Vec<Mail>> {
    if message_ids.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(&NAMED, params![mailbox, serde_json::to_string(message_ids).map_err(Error::internal)?])
}

pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Mail>> {
    tx.all(&OF_CONVERSATION, params![id])
}

/// The mail that carries this message.
pub(crate) fn of_message(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Option<Mail>> {
    tx.maybe(&OF_MESSAGE, params![id, seq])
}

pub(crate) fn in_state(
    tx: &mut Tx<'_>,
    mailbox: Id<Mailbox>,
    state: MailState,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Mail>> {
    tx.all(&IN_STATE, params![mailbox, state, before.key, before.id, limit])
}

/// How many acknowledgements somebody was sent since then; `recipients` as they are kept.
pub(crate) fn acknowledged_since(
    tx: &mut Tx<'_>,
    mailbox: Id<Mailbox>,
    since: Timestamp,
    recipients: &str,
) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&SENT_SINCE, params![mailbox, since, recipients])?.0)
}

pub(crate) fn insert_raw(tx: &mut Tx<'_>, id: Id<Mail>, raw: &str) -> Result<()> {
    tx.exec(&INSERT_RAW, params![id, raw]).map(drop)
}

pub(crate) fn raw(tx: &mut Tx<'_>, id: Id<Mail>) -> Result<String> {
    tx.maybe::<(String,)>(&RAW, params![id])?.map(|(raw,)| raw).ok_or(Error::NotFound)
}

pub(crate) fn thread(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Thread>> {
    tx.maybe(&THREAD, params![id])
}

pub(crate) fn thread_of_token(tx: &mut Tx<'_>, token: &str) -> Result<Option<Thread>> {
    tx.maybe(&THREAD_OF_TOKEN, params![token])
}

pub(crate) fn insert_thread(tx: &mut Tx<'_>, thread: &Thread) -> Result<()> {
    tx.exec(&INSERT_THREAD, &thread.values()).map(drop)
}

pub(crate) fn save_thread(tx: &mut Tx<'_>, thread: &Thread) -> Result<()> {
    tx.exec(&UPDATE_THREAD, &thread.values()).map(drop)
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Mail>> {
    tx.all(&OF_CUSTOMERS, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

/// Every mail of a conversation, whether it was shown in it or not.
pub(crate) fn whole(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Vec<Mail>> {
    tx.all(&WHOLE, params![conversation])
}

/// Empties the words and names of these mails.
pub(crate) fn empty(tx: &mut Tx<'_>, mails: &[Mail]) -> Result<()> {
    let ids: Vec<_> = mails.iter().map(|mail| mail.id).collect();
    tx.exec(&EMPTY, params![serde_json::to_string(&ids).map_err(Error::internal)?]).map(drop)
}

/// Empties what keeps these customers' conversations one thread in their mail program.
pub(crate) fn empty_threads(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY_THREADS, params![serde_json::to_string(customers).map_err(Error::internal)?]).map(drop)
}
