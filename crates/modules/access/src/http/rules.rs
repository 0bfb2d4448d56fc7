//! What signing in asks for.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::{Check, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    factor::{self, Required, RoleIds, SignInRules},
    model::Role,
    policy, queries,
};

/// What signing in asks for.
#[utoipa::path(get, path = "/sign-in-rules", tag = "access", responses((status = 200, body = SignInRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<SignInRules> {
    Ok(Json(cx.read(|tx| policy::may_read(tx.actor()).and_then(|_scope| factor::rules(tx))).await?))
}

/// What signing in is to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRulesChange {
    /// The version that was seen.
    version: i64,
    /// Who must have a second factor.
    second_factor: Required,
    /// Whose, when it is some roles'; of no account otherwise.
    #[serde(default)]
    role_ids: Vec<Id<Role>>,
}

/// Changes what signing in asks for. Sessions go on; who must have a second factor and has none sets
/// it up at the next sign-in, before anything else.
#[utoipa::path(put, path = "/sign-in-rules", tag = "access", request_body = SignInRulesChange, responses((status = 200, body = SignInRules)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<SignInRulesChange>) -> Answer<SignInRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let some = request.second_factor == Required::Roles;
            let known: Vec<_> = queries::roles(tx)?.into_iter().map(|role| role.id).collect();
            Check::new()
                .that(!some || !request.role_ids.is_empty(), "role_ids", "required")
                .that(request.role_ids.iter().all(|id| known.contains(id)), "role_ids", "unknown")
                .done()?;
            let before = factor::rules(tx)?;
            let chosen = known.into_iter().filter(|id| some && request.role_ids.contains(id)).collect();
            let after = SignInRules {
                second_factor: request.second_factor,
                role_ids: RoleIds(chosen),
                version: request.version + 1,
                ..before.clone()
            };
            factor::save_rules(tx, &after)?;
            audit::api::record(
                tx,
                Entry::new("access.sign_in_rules_changed", "sign_in_rules", "sign_in").change(&before, &after),
            )?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
