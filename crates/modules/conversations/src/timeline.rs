//! What customers' timelines hold of this module: each conversation with them.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Error, Result};
use store::{Tx, params, sql};

use crate::{model::Conversation, policy};

sql! {
    OF_PERSON(Conversation) = "SELECT {cols} FROM conversations
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (opened_at, id) < ($2, $3)
          AND ($4 OR assignee_id = $5 OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT)))
               OR id IN (SELECT conversation_id FROM conversation_participants WHERE user_id = $5))
        ORDER BY opened_at DESC, id DESC LIMIT $7";
}

/// As far as the actor may read them.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Ok(scope) = policy::may_list(tx.actor()) else { return Ok(Vec::new()) };
    let who = serde_json::to_string(who).map_err(Error::internal)?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let rows: Vec<Conversation> = tx.all(&OF_PERSON, params![who, before.key, before.id, all, own, units, limit])?;
    let entry = |row: Conversation| TimelineEntry {
        at: row.opened_at,
        id: row.id.to_string(),
        kind: "conversation",
        title: row.wrap_up.and_then(|said| said.reason).unwrap_or_default(),
        summary: row.preview,
        by: row.assignee_name,
        state: row.state.text().into(),
        way: Some(row.channel_kind.text().into()),
        channel_id: Some(row.channel_id),
        until: row.closed_at,
        link: format!("/conversations/{}", row.id),
    };
    Ok(rows.into_iter().map(entry).collect())
}
