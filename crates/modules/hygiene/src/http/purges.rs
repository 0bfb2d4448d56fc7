//! Asking for a removal, and watching it.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Cursor, CustomerId, Error, Id, Page, PageQuery, Permit, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    model::{FlagReason, MOST, Purge, PurgeItem, PurgeItemState, PurgeKind},
    points, policy,
    purging::{self, Chosen, Work},
    queries::{self, purges},
};

/// The most that are named one by one.
const MOST_NAMED: usize = 500;

/// What is to be removed, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPurge {
    /// Customers who are out of date, or only their dead numbers and addresses.
    kind: PurgeKind,
    /// Whom it is about: 1 to 500 who are flagged for what is removed. Without it all whom one sees, as they are now, up
    /// to 10,000, those who were active longest ago first.
    customer_ids: Option<Vec<CustomerId>>,
    /// Without `customer_ids`: only those this person looks after: an id, or `me`.
    owner: Option<String>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Asks that customers who are out of date be erased, or dead numbers and addresses be removed. Somebody else must agree,
/// whose authority covers as many; then it is done in the background, each looked at once more.
#[utoipa::path(post, path = "/purges", tag = "hygiene", request_body = NewPurge, responses((status = 200, body = Purge)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewPurge>) -> Answer<Purge> {
    let purge = cx
        .write(move |tx| {
            let permit = policy::may_ask(tx.actor(), tx.now())?;
            let NewPurge { kind, customer_ids, owner, reason } = &request;
            Check::new()
                .text("reason", reason, 1..=500)
                .that(customer_ids.as_ref().is_none_or(|ids| !ids.is_empty()), "customer_ids", "required")
                .that(customer_ids.as_ref().is_none_or(|ids| ids.len() <= MOST_NAMED), "customer_ids", "too_many")
                .that(customer_ids.is_none() || owner.is_none(), "owner", "not_together")
                .done()?;
            let chosen = match customer_ids {
                Some(ids) => (named(tx, *kind, ids)?, false),
                None => all(tx, *kind, owner.as_deref())?,
            };
            purging::begin(tx, &permit, (*kind, reason.trim()), chosen)
        })
        .await?;
    Ok(Json(purge))
}

/// These, each of whom must be seen and flagged.
fn named(tx: &mut Tx<'_>, kind: PurgeKind, ids: &[CustomerId]) -> Result<Vec<Chosen>> {
    let cards = customers::api::visible_cards(tx, ids)?;
    let mut ids: Vec<_> = ids
        .iter()
        .map(|id| cards.get(id).map(|card| card.id))
        .collect::<Option<_>>()
        .ok_or_else(|| Error::field("customer_ids", "unknown"))?;
    ids.sort_unstable();
    ids.dedup();
    let flags = queries::flags(tx, &ids)?;
    let fits = |id: &CustomerId| {
        flags.get(id).is_some_and(|flag| match kind {
            PurgeKind::Customers => flag.stale,
            PurgeKind::ContactPoints => flag.invalid_points > 0,
        })
    };
    if !ids.iter().all(fits) {
        return Err(Error::field("customer_ids", "not_flagged"));
    }
    items(tx, kind, &ids)
}

/// All of them whom one sees, and whether there were more.
fn all(tx: &mut Tx<'_>, kind: PurgeKind, owner: Option<&str>) -> Result<(Vec<Chosen>, bool)> {
    let reach = customers::api::reach(tx.actor())?;
    let owner = tx.actor().person("owner", owner)?;
    let reason = match kind {
        PurgeKind::Customers => FlagReason::Stale,
        PurgeKind::ContactPoints => FlagReason::InvalidContact,
    };
    let first = Cursor { key: i64::MIN, id: String::new() };
    let ids: Vec<_> = queries::list(tx, &reach, (owner, Some(reason)), &first, MOST + 1)?
        .into_iter()
        .map(|flag| flag.customer_id)
        .collect();
    let mut chosen = items(tx, kind, &ids)?;
    let cut_off = chosen.len() as i64 > MOST;
    chosen.truncate(MOST as usize);
    Ok((chosen, cut_off))
}

