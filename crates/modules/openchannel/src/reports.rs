//! How calls went, noted for whoever connects a system: the first of a kind at once, more of it every
//! few seconds, so that nobody makes us write much.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use http::App;
use kernel::{ChannelId, Origin, Timestamp};

use crate::{
    model::{Report, Way},
    queries,
};

/// How long more of a kind waits to be written, in milliseconds.
const EVERY: i64 = 10_000;
/// Characters of the detail.
const DETAIL: usize = 300;

/// A kind of outcome.
type Kind = (ChannelId, Way, String);

/// When each kind was written last, and how often it happened since: a part of the app.
#[derive(Default)]
pub(crate) struct Reports(Mutex<HashMap<Kind, (Timestamp, i64)>>);

impl Reports {
    /// How often it happened, when it is time to write that.
    fn due(&self, key: Kind, now: Timestamp) -> Option<i64> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, count) = kept.entry(key).or_insert((Timestamp::from_millis(now.millis() - EVERY), 0));
        *count += 1;
        if (0..EVERY).contains(&now.since(*last)) {
            return None;
        }
        *last = now;
        Some(std::mem::take(count))
    }
}

/// Notes how a call went. What cannot be noted is let go.
pub async fn note(app: &App, channel_id: ChannelId, way: Way, code: &str, detail: &str) {
    let now = app.clock().now();
    let Some(count) = app.part::<Reports>().due((channel_id, way, code.to_owned()), now) else { return };
    let detail: String = detail.chars().filter(|c| !c.is_control()).take(DETAIL).collect();
    let report = Report { channel_id, way, code: code.to_owned(), detail, count, at: now };
    let written = app.db().write(&Origin::system("openchannel"), move |tx| queries::report(tx, &report)).await;
    if let Err(error) = written {
        tracing::warn!(%error, %channel_id, "how a call went could not be noted");
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Rng};

    use super::*;

    #[test]
    fn the_first_of_a_kind_is_written_at_once_and_more_of_it_together() {
        let (reports, start) = (Reports::default(), Timestamp::from_millis(1_000_000));
        let id = Id::new(start, &Rng::seeded(1));
        let due = |code: &str, after: i64| reports.due((id, Way::In, code.into()), start.plus_millis(after));
        assert_eq!((due("ok", 0), due("ok", 5), due("ok", 9_000)), (Some(1), None, None));
        assert_eq!(due("signature", 9_000), Some(1));
        assert_eq!(due("ok", 10_000), Some(3));
        // A clock set back keeps nothing from being written.
        assert_eq!(due("ok", -50_000), Some(1));
    }
}
