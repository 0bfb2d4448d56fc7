//! All SQL of this module.

use kernel::{Cursor, CustomerId, Id, Result, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{codes, model::Order};

sql! {
    INSERT_MANY(Order) = "INSERT INTO orders ({cols}) VALUES {rows}";
    UPDATE(Order) = "UPDATE orders SET {sets} WHERE id = $1 AND version = $14 - 1";
    FIND(Order) = "SELECT {cols} FROM orders WHERE id = $1";
    NUMBERED(Order) = "SELECT {cols} FROM orders WHERE (source, number) {in:TEXT,TEXT}";
    OF_PEOPLE(Order) = "SELECT {cols} FROM orders WHERE customer_id {in:TEXT}";
    OF_PERSON(Order) = "SELECT {cols} FROM orders
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (placed_at, id) < ($2, $3)
        ORDER BY placed_at DESC, id DESC LIMIT $4";
    FORGET = "UPDATE orders SET number = id, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    LAST = "SELECT customer_id, max(placed_at) FROM orders
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) GROUP BY customer_id";
}

pub(crate) fn insert_many(tx: &mut Tx<'_>, orders: &[Order]) -> Result<()> {
    tx.exec_rows(&INSERT_MANY, &orders.iter().map(Order::values).collect::<Vec<_>>())
}

pub(crate) fn save(tx: &mut Tx<'_>, order: &Order) -> Result<()> {
    tx.exec_one(&UPDATE, &order.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Order>) -> Result<Order> {
    tx.one(&FIND, params![id])
}

/// Those of these that are known, in no order.
pub(crate) fn numbered(tx: &mut Tx<'_>, source: &str, numbers: &[&str]) -> Result<Vec<Order>> {
    let keys: Vec<_> = numbers.iter().map(|number| vec![source.to_value(), number.to_value()]).collect();
    tx.all_rows(&NUMBERED, &keys)
}

/// Everything of these ids, in no order.
pub(crate) fn of_people(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Order>> {
    tx.all_rows(&OF_PEOPLE, &ids.iter().map(|id| vec![id.to_value()]).collect::<Vec<_>>())
}

/// Those of one person, aliases and all, newest first.
pub(crate) fn of_person(tx: &mut Tx<'_>, ids: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<Order>> {
    tx.all(&OF_PERSON, params![json(ids), before.key, before.id, limit])
}

pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![json(ids)]).map(drop)
}

fn json(ids: &[CustomerId]) -> String {
    serde_json::json!(ids).to_string()
}

/// When these ordered last.
pub(crate) fn last(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<(CustomerId, Timestamp)>> {
    tx.all(&LAST, params![serde_json::json!(customers).to_string()])
}
