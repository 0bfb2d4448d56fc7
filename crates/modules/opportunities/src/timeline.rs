//! What customers' timelines hold of this module: what may be sold to them.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Result};
use store::{Tx, params, sql};

use crate::{model::Opportunity, policy, queries::json};

sql! {
    OF_PERSON(Opportunity) = "SELECT {cols} FROM opportunities
        WHERE id IN (SELECT opportunity_id FROM opportunity_evidence
            WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))) AND (created_at, id) < ($2, $3)
          AND (CAST($4 AS BOOLEAN) OR owner_id = $5 OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $7";
}

/// As far as the actor may read them.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Ok(scope) = policy::may_read(tx.actor()) else { return Ok(Vec::new()) };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let rows: Vec<Opportunity> =
        tx.all(&OF_PERSON, params![json(who), before.key, before.id, all, own, units, limit])?;
    let entry = |row: Opportunity| TimelineEntry {
        at: row.created_at,
        id: row.id.to_string(),
        kind: "opportunity",
        title: String::new(),
        summary: row.title,
        by: Some(row.owner_name).filter(|name| !name.is_empty()),
        state: row.stage.text().into(),
        way: None,
        channel_id: None,
        until: row.due_at,
        link: format!("/opportunities/{}", row.id),
    };
    Ok(rows.into_iter().map(entry).collect())
}
