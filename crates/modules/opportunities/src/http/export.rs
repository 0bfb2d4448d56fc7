//! A list of opportunities as a file.

use audit::api::Entry;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use documents::{Cell, Document, DocumentFormat, Grid, Part, Row, Value};
use http::{Cx, Problem, Query, Texts, csv};
use kernel::{Cursor, CustomerId, Result, Timestamp, UnitId};
use serde::Deserialize;
use serde_json::json;
use settings::api::BusinessCalendar;
use store::{Tx, text_enum};
use utoipa::IntoParams;

use super::list::FilterQuery;
use crate::{
    codes,
    model::{Opportunity, OpportunitySource, OpportunityStage},
    policy, queries, words,
};

/// Rows of one file at most.
const MOST: usize = 10_000;
/// Rows read at a time.
const AT_ONCE: i64 = 500;
/// The columns, as on the screen.
const HEADS: [&str; 12] = [
    "title",
    "service",
    "stage",
    "customers",
    "value",
    "currency",
    "next_step",
    "due",
    "late",
    "owner",
    "source",
    "created",
];
/// How wide they are.
const COLUMNS: [f32; 12] = [12.0, 8.0, 4.0, 3.0, 4.5, 3.0, 10.0, 5.5, 2.5, 5.0, 4.0, 5.5];

text_enum! {
    /// As what a list is taken along.
    pub(crate) enum OpportunityFormat {
        /// As lines of text.
        Csv = "csv",
        /// As a workbook.
        Xlsx = "xlsx",
    }
}

/// Which opportunities, as the list takes it, and as what.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpportunityExportQuery {
    /// Only those that stand so.
    #[param(inline)]
    stage: Option<OpportunityStage>,
    /// Only those this person has: an id, or `me`.
    owner: Option<String>,
    /// Only those of this unit.
    unit: Option<UnitId>,
    /// Only those for which something about this customer speaks.
    customer: Option<CustomerId>,
    /// Only those drawn from this.
    #[param(inline)]
    source: Option<OpportunitySource>,
    /// Only those whose title or service holds these words: up to 100 characters.
    q: Option<String>,
    /// Only those with a next step due before this moment.
    due_before: Option<Timestamp>,
    /// As what; lines of text unless told.
    #[param(inline)]
    format: Option<OpportunityFormat>,
}

/// What is taken along.
enum Taken {
    Lines(String),
    Workbook(Box<Document>),
}

/// A list of opportunities as a file: what the screen shows under the same filters and in the same order, up to 10,000 of
/// them, in the organisation's language. No cell of it runs as a formula. That it was taken along is on the trail.
#[utoipa::path(get, path = "/opportunities/export", tag = "opportunities", params(OpportunityExportQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(cx: Cx, Query(query): Query<OpportunityExportQuery>) -> Result<Response, Problem> {
    match cx.write(move |tx| write(tx, &query)).await? {
        Taken::Workbook(document) => {
            documents::answer(cx.app(), *document, DocumentFormat::Xlsx, "opportunities").await
        }
        Taken::Lines(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"opportunities.csv\""),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            Ok((headers, text).into_response())
        }
    }
}

fn write(tx: &mut Tx<'_>, query: &OpportunityExportQuery) -> Result<Taken> {
    let scope = policy::may_export(tx.actor(), tx.now())?;
    let OpportunityExportQuery { stage, owner, unit, customer, source, q, due_before, format } = query.clone();
    let format = format.unwrap_or(OpportunityFormat::Csv);
    let asked = FilterQuery { stage, owner, unit, customer, source, q, due_before, ..FilterQuery::default() };
    let filter = asked.filter(tx)?;
    let mut rows: Vec<Opportunity> = Vec::new();
    let mut from = Cursor { key: i64::MAX, id: "~".into() };
    loop {
        let some = queries::list(tx, &scope, &filter, &from, AT_ONCE)?;
        let Some(last) = some.last() else { break };
        from = Cursor { key: last.created_at.millis(), id: last.id.to_string() };
        rows.extend(some);
        if rows.len() > MOST {
            return Err(codes::TOO_MANY.conflict());
        }
    }
    let what = json!({ "rows": rows.len(), "format": format, "stage": stage, "unit": unit, "source": source });
    audit::api::record(tx, Entry::new("opportunities.exported", "opportunities", format.text()).created(&what))?;
    let organisation = settings::api::organisation(tx)?;
    let calendar = settings::api::calendar(tx)?;
    let texts = words::texts(organisation.locale.text());
    let now = tx.now();
    if format == OpportunityFormat::Csv {
        let mut out = String::from(csv::BEGIN);
        csv::line(&mut out, HEADS.map(|head| texts.word(head)));
        for row in &rows {
            csv::line(&mut out, cells(row, texts, &calendar, now).map(|value| text(&value)));
        }
        return Ok(Taken::Lines(out));
    }
    let mut grid = vec![Row::of(HEADS.map(|head| Cell::head(texts.word(head))))];
    grid.extend(rows.iter().map(|row| Row::of(cells(row, texts, &calendar, now).map(Cell::value))));
    let by = tx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default();
    Ok(Taken::Workbook(Box::new(Document {
        title: texts.word("opportunities").to_owned(),
        house: (organisation.name.clone(), String::new()),
        number: None,
        foot: format!("{by} · {}", clock(&calendar, now)),
        pages: String::new(),
        locale: organisation.locale.text(),
        at: now,
        landscape: true,
        parts: vec![Part::Grid(Grid { columns: COLUMNS.into(), heads: 1, rows: grid })],
    })))
}

/// What a row says, in the order of [`HEADS`].
fn cells(row: &Opportunity, texts: &Texts, calendar: &BusinessCalendar, now: Timestamp) -> [Value; 12] {
    let said = |text: &str| Value::Text(text.to_owned());
    let word = |key: String| Value::Text(texts.word(&key).to_owned());
    [
        said(&row.title),
        said(&row.service),
        word(format!("stage_{}", row.stage.text())),
        Value::Count(row.customers),
        row.value.map_or_else(|| said(""), Value::Amount),
        said(&row.currency),
        said(row.next_step.as_deref().unwrap_or_default()),
        row.due_at.map_or_else(|| said(""), |at| Value::Text(clock(calendar, at))),
        if row.is_late(now) { word("yes".into()) } else { said("") },
        said(&row.owner_name),
        word(format!("source_{}", row.source.text())),
        Value::Text(clock(calendar, row.created_at)),
    ]
}

/// A value in a line of text: amounts in whole units with two decimals, as a spreadsheet reads them.
fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(count) => count.to_string(),
        Value::Amount(amount) => format!("{}.{:02}", amount.0 / 100, amount.0.rem_euclid(100)),
        Value::Decimal(number) => number.to_string(),
        Value::Share(share) => share.map(|share| share.to_string()).unwrap_or_default(),
    }
}

fn clock(calendar: &BusinessCalendar, at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    calendar.zone().to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
}
