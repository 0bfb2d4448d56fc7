//! What customers' timelines hold of this module: what they suggested, thought and praised.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Result};
use store::Tx;

use crate::{
    model::{FeedbackItem, FeedbackWay},
    policy,
    queries::{self, Filter},
};

/// As far as the actor may read them.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Ok(scope) = policy::may_read(tx.actor()) else { return Ok(Vec::new()) };
    let filter = Filter { customers: Some(who.to_vec()), ..Filter::default() };
    let rows = queries::list(tx, &scope, &filter, before, limit)?;
    let entry = |row: FeedbackItem| TimelineEntry {
        at: row.registered_at,
        id: row.id.to_string(),
        kind: "feedback_item",
        title: row.number,
        summary: row.title,
        by: Some(row.owner_name).filter(|name| !name.is_empty()),
        state: row.state.text().into(),
        way: Some(row.way.text().to_owned()).filter(|_| matches!(row.way, FeedbackWay::Phone | FeedbackWay::Counter)),
        channel_id: None,
        until: row.closed_at.or(row.due_at),
        link: format!("/feedback?open={}", row.id),
    };
    Ok(rows.into_iter().map(entry).collect())
}
