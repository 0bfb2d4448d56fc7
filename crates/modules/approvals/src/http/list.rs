//! Reading requests.

use access::Placement;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Cursor, Id, Page, PageQuery, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::IntoParams;

use super::view::{self, ApprovalView};
use crate::{
    authority::Authorities,
    model::{Approval, ApprovalState},
    policy,
    queries::{self, Filter},
};

/// How many waiting requests are looked through at once.
const BATCH: i64 = 200;

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    state: Option<ApprovalState>,
    /// Only one's own.
    mine: Option<bool>,
    /// Only those one may decide now, on one's own authority or a delegated one.
    to_decide: Option<bool>,
    /// Only those about the thing with this id.
    subject: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists requests, newest first.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ListQuery), responses((status = 200, body = Page<ApprovalView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<ApprovalView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, before) = (page.limit()?, page.before()?);
    let placement = cx.app().part::<Box<dyn Placement>>();
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let me = tx.actor().staff()?.id;
            let filter = Filter {
                state: query.state.map(ApprovalState::text),
                applicant: query.mine.unwrap_or(false).then_some(me),
                subject: query.subject.clone(),
            };
            let authorities = Authorities::of_actor(tx, &**placement)?;
            let rows = if query.to_decide.unwrap_or(false) {
                to_decide(tx, &authorities, &filter, before.clone(), limit + 1)?
            } else {
                queries::list(tx, &scope, &filter, &before, limit + 1)?
            };
            let Page { items, next_cursor } =
                Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()));
            Ok(Page { items: view::all(tx, &authorities, items)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// The waiting requests that may be decided. Whether one may follows from limits, reaches and
/// delegations together, which no index knows; what waits is little at any time.
fn to_decide(
    tx: &mut Tx<'_>,
    authorities: &Authorities,
    filter: &Filter,
    mut before: Cursor,
    limit: i64,
) -> Result<Vec<Approval>> {
    let me = tx.actor().staff()?.id;
    let wanted = |row: &Approval| {
        filter.state.is_none_or(|state| state == row.state.text())
            && filter.applicant.is_none_or(|id| id == row.applicant_id)
            && filter.subject.as_ref().is_none_or(|id| Some(id) == row.subject_id.as_ref())
    };
    let mut found = Vec::new();
    loop {
        let rows = queries::waiting(tx, me, &before, BATCH)?;
        let Some(last) = rows.last().filter(|_| rows.len() as i64 == BATCH) else {
            found.extend(decidable(tx, authorities, rows, wanted)?);
            break;
        };
        before = Cursor { key: last.created_at.millis(), id: last.id.to_string() };
        found.extend(decidable(tx, authorities, rows, wanted)?);
        if found.len() as i64 >= limit {
            break;
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn decidable(
    tx: &mut Tx<'_>,
    authorities: &Authorities,
    rows: Vec<Approval>,
    wanted: impl Fn(&Approval) -> bool,
) -> Result<Vec<Approval>> {
    let steps = view::by_approval(queries::decisions(tx, &rows)?);
    let mine = |row: &Approval| {
        let earlier = steps.get(&row.id.to_string()).map(Vec::as_slice).unwrap_or_default();
        wanted(row) && authorities.may_decide(row, earlier)
    };
    Ok(rows.into_iter().filter(mine).collect())
}

/// One request.
#[utoipa::path(get, path = "/approvals/{id}", tag = "approvals", params(("id" = Id<Approval>, Path)), responses((status = 200, body = ApprovalView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Approval>>) -> Answer<ApprovalView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let approval = cx
        .read(move |tx| {
            let approval = queries::find(tx, id)?;
            let steps = queries::decisions(tx, std::slice::from_ref(&approval))?;
            let authorities = Authorities::of_actor(tx, &**placement)?;
            authorities.may_see(tx.actor(), &approval, &steps)?;
            view::one(tx, &authorities, approval, steps)
        })
        .await?;
    Ok(Json(approval))
}
