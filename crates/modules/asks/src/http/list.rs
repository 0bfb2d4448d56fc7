//! Reading asks.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Id, Page, PageQuery, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{AskThread, AskView, thread, view};
use crate::{
    api,
    model::{Ask, AskState},
    policy,
    queries::{self, Filter},
};

/// Which asks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<AskState>,
    /// Only those this person asked: an id, or `me`.
    asker: Option<String>,
    /// Only those asked of this person: an id, or `me`.
    to: Option<String>,
    /// Only those that came up in this conversation.
    conversation: Option<ConversationId>,
    /// Only those about this customer.
    customer: Option<CustomerId>,
    /// Only those that have this in common: see `likeness`.
    likeness: Option<String>,
    /// Only those not answered in time.
    overdue: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the asks one may see: open ones in the order in which they are due, others newest first.
#[utoipa::path(get, path = "/asks", tag = "asks", params(ListQuery), responses((status = 200, body = Page<AskView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<AskView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let by_due = filter.by_due();
            let (limit, from) = (page.limit()?, if by_due { page.after()? } else { page.before()? });
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let key = |row: &Ask| if by_due { row.due_at } else { row.asked_at };
            let page = Page::of(rows, limit, |row| (key(row).millis(), row.id.to_string()));
            let items = page.items.into_iter().map(|ask| view(tx, ask)).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &Tx<'_>, query: &ListQuery) -> Result<Filter> {
    Ok(Filter {
        state: query.state,
        asker: tx.actor().person("asker", query.asker.as_deref())?,
        to: tx.actor().person("to", query.to.as_deref())?,
        conversation: query.conversation,
        customer: query.customer,
        likeness: query.likeness.clone(),
        overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
    })
}

/// One ask with its thread.
#[utoipa::path(get, path = "/asks/{id}", tag = "asks", params(("id" = Id<Ask>, Path)), responses((status = 200, body = AskThread)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Ask>>) -> Answer<AskThread> {
    let ask = cx
        .read(move |tx| {
            let ask = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &ask)?;
            thread(tx, ask)
        })
        .await?;
    Ok(Json(ask))
}

/// How much waits for an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskCounts {
    /// The caller's answer.
    open: i64,
    /// Of these, overdue.
    overdue: i64,
    /// Anybody's answer, within reach.
    open_in_reach: i64,
    /// Of these, overdue.
    overdue_in_reach: i64,
}

/// Counts what waits for one's own answer, and for anybody's within reach.
#[utoipa::path(get, path = "/asks/counts", tag = "asks", responses((status = 200, body = AskCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<AskCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let (open, overdue) = queries::counts(tx, me, now)?;
            let (open_in_reach, overdue_in_reach) = queries::in_reach(tx, &scope, now)?;
            Ok(AskCounts { open, overdue, open_in_reach, overdue_in_reach })
        })
        .await?;
    Ok(Json(counts))
}

/// Who would be asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskSupervisor {
    /// Who; nobody: it would lie in the pool of one's unit.
    user_id: Option<UserId>,
    /// Their name.
    name: Option<String>,
}

/// Who would be asked: the nearest lead above one who may answer.
#[utoipa::path(get, path = "/asks/supervisor", tag = "asks", responses((status = 200, body = AskSupervisor)))]
pub(crate) async fn supervisor(cx: Cx) -> Answer<AskSupervisor> {
    let found = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let me = tx.actor().staff()?.id;
            let (user_id, name) = api::supervisor(tx, me)?.map(|who| (who.id, who.name)).unzip();
            Ok(AskSupervisor { user_id, name })
        })
        .await?;
    Ok(Json(found))
}
