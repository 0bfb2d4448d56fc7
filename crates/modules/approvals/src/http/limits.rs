//! The matrix of authority.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    authority,
    model::{AuthorityLimits, RoleLimits, Thresholds},
    policy, queries,
};

/// How much each role may grant, and above how much two must approve. Until somebody sets it only the removal of customers
/// has limits: 1,000 for who decides for the whole house, 500 for who does for a department.
#[utoipa::path(get, path = "/authority-limits", tag = "approvals", responses((status = 200, body = AuthorityLimits)))]
pub(crate) async fn read(cx: Cx) -> Answer<AuthorityLimits> {
    let limits = cx.read(|tx| policy::may_read(tx.actor()).and_then(|_scope| authority::limits(tx))).await?;
    Ok(Json(limits))
}

/// The whole matrix as it is to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAuthorityLimits)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLimits {
    /// The version that was seen; 0 while nothing was set.
    version: i64,
    /// How much each role may grant; what is not listed may not be granted at all. At most 1,000.
    limits: RoleLimits,
    /// Above how much two must approve; what is not listed needs one. At most 1,000.
    two_person: Thresholds,
}

/// Replaces the matrix. How many must approve a request stays as it was when asked; whose limit
/// covers it is looked up when they decide.
#[utoipa::path(put, path = "/authority-limits", tag = "approvals", request_body = NewLimits, responses((status = 200, body = AuthorityLimits)))]
pub(crate) async fn replace(cx: Cx, Json(request): Json<NewLimits>) -> Answer<AuthorityLimits> {
    let limits = cx
        .write(move |tx| {
            let _permit = policy::may_set_limits(tx.actor(), tx.now())?;
            let before = authority::limits(tx)?;
            let NewLimits { version, limits, two_person } = &request;
            let version = version.saturating_add(1);
            let after =
                AuthorityLimits { limits: limits.clone(), two_person: two_person.clone(), version, ..before.clone() };
            after.check()?;
            queries::save_limits(tx, &after)?;
            audit::api::record(
                tx,
                Entry::new("approvals.limits_set", "authority_limits", &after.id).change(&before, &after),
            )?;
            Ok(after)
        })
        .await?;
    Ok(Json(limits))
}
