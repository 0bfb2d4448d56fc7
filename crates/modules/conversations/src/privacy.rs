//! What this module holds about customers: what they said, and what was said to them.

use kernel::{CustomerId, Error, Result};
use serde_json::{Value, json};
use store::{Tx, outbox, params, sql};

use crate::model::{Conversation, ConversationId, Message, topic};

sql! {
    OF(Conversation) = "SELECT {cols} FROM conversations WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY opened_at";
    MESSAGES(Message) = "SELECT {cols} FROM messages WHERE conversation_id = $1 ORDER BY seq";
    EMPTY_CONVERSATION = "UPDATE conversations SET customer_name = '', preview = '', close_reason = NULL, version = version + 1 WHERE id = $1";
    EMPTY_MESSAGES = "UPDATE messages SET text = '', file_id = NULL,
        author_name = CASE WHEN author = 'customer' THEN '' ELSE author_name END WHERE conversation_id = $1";
}

fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Conversation>> {
    tx.all(&OF, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

fn messages(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Message>> {
    tx.all(&MESSAGES, params![id])
}

/// Their conversations, with everything said in them.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut all = Vec::new();
    for conversation in of(tx, customers)? {
        let messages = messages(tx, conversation.id)?;
        all.push(json!({"conversation": conversation, "messages": messages}));
    }
    Ok(Value::Array(all))
}

/// Empties both sides' words: an answer names the person as often as the question does. When
/// something was said, and by which colleague, stays. The facts that told it go too; a watcher who
/// asks for them is given the state instead.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for conversation in of(tx, customers)? {
        for message in messages(tx, conversation.id)? {
            let reference = format!("{}/{}", conversation.id, message.seq);
            tx.unindex("message", &reference)?;
            if let Some(file) = message.file_id {
                files::api::detach(tx, file, "message", &reference)?;
            }
        }
        tx.exec(&EMPTY_MESSAGES, params![conversation.id])?;
        tx.exec(&EMPTY_CONVERSATION, params![conversation.id])?;
        outbox::forget_topic(tx, &topic(conversation.id))?;
    }
    Ok(())
}
