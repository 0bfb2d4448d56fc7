//! What was missed, and how queues do.

use conversations::{ConversationId, SlaTarget};
use http::{Answer, Cx, Json, Path, Query};
use jiff::civil::Date;
use kernel::{Check, Page, PageQuery, QueueId, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ledger,
    model::{SlaCase, SlaDay, SlaMiss},
    policy,
    queries::{self, Filter},
};

/// Days of figures at once.
const MOST_DAYS: i32 = 366;

/// Which misses.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MissQuery {
    /// Only those of this queue.
    queue: Option<QueueId>,
    /// Only those of this person: an id, or `me`.
    assignee: Option<String>,
    /// Only those of this clock.
    #[param(inline)]
    target: Option<SlaTarget>,
    /// Only what is still to be done.
    open: Option<bool>,
    /// Only what was due on this day of the organisation or later: `YYYY-MM-DD`.
    from: Option<String>,
    /// Only what was due on this day or earlier.
    to: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A miss, with the conversation it is in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SlaMissView {
    #[serde(flatten)]
    miss: SlaMiss,
    /// The customer's name.
    customer_name: String,
    /// Whether the conversation is over.
    closed: bool,
}

/// Lists what was missed, latest first.
#[utoipa::path(get, path = "/sla-misses", tag = "sla", params(MissQuery), responses((status = 200, body = Page<SlaMissView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<MissQuery>) -> Answer<Page<SlaMissView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let (limit, before) = (page.limit()?, page.before()?);
            let rows = queries::misses(tx, &scope, &filter, &before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.due_at.millis(), row.id.to_string()));
            let Page { items, next_cursor } = page;
            let items = items.into_iter().map(|miss| view(tx, miss)).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn view(tx: &mut Tx<'_>, miss: SlaMiss) -> Result<SlaMissView> {
    let conversation = conversations::api::get(tx, miss.conversation_id)?;
    let (customer_name, closed) = (conversation.customer_name, conversation.closed_at.is_some());
    Ok(SlaMissView { miss, customer_name, closed })
}

fn filter(tx: &Tx<'_>, query: &MissQuery) -> Result<Filter> {
    let MissQuery { queue, assignee, target, open, from, to, .. } = query;
    let assignee = tx.actor().person("assignee", assignee.as_deref())?;
    let day = |day: &Option<String>| day.as_ref().is_none_or(|day| day.parse::<Date>().is_ok());
    Check::new().that(day(from), "from", "malformed").that(day(to), "to", "malformed").done()?;
    let (from, to) = (from.clone(), to.clone());
    Ok(Filter { queue: *queue, assignee, target: *target, open: open.unwrap_or(false), from, to })
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// From this day of the organisation on: `YYYY-MM-DD`; today unless told.
    from: Option<String>,
    /// Until this day, at most 366 days; today unless told.
    to: Option<String>,
}

/// How queues did day by day: kept in time out of measured. A conversation counts on the day on which it was
/// opened and in the queue it waits or waited in last; one that is open counts its later answers as of what
/// was last missed in it.
#[utoipa::path(get, path = "/sla-figures", tag = "sla", params(FiguresQuery), responses((status = 200, body = Vec<SlaDay>)))]
pub(crate) async fn figures(cx: Cx, Query(query): Query<FiguresQuery>) -> Answer<Vec<SlaDay>> {
    let days = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let now = tx.now();
            let today = ledger::day_of(tx, now)?;
            let (from, to) = (query.from.clone().unwrap_or_else(|| today.clone()), query.to.clone().unwrap_or(today));
            let (first, last) = (from.parse::<Date>(), to.parse::<Date>());
            Check::new().that(first.is_ok(), "from", "malformed").that(last.is_ok(), "to", "malformed").done()?;
            let (Ok(first), Ok(last)) = (first, last) else { return Ok(Vec::new()) };
            let days = (last - first).get_days();
            Check::new().that((0..MOST_DAYS).contains(&days), "to", "out_of_range").done()?;
            queries::days(tx, &first.to_string(), &last.to_string())
        })
        .await?;
    Ok(Json(days))
}

/// How one conversation did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConversationSla {
    /// In numbers; none where no policy ever applied.
    case: Option<SlaCase>,
    /// What was missed in it, oldest first.
    misses: Vec<SlaMiss>,
}

/// How one conversation did. What is asked of it and due in it stands in the conversation.
#[utoipa::path(get, path = "/conversations/{id}/sla", tag = "sla", params(("id" = ConversationId, Path)), responses((status = 200, body = ConversationSla)))]
pub(crate) async fn of_conversation(cx: Cx, Path(id): Path<ConversationId>) -> Answer<ConversationSla> {
    let found = cx
        .read(move |tx| {
            let conversation = conversations::api::get(tx, id)?;
            policy::may_see(tx.actor(), &conversation)?;
            Ok(ConversationSla { case: queries::case(tx, id)?, misses: queries::misses_of(tx, id)? })
        })
        .await?;
    Ok(Json(found))
}
