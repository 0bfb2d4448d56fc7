//! The hours of a week.

use http::{Answer, Cx, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::organisation::changed;
use crate::{
    model::{Organisation, Week},
    policy, queries,
};

/// When the organisation is open in a week without special days, in its own time zone.
#[derive(Serialize, ToSchema)]
pub(crate) struct BusinessHours {
    /// All seven days, Monday first.
    #[schema(value_type = Vec<crate::model::DayHours>)]
    week: Week,
    /// The organisation's version.
    version: i64,
}

impl From<Organisation> for BusinessHours {
    fn from(organisation: Organisation) -> Self {
        Self { week: organisation.week.whole(), version: organisation.version }
    }
}

/// The hours of a week.
#[utoipa::path(get, path = "/settings/business-hours", tag = "settings", responses((status = 200, body = BusinessHours)))]
pub(crate) async fn read(cx: Cx) -> Answer<BusinessHours> {
    policy::may_read(cx.actor())?;
    Ok(Json(cx.read(queries::organisation).await?.into()))
}

/// What the hours of a week are to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BusinessHoursChange {
    /// Each day at most once; a day that is missing is closed.
    #[schema(value_type = Vec<crate::model::DayHours>)]
    week: Week,
    /// The version that was seen; without it, whatever is there is replaced.
    version: Option<i64>,
}

/// Changes the hours of a week. What is due in business time moves with them.
#[utoipa::path(put, path = "/settings/business-hours", tag = "settings", request_body = BusinessHoursChange, responses((status = 200, body = BusinessHours)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<BusinessHoursChange>) -> Answer<BusinessHours> {
    let organisation = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            request.week.check().done()?;
            let before = queries::organisation(tx)?;
            let mut after = before.clone();
            after.week = request.week.whole();
            after.version = request.version.unwrap_or(before.version) + 1;
            changed(tx, &before, after)
        })
        .await?;
    Ok(Json(organisation.into()))
}
