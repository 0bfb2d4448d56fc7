//! Feedback that has been over for as long as they are kept.

use ::http::{Aged, AgedRecord, Keeping};
use kernel::{Error, Id, Result};
use store::{Tx, params, sql};

use crate::{model::FeedbackItem, privacy, queries};

sql! {
    AGED = "SELECT id, closed_at, customer_id FROM feedback_items
        WHERE closed_at IS NOT NULL AND closed_at < $1 AND (closed_at, id) > ($2, $3)
          AND NOT EXISTS (SELECT 1 FROM feedback_emptyings e WHERE e.feedback_item_id = feedback_items.id)
        ORDER BY closed_at, id LIMIT $4";
    COUNT_AGED = "SELECT COUNT(*) FROM feedback_items WHERE closed_at IS NOT NULL AND closed_at < $1
        AND NOT EXISTS (SELECT 1 FROM feedback_emptyings e WHERE e.feedback_item_id = feedback_items.id)";
    EMPTIED = "INSERT INTO feedback_emptyings (feedback_item_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}

/// One term for all: counted from when an item was closed, which takes that whoever said it was answered.
pub(crate) const KEEPING: Keeping = Keeping { kind: "feedback", channels: &[], aged, count, empty };

fn aged(tx: &mut Tx<'_>, wanted: &Aged) -> Result<Vec<AgedRecord>> {
    let (at, id) = &wanted.after;
    tx.all(&AGED, params![wanted.before, *at, id, wanted.most])
}

fn count(tx: &mut Tx<'_>, wanted: &Aged) -> Result<i64> {
    tx.one::<(i64,)>(&COUNT_AGED, params![wanted.before]).map(|(count,)| count)
}

fn empty(tx: &mut Tx<'_>, ids: &[String]) -> Result<()> {
    for id in ids {
        let item = queries::find(tx, id.parse().map_err(Error::internal)?)?;
        privacy::empty(tx, item)?;
    }
    Ok(())
}

/// Notes that an item says nothing any more.
pub(crate) fn emptied(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<()> {
    let now = tx.now();
    tx.exec(&EMPTIED, params![id, now]).map(drop)
}
