//! The lines that were not taken.

use std::collections::HashMap;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Answer, Cx, Json, Path, Problem, Query, csv};
use kernel::{Check, Id, Page, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::IntoParams;

use super::list::visible;
use crate::{
    api,
    model::{Import, ImportRefusal},
    queries, words,
};

/// Lines written at once.
const AT_ONCE: i64 = 1_000;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusalQuery {
    /// Only those behind this line.
    after: Option<i64>,
    /// How many at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists the lines that were not taken, with every reason, in the file's order. `after` the last line's number
/// follows the next page.
#[utoipa::path(get, path = "/imports/{id}/refusals", tag = "imports", params(("id" = Id<Import>, Path), RefusalQuery), responses((status = 200, body = Page<ImportRefusal>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Import>>,
    Query(query): Query<RefusalQuery>,
) -> Answer<Page<ImportRefusal>> {
    let limit = query.limit.unwrap_or(50);
    Check::new().that((1..=200).contains(&limit), "limit", "out_of_range").done()?;
    let rows = cx
        .read(move |tx| {
            visible(tx, id)?;
            queries::refusals(tx, id, query.after.unwrap_or(0), limit)
        })
        .await?;
    Ok(Json(Page { items: rows, next_cursor: None }))
}

/// The lines that were not taken as a file for a spreadsheet: the number and the reasons before what stood in them.
/// Mended, it can be imported again. That it was taken along is on the trail.
#[utoipa::path(get, path = "/imports/{id}/refusals/export", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(cx: Cx, Path(id): Path<Id<Import>>) -> Result<Response, Problem> {
    let text = cx.write(move |tx| write(tx, id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}-refused.csv\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn write(tx: &mut Tx<'_>, id: Id<Import>) -> Result<String> {
    let import = visible(tx, id)?;
    api::record(tx, "imports.refusals_exported", &import)?;
    let texts = words::texts(settings::api::organisation(tx)?.locale.text());
    let own: HashMap<_, _> =
        profiles::api::fillable(tx)?.into_iter().map(|field| (field.id.to_string(), field.name)).collect();
    let word = |key: &str| own.get(key).cloned().unwrap_or_else(|| texts.word(key).to_owned());
    let mut out = String::from(csv::BEGIN);
    let fields =
        import.plan.columns.iter().map(|field| field.as_ref().map_or_else(String::new, |field| word(field.text())));
    csv::line(&mut out, [word("line"), word("reasons")].into_iter().chain(fields));
    let mut after = 0;
    loop {
        let rows = queries::refusals(tx, id, after, AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(out) };
        after = last.line;
        for row in &rows {
            let why = row.reasons.0.iter().map(|why| format!("{}: {}", word(&why.field), word(&why.code)));
            let why = why.collect::<Vec<_>>().join("; ");
            csv::line(&mut out, [row.line.to_string(), why].into_iter().chain(row.cells.0.iter().cloned()));
        }
    }
}
