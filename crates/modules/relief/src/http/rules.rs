//! What pauses are granted by.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, model::ReliefRules, policy, queries};

/// The rules by which pauses are granted.
#[utoipa::path(get, path = "/relief-rules", tag = "relief", responses((status = 200, body = ReliefRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<ReliefRules> {
    let rules = cx
        .read(|tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// The rules as they are to be. Where a number of minutes or contacts is 0 that rule grants none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReliefRulesChange {
    /// The version one saw.
    version: i64,
    /// Minutes of pause after an abusive contact: 0 to 120.
    abuse_minutes: i64,
    /// After so many contacts without a gap a break is offered: 0 to 500.
    run_contacts: i64,
    /// After so many minutes without a gap a break is offered: 0 to 720.
    run_minutes: i64,
    /// So many minutes without any conversation are a gap: 1 to 60.
    gap_minutes: i64,
    /// Minutes of the break that is offered: 1 to 60.
    break_minutes: i64,
    /// Minutes the rules grant a person a day at most: 0 to 480.
    most_minutes: i64,
}

/// Sets the rules by which pauses are granted. Those that run go on as they were granted.
#[utoipa::path(put, path = "/relief-rules", tag = "relief", request_body = ReliefRulesChange, responses((status = 200, body = ReliefRules)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<ReliefRulesChange>) -> Answer<ReliefRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let after = ReliefRules {
                id: before.id.clone(),
                abuse_minutes: request.abuse_minutes,
                run_contacts: request.run_contacts,
                run_minutes: request.run_minutes,
                gap_minutes: request.gap_minutes,
                break_minutes: request.break_minutes,
                most_minutes: request.most_minutes,
                version: before.version + 1,
            }
            .checked()?;
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("relief.rules_changed", "relief_rules", "rules");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
