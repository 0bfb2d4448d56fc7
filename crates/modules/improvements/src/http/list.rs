//! Reading actions.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{self, ImprovementCourse, ImprovementView};
use crate::{
    model::{ImprovementAction, ImprovementState},
    policy,
    queries::{self, Filter},
};

/// Which actions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImprovementQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<ImprovementState>,
    /// Only those this person has: an id, or `me`.
    owner: Option<String>,
    /// Only those against this root cause: up to 60 characters.
    cause: Option<String>,
    /// Only those that were not done in time.
    overdue: Option<bool>,
    /// Only the one of this number: up to 40 characters.
    number: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the actions one may see, the latest first.
#[utoipa::path(get, path = "/improvement-actions", tag = "improvements", params(ImprovementQuery), responses((status = 200, body = Page<ImprovementView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ImprovementQuery>) -> Answer<Page<ImprovementView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let (limit, from) = (page.limit()?, page.before()?);
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.opened_at.millis(), row.id.to_string()));
            Ok(page.map(|action| view::view(tx, action)))
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &Tx<'_>, query: &ImprovementQuery) -> Result<Filter> {
    let number = query.number.as_deref().map(|number| number.trim().to_uppercase());
    if number.as_ref().is_some_and(|number| number.len() > 40) {
        return Err(Error::field("number", "too_long"));
    }
    if query.cause.as_ref().is_some_and(|cause| cause.len() > 60) {
        return Err(Error::field("cause", "too_long"));
    }
    Ok(Filter {
        state: query.state,
        owner: tx.actor().person("owner", query.owner.as_deref())?,
        cause: query.cause.clone(),
        overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
        number,
    })
}

/// One action, with everything that happened to it and what came of it.
#[utoipa::path(get, path = "/improvement-actions/{id}", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<ImprovementAction>>) -> Answer<ImprovementCourse> {
    view::shown(cx, id).await
}

/// How many stand so.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementCount {
    /// How.
    state: ImprovementState,
    /// How many.
    count: i64,
    /// Of these, not done in time.
    overdue: i64,
    /// Of these, those that wait for the caller.
    mine: i64,
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementCounts {
    /// By state, those only in which there are any.
    states: Vec<ImprovementCount>,
    /// Those that wait for the caller.
    mine: i64,
    /// Not done in time, anybody's.
    overdue: i64,
}

/// Counts the actions within one's reach by state.
#[utoipa::path(get, path = "/improvement-actions/counts", tag = "improvements", responses((status = 200, body = ImprovementCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<ImprovementCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let rows = queries::counts(tx, &scope, me, now)?;
            let states: Vec<_> = rows
                .into_iter()
                .map(|(state, count, overdue, mine)| ImprovementCount { state, count, overdue, mine })
                .collect();
            let (mine, overdue) = (states.iter().map(|one| one.mine).sum(), states.iter().map(|one| one.overdue).sum());
            Ok(ImprovementCounts { states, mine, overdue })
        })
        .await?;
    Ok(Json(counts))
}
