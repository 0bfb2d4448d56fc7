//! Days that are not like their weekday.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::{Check, Error, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    codes, holidays,
    model::{self, Slots, SpecialDay, SpecialKind, SpecialSource},
    policy, queries,
};

/// Which special days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those of this year.
    year: Option<i64>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists special days by date.
#[utoipa::path(get, path = "/settings/special-days", tag = "settings", params(ListQuery), responses((status = 200, body = Page<SpecialDay>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<SpecialDay>> {
    policy::may_read(cx.actor())?;
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    // Dates are unique: the last one seen tells where to go on.
    let (limit, after) = (page.limit()?, page.after()?.id);
    let (first, last) = query.year.map_or((1900, 2999), |year| (year, year));
    Check::new().range("year", first, 1900..=2999).done()?;
    let (from, to) = (format!("{first}-01-01"), format!("{}-01-01", last + 1));
    let days = cx.read(move |tx| queries::days(tx, &after, &from, &to, limit + 1)).await?;
    Ok(Json(Page::of(days, limit, |day| (0, day.date.clone()))))
}

/// A new special day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSpecialDay {
    /// `YYYY-MM-DD`, from 1900 to 2999.
    #[schema(example = "2026-10-01")]
    date: String,
    /// What it is.
    kind: SpecialKind,
    /// When it is open. A holiday without slots is closed; a work day without slots has a weekday's.
    #[serde(default)]
    #[schema(value_type = Vec<model::Slot>)]
    slots: Slots,
    /// What people call it, 1 to 60 characters.
    name: String,
}

/// Adds a special day. A date that already is one must be deleted first.
#[utoipa::path(post, path = "/settings/special-days", tag = "settings", request_body = NewSpecialDay, responses((status = 200, body = SpecialDay)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewSpecialDay>) -> Answer<SpecialDay> {
    let day = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let check = Check::new().text("name", &request.name, 1..=60).that(
                model::date_of(&request.date).is_some(),
                "date",
                "malformed",
            );
            model::check_slots(check, "slots", &request.slots).done()?;
            let day = SpecialDay {
                id: tx.new_id(),
                date: request.date.clone(),
                kind: request.kind,
                slots: request.slots.in_order(),
                name: request.name.trim().to_owned(),
                source: SpecialSource::Entered,
                created_at: permit.at(),
            };
            if !queries::insert_day(tx, &day)? {
                return Err(codes::DAY_TAKEN.conflict());
            }
            audit::api::record(tx, Entry::new("settings.special_day_added", "special_day", day.id).created(&day))?;
            holidays::revised(tx)?;
            Ok(day)
        })
        .await?;
    Ok(Json(day))
}

/// Deletes a special day: the date is like its weekday again.
#[utoipa::path(delete, path = "/settings/special-days/{id}", tag = "settings", params(("id" = Id<SpecialDay>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<SpecialDay>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let day = queries::day(tx, id)?;
        queries::delete_day(tx, id)?;
        audit::api::record(tx, Entry::new("settings.special_day_deleted", "special_day", id).deleted(&day))?;
        holidays::revised(tx)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which year's holidays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Import {
    /// From 2002 to the last one decreed.
    year: i64,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    /// The days added, by date.
    added: Vec<SpecialDay>,
    /// How many dates already were special days, and stay as they are.
    kept: i64,
}

/// Takes in China's public holidays of a year with their make-up work days. What stands there for a
/// date already stays.
#[utoipa::path(post, path = "/settings/special-days/import", tag = "settings", request_body = Import, responses((status = 200, body = Imported)))]
pub(crate) async fn import(cx: Cx, Json(request): Json<Import>) -> Answer<Imported> {
    let _permit = policy::may_manage(cx.actor(), cx.app().clock().now())?;
    let days = holidays::of_years(vec![request.year]).await?;
    if days.is_empty() {
        return Err(Error::field("year", "not_decreed").into());
    }
    let imported = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let added = holidays::take_in(tx, &days)?;
            let kept = (days.len() - added.len()) as i64;
            Ok(Imported { added, kept })
        })
        .await?;
    Ok(Json(imported))
}
