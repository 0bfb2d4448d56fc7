//! What people had to bear, day by day.

use http::{Answer, Cx, Json, Query};
use jiff::civil::Date;
use kernel::Check;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{model::ReliefDay, pauses, policy, queries};

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DayQuery {
    /// From this day of the organisation on: `YYYY-MM-DD`; today unless told.
    from: Option<String>,
    /// Until this day; today unless told.
    to: Option<String>,
}

/// What people had to bear on these days, the latest first: oneself, and whom one supervises; at most 5,000 rows.
#[utoipa::path(get, path = "/relief-days", tag = "relief", params(DayQuery), responses((status = 200, body = Vec<ReliefDay>)))]
pub(crate) async fn days(cx: Cx, Query(query): Query<DayQuery>) -> Answer<Vec<ReliefDay>> {
    let days = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let day = |day: &Option<String>| day.as_ref().is_none_or(|day| day.parse::<Date>().is_ok());
            Check::new().that(day(&query.from), "from", "malformed").that(day(&query.to), "to", "malformed").done()?;
            let now = tx.now();
            let today = pauses::day_of(tx, now)?;
            let from = query.from.clone().unwrap_or_else(|| today.clone());
            let to = query.to.clone().unwrap_or(today);
            queries::days(tx, &scope, &from, &to)
        })
        .await?;
    Ok(Json(days))
}
