//! Directories, as who manages accounts sets them up.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use super::users::role_for;
use crate::{
    Placement,
    directory::{self, Binding, Details, Directory, DirectoryCheck, ask::Found},
    jobs,
    model::{Role, RoleKind},
    policy,
    trouble::Trouble,
};

/// A directory, and how it is with it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryView {
    #[serde(flatten)]
    directory: Directory,
    /// Whether there is a password of our account there.
    has_password: bool,
    /// How many accounts are linked to it.
    people: i64,
    /// How looking for who left went last; none: it was not yet.
    check: Option<DirectoryCheck>,
}

impl DirectoryView {
    fn of(tx: &mut Tx<'_>, directory: Directory) -> Result<Self> {
        let (people, check) = (directory::count(tx, &directory)?, directory::check_of(tx, directory.id)?);
        let relation = directory::relation(tx, directory)?;
        Ok(Self { has_password: !relation.password.is_empty(), directory: relation.directory, people, check })
    }
}

/// Lists directories, oldest first.
#[utoipa::path(get, path = "/directories", tag = "access", responses((status = 200, body = Vec<DirectoryView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<DirectoryView>> {
    let views = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let directories = directory::all(tx)?;
            directories.into_iter().map(|directory| DirectoryView::of(tx, directory)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(views))
}

/// One directory. The password of our account there is nobody's to read.
#[utoipa::path(get, path = "/directories/{id}", tag = "access", params(("id" = Id<Directory>, Path)), responses((status = 200, body = DirectoryView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Directory>>) -> Answer<DirectoryView> {
    let view = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let directory = directory::find(tx, id)?;
            DirectoryView::of(tx, directory)
        })
        .await?;
    Ok(Json(view))
}

/// Adds a directory.
#[utoipa::path(post, path = "/directories", tag = "access", request_body = Details, responses((status = 200, body = DirectoryView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<Details>) -> Answer<DirectoryView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let directory = Directory::blank(tx.new_id(), tx.now()).with(&permit, request.clone(), false)?;
            may_be(tx, &**placement, &directory)?;
            directory::insert(tx, &directory)?;
            directory::save_password(tx, directory.id, request.password().unwrap_or_default())?;
            let entry = Entry::new("access.directory_created", "directory", directory.id);
            audit::api::record(tx, entry.created(&directory))?;
            DirectoryView::of(tx, directory)
        })
        .await?;
    Ok(Json(view))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryChange {
    /// The version that was seen.
    version: i64,
    /// What it is to be.
    details: Details,
}

/// Sets a directory otherwise, pauses or resumes it. Sessions go on.
#[utoipa::path(patch, path = "/directories/{id}", tag = "access", params(("id" = Id<Directory>, Path)), request_body = DirectoryChange, responses((status = 200, body = DirectoryView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Directory>>,
    Json(request): Json<DirectoryChange>,
) -> Answer<DirectoryView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let DirectoryChange { version, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = directory::find(tx, id)?;
            let keeps = !directory::relation(tx, before.clone())?.password.is_empty();
            let mut after = before.clone().with(&permit, details.clone(), keeps)?;
            after.version = version + 1;
            may_be(tx, &**placement, &after)?;
            directory::save(tx, &after)?;
            audit::api::record(tx, Entry::new("access.directory_changed", "directory", id).change(&before, &after))?;
            if let Some(password) = details.password() {
                directory::save_password(tx, id, password)?;
                let entry = Entry::new("access.directory_password_changed", "directory", id);
                audit::api::record(tx, entry.created(&json!({"name": after.name})))?;
            }
            DirectoryView::of(tx, after)
        })
        .await?;
    Ok(Json(view))
}

/// Whether it may make the accounts it says: of roles the actor may give, in a unit there is.
fn may_be(tx: &mut Tx<'_>, placement: &dyn Placement, directory: &Directory) -> Result<()> {
    let mapped = directory.group_roles.0.iter().map(|one| ("group_roles", one.role_id));
    let roles: Vec<_> = directory.role_id.map(|role| ("role_id", role)).into_iter().chain(mapped).collect();
    for (field, role) in roles {
        let role = role_for(tx, role).map_err(|_| Error::field(field, "unknown"))?;
        if role.kind == RoleKind::Administrator {
            return Err(Error::field(field, "not_for_everybody"));
        }
    }
    match directory.unit_id {
        Some(unit) if !placement.has_unit(tx, unit)? => Err(Error::field("unit_id", "unknown")),
        _ => Ok(()),
    }
}

