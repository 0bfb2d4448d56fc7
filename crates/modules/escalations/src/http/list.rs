//! Reading escalations.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{EscalationCourse, EscalationView, course, view};
use crate::{
    model::{Escalation, EscalationState},
    policy,
    queries::{self, Filter},
};

/// Which escalations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<EscalationState>,
    /// Only those that came up in this conversation.
    conversation: Option<ConversationId>,
    /// Only those with this customer.
    customer: Option<CustomerId>,
    /// Only those that are unsolved beyond their first term.
    late: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the escalations one may see, newest first: those in reach, and those one was told of.
#[utoipa::path(get, path = "/escalations", tag = "escalations", params(ListQuery), responses((status = 200, body = Page<EscalationView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<EscalationView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let late = query.late.unwrap_or(false);
    let state = query.state.or(late.then_some(EscalationState::Open));
    let filter = Filter { state, conversation: query.conversation, customer: query.customer, late };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (limit, from) = (page.limit()?, page.before()?);
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let page = Page::of(rows, limit, |row: &Escalation| (row.raised_at.millis(), row.id.to_string()));
            Ok(page.map(|escalation| view(tx, escalation)))
        })
        .await?;
    Ok(Json(page))
}

/// One escalation with its steps.
#[utoipa::path(get, path = "/escalations/{id}", tag = "escalations", params(("id" = Id<Escalation>, Path)), responses((status = 200, body = EscalationCourse)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Escalation>>) -> Answer<EscalationCourse> {
    let found = cx
        .read(move |tx| {
            let escalation = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &escalation)?;
            course(tx, escalation)
        })
        .await?;
    Ok(Json(found))
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EscalationCounts {
    /// Open, of those one may see.
    open: i64,
    /// Of these, unsolved beyond their first term.
    late: i64,
}

/// Counts the open escalations one may see.
#[utoipa::path(get, path = "/escalations/counts", tag = "escalations", responses((status = 200, body = EscalationCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<EscalationCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (open, late) = queries::counts(tx, &scope)?;
            Ok(EscalationCounts { open, late })
        })
        .await?;
    Ok(Json(counts))
}