fn items(tx: &mut Tx<'_>, kind: PurgeKind, ids: &[CustomerId]) -> Result<Vec<Chosen>> {
    if kind == PurgeKind::Customers {
        return Ok(ids.iter().map(|id| (*id, None)).collect());
    }
    let mut chosen = Vec::new();
    for some in ids.chunks(500) {
        for (id, person) in points::people(tx, some)? {
            let invalid = points::current(tx, &person)?.into_iter().filter(crate::ContactPoint::is_invalid);
            chosen.extend(invalid.map(|point| (id, Some(point.id))));
        }
    }
    Ok(chosen)
}

/// Lists what was asked to be removed, newest first.
#[utoipa::path(get, path = "/purges", tag = "hygiene", params(PageQuery), responses((status = 200, body = Page<Purge>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<Purge>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read_purges(tx.actor())?;
            purges::list(tx, &scope, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One of them, and how far it has come.
#[utoipa::path(get, path = "/purges/{id}", tag = "hygiene", params(("id" = Id<Purge>, Path)), responses((status = 200, body = Purge)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Purge>>) -> Answer<Purge> {
    Ok(Json(cx.read(move |tx| visible(tx, id)).await?))
}

fn visible(tx: &mut Tx<'_>, id: Id<Purge>) -> Result<Purge> {
    policy::may_read_purges(tx.actor())?;
    let purge = purges::find(tx, id)?;
    policy::may_see(tx.actor(), &purge)?;
    Ok(purge)
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PurgeItemsQuery {
    /// Only those that became of this.
    state: Option<PurgeItemState>,
    /// How many: 1 to 200.
    limit: Option<i64>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// One of those that are to be removed, and who it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurgeItemView {
    #[serde(flatten)]
    item: PurgeItem,
    /// Their name; empty once they are erased, or where one may not see them.
    customer_name: String,
    /// The number or address, masked, while it is known.
    mask: Option<String>,
}

/// Lists each of those that are to be removed, in order, with what became of it.
#[utoipa::path(get, path = "/purges/{id}/items", tag = "hygiene", params(("id" = Id<Purge>, Path), PurgeItemsQuery), responses((status = 200, body = Page<PurgeItemView>)))]
pub(crate) async fn items_of(
    cx: Cx,
    Path(id): Path<Id<Purge>>,
    Query(query): Query<PurgeItemsQuery>,
) -> Answer<Page<PurgeItemView>> {
    let PurgeItemsQuery { state, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, Cursor { key, .. }) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            visible(tx, id)?;
            let rows = purges::items(tx, id, key.max(0), limit + 1, state)?;
            let ids: Vec<_> = rows.iter().map(|row| row.customer_id).collect();
            let cards = customers::api::visible_cards(tx, &ids)?;
            let view = |item: PurgeItem| {
                let customer_name = cards.get(&item.customer_id).map(|card| card.name.clone()).unwrap_or_default();
                let point = item.point_id.map(|point| queries::point(tx, point)).transpose()?.flatten();
                Ok(PurgeItemView { item, customer_name, mask: point.map(|point| point.mask) })
            };
            rows.into_iter().map(view).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.item.place, row.item.place.to_string()))))
}

/// Stops it where it is; who was removed stays so.
#[utoipa::path(post, path = "/purges/{id}/stop", tag = "hygiene", params(("id" = Id<Purge>, Path)), responses((status = 200, body = Purge)))]
pub(crate) async fn stop(cx: Cx, Path(id): Path<Id<Purge>>) -> Answer<Purge> {
    turn(cx, id, "hygiene.purge_stopped", Purge::stopped).await
}

/// Goes on where it was stopped, or could not go on.
#[utoipa::path(post, path = "/purges/{id}/resumption", tag = "hygiene", params(("id" = Id<Purge>, Path)), responses((status = 200, body = Purge)))]
pub(crate) async fn resume(cx: Cx, Path(id): Path<Id<Purge>>) -> Answer<Purge> {
    turn(cx, id, "hygiene.purge_resumed", Purge::resumed).await
}

async fn turn(
    cx: Cx,
    id: Id<Purge>,
    action: &'static str,
    turn: impl Fn(Purge, &Permit) -> Result<Purge> + Send + Sync + 'static,
) -> Answer<Purge> {
    let after = cx
        .write(move |tx| {
            let before = purges::lock(tx, id)?;
            let permit = policy::may_turn(tx.actor(), &before, tx.now())?;
            let after = turn(before, &permit)?;
            purging::keep(tx, action, &after)?;
            if after.state == crate::PurgeState::Running {
                work::enqueue(tx, &Work { purge_id: id })?;
            }
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}
