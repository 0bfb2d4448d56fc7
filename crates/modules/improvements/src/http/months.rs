//! 《月底总结分析报表》: read, written, signed, revised, taken along.

use audit::api::Entry;
use axum::response::Response;
use documents::DocumentFormat;
use http::{Answer, Cx, Json, Path, Problem, Query};
use jiff::{ToSpan, civil::Date};
use kernel::{Check, Error, Result, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes,
    model::{MonthDifference, MonthDifferences, MonthFigures, MonthReport, MonthRevision, reworded},
    months,
    paper::{self, Printed},
    policy,
    queries::months as kept,
};

/// How many months a list reaches back.
const MONTHS: i64 = 13;
/// How long a text may be.
const WORDS: std::ops::RangeInclusive<usize> = 1..=5_000;

/// Of which unit.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthQuery {
    /// Of this unit and those below it; unless told of the whole house, for whoever may see all, else of one's own unit.
    unit: Option<UnitId>,
}

/// A month and whether something was said of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthLine {
    /// Which: `2026-11`.
    month: String,
    /// Whether somebody began to write.
    written: bool,
    /// How often it was signed.
    revisions: i64,
    /// When it was signed last.
    signed_at: Option<Timestamp>,
    /// Who signed it last; empty while nobody did.
    signed_by_name: String,
}

/// The months of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Months {
    /// Which unit; none for the whole house.
    unit_id: Option<UnitId>,
    /// The last 13, the running one first.
    months: Vec<MonthLine>,
}

/// The months of a unit, and which of them were signed.
#[utoipa::path(get, path = "/month-reports", tag = "improvements", params(MonthQuery), responses((status = 200, body = Months)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<MonthQuery>) -> Answer<Months> {
    let months = cx
        .read(move |tx| {
            let unit = unit_of(tx, query.unit)?;
            let now = tx.now();
            let mut first = settings::api::day_of(tx, now)?.first_of_month();
            let oldest = first.saturating_sub((MONTHS - 1).months());
            let reports = kept::since(tx, unit, &name(oldest))?;
            let mut months = Vec::new();
            while first >= oldest {
                let report = reports.iter().find(|report| report.month == name(first));
                months.push(MonthLine {
                    month: name(first),
                    written: report.is_some(),
                    revisions: report.map_or(0, |report| report.revisions),
                    signed_at: report.and_then(|report| report.signed_at),
                    signed_by_name: report.map(|report| report.written_by_name.clone()).unwrap_or_default(),
                });
                first = first.saturating_sub(1.month());
            }
            Ok(Months { unit_id: unit, months })
        })
        .await?;
    Ok(Json(months))
}

fn name(first: Date) -> String {
    first.strftime("%Y-%m").to_string()
}

/// The unit that is asked for, where the actor may see it.
fn unit_of(tx: &mut Tx<'_>, asked: Option<UnitId>) -> Result<Option<UnitId>> {
    let whole = policy::may_read(tx.actor())?.is_all();
    let unit = match asked {
        None if !whole => tx.actor().staff()?.unit,
        other => other,
    };
    policy::may_see_unit(tx.actor(), unit)?;
    if unit.is_some_and(|unit| people::api::tree(tx).is_ok_and(|tree| tree.unit(unit).is_none())) {
        return Err(Error::NotFound);
    }
    Ok(unit)
}

/// A revision without its figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionLine {
    /// Its number, from 1.
    number: i64,
    /// Who signed.
    by_name: String,
    /// When.
    at: Timestamp,
    /// Why it was signed again; empty for the first.
    reason: String,
    /// What differs from the one before.
    differences: MonthDifferences,
}

/// A month of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthView {
    /// Which: `2026-11`.
    month: String,
    /// Which unit; none for the whole house.
    unit_id: Option<UnitId>,
    /// Its name; empty for the whole house.
    unit_name: String,
    /// What it came to, as it stands now.
    figures: MonthFigures,
    /// What was said of it.
    report: Option<MonthReport>,
    /// As it was signed, the latest first.
    revisions: Vec<RevisionLine>,
    /// What differs now from the last revision.
    differences: Vec<MonthDifference>,
    /// Whether the caller may write and sign it.
    may_write: bool,
}

/// What a month came to, what is said of it, and as what it was signed.
#[utoipa::path(get, path = "/month-reports/{month}", tag = "improvements", params(("month" = String, Path), MonthQuery), responses((status = 200, body = MonthView)))]
pub(crate) async fn read(cx: Cx, Path(month): Path<String>, Query(query): Query<MonthQuery>) -> Answer<MonthView> {
    // All of it as of one moment.
    let month = cx
        .app()
        .db()
        .snapshot(cx.origin(), move |tx| {
            let unit = unit_of(tx, query.unit)?;
            view(tx, &month, unit)
        })
        .await?;
    Ok(Json(month))
}

