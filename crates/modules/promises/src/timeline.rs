//! What customers' timelines hold of this module: what they were promised.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Error, Result};
use store::{Tx, params, sql};

use crate::{model::Promise, policy};

sql! {
    OF_PERSON(Promise) = "SELECT {cols} FROM promises
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (made_at, id) < ($2, $3)
          AND (CAST($4 AS BOOLEAN) OR owner_id = $5 OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
        ORDER BY made_at DESC, id DESC LIMIT $7";
}

/// As far as the actor may read them.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Ok(scope) = policy::may_read(tx.actor()) else { return Ok(Vec::new()) };
    let who = serde_json::to_string(who).map_err(Error::internal)?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let rows: Vec<Promise> = tx.all(&OF_PERSON, params![who, before.key, before.id, all, own, units, limit])?;
    let entry = |row: Promise| TimelineEntry {
        at: row.made_at,
        id: row.id.to_string(),
        kind: "promise",
        title: String::new(),
        summary: row.what,
        by: Some(row.owner_name).filter(|name| !name.is_empty()),
        state: row.state.text().into(),
        way: None,
        channel_id: None,
        until: Some(row.closed_at.unwrap_or(row.due_at)),
        link: format!("/promises/{}", row.id),
    };
    Ok(rows.into_iter().map(entry).collect())
}
