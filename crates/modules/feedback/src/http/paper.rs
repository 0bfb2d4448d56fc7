//! One item, and the list of some days, on paper (R066).

use audit::api::Entry;
use axum::response::Response;
use documents::DocumentFormat;
use http::{Cx, Path, Problem, Query};
use jiff::civil::Date;
use kernel::{Check, Cursor, Error, Id, Result};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use utoipa::IntoParams;

use crate::{
    day,
    model::{FeedbackItem, FeedbackKind},
    paper, policy,
    queries::{self, Filter},
};

/// Days of a list at most.
const MOST_DAYS: i32 = 400;
/// Lines of a list at most.
const MOST: i64 = 2_000;

/// As what, and whether in clear.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedbackFormQuery {
    /// As what.
    #[param(inline)]
    format: DocumentFormat,
    /// Why the sender's number is to stand there in clear: 2 to 200 characters, kept on the trail; masked without.
    reason: Option<String>,
}

/// 《意见、建议、表扬记录单》 of one item, in the organisation's language. That it was printed is on the trail.
#[utoipa::path(get, path = "/feedback-items/{id}/form", tag = "feedback", params(("id" = Id<FeedbackItem>, Path), FeedbackFormQuery), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn print(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Query(query): Query<FeedbackFormQuery>,
) -> Result<Response, Problem> {
    let format = query.format;
    let (document, number) = cx
        .write(move |tx| {
            let item = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &item)?;
            let reason = query.reason.as_deref().map(str::trim);
            Check::new().maybe_text("reason", reason, 2..=200).done()?;
            let phone = complaints::api::phone_on_paper(tx, item.customer_id, reason)?;
            let mut entry = Entry::new("feedback.printed", "feedback_item", id);
            entry = entry.created(&json!({ "format": format.text(), "clear": reason.is_some() }));
            if let Some(reason) = reason {
                entry = entry.reason(reason);
            }
            audit::api::record(tx, entry)?;
            let (hand, moves, own) = (paper::hand(tx)?, queries::moves(tx, id)?, forms::api::filled(tx, id)?);
            Ok((paper::record(&hand, &item, &moves, (&phone, &own)), item.number))
        })
        .await?;
    documents::answer(cx.app(), document, format, &number).await
}

/// Which items, and as what.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedbackExportQuery {
    /// From this day on, in the organisation's time zone: `2026-11-01`. The first of this month unless told.
    from: Option<String>,
    /// Until this day, it included; today unless told, and at most 400 days from the first.
    to: Option<String>,
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<FeedbackKind>,
    /// As what.
    #[param(inline)]
    format: DocumentFormat,
}

/// The list of what came on some days, at most 2,000 lines; that it was taken along is on the trail.
#[utoipa::path(get, path = "/feedback-items/export", tag = "feedback", params(FeedbackExportQuery), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn export(cx: Cx, Query(query): Query<FeedbackExportQuery>) -> Result<Response, Problem> {
    let format = query.format;
    let (document, name) = cx
        .write(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (from, to) = days(tx, &query)?;
            let filter = Filter {
                kind: query.kind,
                from: Some(from.to_string()),
                to: Some(to.to_string()),
                ..Filter::default()
            };
            let last = Cursor { key: i64::MAX, id: String::new() };
            let items = queries::list(tx, &scope, &filter, &last, MOST + 1)?;
            if items.len() as i64 > MOST {
                return Err(Error::field("from", "too_many"));
            }
            let said = json!({ "from": from, "to": to, "kind": query.kind, "format": format.text(), "n": items.len() });
            audit::api::record(
                tx,
                Entry::new("feedback.list_taken", "feedback_list", from.to_string()).created(&said),
            )?;
            let mut lines = Vec::with_capacity(items.len());
            let locale = settings::api::organisation(tx)?.locale;
            for item in items {
                let own = forms::api::line(&forms::api::filled(tx, item.id)?, locale.text());
                lines.push((item, own));
            }
            let days = format!("{from} – {to}");
            Ok((paper::list(&paper::hand(tx)?, days, &lines), format!("feedback-{from}-{to}")))
        })
        .await?;
    documents::answer(cx.app(), document, format, &name).await
}

fn days(tx: &mut Tx<'_>, query: &FeedbackExportQuery) -> Result<(Date, Date)> {
    let now = tx.now();
    let today = day::of(tx, now)?;
    let to = query.to.as_deref().map_or(Ok(today), |text| day::parse("to", text))?;
    let from = query.from.as_deref().map_or(Ok(to.first_of_month()), |text| day::parse("from", text))?;
    let length = to.since(from).map_err(Error::internal)?.get_days();
    Check::new().that(from <= to, "to", "not_after_start").that(length < MOST_DAYS, "from", "out_of_range").done()?;
    Ok((from, to))
}
