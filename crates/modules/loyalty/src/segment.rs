//! What segments can be drawn by: what members have, when some of it expires, since when they are members.

use std::collections::BTreeMap;

use http::{Asked, Attribute, AttributeKind, AttributeLabel, AttributeRow, AttributeValue};
use kernel::{CustomerId, Result, Timestamp};
use store::{Tx, params, sql};

use crate::{model::NEVER, policy, queries};

sql! {
    EXPIRES = "SELECT m.customer_id, MIN(l.expires_at) FROM loyalty_members m JOIN points_lots l ON l.member_id = m.id
        WHERE m.customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND l.active > 0 AND l.expires_at > $2
          AND l.expires_at < $3 GROUP BY m.customer_id ORDER BY m.customer_id";
}

const BALANCE: &str = "loyalty.balance";
const EXPIRES_AT: &str = "loyalty.expires_at";
const JOINED_AT: &str = "loyalty.joined_at";

pub(crate) fn attributes(_tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    let one = |key: &str, kind, label| Attribute {
        key: key.into(),
        kind,
        label: AttributeLabel::Key(label),
        permission: Some(policy::READ),
        personal: false,
        choices: Vec::new(),
    };
    Ok(vec![
        one(BALANCE, AttributeKind::Number, "loyalty.attributes.balance"),
        one(EXPIRES_AT, AttributeKind::Date, "loyalty.attributes.expires_at"),
        one(JOINED_AT, AttributeKind::Date, "loyalty.attributes.joined_at"),
    ])
}

/// Of one person all memberships together: the sum, the first to expire, the oldest.
pub(crate) fn values(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<AttributeRow>> {
    let (ids, now) = (asked.ids(), tx.now());
    let mut balances: BTreeMap<CustomerId, i64> = BTreeMap::new();
    let mut joined: BTreeMap<CustomerId, Timestamp> = BTreeMap::new();
    let mut expires: BTreeMap<CustomerId, Timestamp> = BTreeMap::new();
    for member in queries::of_customers(tx, &ids)? {
        let Some(who) = asked.whose(member.customer_id) else { continue };
        *balances.entry(who).or_default() += member.balance;
        let first = joined.entry(who).or_insert(member.joined_at);
        *first = (*first).min(member.joined_at);
    }
    let rows: Vec<(CustomerId, Timestamp)> = tx.all(&EXPIRES, params![queries::json(&ids)?, now, NEVER])?;
    for (id, at) in rows {
        let Some(who) = asked.whose(id) else { continue };
        let first = expires.entry(who).or_insert(at);
        *first = (*first).min(at);
    }
    let row = |customer_id, key: &str, value| AttributeRow { customer_id, key: key.into(), value };
    let dates = |all: BTreeMap<CustomerId, Timestamp>, key: &'static str| {
        all.into_iter().map(move |(who, at)| row(who, key, AttributeValue::Date(at)))
    };
    let balances = balances.into_iter().map(|(who, points)| row(who, BALANCE, AttributeValue::Number(points)));
    Ok(balances.chain(dates(expires, EXPIRES_AT)).chain(dates(joined, JOINED_AT)).collect())
}
