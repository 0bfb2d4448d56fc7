//! What a department sets of feedback and recognition.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::Check;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{FeedbackMinutes, FeedbackPublicForm, FeedbackRules, Levels},
    policy, queries,
};

/// Times and levels.
#[utoipa::path(get, path = "/feedback-rules", tag = "feedback", responses((status = 200, body = FeedbackRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<FeedbackRules> {
    let rules = cx
        .read(|tx| {
            policy::may_see_wall(tx.actor()).or_else(|_| policy::may_read(tx.actor()))?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// What is to hold from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedbackRules {
    /// The version one saw.
    version: i64,
    /// Minutes of business time until an answer, by kind.
    minutes: FeedbackMinutes,
    /// From how many recognitions on each level is reached, rising: 1 to 10 of 1 to 100,000.
    levels: Levels,
    /// Of which currency new budgets are, ISO 4217.
    currency: String,
    /// The form by which anybody says something; as it is unless told.
    form: Option<FeedbackPublicForm>,
}

/// Sets times and levels.
#[utoipa::path(put, path = "/feedback-rules", tag = "feedback", request_body = NewFeedbackRules, responses((status = 200, body = FeedbackRules)))]
pub(crate) async fn write(cx: Cx, Json(request): Json<NewFeedbackRules>) -> Answer<FeedbackRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            let after = FeedbackRules {
                minutes: request.minutes.clone(),
                levels: request.levels.clone(),
                currency: request.currency.trim().to_owned(),
                form: request.form.clone().unwrap_or(before.form.clone()),
                version: before.version + 1,
                ..FeedbackRules::default()
            };
            after.check()?;
            if let Some(unit) = after.form.unit_id {
                let open = people::api::tree(tx)?.unit(unit).is_some_and(|unit| !unit.is_closed());
                Check::new().that(open, "form.unit_id", "unknown").done()?;
            }
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("feedback.rules_set", "feedback_rules", "all");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
