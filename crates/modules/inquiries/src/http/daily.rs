//! The sheets of teams' days.

use std::collections::HashMap;

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Result, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::RecordView;
use crate::{
    model::DailyRecord,
    policy, queries,
    sheet::{self, Sheet, Totals},
};

/// Days a list may span.
const MOST_DAYS: i32 = 92;

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// From this day on, `YYYY-MM-DD`: a week ago unless told.
    from: Option<String>,
    /// To this day, at most 92 days later: today unless told.
    to: Option<String>,
}

/// A team's day, in a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DailyRecordLine {
    /// The day.
    day: String,
    /// The team; none for what belongs to no team.
    unit_id: Option<UnitId>,
    /// Its name.
    unit_name: Option<String>,
    /// How many rows.
    inquiries: i64,
    /// Of these, settled.
    solved: i64,
    /// Not settled.
    unsolved: i64,
    /// The signature, once there is one.
    signature: Option<DailyRecord>,
}

/// The days of the teams within reach on which something was recorded, the last day first.
#[utoipa::path(get, path = "/daily-records", tag = "inquiries", params(DaysQuery), responses((status = 200, body = Vec<DailyRecordLine>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<DaysQuery>) -> Answer<Vec<DailyRecordLine>> {
    let lines = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let today = sheet::day_of(tx, tx.now())?;
            let to = day("to", query.to.as_deref().unwrap_or(&today))?;
            let from = match &query.from {
                Some(from) => day("from", from)?,
                None => to.checked_sub(jiff::Span::new().days(6)).map_err(Error::internal)?,
            };
            let span = (to - from).get_days();
            if !(0..MOST_DAYS).contains(&span) {
                return Err(Error::field("from", "out_of_range"));
            }
            let (from, to) = (from.to_string(), to.to_string());
            let mut signatures: HashMap<_, _> = queries::signatures(tx, &from, &to)?
                .into_iter()
                .map(|signed| ((signed.day.clone(), signed.unit_id), signed))
                .collect();
            let tree = people::api::tree(tx)?;
            let days = queries::days(tx, &scope, &from, &to)?;
            Ok(days
                .into_iter()
                .map(|(day, unit_id, inquiries, solved, unsolved)| DailyRecordLine {
                    signature: signatures.remove(&(day.clone(), unit_id)),
                    unit_name: unit_id.and_then(|unit| tree.unit(unit).map(|unit| unit.name.clone())),
                    day,
                    unit_id,
                    inquiries,
                    solved,
                    unsolved,
                })
                .collect())
        })
        .await?;
    Ok(Json(lines))
}

fn day(field: &'static str, text: &str) -> Result<jiff::civil::Date> {
    sheet::read_day(text).map_err(|_| Error::field(field, "malformed"))
}

/// Whose sheet.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetQuery {
    /// The team; without it, what belongs to no team.
    pub unit: Option<UnitId>,
}

/// A team's day: 《每日咨询内容记录》.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DailySheet {
    /// The day.
    pub day: String,
    /// The team.
    pub unit_id: Option<UnitId>,
    /// Its name.
    pub unit_name: Option<String>,
    /// The rows, in the order in which the contacts ended.
    pub rows: Vec<RecordView>,
    /// What they come to.
    pub totals: Totals,
    /// How many rows were corrected since it was signed.
    pub corrected: i64,
    /// The signature, once there is one: from then on the rows are frozen.
    pub signature: Option<DailyRecord>,
    /// Whether the caller may sign it, and correct it once it is signed.
    pub may_sign: bool,
}

/// A team's day: one row for each contact, and its totals by reason and by channel.
#[utoipa::path(get, path = "/daily-records/{day}", tag = "inquiries", params(("day" = String, Path), SheetQuery), responses((status = 200, body = DailySheet)))]
pub(crate) async fn read(cx: Cx, Path(day): Path<String>, Query(query): Query<SheetQuery>) -> Answer<DailySheet> {
    let sheet = cx
        .read(move |tx| {
            policy::may_see_sheet(tx.actor(), query.unit)?;
            sheet::read_day(&day)?;
            let may_sign = policy::may_sign(tx.actor(), query.unit, tx.now()).is_ok();
            let sheet = sheet::read(tx, query.unit, &day)?;
            Ok(view(day.clone(), query.unit, sheet, may_sign))
        })
        .await?;
    Ok(Json(sheet))
}

pub(super) fn view(day: String, unit_id: Option<UnitId>, sheet: Sheet, may_sign: bool) -> DailySheet {
    let Sheet { rows, totals, signature, unit_name } = sheet;
    let corrected = rows.iter().filter(|row| row.corrections > 0).count() as i64;
    let signed = signature.is_some();
    let rows = rows.into_iter().map(|row| RecordView::of(row, signed)).collect();
    DailySheet { day, unit_id, unit_name, rows, totals, corrected, signature, may_sign }
}
