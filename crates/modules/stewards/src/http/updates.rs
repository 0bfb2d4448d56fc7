//! Files that are to be updated each day: who did, and what is left.

use http::{Answer, Cx, Json, Query};
use kernel::{Check, CustomerId, Error, Page, PageQuery, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, day,
    model::{ClientType, UpdateWay},
    policy, queries,
};

/// Of which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DayQuery {
    /// `2026-11-26`; today.
    day: Option<String>,
}

/// How somebody keeps the files that are theirs.
#[derive(Serialize, ToSchema)]
pub(crate) struct StewardDay {
    /// Who.
    steward_id: UserId,
    /// Their name.
    name: String,
    /// How many files they keep.
    files: i64,
    /// How many of them were updated that day.
    updated: i64,
    /// How many were not.
    missing: i64,
}

/// A day, steward by steward.
#[derive(Serialize, ToSchema)]
pub(crate) struct UpdateDay {
    /// The day.
    day: String,
    /// Until when updates are due.
    due_at: Timestamp,
    /// Whether the organisation is open on that day.
    worked: bool,
    /// Who keeps files, the widest gap first.
    stewards: Vec<StewardDay>,
}

/// Tells of a day who updated the files they keep, and who did not.
#[utoipa::path(get, path = "/record-updates", tag = "stewards", params(DayQuery), responses((status = 200, body = UpdateDay)))]
pub(crate) async fn summary(cx: Cx, Query(DayQuery { day: asked }): Query<DayQuery>) -> Answer<UpdateDay> {
    let answer = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (day, until) = day_and_end(tx, asked.as_deref())?;
            let minute = queries::rules(tx)?.due_minute;
            let due_at = day::at(tx, day, minute)?;
            let worked = day::is_worked(tx, day)?;
            let day = day.to_string();
            let rows = queries::summary(tx, &scope, &day, until)?;
            let row = |(steward_id, name, files, updated)| StewardDay {
                steward_id,
                name,
                files,
                updated,
                missing: files - updated,
            };
            Ok(UpdateDay { day, due_at, worked, stewards: rows.into_iter().map(row).collect() })
        })
        .await?;
    Ok(Json(answer))
}

/// Whose files, of which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MissingQuery {
    /// `2026-11-26`; today.
    day: Option<String>,
    /// Who keeps them: an id, or `me`, as unless told.
    steward: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A file that was not updated.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaleRecord {
    /// Whose.
    customer_id: CustomerId,
    /// Their name; empty where one may not see them.
    name: String,
    /// What kind of customer it is.
    client_type: ClientType,
    /// The last day it was updated on.
    last_day: Option<String>,
    /// Since when somebody keeps it.
    named_at: Timestamp,
}

/// Lists the files somebody keeps that were not updated on a day: nothing is left out.
#[utoipa::path(get, path = "/record-updates/missing", tag = "stewards", params(MissingQuery), responses((status = 200, body = Page<StaleRecord>)))]
pub(crate) async fn missing(cx: Cx, Query(query): Query<MissingQuery>) -> Answer<Page<StaleRecord>> {
    let MissingQuery { day: asked, steward, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let steward = tx.actor().person("steward", Some(steward.as_deref().unwrap_or("me")))?;
            let steward = steward.ok_or(Error::NotFound)?;
            let (day, until) = day_and_end(tx, asked.as_deref())?;
            let (day, after) = (day.to_string(), after.id.clone());
            let rows = queries::missing(tx, &scope, (steward, &day, until), &after, limit + 1)?;
            let mut views = Vec::with_capacity(rows.len());
            for row in rows {
                let name = match customers::api::visible(tx, row.customer_id) {
                    Ok(card) => card.name,
                    Err(Error::NotFound | Error::Forbidden(_)) => String::new(),
                    Err(error) => return Err(error),
                };
                let (customer_id, client_type, last_day) = (row.customer_id, row.client_type, row.last_day);
                views.push(StaleRecord { customer_id, name, client_type, last_day, named_at: row.named_at });
            }
            Ok(views)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (0, row.customer_id.to_string()))))
}

/// Files that were looked at.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// Whose: 1 to 200, all of whom one keeps.
    customer_ids: Vec<CustomerId>,
}

/// What is left of today's.
#[derive(Serialize, ToSchema)]
pub(crate) struct Confirmed {
    /// How many files one keeps that were not updated today.
    missing: i64,
}

/// Says of files one keeps that there is nothing new today: they are up to date.
#[utoipa::path(post, path = "/record-updates", tag = "stewards", request_body = Confirmation, responses((status = 200, body = Confirmed)))]
pub(crate) async fn confirm(cx: Cx, Json(request): Json<Confirmation>) -> Answer<Confirmed> {
    let confirmed = cx
        .write(move |tx| {
            let permit = policy::may_hand_over(tx.actor(), tx.now())?;
            let me = tx.actor().staff()?.id;
            let ids = &request.customer_ids;
            Check::new().that((1..=200).contains(&ids.len()), "customer_ids", "out_of_range").done()?;
            if queries::theirs(tx, me, ids)?.len() != ids.iter().collect::<std::collections::HashSet<_>>().len() {
                return Err(Error::NotFound);
            }
            let missing = api::updated(tx, me, ids, UpdateWay::NothingNew, permit.at())?;
            Ok(Confirmed { missing })
        })
        .await?;
    Ok(Json(confirmed))
}

/// The day asked for, and the moment it is over.
fn day_and_end(tx: &mut Tx<'_>, asked: Option<&str>) -> Result<(jiff::civil::Date, Timestamp)> {
    let now = tx.now();
    let day = match asked {
        Some(text) => day::read(text)?,
        None => day::of(tx, now)?,
    };
    let next = day.tomorrow().map_err(|_| Error::field("day", "out_of_range"))?;
    Ok((day, day::at(tx, next, 0)?))
}
