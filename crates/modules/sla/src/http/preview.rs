//! What a policy would mean, before it counts.

use http::{Answer, Cx, Json};
use jiff::{ToSpan, civil::Weekday};
use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use settings::api::BusinessCalendar;
use utoipa::ToSchema;

use super::policies::SlaPolicyDraft;
use crate::policy;

/// A policy to try, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlaPreviewRequest {
    /// The policy as it would be.
    policy: SlaPolicyDraft,
    /// One more moment at which a customer writes.
    at: Option<Timestamp>,
}

/// If a customer wrote then.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlaPreview {
    /// When they write.
    at: Timestamp,
    /// Whether that is business time.
    open: bool,
    /// When there is a warning that nobody has answered.
    first_warn_at: Option<Timestamp>,
    /// Until when the first answer is due.
    first_due_at: Option<Timestamp>,
    /// Until when an answer is due to what they write later at that moment.
    next_due_at: Option<Timestamp>,
    /// Until when it is to be over, if nobody answers before.
    final_due_at: Option<Timestamp>,
}

/// Says what would be due if a customer wrote now, shortly before the next lunch break or evening, and on
/// Friday at 17:50.
#[utoipa::path(post, path = "/sla-policies/preview", tag = "sla", request_body = SlaPreviewRequest, responses((status = 200, body = Vec<SlaPreview>)))]
pub(crate) async fn preview(cx: Cx, Json(request): Json<SlaPreviewRequest>) -> Answer<Vec<SlaPreview>> {
    let rows = cx
        .read(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let draft = request.policy.over(tx, None);
            draft.check()?;
            let (calendar, now, terms) = (settings::api::calendar(tx)?, tx.now(), draft.terms());
            let due = |at, ms: Option<i64>| ms.map_or((None, None), |ms| terms.moments(&calendar, at, ms, 0));
            let row = |at| {
                let (first_warn_at, first_due_at) = due(at, terms.first_ms);
                let (next_due_at, final_due_at) = (due(at, terms.next_ms).1, due(at, terms.final_ms).1);
                SlaPreview { at, open: calendar.is_open(at), first_warn_at, first_due_at, next_due_at, final_due_at }
            };
            let moments = [Some(now), before_closing(&calendar, now), Some(friday(&calendar, now)?), request.at];
            Ok(moments.into_iter().flatten().map(row).collect())
        })
        .await?;
    Ok(Json(rows))
}

/// Ten minutes before it closes next; none where it never does.
fn before_closing(calendar: &BusinessCalendar, now: Timestamp) -> Option<Timestamp> {
    let change = calendar.next_change(now)?;
    let closes = if calendar.is_open(now) { change } else { calendar.next_change(change)? };
    Some(closes.plus_millis(-10 * 60_000)).filter(|at| *at > now)
}

/// The next Friday, 17:50.
fn friday(calendar: &BusinessCalendar, now: Timestamp) -> Result<Timestamp> {
    let moment = jiff::Timestamp::from_millisecond(now.millis()).map_err(Error::internal)?;
    let here = moment.to_zoned(calendar.zone().clone());
    let mut day = here.date();
    while day.weekday() != Weekday::Friday || day.at(17, 50, 0, 0) <= here.datetime() {
        day = day.checked_add(1.day()).map_err(Error::internal)?;
    }
    let then = day.at(17, 50, 0, 0).to_zoned(calendar.zone().clone()).map_err(Error::internal)?;
    Ok(Timestamp::from_millis(then.timestamp().as_millisecond()))
}
