//! What this module holds about customers: what they asked that a model was asked.

use conversations::ConversationId;
use kernel::{CustomerId, Error, Result};
use serde_json::Value;
use store::{Tx, params, sql};

use crate::question::ModelQuestion;

sql! {
    OF(ModelQuestion) = "SELECT {cols} FROM assistant_questions WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY asked_at, id";
    EMPTY = "UPDATE assistant_questions SET question = '', sent = '', said = '', articles = '[]', customer_id = NULL
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_CONVERSATION = "UPDATE assistant_questions SET question = '', sent = '', said = '', articles = '[]' WHERE conversation_id = $1";
    FORGET = "UPDATE assistant_answers SET customer_id = NULL WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

fn ids(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let asked: Vec<ModelQuestion> = tx.all(&OF, params![ids(customers)?])?;
    serde_json::to_value(asked).map_err(Error::internal)
}

/// Empties the words; that something was asked, and what came of it, stays in the figures.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![ids(customers)?])?;
    tx.exec(&EMPTY, params![ids(customers)?]).map(drop)
}

/// What was asked in a conversation whose words are no longer kept goes with them.
pub(crate) fn empty(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<()> {
    tx.exec(&EMPTY_CONVERSATION, params![conversation]).map(drop)
}
