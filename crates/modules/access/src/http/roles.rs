//! Roles and the permission matrix.

use std::collections::BTreeMap;

use audit::api::Entry;
use http::{Answer, Catalogue, Cx, Json, Path};
use kernel::{Check, Id, Reach, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes, door,
    model::{Role, RoleKind},
    policy, queries,
};

/// A role with what it grants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleWithGrants {
    #[serde(flatten)]
    pub(crate) role: Role,
    /// Permission → how far. An administrator's role has every permission, whatever stands here.
    pub(crate) grants: BTreeMap<String, Reach>,
}

pub(crate) fn with_grants(tx: &mut Tx<'_>, role: Role) -> Result<RoleWithGrants> {
    let grants = queries::grants(tx, role.id)?.into_iter().collect();
    Ok(RoleWithGrants { role, grants })
}

/// Lists roles with what they grant.
#[utoipa::path(get, path = "/roles", tag = "access", responses((status = 200, body = Vec<RoleWithGrants>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<RoleWithGrants>> {
    let roles = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::roles(tx)?.into_iter().map(|role| with_grants(tx, role)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(roles))
}

/// One role with what it grants.
#[utoipa::path(get, path = "/roles/{id}", tag = "access", params(("id" = Id<Role>, Path)), responses((status = 200, body = RoleWithGrants)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Role>>) -> Answer<RoleWithGrants> {
    let role = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let role = queries::role(tx, id)?;
            with_grants(tx, role)
        })
        .await?;
    Ok(Json(role))
}

/// A new role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// Its name, unique.
    name: String,
    /// Permission → how far.
    grants: BTreeMap<String, Reach>,
}

/// Creates a role.
#[utoipa::path(post, path = "/roles", tag = "access", request_body = NewRole, responses((status = 200, body = RoleWithGrants)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewRole>) -> Answer<RoleWithGrants> {
    let catalogue = cx.app().part::<Catalogue>();
    let role = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().text("name", &request.name, 1..=60).done()?;
            let grants = checked(tx, &catalogue, &request.grants)?;
            let role = Role {
                id: tx.new_id(),
                name: request.name.trim().into(),
                kind: RoleKind::Ordinary,
                created_at: tx.now(),
                begun_as: None,
                version: 1,
            };
            queries::insert_role(tx, &role)?;
            queries::set_grants(tx, role.id, &grants)?;
            let role = with_grants(tx, role)?;
            audit::api::record(tx, Entry::new("access.role_created", "role", role.role.id).created(&role))?;
            Ok(role)
        })
        .await?;
    Ok(Json(role))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleChange {
    /// The version that was seen.
    version: i64,
    /// Its name.
    name: Option<String>,
    /// Permission → how far; replaces all grants.
    grants: Option<BTreeMap<String, Reach>>,
}

/// Changes a role; its holders feel it with their next request.
#[utoipa::path(patch, path = "/roles/{id}", tag = "access", params(("id" = Id<Role>, Path)), request_body = RoleChange, responses((status = 200, body = RoleWithGrants)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Role>>,
    Json(request): Json<RoleChange>,
) -> Answer<RoleWithGrants> {
    let catalogue = cx.app().part::<Catalogue>();
    let role = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().maybe_text("name", request.name.as_deref(), 1..=60).done()?;
            let role = queries::role(tx, id)?;
            if role.kind == RoleKind::Administrator {
                return Err(codes::BUILT_IN_ROLE.conflict());
            }
            let before = with_grants(tx, role.clone())?;
            let held: Vec<_> = before.grants.clone().into_iter().collect();
            policy::may_grant(tx.actor(), &held)?;
            let mut after = role;
            after.name = request.name.as_deref().map_or(after.name, |name| name.trim().to_owned());
            after.version = request.version + 1;
            queries::save_role(tx, &after)?;
            if let Some(grants) = &request.grants {
                let grants = checked(tx, &catalogue, grants)?;
                queries::set_grants(tx, id, &grants)?;
            }
            let after = with_grants(tx, after)?;
            audit::api::record(tx, Entry::new("access.role_changed", "role", id).change(&before, &after))?;
            Ok(after)
        })
        .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(Json(role))
}

/// Only permissions that exist, and none beyond the actor's own.
fn checked(tx: &Tx<'_>, catalogue: &Catalogue, grants: &BTreeMap<String, Reach>) -> Result<Vec<(String, Reach)>> {
    let mut check = Check::new();
    let mut list = Vec::new();
    for (name, reach) in grants {
        let known = catalogue.0.iter().find(|permission| permission.name == name);
        check = check.that(known.is_some(), format!("grants.{name}"), "unknown");
        let reach = if known.is_some_and(|permission| permission.reaches) {
            *reach
        } else {
            Reach::All
        };
        list.push((name.clone(), reach));
    }
    check.done()?;
    policy::may_grant(tx.actor(), &list)?;
    Ok(list)
}

/// A permission a role may grant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionRow {
    /// Its name, `module.verb`.
    name: &'static str,
    /// Whether it reaches own, team, department or all; one that does not is all or nothing.
    reaches: bool,
}

/// Lists every permission there is.
#[utoipa::path(get, path = "/permissions", tag = "access", responses((status = 200, body = Vec<PermissionRow>)))]
pub(crate) async fn permissions(cx: Cx) -> Answer<Vec<PermissionRow>> {
    policy::may_read(cx.actor())?;
    let catalogue = cx.app().part::<Catalogue>();
    Ok(Json(
        catalogue
            .0
            .iter()
            .map(|permission| PermissionRow { name: permission.name, reaches: permission.reaches })
            .collect(),
    ))
}
