//! All SQL of this module.

use channels::ChannelKind;
use kernel::{ChannelId, Cursor, CustomerId, Error, Id, QueueId, Result, Timestamp, UserId};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{Conversation, ConversationId, Data, Event, Message, MessageVersion, RatingRow, Side, WrapUpReason},
    waiting::Unwrapped,
};

sql! {
    INSERT(Conversation) = "INSERT INTO conversations ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    INSERT_MANY(Conversation) = "INSERT INTO conversations ({cols}) VALUES {rows}";
    UPDATE(Conversation) = "UPDATE conversations SET {sets} WHERE id = $1";
    FIND(Conversation) = "SELECT {cols} FROM conversations WHERE id = $1";
    LOCK(Conversation) = "SELECT {cols} FROM conversations WHERE id = $1 FOR UPDATE";
    /// In one order, so that two nodes never wait for each other.
    LOCK_MANY(Conversation) = "SELECT {cols} FROM conversations
        WHERE id {in:TEXT} ORDER BY id FOR UPDATE";
    OPEN_OF(Conversation) = "SELECT {cols} FROM conversations WHERE channel_id = $1 AND customer_id = $2 AND closed_at IS NULL AND NOT aside";
    CLOSED_OF = "SELECT id FROM conversations WHERE customer_id = $1 AND channel_id = $2 AND closed_at IS NOT NULL ORDER BY opened_at DESC, id DESC LIMIT $3";
    WAITING(Conversation) = "SELECT {cols} FROM conversations WHERE state = 'queued' AND (opened_at, id) > ($1, $2) ORDER BY opened_at, id LIMIT $3";
    /// But for what is put away while nobody waits for an answer: few enough to be counted off by their own index.
    LOAD = "SELECT assignee_id, CAST(sum(n) AS BIGINT) FROM (
            SELECT assignee_id, count(*) AS n FROM conversations WHERE state = 'active' AND assignee_id IS NOT NULL GROUP BY assignee_id
            UNION ALL SELECT assignee_id, -count(*) FROM conversations
                WHERE snoozed_until IS NOT NULL AND waiting_since IS NULL GROUP BY assignee_id
        ) AS counted GROUP BY assignee_id";
    LOAD_OF_KINDS = "SELECT assignee_id, channel_kind, CAST(sum(n) AS BIGINT) FROM (
            SELECT assignee_id, channel_kind, count(*) AS n FROM conversations
                WHERE state = 'active' AND assignee_id IS NOT NULL GROUP BY assignee_id, channel_kind
            UNION ALL SELECT assignee_id, channel_kind, -count(*) FROM conversations
                WHERE snoozed_until IS NOT NULL AND waiting_since IS NULL GROUP BY assignee_id, channel_kind
        ) AS counted GROUP BY assignee_id, channel_kind";
    SAVE_POSTED = "UPDATE conversations {by_key:id TEXT,last_seq BIGINT,customer_read_seq BIGINT,agent_read_seq BIGINT,
        unread BIGINT,last_message_at BIGINT,preview TEXT,waiting_since BIGINT,version BIGINT,first_message_at BIGINT,
        first_response_at BIGINT,first_response_ms BIGINT,first_response_wall_ms BIGINT,responses BIGINT,
        response_ms BIGINT,response_wall_ms BIGINT,after_hours BOOLEAN,answer_warn_at BIGINT,answer_due_at BIGINT,
        final_warn_at BIGINT,final_due_at BIGINT,late_answers BIGINT,alarm_at BIGINT,snoozed_until BIGINT}";

    INSERT_MESSAGES(Message) = "INSERT INTO messages ({cols}) VALUES {rows}";
    POSTED(Message) = "SELECT {cols} FROM messages WHERE (conversation_id, client_id) {in:TEXT,TEXT}";
    TIMES = "SELECT seq, at FROM messages WHERE conversation_id = $1 AND text <> ''";
    MESSAGE(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 AND seq = $2";
    MESSAGES_BEFORE(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 AND seq < $2 AND (NOT staff_only OR $4) ORDER BY seq DESC LIMIT $3";
    MESSAGES_AFTER(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 AND seq > $2 AND (NOT staff_only OR $4) ORDER BY seq LIMIT $3";
    EVENTS_SINCE = "SELECT seq, data FROM messages WHERE conversation_id = $1 AND seq > $2 AND kind = 'event' ORDER BY seq";
    UNREAD = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND seq > $2 AND author = 'customer'";
    SAVE_SAID = "UPDATE messages SET text = $3, file_id = $4, data = $5, edited_at = $6, recalled_at = $7 WHERE conversation_id = $1 AND seq = $2";
    INSERT_VERSION(MessageVersion) = "INSERT INTO message_versions ({cols}) VALUES ({vals})";
    FIRST_RATING(RatingRow) = "SELECT {cols} FROM ratings WHERE conversation_id = $1 ORDER BY at, id LIMIT 1";
    INSERT_RATING(RatingRow) = "INSERT INTO ratings ({cols}) VALUES ({vals})";
    OLDER_RATINGS = "UPDATE ratings SET latest = FALSE WHERE conversation_id = $1 AND latest";
    FORGET_TAGS = "DELETE FROM conversation_tags WHERE conversation_id = $1";
    INSERT_TAGS = "INSERT INTO conversation_tags (tag, conversation_id, opened_at) VALUES {rows:TEXT,TEXT,BIGINT}";
    FORGET_PARTICIPANTS = "DELETE FROM conversation_participants WHERE conversation_id = $1";
    INSERT_PARTICIPANTS = "INSERT INTO conversation_participants (user_id, conversation_id, opened_at) VALUES {rows:TEXT,TEXT,BIGINT}";
    REASONS(WrapUpReason) = "SELECT {cols} FROM wrap_up_reasons ORDER BY position, id";
    REASON(WrapUpReason) = "SELECT {cols} FROM wrap_up_reasons WHERE id = $1";
    NEXT_REASON = "SELECT count(*) FROM wrap_up_reasons WHERE COALESCE(parent_id, '') = COALESCE(CAST($1 AS TEXT), '')";
    INSERT_REASON(WrapUpReason) = "INSERT INTO wrap_up_reasons ({cols}) VALUES ({vals})";
    SAVE_REASON(WrapUpReason) = "UPDATE wrap_up_reasons SET {sets} WHERE id = $1 AND version = $7 - 1";
    VERSIONS(MessageVersion) = "SELECT {cols} FROM message_versions WHERE conversation_id = $1 AND seq = $2 ORDER BY number";
}

sql! {
    CLOSED_AFTER(Conversation) = "SELECT {cols} FROM conversations WHERE state = 'closed' AND (opened_at, id) > ($1, $2) ORDER BY opened_at, id LIMIT $3";
    LATEST(Conversation) = "SELECT {cols} FROM conversations ORDER BY opened_at DESC, id DESC LIMIT $1";
    WAITING_IN(Conversation) = "SELECT {cols} FROM conversations WHERE queue_id = $1 AND state = 'queued' ORDER BY opened_at, id LIMIT $2";
    WAITING_KINDS = "SELECT DISTINCT channel_kind FROM conversations WHERE queue_id = $1 AND state = 'queued'";
    WAITING_OF_KIND(Conversation) = "SELECT {cols} FROM conversations
        WHERE queue_id = $1 AND state = 'queued' AND channel_kind = $3 ORDER BY opened_at, id LIMIT $2";
    WAITING_NOWHERE(Conversation) = "SELECT {cols} FROM conversations WHERE queue_id IS NULL AND state = 'queued' ORDER BY opened_at, id LIMIT $1";
    LINE_OF = "SELECT id, opened_at FROM conversations WHERE queue_id = $1 AND state = 'queued' ORDER BY opened_at, id";
    AHEAD_OF = "SELECT count(*) FROM conversations WHERE queue_id = $1 AND state = 'queued' AND (opened_at, id) < ($2, $3)";
    WAITING_COUNTS = "SELECT queue_id, count(*), min(opened_at) FROM conversations WHERE state = 'queued' GROUP BY queue_id ORDER BY queue_id";
    UNANSWERED(Conversation) = "SELECT {cols} FROM conversations
        WHERE queue_id = $1 AND state = 'active' AND waiting_since <= $2 ORDER BY waiting_since, id LIMIT $3";
    FORGET_QUEUE = "UPDATE conversations SET queue_id = NULL WHERE queue_id = $1 AND state = 'queued'";
    UNWRAPPED(Unwrapped) = "SELECT {cols} FROM conversations
        WHERE state = 'closed' AND wrap_up IS NULL AND closed_at > $1 AND assignee_id IS NOT NULL AND merged_into IS NULL ORDER BY closed_at";
    ACTIVE_OF(Conversation) = "SELECT {cols} FROM conversations WHERE assignee_id = $1 AND state = 'active' ORDER BY opened_at, id";
    SERVES = "SELECT id FROM conversations WHERE customer_id = $1 AND assignee_id = $2 AND (closed_at IS NULL OR closed_at > $3) LIMIT 1";
    LAST_AGENTS = "SELECT mine.customer_id, mine.assignee_id FROM conversations mine
        WHERE mine.customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND mine.state = 'closed' AND mine.assignee_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM conversations later WHERE later.customer_id = mine.customer_id AND later.state = 'closed'
              AND later.assignee_id IS NOT NULL AND (later.opened_at, later.id) > (mine.opened_at, mine.id))";
}

pub(crate) fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Conversation>> {
    tx.all(&LATEST, params![limit])
}

/// The first that wait there, or in no queue yet, longest wait first.
pub(crate) fn waiting_in(tx: &mut Tx<'_>, queue: Option<QueueId>, limit: i64) -> Result<Vec<Conversation>> {
    match queue {
        Some(queue) => tx.all(&WAITING_IN, params![queue, limit]),
        None => tx.all(&WAITING_NOWHERE, params![limit]),
    }
}

pub(crate) fn waiting_kinds(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<ChannelKind>> {
    Ok(tx.all::<(ChannelKind,)>(&WAITING_KINDS, params![queue])?.into_iter().map(|(kind,)| kind).collect())
}

pub(crate) fn waiting_of_kind(
    tx: &mut Tx<'_>,
    queue: QueueId,
    kind: ChannelKind,
    limit: i64,
) -> Result<Vec<Conversation>> {
    tx.all(&WAITING_OF_KIND, params![queue, limit, kind])
}

pub(crate) fn line_of(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<(ConversationId, Timestamp)>> {
    tx.all(&LINE_OF, params![queue])
}

pub(crate) fn ahead_of(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<i64> {
    let Conversation { queue_id, opened_at, id, .. } = conversation;
    tx.one::<(i64,)>(&AHEAD_OF, params![queue_id, opened_at, id]).map(|(count,)| count)
}

pub(crate) fn waiting_counts(tx: &mut Tx<'_>) -> Result<Vec<(Option<QueueId>, i64, Timestamp)>> {
    tx.all(&WAITING_COUNTS, &[])
}

pub(crate) fn unanswered(tx: &mut Tx<'_>, queue: QueueId, before: Timestamp, limit: i64) -> Result<Vec<Conversation>> {
    tx.all(&UNANSWERED, params![queue, before, limit])
}

pub(crate) fn forget_queue(tx: &mut Tx<'_>, queue: QueueId) -> Result<()> {
    tx.exec(&FORGET_QUEUE, params![queue]).map(drop)
}

pub(crate) fn unwrapped(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<Unwrapped>> {
    tx.all(&UNWRAPPED, params![since])
}

/// Those this person has, the oldest first.
pub(crate) fn active_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Conversation>> {
    tx.all(&ACTIVE_OF, params![user])
}

/// Whether this person has a conversation with the customer, or had one that ended after `since`.
pub(crate) fn serves(tx: &mut Tx<'_>, user: UserId, customer: CustomerId, since: Timestamp) -> Result<bool> {
    Ok(tx.maybe::<(ConversationId,)>(&SERVES, params![customer, user, since])?.is_some())
}

pub(crate) fn last_agents(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<(CustomerId, UserId)>> {
    tx.all(&LAST_AGENTS, params![serde_json::to_string(customers).map_err(Error::internal)?])
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
    tx.exec_rows(&INSERT_MANY, &rows)
}

pub(crate) fn save(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    tx.put(&UPDATE, &conversation.values())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    tx.one(&FIND, params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn lock_many(tx: &mut Tx<'_>, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    let rows: Vec<_> = ids.iter().map(|id| vec![id.to_value()]).collect();
    tx.all_rows(&LOCK_MANY, &rows)
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

/// The waiting ones, longest wait first, after the given one.
pub(crate) fn waiting(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<Conversation>> {
    tx.all(&WAITING, params![after.key, after.id, limit])
}

/// Those that are over, in the order in which they were opened, after the given one.
pub(crate) fn closed_after(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<Conversation>> {
    tx.all(&CLOSED_AFTER, params![after.key, after.id, limit])
}

/// How many active conversations each person has.
pub(crate) fn load(tx: &mut Tx<'_>) -> Result<Vec<(UserId, i64)>> {
    tx.all(&LOAD, &[])
}

pub(crate) fn load_of_kinds(tx: &mut Tx<'_>) -> Result<Vec<(UserId, ChannelKind, i64)>> {
    tx.all(&LOAD_OF_KINDS, &[])
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
                c.unread.to_value(),
                c.last_message_at.to_value(),
                c.preview.to_value(),
                c.waiting_since.to_value(),
                c.version.to_value(),
                c.first_message_at.to_value(),
                c.first_response_at.to_value(),
                c.first_response_ms.to_value(),
                c.first_response_wall_ms.to_value(),
                c.responses.to_value(),
                c.response_ms.to_value(),
                c.response_wall_ms.to_value(),
                c.after_hours.to_value(),
                c.answer_warn_at.to_value(),
                c.answer_due_at.to_value(),
                c.final_warn_at.to_value(),
                c.final_due_at.to_value(),
                c.late_answers.to_value(),
                c.alarm_at.to_value(),
                c.snoozed_until.to_value(),
            ]
        })
        .collect();
    tx.exec_rows(&SAVE_POSTED, &rows)
}

pub(crate) fn insert_messages(tx: &mut Tx<'_>, messages: &[Message]) -> Result<()> {
    let rows: Vec<_> = messages.iter().map(Record::values).collect();
    tx.exec_rows(&INSERT_MESSAGES, &rows)
}

/// Those of these `(conversation, client id)` pairs that were posted before.
pub(crate) fn posted(tx: &mut Tx<'_>, pairs: &[(ConversationId, &str)]) -> Result<Vec<Message>> {
    let rows: Vec<_> =
        pairs.iter().map(|(conversation, client_id)| vec![conversation.to_value(), client_id.to_value()]).collect();
    tx.all_rows(&POSTED, &rows)
}

pub(crate) fn message(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Option<Message>> {
    tx.maybe(&MESSAGE, params![id, seq])
}

/// The last messages before `seq` that this side sees, oldest first.
pub(crate) fn messages_before(
    tx: &mut Tx<'_>,
    id: ConversationId,
    seq: i64,
    limit: i64,
    side: Side,
) -> Result<Vec<Message>> {
    let mut messages: Vec<Message> = tx.all(&MESSAGES_BEFORE, params![id, seq, limit, side == Side::Agent])?;
    messages.reverse();
    Ok(messages)
}

/// The first messages after `seq` that this side sees.
pub(crate) fn messages_after(
    tx: &mut Tx<'_>,
    id: ConversationId,
    seq: i64,
    limit: i64,
    side: Side,
) -> Result<Vec<Message>> {
    tx.all(&MESSAGES_AFTER, params![id, seq, limit, side == Side::Agent])
}

/// How many messages of the customer come after `seq`.
pub(crate) fn unread(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<i64> {
    tx.one::<(i64,)>(&UNREAD, params![id, seq]).map(|(count,)| count)
}

/// Saves what an edit or a recall changes.
pub(crate) fn save_said(tx: &mut Tx<'_>, message: &Message) -> Result<()> {
    let Message { conversation_id, seq, text, file_id, data, edited_at, recalled_at, .. } = message;
    tx.exec(&SAVE_SAID, params![conversation_id, seq, text, file_id, data, edited_at, recalled_at]).map(drop)
}

pub(crate) fn insert_version(tx: &mut Tx<'_>, version: &MessageVersion) -> Result<()> {
    tx.exec(&INSERT_VERSION, &version.values()).map(drop)
}

/// What a message said before, oldest first.
pub(crate) fn versions(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Vec<MessageVersion>> {
    tx.all(&VERSIONS, params![id, seq])
}

/// The rating a conversation was given first.
pub(crate) fn first_rating(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<RatingRow>> {
    tx.maybe(&FIRST_RATING, params![id])
}

/// Keeps a rating as the one that counts.
pub(crate) fn rated(tx: &mut Tx<'_>, rating: &RatingRow) -> Result<()> {
    tx.exec(&OLDER_RATINGS, params![rating.conversation_id])?;
    tx.exec(&INSERT_RATING, &rating.values()).map(drop)
}

/// Lets those who have the conversation now find its messages among their own.
pub(crate) fn relabel(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    let labels = conversation.labels();
    for (seq, at) in tx.all::<(i64, Timestamp)>(&TIMES, params![conversation.id])? {
        tx.relabel("message", &format!("{}/{seq}", conversation.id), at, &labels)?;
    }
    Ok(())
}

/// Lets a conversation be found by its tags.
pub(crate) fn save_tags(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    tx.exec(&FORGET_TAGS, params![conversation.id])?;
    add_tags(tx, std::slice::from_ref(conversation))
}

/// Lets conversations of which nobody knew any tags be found by them.
pub(crate) fn add_tags(tx: &mut Tx<'_>, conversations: &[Conversation]) -> Result<()> {
    let tagged = conversations.iter().flat_map(|one| one.tags.0.iter().map(move |tag| (one, tag)));
    let rows: Vec<_> =
        tagged.map(|(one, tag)| vec![tag.to_value(), one.id.to_value(), one.opened_at.to_value()]).collect();
    tx.exec_rows(&INSERT_TAGS, &rows)
}

/// Lets a conversation be found by those who take part.
pub(crate) fn save_participants(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    tx.exec(&FORGET_PARTICIPANTS, params![conversation.id])?;
    let Conversation { id, opened_at, participants, .. } = conversation;
    let rows: Vec<_> =
        participants.0.iter().map(|one| vec![one.user_id.to_value(), id.to_value(), opened_at.to_value()]).collect();
    tx.exec_rows(&INSERT_PARTICIPANTS, &rows)
}

/// Every reason, in the order they are shown.
pub(crate) fn reasons(tx: &mut Tx<'_>) -> Result<Vec<WrapUpReason>> {
    tx.all(&REASONS, &[])
}

pub(crate) fn reason(tx: &mut Tx<'_>, id: Id<WrapUpReason>) -> Result<WrapUpReason> {
    tx.one(&REASON, params![id])
}

/// The place behind all others below the same reason.
pub(crate) fn next_reason(tx: &mut Tx<'_>, parent: Option<Id<WrapUpReason>>) -> Result<i64> {
    tx.one::<(i64,)>(&NEXT_REASON, params![parent]).map(|(count,)| count)
}

pub(crate) fn insert_reason(tx: &mut Tx<'_>, reason: &WrapUpReason) -> Result<()> {
    tx.exec(&INSERT_REASON, &reason.values()).map(drop)
}

pub(crate) fn save_reason(tx: &mut Tx<'_>, reason: &WrapUpReason) -> Result<()> {
    tx.exec_one(&SAVE_REASON, &reason.values(), codes::REASON_STALE)
}

/// What happened after this number, in order.
pub(crate) fn events_since(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Vec<Event>> {
    let rows: Vec<(i64, Option<Data>)> = tx.all(&EVENTS_SINCE, params![id, seq])?;
    let event = |(_, data)| if let Some(Data::Event(event)) = data { Some(event) } else { None };
    Ok(rows.into_iter().filter_map(event).collect())
}