/// Takes a directory away. Accounts stay; who has no other way in needs a password from an administrator.
#[utoipa::path(delete, path = "/directories/{id}", tag = "access", params(("id" = Id<Directory>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<Directory>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = directory::find(tx, id)?;
        directory::delete(tx, id)?;
        audit::api::record(tx, Entry::new("access.directory_deleted", "directory", id).deleted(&before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to look for while a directory is tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryTrial {
    /// The login of somebody; none: only the connection, our account and the names are tried.
    login: Option<String>,
    /// Their password, to try a whole sign-in; it is kept nowhere. Needed where people sign in directly.
    password: Option<String>,
}

/// Somebody, as a directory knows them.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryPerson {
    /// Their name in the tree.
    name_there: String,
    /// The login an account of theirs would have.
    login: String,
    /// The name colleagues would see.
    name: String,
    /// Their mail address.
    mail: String,
    /// Their department.
    department: String,
    /// Those of the named groups they are in.
    groups: Vec<String>,
    /// The role that comes of it.
    role_id: Option<Id<Role>>,
    /// Whether they are closed off there.
    disabled: bool,
}

/// How trying a directory went.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryProbe {
    /// What stands in the way: `unreachable`, `certificate`, `service_refused`, …; none: nothing.
    trouble: Option<String>,
    /// More of it, or what the other side said.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
    /// Who was looked for.
    person: Option<DirectoryPerson>,
}

/// Tries a directory: that it is there and shows who it is, takes our account, has what was named; and, if
/// somebody is named, who they are there.
#[utoipa::path(post, path = "/directories/{id}/probe", tag = "access", params(("id" = Id<Directory>, Path)), request_body = DirectoryTrial, responses((status = 200, body = DirectoryProbe)))]
pub(crate) async fn probe(
    cx: Cx,
    Path(id): Path<Id<Directory>>,
    Json(request): Json<DirectoryTrial>,
) -> Answer<DirectoryProbe> {
    let relation = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let directory = directory::find(tx, id)?;
            let entry = Entry::new("access.directory_tried", "directory", id);
            audit::api::record(tx, entry.created(&json!({"name": directory.name})))?;
            directory::relation(tx, directory)
        })
        .await?;
    let DirectoryTrial { login, password } = request;
    let login = login.map(|login| login.trim().to_owned()).filter(|login| !login.is_empty() && login.len() <= 200);
    let password = password.filter(|password| !password.is_empty() && password.len() <= 1_000);
    let began = cx.app().clock().now();
    let outcome = async {
        relation.probe().await?;
        let Some(login) = login else { return Ok(None) };
        let found = match password {
            Some(password) => {
                let found = relation.sign_in(&login, &password).await?;
                found.ok_or_else(|| Trouble::new("wrong_password", login))?
            }
            None if relation.directory.binding == Binding::Direct => return Err(Trouble::new("wants_password", "")),
            None => relation.look(&login).await?.ok_or_else(|| Trouble::new("not_found", login))?,
        };
        Ok(Some(found))
    }
    .await;
    let took_ms = cx.app().clock().now().since(began).max(0);
    let role = |found: &Found| relation.directory.role(&found.groups);
    Ok(Json(match outcome {
        Err(Trouble { code, detail }) => {
            DirectoryProbe { trouble: Some(code.to_owned()), detail, took_ms, person: None }
        }
        Ok(found) => {
            let person = found.map(|found| DirectoryPerson {
                role_id: role(&found),
                name_there: found.name_there,
                login: found.login,
                name: found.name,
                mail: found.mail,
                department: found.department,
                groups: found.groups,
                disabled: found.disabled,
            });
            DirectoryProbe { trouble: None, detail: String::new(), took_ms, person }
        }
    }))
}

/// Looks now for who left, as each night does: their sessions end, and where it is told so their accounts are
/// suspended. It goes on by itself; what came of it stands beside the directory.
#[utoipa::path(post, path = "/directories/{id}/check", tag = "access", params(("id" = Id<Directory>, Path)), responses((status = 202)))]
pub(crate) async fn check(cx: Cx, Path(id): Path<Id<Directory>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let directory = directory::find(tx, id)?;
        let entry = Entry::new("access.directory_check_asked", "directory", id);
        audit::api::record(tx, entry.created(&json!({"name": directory.name})))?;
        jobs::check_now(tx, id)
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}
