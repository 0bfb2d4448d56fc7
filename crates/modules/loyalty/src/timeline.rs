//! What customers' timelines hold of this module: points given, used and taken back.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Result};
use store::{Tx, params, sql};

use crate::{model::PointsEntry, policy, queries};

sql! {
    OF_PERSON(PointsEntry) = "SELECT {cols} FROM points_entries
        WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (at, id) < ($2, $3)
          AND kind IN ('earn', 'spend', 'reverse', 'return', 'adjust', 'expire')
        ORDER BY at DESC, id DESC LIMIT $4";
}

/// As far as the actor may read the member.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let mut members = queries::of_customers(tx, who)?;
    members.retain(|member| policy::may_see(tx.actor(), member).is_ok());
    let Some(first) = members.first().map(|member| member.id) else { return Ok(Vec::new()) };
    let ids = queries::json(&queries::ids(&members))?;
    let rows: Vec<PointsEntry> = tx.all(&OF_PERSON, params![ids, before.key, before.id, limit])?;
    let entry = |row: PointsEntry| TimelineEntry {
        at: row.at,
        id: row.id.to_string(),
        kind: "points_entry",
        title: format!("{:+}", row.points),
        summary: row.reason,
        by: Some(row.by_name).filter(|name| !name.is_empty()),
        state: row.kind.text().into(),
        way: None,
        channel_id: None,
        until: None,
        link: format!("/loyalty-members/{first}"),
    };
    Ok(rows.into_iter().map(entry).collect())
}
