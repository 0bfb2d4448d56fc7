//! Accounts.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::{Check, Error, Id, Page, PageQuery, UserId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes, door,
    model::{Locale, Role, RoleKind, User, UserState, login},
    passwords, policy, queries,
};

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that may, or may not, sign in.
    state: Option<UserState>,
    /// Part of the name or login.
    q: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists accounts, newest first.
#[utoipa::path(get, path = "/users", tag = "access", params(ListQuery), responses((status = 200, body = Page<User>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<User>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let text = query.q.as_deref().unwrap_or_default().trim().to_lowercase();
            queries::users(tx, &scope, query.state.map(UserState::text), &text, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |user| (user.created_at.millis(), user.id.to_string()))))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// The name to sign in with: 2 to 64 letters, digits, `.`, `-`, `_`, `@`.
    login: String,
    /// The name colleagues see.
    name: String,
    /// What the person may do.
    role_id: Id<Role>,
    /// The language the person sees.
    locale: Locale,
    /// The first password: 10 to 200 characters.
    password: String,
}

/// Creates an account.
#[utoipa::path(post, path = "/users", tag = "access", request_body = NewUser, responses((status = 200, body = User)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewUser>) -> Answer<User> {
    // Hashing is dear: refuse first.
    let permit = policy::may_manage(cx.actor(), cx.app().clock().now())?;
    let login = login(&request.login)?;
    let secret = api::secret(request.password, &login, cx.app().db().rng()).await?;
    drop(permit);
    let user = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let role = role_for(tx, request.role_id)?;
            api::create_user(tx, &login, &request.name, &role.name, request.locale, &secret)
        })
        .await?;
    Ok(Json(user))
}

/// One account.
#[utoipa::path(get, path = "/users/{id}", tag = "access", params(("id" = UserId, Path)), responses((status = 200, body = User)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<UserId>) -> Answer<User> {
    let user = cx.read(move |tx| policy::may_read(tx.actor()).and_then(|_scope| queries::user(tx, id))).await?;
    Ok(Json(user))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The version that was seen.
    version: i64,
    /// The name colleagues see.
    name: Option<String>,
    /// What the person may do.
    role_id: Option<Id<Role>>,
    /// The language the person sees.
    locale: Option<Locale>,
}

/// Changes an account.
#[utoipa::path(patch, path = "/users/{id}", tag = "access", params(("id" = UserId, Path)), request_body = UserChange, responses((status = 200, body = User)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<UserId>, Json(request): Json<UserChange>) -> Answer<User> {
    let user = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().maybe_text("name", request.name.as_deref(), 1..=80).done()?;
            let before = queries::user(tx, id)?;
            let mut after = before.clone();
            after.name = request.name.as_deref().map_or(after.name, |name| name.trim().to_owned());
            after.locale = request.locale.unwrap_or(after.locale);
            if let Some(role) = request.role_id {
                // Taking a role away from someone above oneself would be granting, backwards.
                role_for(tx, before.role_id)?;
                after.role_id = role_for(tx, role)?.id;
            }
            after.version = request.version + 1;
            queries::save_user(tx, &after)?;
            keep_an_administrator(tx)?;
            audit::api::record(tx, Entry::new("access.user_changed", "user", id).change(&before, &after))?;
            api::told(tx, &after)?;
            Ok(after)
        })
        .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(Json(user))
}

/// A password for somebody who lost theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenPassword {
    /// The password from now on: 10 to 200 characters.
    password: String,
}

/// Gives an account a new password; its sessions end.
#[utoipa::path(post, path = "/users/{id}/password", tag = "access", params(("id" = UserId, Path)), request_body = GivenPassword, responses((status = 204)))]
pub(crate) async fn set_password(
    cx: Cx,
    Path(id): Path<UserId>,
    Json(request): Json<GivenPassword>,
) -> Result<StatusCode, Problem> {
    let user = cx
        .read(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let user = queries::user(tx, id)?;
            role_for(tx, user.role_id)?;
            Ok(user)
        })
        .await?;
    passwords::check("password", &request.password, &user.login)?;
    let hash = passwords::hash(request.password, cx.app().db().rng()).await?;
    cx.write(move |tx| {
        let mut user = queries::user(tx, id)?;
        user.password_hash = hash.clone();
        user.version += 1;
        queries::save_user(tx, &user)?;
        queries::end_sessions(tx, id, "")?;
        audit::api::record(tx, Entry::new("access.password_given", "user", id))
    })
    .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(StatusCode::NO_CONTENT)
}

/// Suspends an account: it cannot sign in, its sessions and tokens end; what it did stays.
#[utoipa::path(post, path = "/users/{id}/suspension", tag = "access", params(("id" = UserId, Path)), responses((status = 200, body = User)))]
pub(crate) async fn suspend(cx: Cx, Path(id): Path<UserId>) -> Answer<User> {
    set_state(cx, id, UserState::Suspended).await
}

/// Lets a suspended account sign in again.
#[utoipa::path(delete, path = "/users/{id}/suspension", tag = "access", params(("id" = UserId, Path)), responses((status = 200, body = User)))]
pub(crate) async fn resume(cx: Cx, Path(id): Path<UserId>) -> Answer<User> {
    set_state(cx, id, UserState::Active).await
}

async fn set_state(cx: Cx, id: UserId, state: UserState) -> Answer<User> {
    let user = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let by = tx.actor().staff().ok().map(|staff| staff.id);
            let before = queries::user(tx, id)?;
            role_for(tx, before.role_id)?;
            let after = before.clone().with_state(&permit, by, state)?;
            queries::save_user(tx, &after)?;
            keep_an_administrator(tx)?;
            if state == UserState::Suspended {
                queries::end_sessions(tx, id, "")?;
            }
            let action = if state == UserState::Suspended {
                "access.user_suspended"
            } else {
                "access.user_resumed"
            };
            audit::api::record(tx, Entry::new(action, "user", id).change(&before, &after))?;
            api::told(tx, &after)?;
            Ok(after)
        })
        .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(Json(user))
}

/// The role, when the actor may give it: it grants no more than the actor has.
pub(crate) fn role_for(tx: &mut store::Tx<'_>, id: Id<Role>) -> kernel::Result<Role> {
    let role = queries::role(tx, id).map_err(|_| Error::field("role_id", "unknown"))?;
    let grants = match role.kind {
        // Only an administrator makes an administrator: the reach of managing accounts is all either way,
        // so what tells them apart is the actor's own role.
        RoleKind::Administrator => {
            let own = tx.actor().staff().ok().map(|staff| staff.id);
            let administrator = match own {
                None => true,
                Some(own) => {
                    let own_role = queries::user(tx, own)?.role_id;
                    queries::role(tx, own_role)?.kind == RoleKind::Administrator
                }
            };
            return if administrator {
                Ok(role)
            } else {
                Err(Error::field("role_id", "beyond_your_own"))
            };
        }
        RoleKind::Ordinary => queries::grants(tx, id)?,
    };
    policy::may_grant(tx.actor(), &grants).map_err(|_| Error::field("role_id", "beyond_your_own"))?;
    Ok(role)
}

/// Refuses a change that would leave nobody to manage the installation.
fn keep_an_administrator(tx: &mut store::Tx<'_>) -> kernel::Result<()> {
    match queries::administrators(tx)? {
        0 => Err(codes::LAST_ADMINISTRATOR.conflict()),
        _ => Ok(()),
    }
}
