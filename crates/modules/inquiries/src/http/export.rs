//! A team's day as a file for a spreadsheet.

use audit::api::Entry;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Cx, Path, Problem, Query, Texts, csv};
use kernel::{Result, Timestamp};
use settings::api::BusinessCalendar;
use store::Tx;

use super::daily::SheetQuery;
use crate::{
    model::{InquiryRecord, Outcome, Way},
    policy,
    sheet::{self, Sheet},
    words,
};

/// A team's day as a file for a spreadsheet: what the screen shows, in the organisation's language. That
/// it was taken along is on the trail.
#[utoipa::path(get, path = "/daily-records/{day}/export", tag = "inquiries", params(("day" = String, Path), SheetQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(
    cx: Cx,
    Path(day): Path<String>,
    Query(query): Query<SheetQuery>,
) -> Result<Response, Problem> {
    let text = {
        let day = day.clone();
        cx.write(move |tx| write(tx, &query, &day)).await?
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"daily-record-{day}.csv\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn write(tx: &mut Tx<'_>, query: &SheetQuery, day: &str) -> Result<String> {
    policy::may_export(tx.actor(), query.unit)?;
    sheet::read_day(day)?;
    let sheet = sheet::read(tx, query.unit, day)?;
    let subject = query.unit.map_or_else(|| day.to_owned(), |unit| format!("{unit}/{day}"));
    audit::api::record(tx, Entry::new("inquiries.day_exported", "daily_record", subject))?;
    let organisation = settings::api::organisation(tx)?;
    let calendar = settings::api::calendar(tx)?;
    Ok(table(&sheet, day, words::texts(organisation.locale.text()), &calendar))
}

fn table(sheet: &Sheet, day: &str, texts: &Texts, calendar: &BusinessCalendar) -> String {
    let word = |key: &str| texts.word(key).to_owned();
    let mut out = String::from(csv::BEGIN);
    csv::line(&mut out, [word("title"), day.to_owned(), sheet.unit_name.clone().unwrap_or_default()]);
    let heads = ["number", "time", "customer", "phone", "channel", "asked", "answer", "reason", "outcome", "agent"];
    csv::line(&mut out, heads.map(word));
    for (at, row) in sheet.rows.iter().enumerate() {
        csv::line(
            &mut out,
            [
                (at + 1).to_string(),
                clock(calendar, row.ended_at, "%H:%M"),
                row.customer_name.clone(),
                row.phone.as_deref().map(customers::api::mask_phone).unwrap_or_default(),
                channel(row, texts),
                row.asked.clone(),
                row.answer.clone(),
                row.reason.clone().unwrap_or_else(|| word("no_reason")),
                word(match row.outcome {
                    Outcome::Solved => "solved",
                    Outcome::Unsolved => "unsolved",
                    Outcome::Unknown => "unknown",
                }),
                row.agent_name.clone().unwrap_or_default(),
            ],
        );
    }
    let totals = &sheet.totals;
    for (name, count) in [("inquiries", totals.inquiries), ("solved", totals.solved), ("unsolved", totals.unsolved)] {
        csv::line(&mut out, [word(name), count.to_string()]);
    }
    for one in &totals.by_reason {
        csv::line(&mut out, [one.reason.clone().unwrap_or_else(|| word("no_reason")), one.inquiries.to_string()]);
    }
    for one in &totals.by_channel {
        let name = one.channel.clone().unwrap_or_else(|| way_word(one.way, texts));
        csv::line(&mut out, [name, one.inquiries.to_string()]);
    }
    if let Some(signed) = &sheet.signature {
        let at = clock(calendar, signed.signed_at, "%Y-%m-%d %H:%M");
        csv::line(&mut out, [word("signed"), signed.signed_by_name.clone(), at, signed.note.clone()]);
    }
    out
}

fn channel(row: &InquiryRecord, texts: &Texts) -> String {
    match (&row.channel_name, row.way) {
        (Some(name), Way::Conversation) => name.clone(),
        (_, way) => way_word(way, texts),
    }
}

fn way_word(way: Way, texts: &Texts) -> String {
    texts.word(&format!("way_{}", way.text())).to_owned()
}

fn clock(calendar: &BusinessCalendar, at: Timestamp, form: &str) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    calendar.zone().to_datetime(moment).strftime(form).to_string()
}
