//! What segments can ask of conversations: when they were opened.

use std::collections::HashMap;

use http::{Asked, Attribute, AttributeKind, AttributeLabel, AttributeRow, AttributeValue};
use kernel::{CustomerId, Error, Result, Timestamp};
use store::{Tx, params, sql};

const OPENED: &str = "conversations.opened";

sql! {
    // By the index of customers; a person has few.
    OF_PEOPLE = "SELECT customer_id, opened_at FROM conversations
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND merged_into IS NULL";
}

pub(crate) fn attributes(_tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    Ok(vec![Attribute {
        key: OPENED.into(),
        kind: AttributeKind::Events,
        label: AttributeLabel::Key("segments.attributes.conversations"),
        permission: None,
        personal: false,
        choices: Vec::new(),
    }])
}

pub(crate) fn values(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<AttributeRow>> {
    let ids = serde_json::to_string(&asked.ids()).map_err(Error::internal)?;
    let mut opened: HashMap<CustomerId, Vec<Timestamp>> = HashMap::new();
    for (id, at) in tx.all::<(CustomerId, Timestamp)>(&OF_PEOPLE, params![ids])? {
        if let Some(whose) = asked.whose(id) {
            opened.entry(whose).or_default().push(at);
        }
    }
    let row =
        |(customer_id, events)| AttributeRow { customer_id, key: OPENED.into(), value: AttributeValue::Events(events) };
    Ok(opened.into_iter().map(row).collect())
}
