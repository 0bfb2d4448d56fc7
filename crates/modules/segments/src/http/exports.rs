//! Lists taken along as files.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use http::{Answer, Cx, Json, Path, Problem, Query, SegmentSources};
use kernel::{Check, Error, Id, Origin, Page, PageQuery, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    export::{self, CustomerExport, ExportColumn, ExportFormat, Source, Wish},
    policy, writing,
};

/// A list to be taken along.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerExport {
    /// What the file is to be called: 1 to 60 characters, without its ending.
    name: String,
    /// Which list: as it is on the screen.
    source: Source,
    /// The columns, in order: 1 to 11, none twice.
    columns: Vec<ExportColumn>,
    /// What it is written as.
    format: ExportFormat,
    /// Whether numbers and addresses are to be unmasked, as far as the actor may see them so.
    #[serde(default)]
    clear: bool,
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// Takes a list along: it is written into a file in the background, as the actor sees it. The file is kept for seven days,
/// for the actor alone.
#[utoipa::path(post, path = "/customer-exports", tag = "segments", request_body = NewCustomerExport, responses((status = 200, body = CustomerExport)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewCustomerExport>) -> Answer<CustomerExport> {
    let sources = cx.app().part::<SegmentSources>();
    let export = cx
        .write(move |tx| {
            let permit = policy::may_begin(tx.actor(), tx.now())?;
            let NewCustomerExport { name, source, columns, format, clear, reason } = request.clone();
            check(&name, &columns, &reason)?;
            if clear && !tx.actor().has("customers.unmask") {
                return Err(Error::Forbidden("customers.unmask"));
            }
            match source.segment_id {
                // That it can be listed at all is known at once.
                Some(id) => drop(api::listed(tx, &sources, id)?),
                None if source.as_of.is_some() => return Err(Error::field("source.as_of", "needs_segment")),
                None => drop(customers::api::page(
                    tx,
                    &customers::CustomerListQuery { limit: Some(1), cursor: None, ..source.list.clone() },
                )?),
            }
            source.as_of.as_deref().map(writing::day).transpose()?;
            if source.difference.is_some() && source.as_of.is_none() {
                return Err(Error::field("source.difference", "needs_as_of"));
            }
            let staff = tx.actor().staff()?.clone();
            let wish = Wish { name, source, columns, format, clear, reason };
            let export = CustomerExport::new(&permit, tx.new_id(), &staff, wish);
            export::begin(tx, &export, &permit)?;
            Ok(export)
        })
        .await?;
    Ok(Json(export))
}

fn check(name: &str, columns: &[ExportColumn], reason: &str) -> Result<()> {
    let distinct: std::collections::HashSet<_> = columns.iter().collect();
    // A name that is a path, or ends otherwise than it says, is none.
    let plain = |c: char| !c.is_control() && !"/\\:*?\"<>|".contains(c);
    Check::new()
        .text("name", name, 1..=60)
        .that(name.chars().all(plain) && !name.trim().is_empty() && !name.starts_with('.'), "name", "malformed")
        .that((1..=11).contains(&columns.len()) && distinct.len() == columns.len(), "columns", "wrong_columns")
        .text("reason", reason.trim(), 2..=200)
        .done()
}

/// Lists exports, newest first: one's own, and those of whoever one's permission reaches.
#[utoipa::path(get, path = "/customer-exports", tag = "segments", params(PageQuery), responses((status = 200, body = Page<CustomerExport>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<CustomerExport>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx.read(move |tx| export::list(tx, &before, limit + 1)).await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One export.
#[utoipa::path(get, path = "/customer-exports/{id}", tag = "segments", params(("id" = Id<CustomerExport>, Path)), responses((status = 200, body = CustomerExport)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<CustomerExport>>) -> Answer<CustomerExport> {
    let export = cx
        .read(move |tx| {
            let scope = policy::may_export(tx.actor())?;
            let export = export::find(tx, id)?;
            if scope.covers(&export.owned()) { Ok(export) } else { Err(Error::NotFound) }
        })
        .await?;
    Ok(Json(export))
}

/// Stops an export; nothing of it is kept.
#[utoipa::path(post, path = "/customer-exports/{id}/stop", tag = "segments", params(("id" = Id<CustomerExport>, Path)), responses((status = 200, body = CustomerExport)))]
pub(crate) async fn stop(cx: Cx, Path(id): Path<Id<CustomerExport>>) -> Answer<CustomerExport> {
    let after = cx
        .write(move |tx| {
            let export = export::find(tx, id)?;
            let permit = policy::may_stop(tx.actor(), &export, tx.now())?;
            export::stop(tx, export, &permit)
        })
        .await?;
    Ok(Json(after))
}

/// The file of an export that is done, for whoever asked for it; that it was taken is on the trail.
#[utoipa::path(get, path = "/customer-exports/{id}/file", tag = "segments", params(("id" = Id<CustomerExport>, Path)), responses((status = 200, body = String, content_type = "application/octet-stream")))]
pub(crate) async fn file(cx: Cx, Path(id): Path<Id<CustomerExport>>) -> Result<Response, Problem> {
    let export = cx
        .write(move |tx| {
            let export = export::find(tx, id)?;
            let permit = policy::may_take(tx.actor(), &export, tx.now())?;
            export::handed_out(tx, &export, &permit)?;
            Ok(export)
        })
        .await?;
    let db = cx.app().db().clone();
    let pieces = futures_util::stream::try_unfold(0_i64, move |after| {
        let db = db.clone();
        async move {
            let piece = db.read(&Origin::system("segments"), move |tx| export::part(tx, id, after)).await;
            Ok::<_, std::io::Error>(piece.map_err(std::io::Error::other)?.map(|(part, data)| (data, part)))
        }
    });
    let mime = match export.format {
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::CsvGbk => "text/csv; charset=gbk",
        ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let headers = [
        (header::CONTENT_TYPE, mime.to_owned()),
        (header::CONTENT_LENGTH, export.bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&export.file_name())),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// A file's name in a header, whatever its letters: RFC 6266 with RFC 8187's encoding.
fn disposition(name: &str) -> String {
    let encoded: String = name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    });
    let ending = name.rsplit('.').next().unwrap_or_default();
    format!("attachment; filename=\"customers.{ending}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_a_header_whatever_its_letters() {
        let header = super::disposition("金卡 \"1\".csv");
        assert_eq!(header, "attachment; filename=\"customers.csv\"; filename*=UTF-8''%E9%87%91%E5%8D%A1%20%221%22.csv");
    }
}
