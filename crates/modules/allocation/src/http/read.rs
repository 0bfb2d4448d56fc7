//! Reading runs, and where each customer goes.

use std::collections::HashMap;

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Cursor, CustomerId, Error, Id, Page, PageQuery, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    model::{AllocationRun, AllocationWhy, Class, Move, MoveState},
    policy, queries,
};

/// Lists runs, newest first.
#[utoipa::path(get, path = "/allocation-runs", tag = "allocation", params(PageQuery), responses((status = 200, body = Page<AllocationRun>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<AllocationRun>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            queries::list(tx, &scope, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One run.
#[utoipa::path(get, path = "/allocation-runs/{id}", tag = "allocation", params(("id" = Id<AllocationRun>, Path)), responses((status = 200, body = AllocationRun)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<AllocationRun>>) -> Answer<AllocationRun> {
    Ok(Json(cx.read(move |tx| visible(tx, id)).await?))
}

/// Which moves.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MovesQuery {
    /// Those who go to this person.
    to_id: Option<UserId>,
    /// Those who go, or stay, for this reason; not together with `to_id`.
    why: Option<AllocationWhy>,
    /// How many: 1 to 200.
    limit: Option<i64>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// Where a customer goes, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllocationMove {
    /// Its place in the run.
    place: i64,
    /// Who.
    customer_id: CustomerId,
    /// Their name; empty where one may not see them.
    customer_name: String,
    /// Who looks after them.
    from_id: Option<UserId>,
    /// Their name.
    from_name: Option<String>,
    /// Who shall.
    to_id: Option<UserId>,
    /// Their name.
    to_name: Option<String>,
    /// Why.
    why: AllocationWhy,
    /// What they need, and how many have that.
    class: Class,
    /// What became of it.
    state: MoveState,
}

/// Lists where each customer of a run goes, in the run's order.
#[utoipa::path(get, path = "/allocation-runs/{id}/moves", tag = "allocation", params(("id" = Id<AllocationRun>, Path), MovesQuery), responses((status = 200, body = Page<AllocationMove>)))]
pub(crate) async fn moves(
    cx: Cx,
    Path(id): Path<Id<AllocationRun>>,
    Query(query): Query<MovesQuery>,
) -> Answer<Page<AllocationMove>> {
    let MovesQuery { to_id, why, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, Cursor { key, .. }) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let run = visible(tx, id)?;
            let place = key.max(0);
            let rows = match (to_id, why) {
                (Some(_), Some(_)) => return Err(Error::field("why", "not_together")),
                (Some(to), None) => queries::moves_to(tx, id, place, limit + 1, to)?,
                (None, Some(why)) => queries::moves_why(tx, id, place, limit + 1, why)?,
                (None, None) => queries::moves(tx, id, place, limit + 1)?,
            };
            let mut names = HashMap::new();
            rows.into_iter().map(|row| view(tx, &run, row, &mut names)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.place, row.place.to_string()))))
}

fn view(
    tx: &mut Tx<'_>,
    run: &AllocationRun,
    row: Move,
    names: &mut HashMap<UserId, String>,
) -> Result<AllocationMove> {
    let mut name_of = |tx: &mut Tx<'_>, user: Option<UserId>| -> Result<Option<String>> {
        let Some(user) = user else { return Ok(None) };
        if let Some(known) = names.get(&user) {
            return Ok(Some(known.clone()));
        }
        let name = access::api::user(tx, user)?.name;
        names.insert(user, name.clone());
        Ok(Some(name))
    };
    let (from_name, to_name) = (name_of(tx, row.from_id)?, name_of(tx, row.to_id)?);
    let customer_name = match customers::api::visible(tx, row.customer_id) {
        Ok(card) => card.name,
        Err(Error::NotFound | Error::Forbidden(_)) => String::new(),
        Err(error) => return Err(error),
    };
    let none = || Class { needs: Vec::new(), customers: 0, able: 0 };
    let class = run.outcome.as_ref().and_then(|outcome| outcome.classes.get(row.class as usize).cloned());
    let Move { place, customer_id, from_id, to_id, why, state, .. } = row;
    let class = class.unwrap_or_else(none);
    Ok(AllocationMove { place, customer_id, customer_name, from_id, from_name, to_id, to_name, why, class, state })
}

/// The run, when it lies within the actor's reach.
fn visible(tx: &mut Tx<'_>, id: Id<AllocationRun>) -> Result<AllocationRun> {
    let scope = policy::may_read(tx.actor())?;
    let run = queries::find(tx, id)?;
    if scope.covers(&run.owned()) { Ok(run) } else { Err(Error::NotFound) }
}
