//! Reading complaints.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Error, Id, Page, PageQuery, Result, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::{
    statistics::counting,
    view::{self, ComplaintCourse, ComplaintView},
};
use crate::{
    day,
    model::{Complaint, ComplaintCounted, ComplaintStep},
    policy,
    queries::{self, Filter},
};

/// Which complaints.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComplaintQuery {
    /// Only those at this step.
    #[param(inline)]
    step: Option<ComplaintStep>,
    /// Only those that are open, or those that are not.
    open: Option<bool>,
    /// Only those whose turn it is: an id, or `me`.
    owner: Option<String>,
    /// Only those of this person, whatever they were merged with.
    customer: Option<CustomerId>,
    /// Only those said in this conversation.
    conversation: Option<ConversationId>,
    /// Only those whose step was not over in time.
    overdue: Option<bool>,
    /// Only the one of this number: up to 40 characters.
    number: Option<String>,
    /// Only those taken in on this day or later, in the organisation's time zone: `2026-11-01`.
    from: Option<String>,
    /// Only those taken in on this day or before.
    to: Option<String>,
    /// Only those that this number of the statistics counts: of the days from `from` to `to`, the month so far unless told.
    /// With it only these, `unit` and `category` narrow the list.
    #[param(inline)]
    counted: Option<ComplaintCounted>,
    /// Of those counted, what people of this unit and those below it look after.
    unit: Option<UnitId>,
    /// Of those counted, those of this category, of either level, or `none`.
    category: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the complaints one may see, the latest first.
#[utoipa::path(get, path = "/complaints", tag = "complaints", params(ComplaintQuery), responses((status = 200, body = Page<ComplaintView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ComplaintQuery>) -> Answer<Page<ComplaintView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (limit, from) = (page.limit()?, page.before()?);
            let rules = queries::rules(tx)?;
            let rows = if let Some(number) = query.counted {
                let days = (query.from.as_deref(), query.to.as_deref());
                let which = counting(tx, &rules, days, query.unit, query.category.as_deref())?;
                queries::figures::counted(tx, &which, &rules, number, &from, limit + 1)?
            } else {
                counted_alone(&query)?;
                let filter = filter(tx, &query)?;
                queries::list(tx, &scope, &filter, &from, limit + 1)?
            };
            let page = Page::of(rows, limit, |row| (row.registered_at.millis(), row.id.to_string()));
            Ok(page.map(|complaint| view::view(tx, &rules, complaint)))
        })
        .await?;
    Ok(Json(page))
}

/// What narrows the statistics narrows nothing without a number of theirs.
fn counted_alone(query: &ComplaintQuery) -> Result<()> {
    let named = query.unit.is_some() || query.category.is_some();
    if named { Err(Error::field("counted", "required")) } else { Ok(()) }
}

fn filter(tx: &mut Tx<'_>, query: &ComplaintQuery) -> Result<Filter> {
    let owner = tx.actor().person("owner", query.owner.as_deref())?;
    let number = query.number.as_deref().map(|number| number.trim().to_uppercase());
    if number.as_ref().is_some_and(|number| number.len() > 40) {
        return Err(Error::field("number", "too_long"));
    }
    let customers = match query.customer {
        Some(id) => match customers::api::members(tx, id) {
            // Nobody has complained of anything who is not there.
            Err(Error::NotFound) => Some(Vec::new()),
            members => Some(members?),
        },
        None => None,
    };
    let date = |field, text: &Option<String>| {
        text.as_deref().map(|text| day::parse(field, text).map(|day| day.to_string())).transpose()
    };
    Ok(Filter {
        step: query.step,
        open: query.open,
        owner,
        customers,
        conversation: query.conversation,
        overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
        number,
        from: date("from", &query.from)?,
        to: date("to", &query.to)?,
    })
}

/// One complaint, with everything that happened to it.
#[utoipa::path(get, path = "/complaints/{id}", tag = "complaints", params(("id" = Id<Complaint>, Path)), responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Complaint>>) -> Answer<ComplaintCourse> {
    view::shown(cx, id).await
}

/// How many stand at a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintStepCount {
    /// Which.
    step: ComplaintStep,
    /// How many.
    open: i64,
    /// Of these, not over in time.
    overdue: i64,
    /// Of these, the caller's turn.
    mine: i64,
}

/// How many are open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintCounts {
    /// By step, those only at which any stand.
    steps: Vec<ComplaintStepCount>,
    /// The caller's turn.
    mine: i64,
    /// Not over in time, anybody's.
    overdue: i64,
}

/// Counts open complaints within one's reach by step.
#[utoipa::path(get, path = "/complaints/counts", tag = "complaints", responses((status = 200, body = ComplaintCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<ComplaintCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let rows = queries::counts(tx, &scope, me, now)?;
            let steps: Vec<_> = rows
                .into_iter()
                .map(|(step, open, overdue, mine)| ComplaintStepCount { step, open, overdue, mine })
                .collect();
            let (mine, overdue) = (steps.iter().map(|one| one.mine).sum(), steps.iter().map(|one| one.overdue).sum());
            Ok(ComplaintCounts { steps, mine, overdue })
        })
        .await?;
    Ok(Json(counts))
}
