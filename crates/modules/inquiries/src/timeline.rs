//! What customers' timelines hold of this module: what they asked by telephone, in person, or otherwise. What they
//! asked in a conversation is that conversation's.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Error, Result};
use store::{Tx, params, sql};

use crate::{model::InquiryRecord, policy};

/// Characters of what was asked that a line of time shows.
const SHOWN: usize = 200;

sql! {
    OF_PERSON(InquiryRecord) = "SELECT {cols} FROM inquiry_records
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (ended_at, id) < ($2, $3)
          AND conversation_id IS NULL
          AND (CAST($4 AS BOOLEAN) OR owner_id = $5 OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
        ORDER BY ended_at DESC, id DESC LIMIT $7";
}

/// As far as the actor may read them.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Ok(scope) = policy::may_read(tx.actor()) else { return Ok(Vec::new()) };
    let who = serde_json::to_string(who).map_err(Error::internal)?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let rows: Vec<InquiryRecord> = tx.all(&OF_PERSON, params![who, before.key, before.id, all, own, units, limit])?;
    let entry = |row: InquiryRecord| TimelineEntry {
        at: row.ended_at,
        id: row.id.to_string(),
        kind: "inquiry_record",
        title: row.reason.unwrap_or_default(),
        summary: row.asked.chars().take(SHOWN).collect(),
        by: row.agent_name,
        state: row.outcome.text().into(),
        way: Some(row.way.text().into()),
        channel_id: None,
        until: None,
        link: format!("/inquiry-records/{}", row.id),
    };
    Ok(rows.into_iter().map(entry).collect())
}
