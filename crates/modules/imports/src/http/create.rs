//! Bringing a list along.

use customers::ListKey;
use files::FileId;
use http::{Answer, Cx, Json};
use kernel::{Error, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use super::plan::{head, own_fields};
use crate::{
    api, columns,
    model::{Import, Plan, Sheets},
    policy, queries,
    sheet::{self, Reading, Unreadable},
    target::{self, CUSTOMERS},
};

/// What a list may be, and what is refused with a word of its own.
const LISTS: [&str; 3] =
    ["text/plain", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel"];

/// A list to be imported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImport {
    /// The file, which the caller sent before (`POST /files`): a text with cells, an Excel workbook, address cards.
    file_id: FileId,
    /// What it is a list of: `customers` unless told, or what another module takes in, `orders`.
    target: Option<String>,
}

/// Brings a list along: what it is and what its columns most likely are is found out, nothing is imported yet.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body = NewImport, responses((status = 200, body = Import)))]
pub(crate) async fn create(cx: Cx, Json(NewImport { file_id, target }): Json<NewImport>) -> Answer<Import> {
    let name = target.unwrap_or_else(|| CUSTOMERS.to_owned());
    let (app, asked) = (cx.app().clone(), name.clone());
    let (file, target) = cx
        .read(move |tx| {
            let _permit = policy::may_bring(tx.actor(), tx.now())?;
            let target = target::named(&app, tx.actor(), &asked)?;
            let file = files::api::get(tx, file_id).ok().filter(|file| file.is_from(tx.actor()));
            let file = file.ok_or(Error::field("file_id", "unknown"))?;
            if LISTS.contains(&file.mime.as_str()) {
                Ok((file, target))
            } else {
                Err(Error::field("file_id", "no_list"))
            }
        })
        .await?;
    let bytes = files::api::bytes(cx.app(), &file).await?;
    let (format, sheets, lines) = {
        let reading = Reading::default();
        off_the_threads(move || {
            let (format, sheets) = sheet::look(&bytes)?;
            let lines = head(&bytes, format, &reading)?;
            Ok((format, sheets, lines))
        })
        .await?
    };
    let import = cx
        .write(move |tx| {
            let permit = policy::may_bring(tx.actor(), tx.now())?;
            let own = own_fields(tx, &name)?;
            let header_line = columns::header_line(format, &lines, target.as_ref());
            let known = match columns::headings(header_line, &lines, &name) {
                Some(headings) => queries::known_columns(tx, &headings)?,
                None => None,
            };
            let columns = known
                .map_or_else(|| columns::guess(format, header_line, &lines, target.as_ref(), &own), |known| known.0);
            let key: ListKey = columns::key(&columns);
            let plan = Plan { reading: Reading::default(), header_line, columns, key, as_of: permit.at() };
            let id = tx.new_id();
            let import =
                Import::new(&permit, id, tx.actor().staff()?, &file, (format, Sheets(sheets.clone())), plan, &name);
            files::api::attach(tx, file_id, "import", import.id)?;
            queries::insert(tx, &import)?;
            api::record(tx, "imports.created", &import)?;
            api::show(tx, &import)?;
            Ok(import)
        })
        .await?;
    Ok(Json(import))
}

/// Runs what reads a file where it holds up nobody; what cannot be read is a refused field.
pub(super) async fn off_the_threads<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Unreadable> + Send + 'static,
) -> Result<T> {
    let read = tokio::task::spawn_blocking(read).await.map_err(Error::internal)?;
    read.map_err(|Unreadable(field, code)| Error::field(if field == "file" { "file_id" } else { field }, code))
}
