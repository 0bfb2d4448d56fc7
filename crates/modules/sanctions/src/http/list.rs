//! Reading sanctions.

use complaints::Complaint;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{self, SanctionView};
use crate::{
    model::{Sanction, SanctionState},
    policy,
    queries::{self, Filter},
};

/// Which sanctions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SanctionQuery {
    /// Only those that concern this person: an id, or `me`.
    person: Option<String>,
    /// Only those of this complaint.
    complaint: Option<Id<Complaint>>,
    /// Only those that stand so.
    #[param(inline)]
    state: Option<SanctionState>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the sanctions that concern the caller, and those of people within reach of `sanctions.propose` or
/// `sanctions.decide`; the latest first.
#[utoipa::path(get, path = "/sanctions", tag = "sanctions", params(SanctionQuery), responses((status = 200, body = Page<SanctionView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<SanctionQuery>) -> Answer<Page<SanctionView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (loose, next_cursor) = cx
        .read(move |tx| {
            let (sight, me) = (policy::sight(tx.actor())?, tx.actor().staff()?.id);
            let person = tx.actor().person("person", query.person.as_deref())?;
            let filter = Filter { person, complaint: query.complaint, state: query.state };
            let (limit, from) = (page.limit()?, page.before()?);
            let rows = queries::list(tx, me, &sight, &filter, &from, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.proposed_at.millis(), row.id.to_string()));
            let mut loose = Vec::with_capacity(page.items.len());
            for row in page.items {
                loose.push(view::view(tx, row)?);
            }
            Ok((loose, page.next_cursor))
        })
        .await?;
    Ok(Json(Page { items: view::linked(&cx, loose).await?, next_cursor }))
}

/// One sanction.
#[utoipa::path(get, path = "/sanctions/{id}", tag = "sanctions", params(("id" = Id<Sanction>, Path)), responses((status = 200, body = SanctionView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Sanction>>) -> Answer<SanctionView> {
    let loose = cx
        .read(move |tx| {
            let sanction = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &sanction)?;
            view::view(tx, sanction)
        })
        .await?;
    view::answered(&cx, loose).await
}

/// What waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SanctionCounts {
    /// Sanctions that concern them and wait for them: to be read, or to be appealed against while there is time.
    mine: i64,
}

/// Counts what waits for the caller.
#[utoipa::path(get, path = "/sanctions/counts", tag = "sanctions", responses((status = 200, body = SanctionCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<SanctionCounts> {
    let counts = cx
        .read(|tx| {
            let me = tx.actor().staff()?.id;
            Ok(SanctionCounts { mine: queries::to_read(tx, me)? })
        })
        .await?;
    Ok(Json(counts))
}
