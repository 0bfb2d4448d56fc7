//! Whom a conversation can be passed to.

use http::{Answer, Cx, Json};
use kernel::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    load::load,
    model::{Presence, PresenceState},
    policy, queries,
};

/// A colleague one may pass a conversation to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Colleague {
    /// Who.
    user_id: UserId,
    /// Their name.
    name: String,
    /// Whether they take work.
    state: PresenceState,
    /// Why not, where they said it.
    reason: Option<String>,
    /// How much of their capacity they use.
    load: i64,
    /// How many conversations at once.
    capacity: i64,
}

/// Who is there and serves a queue that the caller serves, whatever their unit: whom a conversation can
/// be passed to. Who takes work comes first, the least busy before others.
#[utoipa::path(get, path = "/colleagues", tag = "routing", responses((status = 200, body = Vec<Colleague>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Colleague>> {
    let rows = cx
        .read(|tx| {
            let me = policy::may_pass_on(tx.actor())?;
            let queues = queries::queues(tx)?;
            let shared: Vec<_> = queues.all.iter().filter(|queue| queues.serves(queue, me)).collect();
            let load = load(tx, &queues)?;
            let beside =
                |one: &Presence| one.user_id != me && shared.iter().any(|queue| queues.serves(queue, one.user_id));
            let colleague = |one: Presence| Colleague {
                load: load.get(&one.user_id).copied().unwrap_or(0),
                user_id: one.user_id,
                name: one.name,
                state: one.state,
                reason: one.reason,
                capacity: one.capacity,
            };
            let mut rows: Vec<_> = queries::around(tx)?.into_iter().filter(beside).map(colleague).collect();
            rows.sort_by_key(|one| (one.state != PresenceState::Ready, one.load));
            Ok(rows)
        })
        .await?;
    Ok(Json(rows))
}
