//! What the owner of routing tells of the floor: which queues' figures changed, and to those who wait
//! where they stand.

use std::{collections::HashMap, sync::Arc};

use conversations::{ConversationId, Place};
use http::App;
use kernel::{Actor, Origin, QueueId, Result, Timestamp};

use crate::{
    events::{self, DeskChanged},
    places, policy,
    standing::{self, DeskRow},
};

/// The least time between two tellings, in milliseconds.
const EVERY_MS: i64 = 1_000;
/// How often estimates are looked at where nothing else changed.
const ANEW_MS: i64 = 15_000;

/// What was told last.
#[derive(Default)]
pub(crate) struct Floor {
    told_at: Option<Timestamp>,
    anew_at: Option<Timestamp>,
    rows: HashMap<QueueId, DeskRow>,
    places: HashMap<QueueId, HashMap<ConversationId, Place>>,
}

/// Whether so long has passed since; a clock set back counts as if.
fn passed(since: Option<Timestamp>, now: Timestamp, length: i64) -> bool {
    since.is_none_or(|at| !(0..length).contains(&(now.millis() - at.millis())))
}

impl Floor {
    /// Tells what changed since it was last told, at most once a second: each queue is read once.
    pub(crate) async fn tell(&mut self, app: &App, origin: &Arc<Origin>) -> Result<()> {
        let now = app.clock().now();
        if !passed(self.told_at, now, EVERY_MS) {
            return Ok(());
        }
        self.told_at = Some(now);
        let all = policy::may_watch(&Actor::System("routing"))?;
        let view = app.db().read(origin, move |tx| standing::desk(tx, &all)).await?;
        let rows: HashMap<_, _> = view.queues.into_iter().filter_map(|row| Some((row.queue_id?, row))).collect();
        let known = self.rows.keys().chain(rows.keys().filter(|id| !self.rows.contains_key(id)));
        let mut queue_ids: Vec<_> = known.filter(|id| self.rows.get(id) != rows.get(id)).copied().collect();
        queue_ids.sort_unstable();
        let moved = self.moved(app, origin, &rows, &queue_ids, now).await?;
        self.rows = rows;
        if queue_ids.is_empty() && moved.is_empty() {
            return Ok(());
        }
        let changed = DeskChanged { queue_ids };
        app.db()
            .append(origin, move |tx| {
                for (id, place) in &moved {
                    conversations::api::tell_place(tx, *id, place)?;
                }
                if changed.queue_ids.is_empty() {
                    return Ok(());
                }
                tx.notify("desk", events::DESK_CHANGED, &changed, None)
            })
            .await
    }

    /// The places that are worth telling.
    async fn moved(
        &mut self,
        app: &App,
        origin: &Arc<Origin>,
        rows: &HashMap<QueueId, DeskRow>,
        changed: &[QueueId],
        now: Timestamp,
    ) -> Result<Vec<(ConversationId, Place)>> {
        let anew = passed(self.anew_at, now, ANEW_MS);
        if anew {
            self.anew_at = Some(now);
        }
        self.places.retain(|id, _| rows.get(id).is_some_and(|row| row.waiting > 0));
        let mut worth = Vec::new();
        for row in rows.values().filter(|row| row.waiting > 0) {
            let Some(queue) = row.queue_id.filter(|id| anew || changed.contains(id)) else { continue };
            let places = app.db().read(origin, move |tx| places::of_all(tx, &[queue])).await?;
            let before = self.places.entry(queue).or_default();
            let mut kept = HashMap::with_capacity(places.len());
            for (id, place) in places {
                let told = before.get(&id);
                if places::worth_telling(told, &place) {
                    worth.push((id, place));
                    kept.insert(id, place);
                } else if let Some(told) = told {
                    kept.insert(id, *told);
                }
            }
            *before = kept;
        }
        Ok(worth)
    }
}
