//! Reading items.

use complaints::Complaint;
use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Error, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{self, FeedbackCourse, FeedbackView};
use crate::{
    day,
    model::{FeedbackItem, FeedbackKind, FeedbackState},
    policy,
    queries::{self, Filter},
};

/// Which items.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedbackQuery {
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<FeedbackKind>,
    /// Only those that stand so.
    #[param(inline)]
    state: Option<FeedbackState>,
    /// Only those that are to be answered, or those that are not.
    open: Option<bool>,
    /// Only those this person has: an id, or `me`.
    owner: Option<String>,
    /// Only those of this person, whatever they were merged with.
    customer: Option<CustomerId>,
    /// Only those said in this conversation.
    conversation: Option<ConversationId>,
    /// Only the one that became this complaint.
    complaint: Option<Id<Complaint>>,
    /// Only those that were not answered in time.
    overdue: Option<bool>,
    /// Only the one of this number: up to 40 characters.
    number: Option<String>,
    /// Only those that came on this day or later, in the organisation's time zone: `2026-11-01`.
    from: Option<String>,
    /// Only those that came on this day or before.
    to: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the suggestions, opinions and praise one may see, the latest first.
#[utoipa::path(get, path = "/feedback-items", tag = "feedback", params(FeedbackQuery), responses((status = 200, body = Page<FeedbackView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<FeedbackQuery>) -> Answer<Page<FeedbackView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let (limit, from) = (page.limit()?, page.before()?);
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.registered_at.millis(), row.id.to_string()));
            Ok(page.map(|item| view::view(tx, item)))
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &mut Tx<'_>, query: &FeedbackQuery) -> Result<Filter> {
    let owner = tx.actor().person("owner", query.owner.as_deref())?;
    let number = query.number.as_deref().map(|number| number.trim().to_uppercase());
    if number.as_ref().is_some_and(|number| number.len() > 40) {
        return Err(Error::field("number", "too_long"));
    }
    let customers = match query.customer {
        Some(id) => match customers::api::members(tx, id) {
            // Nobody has said anything who is not there.
            Err(Error::NotFound) => Some(Vec::new()),
            members => Some(members?),
        },
        None => None,
    };
    let date = |field, text: &Option<String>| {
        text.as_deref().map(|text| day::parse(field, text).map(|day| day.to_string())).transpose()
    };
    Ok(Filter {
        kind: query.kind,
        state: query.state,
        open: query.open,
        owner,
        customers,
        conversation: query.conversation,
        complaint: query.complaint,
        overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
        number,
        from: date("from", &query.from)?,
        to: date("to", &query.to)?,
    })
}

/// One item, with everything that happened to it.
#[utoipa::path(get, path = "/feedback-items/{id}", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<FeedbackItem>>) -> Answer<FeedbackCourse> {
    view::shown(cx, id).await
}

/// How many of a kind are to be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackCount {
    /// Which.
    kind: FeedbackKind,
    /// How many.
    open: i64,
    /// Of these, not answered in time.
    overdue: i64,
    /// Of these, those the caller has.
    mine: i64,
}

/// How many are to be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackCounts {
    /// By kind, those only of which there are any.
    kinds: Vec<FeedbackCount>,
    /// Those the caller has.
    mine: i64,
    /// Not answered in time, anybody's.
    overdue: i64,
}

/// Counts what is to be answered within one's reach, by kind.
#[utoipa::path(get, path = "/feedback-items/counts", tag = "feedback", responses((status = 200, body = FeedbackCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<FeedbackCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let rows = queries::counts(tx, &scope, me, now)?;
            let kinds: Vec<_> = rows
                .into_iter()
                .map(|(kind, open, overdue, mine)| FeedbackCount { kind, open, overdue, mine })
                .collect();
            let (mine, overdue) = (kinds.iter().map(|one| one.mine).sum(), kinds.iter().map(|one| one.overdue).sum());
            Ok(FeedbackCounts { kinds, mine, overdue })
        })
        .await?;
    Ok(Json(counts))
}
