//! What a department sets of improvement and costs.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::Money;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, model::ImprovementRules, policy, queries};

/// When actions open by themselves, how long they may take, and what things cost.
#[utoipa::path(get, path = "/improvement-rules", tag = "improvements", responses((status = 200, body = ImprovementRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<ImprovementRules> {
    let rules = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// What is to hold from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImprovementRules {
    /// The version one saw.
    version: i64,
    /// So many complaints of one root cause open an action: 2 to 100.
    threshold: i64,
    /// Within so many days: 1 to 365.
    window_days: i64,
    /// For so many days after it is completed a cause is watched: 0 to 730.
    watch_days: i64,
    /// So many complaints of it in these days open the action again: 1 to 100.
    recurrences: i64,
    /// Minutes of business time in which an action is completed: 1 to 100,000.
    due_minutes: i64,
    /// Minutes of business time in which its effect is verified: 1 to 100,000.
    verify_minutes: i64,
    /// What an hour of handling costs, in minor units: up to 100,000,000.
    hour_rate: Money,
    /// Minutes one act is reckoned with, where nobody wrote down how long it took: 0 to 480.
    act_minutes: i64,
    /// What 100 points cost, in minor units: up to 100,000,000.
    points_rate: Money,
}

/// Sets them. What a complaint of the past cost follows from the rates of now.
#[utoipa::path(put, path = "/improvement-rules", tag = "improvements", request_body = NewImprovementRules, responses((status = 200, body = ImprovementRules)))]
pub(crate) async fn write(cx: Cx, Json(request): Json<NewImprovementRules>) -> Answer<ImprovementRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            let after = ImprovementRules {
                threshold: request.threshold,
                window_days: request.window_days,
                watch_days: request.watch_days,
                recurrences: request.recurrences,
                due_minutes: request.due_minutes,
                verify_minutes: request.verify_minutes,
                hour_rate: request.hour_rate,
                act_minutes: request.act_minutes,
                points_rate: request.points_rate,
                version: before.version + 1,
                ..ImprovementRules::default()
            };
            after.check()?;
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("improvements.rules_set", "improvement_rules", "all");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
