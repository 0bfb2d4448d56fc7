//! Taking an import back.

use std::collections::HashMap;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Answer, Cx, Json, Path, Problem, Query, csv};
use kernel::{Check, CustomerId, Id, Page, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::list::visible;
use crate::{
    api, codes,
    jobs::Work,
    model::{Import, ImportWrite, Reasons, UndoOutcome},
    policy, queries,
    target::CUSTOMERS,
    words,
};

/// Rows written at once.
const AT_ONCE: i64 = 1_000;

/// Takes back, in the background, what an import wrote: fields get the value and the source they had unless something
/// fresher came since, customers it made are emptied unless anything else had to do with them since. It acts with the
/// rights of whoever asks. Possible for 14 days after the import ended, once.
#[utoipa::path(post, path = "/imports/{id}/undo", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = Import)))]
pub(crate) async fn undo(cx: Cx, Path(id): Path<Id<Import>>) -> Answer<Import> {
    let after = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may(tx.actor(), &before, tx.now())?;
            if before.target != CUSTOMERS {
                return Err(codes::NO_UNDO.conflict());
            }
            let total = queries::count_open(tx, id)?;
            let by = tx.actor().staff()?.clone();
            let after = before.undoing(&permit, &by, total)?;
            queries::save(tx, &after)?;
            work::enqueue(tx, &Work { import_id: id })?;
            api::record(tx, "imports.undo_begun", &after)?;
            api::show(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}

/// Which customers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeptQuery {
    /// Only those behind this one: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A customer with whom something stays as the import, or somebody since, left it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportKept {
    /// Who.
    customer_id: CustomerId,
    /// Their name, where the reader may see them.
    name: Option<String>,
    /// The first line of the file that wrote to them.
    line: i64,
    /// Whether the import made them.
    created: bool,
    /// Whether all of it stays, or a part.
    outcome: UndoOutcome,
    /// Why; `row`: all of it.
    reasons: Reasons,
}

/// Lists the customers with whom not everything could be taken back, with every reason, in the file's order.
#[utoipa::path(get, path = "/imports/{id}/undo/kept", tag = "imports", params(("id" = Id<Import>, Path), KeptQuery), responses((status = 200, body = Page<ImportKept>)))]
pub(crate) async fn kept(
    cx: Cx,
    Path(id): Path<Id<Import>>,
    Query(query): Query<KeptQuery>,
) -> Answer<Page<ImportKept>> {
    let limit = query.limit.unwrap_or(50);
    let after = query.cursor.as_deref().map_or(Some((0, String::new())), place);
    Check::new()
        .that((1..=200).contains(&limit), "limit", "out_of_range")
        .that(after.is_some(), "cursor", "malformed")
        .done()?;
    let (line, customer) = after.unwrap_or_default();
    let (mut rows, names) = cx
        .read(move |tx| {
            visible(tx, id)?;
            let rows = queries::settled(tx, id, true, (line, &customer), limit + 1)?;
            let names = names(tx, &rows)?;
            Ok((rows, names))
        })
        .await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.line, last.customer_id));
    let items = rows.into_iter().filter_map(|row| {
        let ImportWrite { customer_id, line, created, outcome, reasons, .. } = row;
        let name = names.get(&customer_id).cloned();
        outcome.map(|outcome| ImportKept { customer_id, name, line, created, outcome, reasons })
    });
    Ok(Json(Page { items: items.collect(), next_cursor }))
}

/// A place in the list.
fn place(cursor: &str) -> Option<(i64, String)> {
    let (line, customer) = cursor.split_once('.')?;
    Some((line.parse().ok()?, customer.parse::<CustomerId>().ok()?.to_string()))
}

/// The names of those whom the actor may see.
fn names(tx: &mut Tx<'_>, rows: &[ImportWrite]) -> Result<HashMap<CustomerId, String>> {
    let ids: Vec<_> = rows.iter().map(|row| row.customer_id).collect();
    match customers::api::visible_cards(tx, &ids) {
        Ok(cards) => Ok(cards.into_iter().map(|(id, card)| (id, card.name)).collect()),
        Err(kernel::Error::Forbidden(_)) => Ok(HashMap::new()),
        Err(error) => Err(error),
    }
}

/// What became of every customer an import wrote to when it was taken back, as a file for a spreadsheet; of one that was not
/// only the headings. That it was taken along is on the trail.
#[utoipa::path(get, path = "/imports/{id}/undo/export", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(cx: Cx, Path(id): Path<Id<Import>>) -> Result<Response, Problem> {
    let text = cx.write(move |tx| write(tx, id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}-undo.csv\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn write(tx: &mut Tx<'_>, id: Id<Import>) -> Result<String> {
    let import = visible(tx, id)?;
    api::record(tx, "imports.undo_exported", &import)?;
    let texts = words::texts(settings::api::organisation(tx)?.locale.text());
    let own: HashMap<_, _> =
        profiles::api::fillable(tx)?.into_iter().map(|field| (field.id.to_string(), field.name)).collect();
    let word = |key: &str| own.get(key).cloned().unwrap_or_else(|| texts.word(key).to_owned());
    let mut out = String::from(csv::BEGIN);
    csv::line(&mut out, ["line", "customer_id", "name", "outcome", "reasons"].map(word));
    let mut after = (0, String::new());
    loop {
        let rows = queries::settled(tx, id, false, (after.0, &after.1), AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(out) };
        after = (last.line, last.customer_id.to_string());
        let names = names(tx, &rows)?;
        for row in &rows {
            let why = row.reasons.0.iter().map(|why| format!("{}: {}", word(&why.field), word(&why.code)));
            let outcome = row.outcome.map(|outcome| word(outcome.text())).unwrap_or_default();
            let name = names.get(&row.customer_id).cloned().unwrap_or_default();
            let why = why.collect::<Vec<_>>().join("; ");
            csv::line(&mut out, [row.line.to_string(), row.customer_id.to_string(), name, outcome, why]);
        }
    }
}
