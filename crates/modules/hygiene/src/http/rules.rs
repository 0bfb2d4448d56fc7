//! When customers are out of date, and when a number or an address is dead.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, jobs::Look, model::HygieneRules, policy, queries};

/// The rules in force; whoever sees what follows from them may see them.
#[utoipa::path(get, path = "/hygiene-rules", tag = "hygiene", responses((status = 200, body = HygieneRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<HygieneRules> {
    let rules = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// What the rules are to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HygieneRulesChange {
    /// The version one saw.
    version: i64,
    /// After how many days without contact, order or change somebody is out of date: 30 to 3,650.
    stale_days: i64,
    /// How many failures, with nothing that worked in between, make a number or an address invalid: 1 to 10.
    failures: i64,
    /// Whether a call nobody answered is a failure.
    count_no_answer: bool,
}

/// Sets the rules. Everybody is looked at anew in the background; numbers and addresses are judged with what is heard
/// next.
#[utoipa::path(put, path = "/hygiene-rules", tag = "hygiene", request_body = HygieneRulesChange, responses((status = 200, body = HygieneRules)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<HygieneRulesChange>) -> Answer<HygieneRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            let HygieneRulesChange { version, stale_days, failures, count_no_answer } = request;
            if before.version != version {
                return Err(codes::STALE.conflict());
            }
            let (id, version) = (before.id.clone(), version + 1);
            let after = HygieneRules { id, stale_days, failures, count_no_answer, version }.checked()?;
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("hygiene.rules_changed", "hygiene_rules", "rules");
            audit::api::record(tx, entry.change(&before, &after))?;
            work::enqueue(tx, &Look {})?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
