//! What a department sets of its sanctions.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::Money;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, model::SanctionRules, policy, queries};

/// Days and limits.
#[utoipa::path(get, path = "/sanction-rules", tag = "sanctions", responses((status = 200, body = SanctionRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<SanctionRules> {
    let rules = cx
        .read(|tx| {
            policy::may_see_rules(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// What is to hold from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanctionRules {
    /// The version one saw.
    version: i64,
    /// Days in which the person is to have read it: 1 to 30.
    notice_days: i64,
    /// Days to appeal: 3 to 60.
    appeal_days: i64,
    /// What a deduction may be at most, in minor units: up to 100,000,000; 0: there are none.
    most_deduction: Money,
    /// Of which currency, ISO 4217.
    currency: String,
}

/// Sets days and limits, for what is proposed from now on.
#[utoipa::path(put, path = "/sanction-rules", tag = "sanctions", request_body = NewSanctionRules, responses((status = 200, body = SanctionRules)))]
pub(crate) async fn write(cx: Cx, Json(request): Json<NewSanctionRules>) -> Answer<SanctionRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            let after = SanctionRules {
                notice_days: request.notice_days,
                appeal_days: request.appeal_days,
                most_deduction: request.most_deduction,
                currency: request.currency.trim().to_owned(),
                version: before.version + 1,
                ..SanctionRules::default()
            };
            after.check()?;
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            queries::save_rules(tx, &after)?;
            audit::api::record(tx, Entry::new("sanctions.rules_set", "sanction_rules", "all").change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