fn view(tx: &mut Tx<'_>, month: &str, unit: Option<UnitId>) -> Result<MonthView> {
    let first = months::first_day(tx, month)?;
    let figures = months::figures(tx, first, unit)?;
    let report = kept::report(tx, unit, month)?;
    let revisions = match &report {
        Some(report) => kept::revisions(tx, report.id)?,
        None => Vec::new(),
    };
    let differences = revisions.first().map(|last| figures.differences(&last.figures)).unwrap_or_default();
    let line = |one: MonthRevision| RevisionLine {
        number: one.number,
        by_name: one.by_name,
        at: one.at,
        reason: one.reason,
        differences: one.differences,
    };
    Ok(MonthView {
        month: month.to_owned(),
        unit_id: unit,
        unit_name: unit_name(tx, unit)?,
        figures,
        report,
        revisions: revisions.into_iter().map(line).collect(),
        differences,
        may_write: policy::may_report(tx.actor(), unit, tx.now()).is_ok(),
    })
}

fn unit_name(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<String> {
    Ok(match unit {
        Some(id) => people::api::tree(tx)?.unit(id).map(|unit| unit.name.clone()).unwrap_or_default(),
        None => String::new(),
    })
}

/// What is said of a month.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonthWords {
    /// Whose; the whole house's without.
    unit_id: Option<UnitId>,
    /// The version one saw; 0 where nothing was written yet.
    version: i64,
    /// The summary: up to 5,000 characters.
    summary: String,
    /// The measures: up to 5,000 characters.
    measures: String,
}

/// Writes what is said of a month, as long as it is not signed.
#[utoipa::path(put, path = "/month-reports/{month}", tag = "improvements", params(("month" = String, Path)), request_body = MonthWords, responses((status = 200, body = MonthView)))]
pub(crate) async fn write(cx: Cx, Path(month): Path<String>, Json(request): Json<MonthWords>) -> Answer<MonthView> {
    let view = cx
        .write(move |tx| {
            policy::may_report(tx.actor(), request.unit_id, tx.now()).map(drop)?;
            months::first_day(tx, &month)?;
            let most = 0..=*WORDS.end();
            Check::new()
                .text("summary", &request.summary, most.clone())
                .text("measures", &request.measures, most)
                .done()?;
            let before = kept::report(tx, request.unit_id, &month)?;
            if before.as_ref().is_some_and(|report| report.revisions > 0) {
                return Err(codes::SIGNED.conflict());
            }
            let words = (request.summary.trim(), request.measures.trim());
            let after = written(tx, before.as_ref(), (&month, request.unit_id), words, request.version)?;
            kept::save(tx, &after)?;
            trail(tx, "improvements.report_written", before.as_ref(), &after, None)?;
            view(tx, &month, request.unit_id)
        })
        .await?;
    Ok(Json(view))
}

/// A report with these words, by whoever acts.
fn written(
    tx: &mut Tx<'_>,
    before: Option<&MonthReport>,
    (month, unit): (&str, Option<UnitId>),
    (summary, measures): (&str, &str),
    version: i64,
) -> Result<MonthReport> {
    let was = before.map_or(0, |report| report.version);
    if version != was {
        return Err(codes::STALE.conflict());
    }
    let by = api::by(tx)?;
    Ok(MonthReport {
        id: before.map_or_else(|| tx.new_id(), |report| report.id),
        month: month.to_owned(),
        unit_key: kept::key(unit),
        summary: summary.to_owned(),
        measures: measures.to_owned(),
        revisions: before.map_or(0, |report| report.revisions),
        written_by: by.id,
        written_by_name: by.name,
        written_at: by.at,
        signed_at: before.and_then(|report| report.signed_at),
        version: was + 1,
    })
}

fn trail(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: Option<&MonthReport>,
    after: &MonthReport,
    reason: Option<&str>,
) -> Result<()> {
    let mut entry = Entry::new(action, "month_report", after.id);
    entry = match before {
        Some(before) => entry.change(before, after),
        None => entry.created(after),
    };
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)
}

/// What is signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonthSignOff {
    /// Whose; the whole house's without.
    pub(crate) unit_id: Option<UnitId>,
    /// The version one saw; 0 where nothing was written yet.
    pub(crate) version: i64,
    /// The summary: 1 to 5,000 characters.
    pub(crate) summary: String,
    /// The measures: 1 to 5,000 characters.
    pub(crate) measures: String,
    /// Why it is signed again: 1 to 500 characters; nothing the first time.
    pub(crate) reason: Option<String>,
}

/// Signs a month with its figures of now: they stay as they are. What changes after that, figures or words, is a revision, for
/// a reason; those before stay readable.
#[utoipa::path(post, path = "/month-reports/{month}/revisions", tag = "improvements", params(("month" = String, Path)), request_body = MonthSignOff, responses((status = 200, body = MonthView)))]
pub(crate) async fn sign(cx: Cx, Path(month): Path<String>, Json(request): Json<MonthSignOff>) -> Answer<MonthView> {
    let view = cx
        .write(move |tx| {
            policy::may_report(tx.actor(), request.unit_id, tx.now()).map(drop)?;
            signed(tx, &month, &request)?;
            view(tx, &month, request.unit_id)
        })
        .await?;
    Ok(Json(view))
}

