//! All SQL of this module.

use kernel::{ChannelId, Cursor, CustomerId, Error, Result, Scope, UserId};
use store::{Record, ToValue, Tx, params, sql};

use crate::model::{Conversation, ConversationId, Message, State};

sql! {
    INSERT(Conversation) = "INSERT INTO conversations ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    INSERT_MANY(Conversation) = "INSERT INTO conversations ({cols}) VALUES {rows}";
    UPDATE(Conversation) = "UPDATE conversations SET {sets} WHERE id = $1";
    FIND(Conversation) = "SELECT {cols} FROM conversations WHERE id = $1";
    LOCK(Conversation) = "SELECT {cols} FROM conversations WHERE id = $1 FOR UPDATE";
    /// In one order, so that two nodes never wait for each other.
    LOCK_MANY(Conversation) = "SELECT {cols} FROM conversations
        WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id FOR UPDATE";
    OPEN_OF(Conversation) = "SELECT {cols} FROM conversations WHERE channel_id = $1 AND customer_id = $2 AND closed_at IS NULL";
    CLOSED_OF = "SELECT id FROM conversations WHERE customer_id = $1 AND channel_id = $2 AND closed_at IS NOT NULL ORDER BY opened_at DESC, id DESC LIMIT $3";
    LIST_ALL(Conversation) = "SELECT {cols} FROM conversations WHERE (opened_at, id) < ($1, $2) ORDER BY opened_at DESC, id DESC LIMIT $3";
    LIST_STATE(Conversation) = "SELECT {cols} FROM conversations WHERE state = $4 AND (opened_at, id) < ($1, $2)
        ORDER BY opened_at DESC, id DESC LIMIT $3";
    LIST_ASSIGNEE(Conversation) = "SELECT {cols} FROM conversations WHERE assignee_id = $4 AND state = $5 AND (opened_at, id) < ($1, $2)
        ORDER BY opened_at DESC, id DESC LIMIT $3";
    LIST_SCOPED(Conversation) = "SELECT {cols} FROM conversations
        WHERE (assignee_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (CAST($6 AS TEXT) IS NULL OR state = $6) AND (CAST($7 AS TEXT) IS NULL OR assignee_id = $7)
          AND (opened_at, id) < ($1, $2)
        ORDER BY opened_at DESC, id DESC LIMIT $3";
    WAITING(Conversation) = "SELECT {cols} FROM conversations WHERE state = 'queued' AND (opened_at, id) > ($1, $2) ORDER BY opened_at, id LIMIT $3";
    LOAD = "SELECT assignee_id, count(*) FROM conversations WHERE state = 'active' AND assignee_id IS NOT NULL GROUP BY assignee_id";
    SAVE_POSTED = "WITH posted (id, last_seq, customer_read_seq, agent_read_seq, last_message_at, preview, waiting_since, version) AS (
            VALUES {rows:TEXT,BIGINT,BIGINT,BIGINT,BIGINT,TEXT,BIGINT,BIGINT})
        UPDATE conversations SET last_seq = posted.last_seq, customer_read_seq = posted.customer_read_seq,
            agent_read_seq = posted.agent_read_seq, last_message_at = posted.last_message_at, preview = posted.preview,
            waiting_since = posted.waiting_since, version = posted.version
        FROM posted WHERE conversations.id = posted.id";

    INSERT_MESSAGES(Message) = "INSERT INTO messages ({cols}) VALUES {rows}";
    POSTED(Message) = "SELECT {cols} FROM messages WHERE (conversation_id, client_id) IN (VALUES {rows:TEXT,TEXT})";
    MESSAGES_BEFORE(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
    MESSAGES_AFTER(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
}

/// Inserts it, unless the customer already has one open on the channel: then answers that one.
pub(crate) fn insert(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<Conversation>> {
    if tx.exec(&INSERT, &conversation.values())? == 1 {
        return Ok(None);
    }
    open_of(tx, conversation.channel_id, conversation.customer_id)?
        .map(Some)
        .ok_or_else(|| Error::internal("a conversation neither new nor open"))
}

/// Inserts conversations that are known to be new.
pub(crate) fn insert_many(tx: &mut Tx<'_>, conversations: &[Conversation]) -> Result<()> {
    let rows: Vec<_> = conversations.iter().map(Record::values).collect();
    tx.exec_rows(&INSERT_MANY, &rows).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    tx.exec(&UPDATE, &conversation.values()).map(drop)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn lock_many(tx: &mut Tx<'_>, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    if let [id] = ids {
        return tx.all(&LOCK, params![id]);
    }
    tx.all(&LOCK_MANY, params![serde_json::to_string(ids).map_err(Error::internal)?])
}

pub(crate) fn open_of(tx: &mut Tx<'_>, channel: ChannelId, customer: CustomerId) -> Result<Option<Conversation>> {
    tx.maybe(&OPEN_OF, params![channel, customer])
}

/// The last closed ones, latest first.
pub(crate) fn closed_of(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<ConversationId>> {
    let rows: Vec<(ConversationId,)> = tx.all(&CLOSED_OF, params![customer, channel, limit])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What a list of conversations is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<State>,
    pub assignee: Option<UserId>,
}

/// Newest first. Each shape of the question has a statement of its own, so that each has its index.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Conversation>> {
    let (key, id) = (before.key, &before.id);
    if !scope.is_all() {
        let (own, units) = (scope.own(), scope.units_json());
        return tx.all(&LIST_SCOPED, params![key, id, limit, own, units, filter.state, filter.assignee]);
    }
    match (filter.state, filter.assignee) {
        (None, None) => tx.all(&LIST_ALL, params![key, id, limit]),
        (Some(state), None) => tx.all(&LIST_STATE, params![key, id, limit, state]),
        (Some(state), Some(assignee)) => tx.all(&LIST_ASSIGNEE, params![key, id, limit, assignee, state]),
        (None, Some(_)) => {
            tx.all(&LIST_SCOPED, params![key, id, limit, filter.assignee, "[]", filter.state, filter.assignee])
        }
    }
}

/// The waiting ones, longest wait first, after the given one.
pub(crate) fn waiting(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<Conversation>> {
    tx.all(&WAITING, params![after.key, after.id, limit])
}

/// How many active conversations each person has.
pub(crate) fn load(tx: &mut Tx<'_>) -> Result<Vec<(UserId, i64)>> {
    tx.all(&LOAD, &[])
}

pub(crate) fn save_posted(tx: &mut Tx<'_>, conversations: &[&Conversation]) -> Result<()> {
    let rows: Vec<_> = conversations
        .iter()
        .map(|c| {
            vec![
                c.id.to_value(),
                c.last_seq.to_value(),
                c.customer_read_seq.to_value(),
                c.agent_read_seq.to_value(),
                c.last_message_at.to_value(),
                c.preview.to_value(),
                c.waiting_since.to_value(),
                c.version.to_value(),
            ]
        })
        .collect();
    tx.exec_rows(&SAVE_POSTED, &rows).map(drop)
}

pub(crate) fn insert_messages(tx: &mut Tx<'_>, messages: &[Message]) -> Result<()> {
    let rows: Vec<_> = messages.iter().map(Record::values).collect();
    tx.exec_rows(&INSERT_MESSAGES, &rows).map(drop)
}

/// Those of these `(conversation, client id)` pairs that were posted before.
pub(crate) fn posted(tx: &mut Tx<'_>, pairs: &[(ConversationId, &str)]) -> Result<Vec<Message>> {
    let rows: Vec<_> =
        pairs.iter().map(|(conversation, client_id)| vec![conversation.to_value(), client_id.to_value()]).collect();
    tx.all_rows(&POSTED, &rows)
}

/// The last messages before `seq`, oldest first.
pub(crate) fn messages_before(tx: &mut Tx<'_>, id: ConversationId, seq: i64, limit: i64) -> Result<Vec<Message>> {
    let mut messages: Vec<Message> = tx.all(&MESSAGES_BEFORE, params![id, seq, limit])?;
    messages.reverse();
    Ok(messages)
}

pub(crate) fn messages_after(tx: &mut Tx<'_>, id: ConversationId, seq: i64, limit: i64) -> Result<Vec<Message>> {
    tx.all(&MESSAGES_AFTER, params![id, seq, limit])
}
