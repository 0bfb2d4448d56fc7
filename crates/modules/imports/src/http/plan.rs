//! How a list is to be read, and what its columns are.

use std::ops::ControlFlow;

use customers::ListKey;
use files::StoredFile;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Id, Result, Timestamp};
use profiles::CustomerField;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::{create::off_the_threads, list::visible};
use crate::{
    api, columns,
    model::{Cells, Import, ImportField, Plan},
    policy, queries,
    sheet::{self, ImportFormat, Line, MOST_COLUMNS, Reading, Unreadable},
    target::{self, CUSTOMERS, Target},
};

/// The first lines of a file.
pub(super) fn head(bytes: &[u8], format: ImportFormat, reading: &Reading) -> Result<Vec<Line>, Unreadable> {
    let mut lines = Vec::new();
    sheet::read(bytes, format, reading, &mut |line| {
        lines.push(line);
        if lines.len() < columns::LOOKED_AT {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    if lines.is_empty() { Err(Unreadable("file", "empty_file")) } else { Ok(lines) }
}

/// How a file is to be read; what is left out is as planned.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// A text's encoding.
    encoding: Option<String>,
    /// The sign between a text's cells.
    delimiter: Option<String>,
    /// Which sheet of a workbook.
    sheet: Option<String>,
}

/// The first lines of a list, and what its columns most likely are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportPreview {
    /// The first lines, as they are read.
    lines: Vec<PreviewLine>,
    /// The line of the headings; 0: there are none.
    header_line: i64,
    /// What the columns most likely are.
    columns: Vec<Option<ImportField>>,
}

/// A line of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewLine {
    /// Which line of the file.
    line: i64,
    /// What stands in it.
    cells: Cells,
}

/// The first lines of a list, read so.
#[utoipa::path(get, path = "/imports/{id}/preview", tag = "imports", params(("id" = Id<Import>, Path), PreviewQuery), responses((status = 200, body = ImportPreview)))]
pub(crate) async fn preview(
    cx: Cx,
    Path(id): Path<Id<Import>>,
    Query(query): Query<PreviewQuery>,
) -> Answer<ImportPreview> {
    let (import, file, own) = looked_at(&cx, id).await?;
    let bytes = files::api::bytes(cx.app(), &file).await?;
    let planned = import.plan.reading;
    let reading = Reading {
        encoding: query.encoding.or(planned.encoding),
        delimiter: query.delimiter.or(planned.delimiter),
        sheet: query.sheet.or(planned.sheet),
    };
    let (format, target) = (import.format, target::known(cx.app(), &import.target));
    let lines = off_the_threads(move || head(&bytes, format, &reading)).await?;
    let header_line = columns::header_line(format, &lines, target.as_ref());
    let columns = columns::guess(format, header_line, &lines, target.as_ref(), &own);
    let line = |line: Line| PreviewLine { line: line.number, cells: Cells(line.cells) };
    Ok(Json(ImportPreview { lines: lines.into_iter().map(line).collect(), header_line, columns }))
}

/// How a list is to be read and taken in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPlan {
    /// How the file is read.
    #[serde(default)]
    reading: Reading,
    /// The line of the headings; 0: there are none.
    header_line: i64,
    /// What each column is, each field once; null: it is left out.
    columns: Vec<Option<ImportField>>,
    /// What tells two lines apart: a column that is there.
    key: ListKey,
    /// As of when the list is true; not after now.
    as_of: Option<Timestamp>,
}

/// Says how a list is to be read and taken in. What a check found is void with it; the columns are remembered for
/// the next list with the same headings.
#[utoipa::path(put, path = "/imports/{id}/plan", tag = "imports", params(("id" = Id<Import>, Path)), request_body = NewPlan, responses((status = 200, body = Import)))]
pub(crate) async fn plan(cx: Cx, Path(id): Path<Id<Import>>, Json(new): Json<NewPlan>) -> Answer<Import> {
    let (import, file, own) = looked_at(&cx, id).await?;
    checked(&new, target::known(cx.app(), &import.target).as_ref(), &own)?;
    let bytes = files::api::bytes(cx.app(), &file).await?;
    let (format, reading) = (import.format, new.reading.clone());
    let lines = off_the_threads(move || head(&bytes, format, &reading)).await?;
    let after = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may(tx.actor(), &before, tx.now())?;
            let as_of = new.as_of.unwrap_or(before.plan.as_of).min(tx.now());
            let (reading, columns) = (new.reading.clone(), new.columns.clone());
            let plan = Plan { reading, header_line: new.header_line, columns, key: new.key, as_of };
            let after = before.planned(&permit, plan)?;
            queries::clear(tx, id)?;
            queries::save(tx, &after)?;
            if let Some(headings) = columns::headings(after.plan.header_line, &lines, &after.target) {
                queries::keep_columns(tx, &headings, &crate::model::Columns(after.plan.columns.clone()))?;
            }
            api::show(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}

/// An import the actor may see, its file, and of customers the department's own fields that its columns may be.
async fn looked_at(cx: &Cx, id: Id<Import>) -> Result<(Import, StoredFile, Vec<CustomerField>)> {
    cx.read(move |tx| {
        let import = visible(tx, id)?;
        let file = files::api::get(tx, import.file_id)?;
        let own = own_fields(tx, &import.target)?;
        Ok((import, file, own))
    })
    .await
}

/// The department's own fields that columns of such a list may be.
pub(super) fn own_fields(tx: &mut Tx<'_>, target: &str) -> Result<Vec<CustomerField>> {
    if target == CUSTOMERS { profiles::api::fillable(tx) } else { Ok(Vec::new()) }
}

fn checked(new: &NewPlan, target: Option<&Target>, own: &[CustomerField]) -> Result<()> {
    let NewPlan { header_line, columns, key, .. } = new;
    let fields: Vec<&str> = columns.iter().flatten().map(ImportField::text).collect();
    let twice = fields.iter().enumerate().any(|(at, field)| fields[..at].contains(field));
    let known = columns::fields(target);
    let is_one = |field: &&str| {
        known.iter().any(|one| one.name == *field) || own.iter().any(|one| one.id.to_string() == **field)
    };
    let missing = match target {
        Some(target) => target::missing(target, &fields),
        None => Some(key.text()).filter(|key| !fields.contains(key)),
    };
    Check::new()
        .that(fields.iter().all(is_one), "columns", "unknown")
        .that((0..=1_000).contains(header_line), "header_line", "out_of_range")
        .that(columns.len() <= MOST_COLUMNS, "columns", "too_many")
        .that(!twice, "columns", "field_twice")
        .that(missing.is_none(), "key", "no_such_column")
        .done()
}
