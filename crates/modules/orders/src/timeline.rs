//! What customers' timelines hold of this module: what they bought.

use http::TimelineEntry;
use kernel::{Cursor, CustomerId, Error, Result};
use store::Tx;

use crate::{model::Order, policy, queries};

/// Of customers whom the actor may see.
pub(crate) fn read(tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
    let Some(survivor) = who.first().filter(|_| policy::may_read(tx.actor()).is_ok()) else { return Ok(Vec::new()) };
    match customers::api::visible(tx, *survivor) {
        Ok(_card) => {}
        Err(Error::NotFound | Error::Forbidden(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    Ok(queries::of_person(tx, who, before, limit)?.into_iter().map(entry).collect())
}

fn entry(order: Order) -> TimelineEntry {
    let what: Vec<_> = order.lines.0.iter().take(3).map(|line| line.what.as_str()).collect();
    TimelineEntry {
        at: order.placed_at,
        id: order.id.to_string(),
        kind: "order",
        title: what.join("、"),
        summary: format!("{} {}.{:02}", order.currency, order.total.0 / 100, order.total.0 % 100),
        by: None,
        state: order.state.text().into(),
        way: None,
        channel_id: None,
        until: None,
        link: format!("/orders/{}", order.id),
    }
}
