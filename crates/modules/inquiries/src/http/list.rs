//! Reading records.

use std::collections::HashMap;

use conversations::WrapUpReason;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Id, Page, PageQuery, Result, UnitId};
use serde::Deserialize;
use store::Tx;
use utoipa::IntoParams;

use super::view::RecordView;
use crate::{
    api,
    model::{InquiryRecord, Outcome, RecordId, RecordVersion, Way},
    policy,
    queries::{self, Filter},
};

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those this person answered: an id, or `me`.
    owner: Option<String>,
    /// Only those of this unit.
    unit: Option<UnitId>,
    /// Only those of this customer.
    customer: Option<CustomerId>,
    /// Only those for this reason.
    reason: Option<Id<WrapUpReason>>,
    /// Only those on the sheets of this day, `YYYY-MM-DD`.
    day: Option<String>,
    /// Only those that came this way.
    #[param(inline)]
    way: Option<Way>,
    /// Only those that ended so.
    #[param(inline)]
    outcome: Option<Outcome>,
    /// Part of the question, of the answer or of the name.
    q: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the records one may see, the contact that ended last first.
#[utoipa::path(get, path = "/inquiry-records", tag = "inquiries", params(ListQuery), responses((status = 200, body = Page<RecordView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<RecordView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, before) = (page.limit()?, page.before()?);
    Check::new()
        .maybe_text("q", query.q.as_deref(), 0..=200)
        .maybe_text("day", query.day.as_deref(), 10..=10)
        .done()?;
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let rows = queries::list(tx, &scope, &filter, &before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.ended_at.millis(), row.id.to_string()));
            Ok(Page { items: views(tx, page.items)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &Tx<'_>, query: &ListQuery) -> Result<Filter> {
    let owner = tx.actor().person("owner", query.owner.as_deref())?;
    Ok(Filter {
        owner,
        unit: query.unit,
        customer: query.customer,
        reason: query.reason,
        day: query.day.clone(),
        way: query.way,
        outcome: query.outcome,
        text: query.q.as_deref().unwrap_or_default().trim().to_lowercase(),
    })
}

/// Each sheet is asked for once.
fn views(tx: &mut Tx<'_>, rows: Vec<InquiryRecord>) -> Result<Vec<RecordView>> {
    let mut signed: HashMap<(Option<UnitId>, String), bool> = HashMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let sheet = (row.unit_id, row.day.clone());
        let signed = match signed.get(&sheet) {
            Some(known) => *known,
            None => {
                let now = api::is_signed(tx, &row)?;
                signed.insert(sheet, now);
                now
            }
        };
        views.push(RecordView::of(row, signed));
    }
    Ok(views)
}

/// The record as it goes out.
pub(super) fn view(tx: &mut Tx<'_>, record: InquiryRecord) -> Result<RecordView> {
    let signed = api::is_signed(tx, &record)?;
    Ok(RecordView::of(record, signed))
}

/// One record.
#[utoipa::path(get, path = "/inquiry-records/{id}", tag = "inquiries", params(("id" = RecordId, Path)), responses((status = 200, body = RecordView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<RecordId>) -> Answer<RecordView> {
    let record = cx
        .read(move |tx| {
            let record = api::visible(tx, id)?;
            view(tx, record)
        })
        .await?;
    Ok(Json(record))
}

/// What a record said before, the oldest first.
#[utoipa::path(get, path = "/inquiry-records/{id}/versions", tag = "inquiries", params(("id" = RecordId, Path)), responses((status = 200, body = Vec<RecordVersion>)))]
pub(crate) async fn versions(cx: Cx, Path(id): Path<RecordId>) -> Answer<Vec<RecordVersion>> {
    let versions = cx
        .read(move |tx| {
            api::visible(tx, id)?;
            queries::versions(tx, id)
        })
        .await?;
    Ok(Json(versions))
}
