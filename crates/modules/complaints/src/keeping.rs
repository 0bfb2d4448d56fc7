//! Complaints that have been over for as long as they are kept.

use ::http::{Aged, AgedRecord, Keeping};
use kernel::{Error, Id, Result};
use store::{Tx, params, sql};

use crate::{model::Complaint, privacy, queries};

sql! {
    AGED = "SELECT id, closed_at, customer_id FROM complaints
        WHERE closed_at IS NOT NULL AND closed_at < $1 AND (closed_at, id) > ($2, $3)
          AND NOT EXISTS (SELECT 1 FROM complaint_emptyings e WHERE e.complaint_id = complaints.id)
        ORDER BY closed_at, id LIMIT $4";
    COUNT_AGED = "SELECT COUNT(*) FROM complaints WHERE closed_at IS NOT NULL AND closed_at < $1
        AND NOT EXISTS (SELECT 1 FROM complaint_emptyings e WHERE e.complaint_id = complaints.id)";
    EMPTIED = "INSERT INTO complaint_emptyings (complaint_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}

/// One term for all: counted from when a complaint was archived, which takes that everything owed was done.
pub(crate) const KEEPING: Keeping = Keeping { kind: "complaints", channels: &[], aged, count, empty };

fn aged(tx: &mut Tx<'_>, wanted: &Aged) -> Result<Vec<AgedRecord>> {
    let (at, id) = &wanted.after;
    tx.all(&AGED, params![wanted.before, *at, id, wanted.most])
}

fn count(tx: &mut Tx<'_>, wanted: &Aged) -> Result<i64> {
    tx.one::<(i64,)>(&COUNT_AGED, params![wanted.before]).map(|(count,)| count)
}

fn empty(tx: &mut Tx<'_>, ids: &[String]) -> Result<()> {
    for id in ids {
        let complaint = queries::find(tx, id.parse().map_err(Error::internal)?)?;
        privacy::empty(tx, complaint)?;
    }
    Ok(())
}

/// Notes that a complaint says nothing any more.
pub(crate) fn emptied(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<()> {
    let now = tx.now();
    tx.exec(&EMPTIED, params![id, now]).map(drop)
}
