//! Business time, as other systems ask for it.

use http::{Answer, Cx, Json};
use kernel::{Check, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{api, policy};

/// Whether the organisation is open now.
#[derive(Serialize, ToSchema)]
pub(crate) struct BusinessTime {
    /// Whether it is open.
    open: bool,
    /// When that changes; none when it never does.
    changes_at: Option<Timestamp>,
}

/// Tells whether the organisation is open now, and until when.
#[utoipa::path(get, path = "/settings/business-time", tag = "settings", responses((status = 200, body = BusinessTime)))]
pub(crate) async fn read(cx: Cx) -> Answer<BusinessTime> {
    policy::may_read(cx.actor())?;
    let time = cx
        .read(|tx| {
            let (calendar, now) = (api::calendar(tx)?, tx.now());
            Ok(BusinessTime { open: calendar.is_open(now), changes_at: calendar.next_change(now) })
        })
        .await?;
    Ok(Json(time))
}

/// How much business time from when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DueQuestion {
    /// From this moment; from now on unless told.
    from: Option<Timestamp>,
    /// Minutes the organisation is open: 0 to 5,256,000, ten years of minutes.
    #[schema(minimum = 0, maximum = 5_256_000)]
    minutes: i64,
}

/// When it will be.
#[derive(Serialize, ToSchema)]
pub(crate) struct DueAnswer {
    /// The first moment by which so much business time has passed.
    due_at: Timestamp,
}

/// Tells when so many minutes of business time will have passed.
#[utoipa::path(post, path = "/settings/business-time/due", tag = "settings", request_body = DueQuestion, responses((status = 200, body = DueAnswer)))]
pub(crate) async fn due(cx: Cx, Json(request): Json<DueQuestion>) -> Answer<DueAnswer> {
    policy::may_read(cx.actor())?;
    Check::new().range("minutes", request.minutes, 0..=5_256_000).done()?;
    let due_at = cx
        .read(move |tx| {
            let from = request.from.unwrap_or(tx.now());
            api::calendar(tx)?.due(from, request.minutes * 60_000)
        })
        .await?;
    Ok(Json(DueAnswer { due_at }))
}
