//! What this module holds about customers: what they said, and what was said to them.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::{Tx, outbox, params, sql};

use crate::model::{Conversation, ConversationId, Message, MessageVersion, RatingRow, topic};

sql! {
    OF(Conversation) = "SELECT {cols} FROM conversations WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY opened_at";
    OPEN = "SELECT DISTINCT customer_id FROM conversations
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND closed_at IS NULL";
    MESSAGES(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 ORDER BY seq";
    VERSIONS(MessageVersion) = "SELECT {cols} FROM message_versions WHERE conversation_id = $1 ORDER BY seq, number";
    RATINGS(RatingRow) = "SELECT {cols} FROM ratings WHERE conversation_id = $1 ORDER BY at, id";
    NAMELESS = "UPDATE conversations SET customer_name = '' WHERE id = $1";
    NAMELESS_MESSAGES = "UPDATE messages SET author_name = '' WHERE conversation_id = $1 AND author = 'customer'";
    EMPTY_CONVERSATION = "UPDATE conversations SET preview = '', subject = NULL, page = NULL, attributes = '{}', trail = '[]', wrap_up = $2, rating = $3,
        emptied_at = COALESCE(emptied_at, $4), version = version + 1 WHERE id = $1";
    EMPTY_MESSAGES = "UPDATE messages SET text = '', file_id = NULL, data = CASE WHEN kind = 'event' THEN data ELSE NULL END WHERE conversation_id = $1";
    EMPTY_VERSIONS = "UPDATE message_versions SET text = '', file_id = NULL, data = NULL WHERE conversation_id = $1";
    EMPTY_RATINGS = "UPDATE ratings SET comment = '' WHERE conversation_id = $1";
}

fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Conversation>> {
    tx.all(&OF, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

fn messages(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Message>> {
    tx.all(&MESSAGES, params![id])
}

/// Their conversations, with everything said in them and about them: notes among staff, what was edited
/// or recalled, and ratings.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut all = Vec::new();
    for conversation in of(tx, customers)? {
        let messages = messages(tx, conversation.id)?;
        let versions: Vec<MessageVersion> = tx.all(&VERSIONS, params![conversation.id])?;
        let ratings: Vec<RatingRow> = tx.all(&RATINGS, params![conversation.id])?;
        all.push(json!({
            "conversation": conversation, "messages": messages, "versions": versions, "ratings": ratings
        }));
    }
    Ok(Value::Array(all))
}

/// Empties their conversations, and the names in them.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for conversation in of(tx, customers)? {
        let id = conversation.id;
        empty(tx, conversation)?;
        tx.exec(&NAMELESS, params![id])?;
        tx.exec(&NAMELESS_MESSAGES, params![id])?;
    }
    Ok(())
}

/// Empties both sides' words: an answer names the person as often as the question does. When
/// something was said, and by which colleague, stays, as do reasons and scores, which are nobody's
/// words. The facts that told it go too; a watcher who asks for them is given the state instead.
pub(crate) fn empty(tx: &mut Tx<'_>, mut conversation: Conversation) -> Result<()> {
    for message in messages(tx, conversation.id)? {
        let reference = message.reference();
        tx.unindex("message", &reference, message.at)?;
        if let Some(file) = message.file_id {
            files::api::detach(tx, file, "message", &reference)?;
        }
    }
    if let Some(wrap_up) = &mut conversation.wrap_up {
        wrap_up.note = None;
    }
    if let Some(rating) = &mut conversation.rating {
        rating.comment = String::new();
    }
    tx.exec(&EMPTY_MESSAGES, params![conversation.id])?;
    tx.exec(&EMPTY_VERSIONS, params![conversation.id])?;
    tx.exec(&EMPTY_RATINGS, params![conversation.id])?;
    let now = tx.now();
    tx.exec(&EMPTY_CONVERSATION, params![conversation.id, conversation.wrap_up, conversation.rating, now])?;
    outbox::forget_topic(tx, &topic(conversation.id))
}

/// Those of these customers with whom a conversation is not over.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> =
        tx.all(&OPEN, params![serde_json::to_string(customers).map_err(Error::internal)?])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
