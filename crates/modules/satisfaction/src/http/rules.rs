//! How customers are asked who see no chat.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{Reasons, SatisfactionRules},
    policy, queries,
};

/// How customers are asked by a link.
#[utoipa::path(get, path = "/satisfaction-rules", tag = "satisfaction", responses((status = 200, body = SatisfactionRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<SatisfactionRules> {
    let rules = cx
        .read(|tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// How customers are to be asked by a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SatisfactionRulesChange {
    /// The version one saw.
    version: i64,
    /// Whether they are sent a link when their conversation ends.
    links: bool,
    /// Where customers reach this installation: `https://kf.example.cn`; needed for links.
    address: String,
    /// For how many days a customer is not asked again: 0 to 365.
    quiet_days: i64,
    /// For how many days a link is good: 1 to 90.
    valid_days: i64,
    /// Reasons to choose from where the score is low: at most 10 of up to 20 characters; ours without any.
    reasons: Vec<String>,
}

/// Sets how customers are asked by a link. Links that were sent stay good.
#[utoipa::path(put, path = "/satisfaction-rules", tag = "satisfaction", request_body = SatisfactionRulesChange, responses((status = 200, body = SatisfactionRules)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<SatisfactionRulesChange>) -> Answer<SatisfactionRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let after = SatisfactionRules {
                id: before.id.clone(),
                links: request.links,
                address: request.address.clone(),
                quiet_days: request.quiet_days,
                valid_days: request.valid_days,
                reasons: Reasons(request.reasons.clone()),
                version: before.version + 1,
            }
            .checked()?;
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("satisfaction.rules_changed", "satisfaction_rules", "rules");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