/// Signs it for whoever acts, who may.
pub(crate) fn signed(tx: &mut Tx<'_>, month: &str, request: &MonthSignOff) -> Result<()> {
    let first = months::first_day(tx, month)?;
    let before = kept::report(tx, request.unit_id, month)?;
    let again = before.as_ref().is_some_and(|report| report.revisions > 0);
    let reason = request.reason.as_deref().unwrap_or_default().trim();
    Check::new()
        .text("summary", &request.summary, WORDS)
        .text("measures", &request.measures, WORDS)
        .maybe_text("reason", request.reason.as_deref(), 0..=500)
        .that(!again || !reason.is_empty(), "reason", "required")
        .that(again || reason.is_empty(), "reason", "not_allowed")
        .done()?;
    let words = (request.summary.trim(), request.measures.trim());
    let mut report = written(tx, before.as_ref(), (month, request.unit_id), words, request.version)?;
    let figures = months::figures(tx, first, request.unit_id)?;
    let mut differences = Vec::new();
    if again {
        let last = kept::revision(tx, report.id, report.revisions)?;
        differences.extend(reworded("summary", &last.summary, &report.summary));
        differences.extend(reworded("measures", &last.measures, &report.measures));
        differences.extend(figures.differences(&last.figures));
        if differences.is_empty() {
            return Err(codes::NOTHING_NEW.conflict());
        }
    }
    report.revisions += 1;
    report.signed_at = Some(report.written_at);
    kept::save(tx, &report)?;
    let revision = MonthRevision {
        id: tx.new_id(),
        month_report_id: report.id,
        number: report.revisions,
        summary: report.summary.clone(),
        measures: report.measures.clone(),
        figures,
        reason: reason.to_owned(),
        differences: MonthDifferences(differences),
        by_id: report.written_by,
        by_name: report.written_by_name.clone(),
        at: report.written_at,
    };
    kept::insert_revision(tx, &revision)?;
    let action = if again { "improvements.report_revised" } else { "improvements.report_signed" };
    trail(tx, action, before.as_ref(), &report, again.then_some(reason))
}

/// A month as it was signed, with its figures of then.
#[utoipa::path(get, path = "/month-reports/{month}/revisions/{number}", tag = "improvements", params(("month" = String, Path), ("number" = i64, Path), MonthQuery), responses((status = 200, body = MonthRevision)))]
pub(crate) async fn revision(
    cx: Cx,
    Path((month, number)): Path<(String, i64)>,
    Query(query): Query<MonthQuery>,
) -> Answer<MonthRevision> {
    let revision = cx
        .read(move |tx| {
            let unit = unit_of(tx, query.unit)?;
            months::first_day(tx, &month)?;
            let report = kept::report(tx, unit, &month)?.ok_or(Error::NotFound)?;
            kept::revision(tx, report.id, number)
        })
        .await?;
    Ok(Json(revision))
}

/// Of which unit, which revision, and as what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthExportQuery {
    /// Of this unit and those below it.
    unit: Option<UnitId>,
    /// As it was signed; as it stands now unless told.
    revision: Option<i64>,
    /// As what.
    #[param(inline)]
    format: DocumentFormat,
}

/// The report as a document, in the organisation's language. That it was taken along is on the trail.
#[utoipa::path(get, path = "/month-reports/{month}/export", tag = "improvements", params(("month" = String, Path), MonthExportQuery), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn export(
    cx: Cx,
    Path(month): Path<String>,
    Query(query): Query<MonthExportQuery>,
) -> Result<Response, Problem> {
    let format = query.format;
    let document = cx
        .write(move |tx| {
            let unit = unit_of(tx, query.unit)?;
            let first = months::first_day(tx, &month)?;
            let report = kept::report(tx, unit, &month)?;
            let mut revisions = match &report {
                Some(report) => kept::revisions(tx, report.id)?,
                None => Vec::new(),
            };
            let signed = match query.revision {
                Some(number) => {
                    revisions.retain(|one| one.number <= number);
                    Some(revisions.first().filter(|one| one.number == number).cloned().ok_or(Error::NotFound)?)
                }
                None => None,
            };
            let figures = match &signed {
                Some(revision) => revision.figures.clone(),
                None => months::figures(tx, first, unit)?,
            };
            let words = match (&signed, &report) {
                (Some(revision), _) => (revision.summary.clone(), revision.measures.clone()),
                (None, Some(report)) => (report.summary.clone(), report.measures.clone()),
                (None, None) => (String::new(), String::new()),
            };
            let entry = Entry::new("improvements.report_taken", "month_report", &month);
            let what = json!({ "month": month, "unit": unit, "revision": query.revision, "format": format.text() });
            audit::api::record(tx, entry.created(&what))?;
            let unit_name = unit_name(tx, unit)?;
            let printed = Printed {
                month: &month,
                unit_name: &unit_name,
                figures: &figures,
                words,
                signed,
                revisions: &revisions,
            };
            Ok(paper::month(&paper::hand(tx)?, &printed))
        })
        .await?;
    documents::answer(cx.app(), document, format, "month-report").await
}
