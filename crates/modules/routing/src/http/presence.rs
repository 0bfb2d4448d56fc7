//! One's own presence, and who is there.

use http::{Answer, Cx, Json, Query};
use kernel::{Check, Page, PageQuery, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    desk,
    model::{OfferState, Presence, PresenceState},
    policy, queries,
};

/// Conversations at once, until told otherwise.
const CAPACITY: i64 = 5;

/// The actor's presence; offline until they say otherwise.
pub(crate) fn current(tx: &mut Tx<'_>) -> Result<Presence> {
    let staff = tx.actor().staff()?.clone();
    let now = tx.now();
    Ok(queries::read_presence(tx, staff.id)?.unwrap_or_else(|| Presence {
        user_id: staff.id,
        name: staff.name.clone(),
        unit_id: staff.unit,
        state: PresenceState::Offline,
        reason: None,
        capacity: CAPACITY,
        since: now,
        served_at: now,
        last_seq: 0,
        version: 0,
    }))
}

/// One's own presence.
#[utoipa::path(get, path = "/presence", tag = "routing", responses((status = 200, body = Presence)))]
pub(crate) async fn read(cx: Cx) -> Answer<Presence> {
    let presence = cx
        .read(|tx| {
            let (_me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            current(tx)
        })
        .await?;
    Ok(Json(presence))
}

/// What is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceChange {
    /// Whether to take work.
    state: PresenceState,
    /// Why not, for `not_ready`: `break`, `meal`, `training`, or one's own word.
    reason: Option<String>,
    /// How many conversations at once: 1 to 50; as before without.
    capacity: Option<i64>,
}

/// Changes one's own presence. What is offered goes to others when one stops taking work.
#[utoipa::path(put, path = "/presence", tag = "routing", request_body = PresenceChange, responses((status = 200, body = Presence)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<PresenceChange>) -> Answer<Presence> {
    let presence = cx
        .write(move |tx| {
            let (me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            let capacity = request.capacity.unwrap_or(CAPACITY);
            Check::new()
                .maybe_text("reason", request.reason.as_deref(), 1..=40)
                .range("capacity", capacity, 1..=50)
                .done()?;
            if request.state != PresenceState::Ready {
                for offer in queries::open_offers_of(tx, me)? {
                    desk::end(tx, offer, OfferState::Withdrawn)?;
                }
            }
            let staff = tx.actor().staff()?.clone();
            let mut presence = current(tx)?.become_state(request.state, request.reason.clone(), tx.now());
            presence.capacity = request.capacity.unwrap_or(presence.capacity);
            (presence.name, presence.unit_id) = (staff.name.clone(), staff.unit);
            desk::change_presence(tx, presence)
        })
        .await?;
    Ok(Json(presence))
}

/// Who is there, latest change first.
#[utoipa::path(get, path = "/presences", tag = "routing", params(PageQuery), responses((status = 200, body = Page<Presence>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<Presence>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_watch(tx.actor())?;
            queries::presences(tx, &scope, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.since.millis(), row.user_id.to_string()))))
}
