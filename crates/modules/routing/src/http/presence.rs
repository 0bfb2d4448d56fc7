//! One's own presence, and who is there.

use access::Placement;
use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id, Page, PageQuery, Params, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    attendance, codes,
    model::{Because, ChannelCapacities, MOST, Presence, PresenceReason, PresenceState},
    policy, queries,
};

/// The actor's presence; offline until they say otherwise.
pub(crate) fn current(tx: &mut Tx<'_>) -> Result<Presence> {
    let staff = tx.actor().staff()?.clone();
    let now = tx.now();
    let unknown = || Presence::unknown(staff.id, staff.name.clone(), staff.unit, now);
    Ok(queries::read_presence(tx, staff.id)?.unwrap_or_else(unknown))
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
    /// Why not, for `not_ready` and `finishing`: one of the presence reasons.
    reason_id: Option<Id<PresenceReason>>,
    /// Why not, in one's own word of up to 40 characters; not together with `reason_id`.
    reason: Option<String>,
    /// How many conversations at once, 1 to 50; as before without. To change it takes the right to
    /// supervise oneself: see `PUT /presences/{id}/capacity`.
    capacity: Option<i64>,
}

/// Changes one's own presence. What is offered goes to others when one stops taking work; the
/// conversations one has stay one's own. Who is `finishing` takes no new work and is `not_ready` as soon as
/// the last conversation is over, which may be at once.
#[utoipa::path(put, path = "/presence", tag = "routing", request_body = PresenceChange, responses((status = 200, body = Presence)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<PresenceChange>) -> Answer<Presence> {
    let presence = cx
        .write(move |tx| {
            let (_me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            Check::new().range("capacity", request.capacity.unwrap_or(1), 1..=MOST).done()?;
            let because = because(tx, request.state, request.reason_id, request.reason.as_deref())?;
            let staff = tx.actor().staff()?.clone();
            let mut presence = current(tx)?;
            (presence.name, presence.unit_id) = (staff.name.clone(), staff.unit);
            if let Some(capacity) = request.capacity.filter(|capacity| *capacity != presence.capacity) {
                let of_kinds = presence.channel_capacities.clone();
                presence = capacity_set(tx, presence, capacity, of_kinds)?;
            }
            attendance::set_state(tx, presence, request.state, because)
        })
        .await?;
    Ok(Json(presence))
}

/// Whether there is a reason to be in this state.
fn away(state: PresenceState) -> bool {
    matches!(state, PresenceState::NotReady | PresenceState::Finishing)
}

/// Why somebody is in a state, as it was asked for.
fn because(
    tx: &mut Tx<'_>,
    state: PresenceState,
    reason_id: Option<Id<PresenceReason>>,
    reason: Option<&str>,
) -> Result<Because> {
    Check::new()
        .maybe_text("reason", reason, 1..=40)
        .that(reason.is_none() || reason_id.is_none(), "reason", "not_allowed")
        .that(reason_id.is_none() || away(state), "reason_id", "not_allowed")
        .done()?;
    let Some(id) = reason_id else {
        let own = reason.map(|word| word.trim().to_owned());
        return Ok(Because { id: None, word: own.filter(|_| away(state)) });
    };
    match queries::reason(tx, id) {
        Ok(reason) => Ok(Because { id: Some(id), word: Some(reason.label) }),
        Err(Error::NotFound) => Err(Error::field("reason_id", "unknown")),
        Err(error) => Err(error),
    }
}

/// What somebody else is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceOrder {
    /// Whether they are to take work.
    state: PresenceState,
    /// Why not, for `not_ready` and `finishing`: one of the presence reasons.
    reason_id: Option<Id<PresenceReason>>,
    /// Why not, in a word of up to 40 characters; not together with `reason_id`.
    reason: Option<String>,
}

/// Changes the presence of somebody one supervises: who forgot to come back, or to leave. What they
/// were offered goes to others when they stop taking work; the conversations they have stay theirs,
/// and they may change it again.
#[utoipa::path(put, path = "/presences/{id}", tag = "routing", params(("id" = UserId, Path)), request_body = PresenceOrder, responses((status = 200, body = Presence)))]
pub(crate) async fn order(cx: Cx, Path(id): Path<UserId>, Json(request): Json<PresenceOrder>) -> Answer<Presence> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let presence = cx
        .write(move |tx| {
            let before = attendance::of(tx, &**placement, id)?;
            let _permit = policy::may_supervise(tx.actor(), &before, tx.now())?;
            let because = because(tx, request.state, request.reason_id, request.reason.as_deref())?;
            if access::api::reach_of(tx, id, policy::WORK)?.is_none() {
                return Err(Error::Conflict(codes::TAKES_NO_WORK, Params::from([("name", before.name.into())])));
            }
            let same = (before.state, before.reason_id, &before.reason) == (request.state, because.id, &because.word);
            if same && before.version > 0 {
                return Ok(before);
            }
            let words = |presence: &Presence| serde_json::json!({"state": presence.state, "reason": presence.reason});
            let after = attendance::set_state(tx, before.clone(), request.state, because)?;
            let entry = Entry::new("routing.presence_set", "user", id).change(&words(&before), &words(&after));
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(presence))
}

/// Lets somebody have so many at once, if the actor supervises them.
fn capacity_set(
    tx: &mut Tx<'_>,
    before: Presence,
    capacity: i64,
    channel_capacities: ChannelCapacities,
) -> Result<Presence> {
    let _permit = policy::may_supervise(tx.actor(), &before, tx.now())?;
    let after = Presence { capacity, channel_capacities, version: before.version + 1, ..before.clone() };
    let words =
        |one: &Presence| serde_json::json!({"capacity": one.capacity, "channel_capacities": one.channel_capacities});
    let entry = Entry::new("routing.capacity_set", "user", before.user_id).change(&words(&before), &words(&after));
    audit::api::record(tx, entry)?;
    attendance::change(tx, Some(&before).filter(|before| before.version > 0), after)
}

/// How much somebody can take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capacity {
    /// How many conversations at once: 1 to 50.
    capacity: i64,
    /// How many of single kinds of channel; as before without, and of the others as many as `capacity` says.
    channel_capacities: Option<ChannelCapacities>,
}

/// Says how many conversations somebody may have at once. Whoever has more keeps them, and gets no
/// new ones until there is room.
#[utoipa::path(put, path = "/presences/{id}/capacity", tag = "routing", params(("id" = UserId, Path)), request_body = Capacity, responses((status = 200, body = Presence)))]
pub(crate) async fn set_capacity(cx: Cx, Path(id): Path<UserId>, Json(request): Json<Capacity>) -> Answer<Presence> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let presence = cx
        .write(move |tx| {
            let before = attendance::of(tx, &**placement, id)?;
            let _permit = policy::may_supervise(tx.actor(), &before, tx.now())?;
            let of_kinds = request.channel_capacities.clone().unwrap_or_else(|| before.channel_capacities.clone());
            of_kinds.check(Check::new().range("capacity", request.capacity, 1..=MOST)).done()?;
            if (before.capacity, &before.channel_capacities) == (request.capacity, &of_kinds) && before.version > 0 {
                return Ok(before);
            }
            capacity_set(tx, before, request.capacity, of_kinds)
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
