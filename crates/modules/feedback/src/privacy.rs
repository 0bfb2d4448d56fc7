//! What this module holds about customers: what they said, and what they were answered.

use kernel::{CustomerId, Error, Id, Result};
use serde_json::{Value, json};
use store::{Record, Tx, params, sql};

use crate::{
    http::FILES,
    keeping,
    model::{FeedbackItem, FeedbackMove},
    queries,
};

sql! {
    OF(FeedbackItem) = "SELECT {cols} FROM feedback_items WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY registered_at, id";
    EMPTY(FeedbackItem) = "UPDATE feedback_items SET {sets} WHERE id = $1";
    EMPTY_MOVES = "UPDATE feedback_moves SET words = '' WHERE feedback_item_id = $1";
}

fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<FeedbackItem>> {
    tx.all(&OF, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut all = Vec::new();
    for item in of(tx, customers)? {
        let moves: Vec<FeedbackMove> = queries::moves(tx, item.id)?;
        all.push(json!({ "own_fields": forms::api::filled(tx, item.id)?, "feedback_item": item, "moves": moves }));
    }
    Ok(Value::Array(all))
}

/// Empties the name, everybody's words, on the wall too, and the files; that something was said, of which kind, and
/// that it was answered stays, for the statistics.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    of(tx, customers)?.into_iter().try_for_each(|before| empty(tx, before))
}

/// As [`erase`], of one; done twice it comes to the same.
pub(crate) fn empty(tx: &mut Tx<'_>, before: FeedbackItem) -> Result<()> {
    let id: Id<FeedbackItem> = before.id;
    for file in files::api::attached(tx, FILES, id)? {
        files::api::detach(tx, file.id, FILES, id)?;
    }
    tx.exec(&EMPTY, &before.emptied().values())?;
    tx.exec(&EMPTY_MOVES, params![id])?;
    queries::wall::empty(tx, id)?;
    forms::api::empty(tx, id)?;
    keeping::emptied(tx, id)
}
