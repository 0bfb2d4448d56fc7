//! A team's day as a file: for a spreadsheet, or on paper.

use audit::api::Entry;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use documents::{Document, DocumentFormat};
use http::{Cx, Path, Problem, Query, Texts, csv};
use kernel::{Result, UnitId};
use serde::Deserialize;
use settings::api::BusinessCalendar;
use store::{Tx, text_enum};
use utoipa::IntoParams;

use crate::{
    paper, policy,
    sheet::{self, Sheet},
    words,
};

text_enum! {
    /// As what a team's day is taken along.
    pub(crate) enum DailyFormat {
        /// As lines of text.
        Csv = "csv",
        /// As a workbook.
        Xlsx = "xlsx",
        /// To be printed.
        Pdf = "pdf",
    }
}

/// Whose day, and as what.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DailyExportQuery {
    /// The team; without it, what belongs to no team.
    unit: Option<UnitId>,
    /// As what; lines of text unless told.
    #[param(inline)]
    format: Option<DailyFormat>,
}

/// What is taken along.
enum Taken {
    Lines(String),
    Paper(Box<Document>, DocumentFormat),
}

/// A team's day as a file: what the screen shows, in the organisation's language (R066). That it was taken along is on
/// the trail.
#[utoipa::path(get, path = "/daily-records/{day}/export", tag = "inquiries", params(("day" = String, Path), DailyExportQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(
    cx: Cx,
    Path(day): Path<String>,
    Query(query): Query<DailyExportQuery>,
) -> Result<Response, Problem> {
    let taken = {
        let day = day.clone();
        cx.write(move |tx| write(tx, &query, &day)).await?
    };
    let text = match taken {
        Taken::Lines(text) => text,
        Taken::Paper(document, format) => {
            return documents::answer(cx.app(), *document, format, &format!("daily-record-{day}")).await;
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"daily-record-{day}.csv\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn write(tx: &mut Tx<'_>, query: &DailyExportQuery, day: &str) -> Result<Taken> {
    policy::may_export(tx.actor(), query.unit)?;
    sheet::read_day(day)?;
    let sheet = sheet::read(tx, query.unit, day)?;
    let subject = query.unit.map_or_else(|| day.to_owned(), |unit| format!("{unit}/{day}"));
    audit::api::record(tx, Entry::new("inquiries.day_exported", "daily_record", subject))?;
    let organisation = settings::api::organisation(tx)?;
    let calendar = settings::api::calendar(tx)?;
    let texts = words::texts(organisation.locale.text());
    let format = match query.format.unwrap_or(DailyFormat::Csv) {
        DailyFormat::Csv => return Ok(Taken::Lines(table(&sheet, day, texts, &calendar))),
        DailyFormat::Xlsx => DocumentFormat::Xlsx,
        DailyFormat::Pdf => DocumentFormat::Pdf,
    };
    let printed = paper::Printed { texts, calendar: &calendar, organisation: &organisation, at: tx.now() };
    let name = tx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default();
    Ok(Taken::Paper(Box::new(printed.document(&sheet, day, &name)), format))
}

fn table(sheet: &Sheet, day: &str, texts: &Texts, calendar: &BusinessCalendar) -> String {
    let word = |key: &str| texts.word(key).to_owned();
    let mut out = String::from(csv::BEGIN);
    csv::line(&mut out, [word("title"), day.to_owned(), sheet.unit_name.clone().unwrap_or_default()]);
    csv::line(&mut out, paper::HEADS.map(word));
    for (at, row) in sheet.rows.iter().enumerate() {
        csv::line(&mut out, paper::cells(at, row, texts, calendar));
    }
    let totals = &sheet.totals;
    for (name, count) in [("inquiries", totals.inquiries), ("solved", totals.solved), ("unsolved", totals.unsolved)] {
        csv::line(&mut out, [word(name), count.to_string()]);
    }
    for one in &totals.by_reason {
        csv::line(&mut out, [one.reason.clone().unwrap_or_else(|| word("no_reason")), one.inquiries.to_string()]);
    }
    for one in &totals.by_channel {
        let name = one.channel.clone().unwrap_or_else(|| paper::way_word(one.way, texts));
        csv::line(&mut out, [name, one.inquiries.to_string()]);
    }
    if let Some(signed) = &sheet.signature {
        let at = paper::clock(calendar, signed.signed_at, "%Y-%m-%d %H:%M");
        csv::line(&mut out, [word("signed"), signed.signed_by_name.clone(), at, signed.note.clone()]);
    }
    out
}
