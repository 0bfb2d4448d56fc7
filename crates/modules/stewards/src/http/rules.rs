//! How the day's intake goes, and how soon somebody new is spoken to.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::{Error, UnitId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, model::IntakeRules, policy, queries};

/// The rules in force; whoever works by them may see them.
#[utoipa::path(get, path = "/intake-rules", tag = "stewards", responses((status = 200, body = IntakeRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<IntakeRules> {
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
pub(crate) struct IntakeRulesChange {
    /// The version one saw.
    version: i64,
    /// The minute of the day until which intake and updates are due: 1 to 1,440.
    due_minute: i64,
    /// Within how many whole calendar days somebody new is spoken to: 1 to 60.
    contact_days: i64,
    /// How many days before that one is reminded: fewer than `contact_days`.
    remind_days: i64,
    /// The unit that classifies what other departments hand over.
    unit_id: Option<UnitId>,
}

/// Sets the rules. Duties and clocks that have begun keep the end they have.
#[utoipa::path(put, path = "/intake-rules", tag = "stewards", request_body = IntakeRulesChange, responses((status = 200, body = IntakeRules)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<IntakeRulesChange>) -> Answer<IntakeRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let IntakeRulesChange { version, due_minute, contact_days, remind_days, unit_id } = request;
            if let Some(unit) = unit_id
                && people::api::subtree(tx, unit)?.is_empty()
            {
                return Err(Error::field("unit_id", "unknown"));
            }
            let (id, version) = (before.id.clone(), version + 1);
            let after = IntakeRules { id, due_minute, contact_days, remind_days, unit_id, version }.checked()?;
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("stewards.rules_changed", "intake_rules", "rules");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
