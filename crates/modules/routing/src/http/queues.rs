//! The queue, and how it stands.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Cursor, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{desk, model::Queue, policy, queries};

/// A queue and how it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueView {
    #[serde(flatten)]
    queue: Queue,
    /// How many wait; 200 stands for 200 or more.
    waiting: i64,
    /// Since when the longest one waits.
    longest_since: Option<Timestamp>,
    /// How many people take work.
    ready: i64,
}

/// Lists the queues and how they stand.
#[utoipa::path(get, path = "/queues", tag = "routing", responses((status = 200, body = Vec<QueueView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<QueueView>> {
    let queues = cx
        .read(|tx| {
            policy::may_watch(tx.actor())?;
            let start = Cursor { key: i64::MIN, id: String::new() };
            let waiting = conversations::api::waiting(tx, &start, 200)?;
            let ready = queries::ready(tx)?.len() as i64;
            let longest_since = waiting.first().map(|first| first.opened_at);
            let view = |queue| QueueView { queue, waiting: waiting.len() as i64, longest_since, ready };
            Ok(queries::queues(tx)?.into_iter().map(view).collect::<Vec<_>>())
        })
        .await?;
    if queues.is_empty() {
        // The first look makes the one queue there is.
        cx.write(desk::queue).await?;
        return Box::pin(list(cx)).await;
    }
    Ok(Json(queues))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueChange {
    /// The version that was seen.
    version: i64,
    /// Its name.
    name: Option<String>,
    /// How long an offer waits for an answer: 5 to 300 seconds.
    offer_seconds: Option<i64>,
}

/// Changes a queue.
#[utoipa::path(patch, path = "/queues/{id}", tag = "routing", params(("id" = QueueId, Path)), request_body = QueueChange, responses((status = 200, body = Queue)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<QueueId>, Json(request): Json<QueueChange>) -> Answer<Queue> {
    let queue = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::queue(tx, id)?;
            let mut after = before.clone();
            after.name = request.name.as_deref().map_or(after.name, |name| name.trim().to_owned());
            after.offer_seconds = request.offer_seconds.unwrap_or(after.offer_seconds);
            Check::new()
                .text("name", &after.name, 1..=60)
                .range("offer_seconds", after.offer_seconds, 5..=300)
                .done()?;
            after.version = request.version + 1;
            queries::save_queue(tx, &after)?;
            audit::api::record(tx, Entry::new("routing.queue_changed", "queue", id).change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(queue))
}
