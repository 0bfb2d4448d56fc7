//! Whoever suggested what was adopted is awarded something for it (R062, R105).

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    view::{self, FeedbackCourse},
    wall::LARGEST,
};
use crate::{
    api::{self, Happening},
    day,
    model::{FeedbackItem, FeedbackMoveKind},
    policy, queries,
};

/// What is awarded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedbackAward {
    /// How much, in minor units of the budget's currency: 1 to 10,000,000.
    amount: Money,
    /// What it is, and how it reaches them: 1 to 500 characters.
    words: String,
}

/// Awards an adopted suggestion, once, from this month's budget of the unit that answers it, or of the nearest one above
/// that has one: the budgets that colleagues are rewarded from.
#[utoipa::path(post, path = "/feedback-items/{id}/award", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = NewFeedbackAward, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn award(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<NewFeedbackAward>,
) -> Answer<FeedbackCourse> {
    view::made(cx, move |tx| {
        let before = queries::lock(tx, id)?;
        let permit = policy::may_award(tx.actor(), &before, tx.now())?;
        Check::new().range("amount", request.amount.0, 1..=LARGEST).text("words", &request.words, 1..=500).done()?;
        let (by, words) = (api::by(tx)?, request.words.trim().to_owned());
        let month = day::month_of(tx, by.at)?;
        // First whether it may be: what is refused spends nothing.
        let after = before.clone().awarded(&permit, by, request.amount, String::new(), words.clone())?;
        let currency = api::spend(tx, before.unit_id, &month, request.amount)?;
        let award = after.award.clone().map(|award| crate::model::FeedbackAward { currency, ..award });
        let after = FeedbackItem { award, ..after };
        api::keep(tx, "feedback.awarded", &before, &after, Happening::new(FeedbackMoveKind::Awarded, words))?;
        Ok(after)
    })
    .await
}
