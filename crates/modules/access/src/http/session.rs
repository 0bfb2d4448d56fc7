//! Signing in and out, and one's own account.

use std::collections::BTreeMap;

use audit::api::Entry;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use http::{Answer, App, Catalogue, Cx, Json, Problem};
use kernel::{Error, Id, Reach, Result, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::params;
use utoipa::ToSchema;

use crate::{
    Placement, door, factor,
    model::{Locale, Role},
    passwords, queries,
};

/// Who is signed in, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    user: SessionUser,
    role: SessionRole,
    /// Permission → how far.
    grants: BTreeMap<String, Reach>,
}

/// The person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionUser {
    id: UserId,
    login: String,
    name: String,
    locale: Locale,
    /// The department or team they belong to.
    unit_id: Option<UnitId>,
    /// Whether they sign in with a second factor; what changes the account asks for a code of it.
    second_factor: bool,
}

/// Their role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionRole {
    id: Id<Role>,
    name: String,
}

/// What `user` is told on signing in: who they are, and what they may do.
///
/// # Errors
/// [`Error::NotFound`] without such an account.
pub async fn describe(cx: &Cx, user: UserId) -> Result<Session> {
    let (placement, catalogue) = (cx.app().part::<Box<dyn Placement>>(), cx.app().part::<Catalogue>());
    cx.read(move |tx| {
        let user = queries::user(tx, user)?;
        let role = queries::role(tx, user.role_id)?;
        let staff = door::staff(tx, &user, &**placement, &catalogue)?;
        let second_factor = factor::is_on(tx, user.id)?;
        Ok(Session {
            user: SessionUser {
                id: user.id,
                login: user.login,
                name: user.name,
                locale: user.locale,
                unit_id: staff.unit,
                second_factor,
            },
            role: SessionRole { id: role.id, name: role.name },
            grants: staff.grants.into_iter().collect(),
        })
    })
    .await
}

/// The session cookie for `secret`: out of reach of scripts and of other sites' pages.
pub fn session_cookie(app: &App, secret: &str) -> String {
    let secure = if app.limits().trust_proxy { "; Secure" } else { "" };
    let age = if secret.is_empty() { "; Max-Age=0" } else { "" };
    format!("zhike_session={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "access", responses((status = 200, body = Session)))]
pub(crate) async fn read(cx: Cx) -> Answer<Session> {
    let user = cx.actor().staff()?.id;
    Ok(Json(describe(&cx, user).await?))
}

/// Signs out: the session ends, here and in every other tab.
#[utoipa::path(delete, path = "/session", tag = "access", responses((status = 204)))]
pub(crate) async fn sign_out(cx: Cx, headers: HeaderMap) -> Result<Response, Problem> {
    let user = cx.actor().staff()?.id;
    let hash = own_session(&headers);
    cx.write(move |tx| {
        tx.exec(&queries::END_SESSION, params![hash])?;
        audit::api::record(tx, Entry::new("access.signed_out", "user", user))
    })
    .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session_cookie(cx.app(), ""))]).into_response())
}

/// One's own choices.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnChoices {
    /// The language to see.
    locale: Locale,
}

/// Changes one's own language.
#[utoipa::path(patch, path = "/session", tag = "access", request_body = OwnChoices, responses((status = 200, body = Session)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<OwnChoices>) -> Answer<Session> {
    let id = cx.actor().staff()?.id;
    cx.write(move |tx| {
        tx.actor().permit_own(tx.now()).map(drop)?;
        let mut user = queries::user(tx, id)?;
        user.locale = request.locale;
        user.version += 1;
        queries::save_user(tx, &user)
    })
    .await?;
    Ok(Json(describe(&cx, id).await?))
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password until now.
    old: String,
    /// The password from now on: 10 to 200 characters.
    new: String,
    /// A code of the second factor, or a recovery code; required of who has one.
    code: Option<String>,
}

/// Changes one's own password; every other session of the account ends.
#[utoipa::path(post, path = "/session/password", tag = "access", request_body = NewPassword, responses((status = 204)))]
pub(crate) async fn change_password(
    cx: Cx,
    headers: HeaderMap,
    Json(request): Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    let id = cx.actor().staff()?.id;
    let (user, guarded) = cx.read(move |tx| Ok((queries::user(tx, id)?, factor::is_on(tx, id)?))).await?;
    if !passwords::verify(request.old, Some(user.password_hash)).await? {
        return Err(Error::field("old", "wrong_password").into());
    }
    passwords::check("new", &request.new, &user.login)?;
    if guarded && request.code.as_deref().is_none_or(str::is_empty) {
        return Err(Error::field("code", "required").into());
    }
    let hash = passwords::hash(request.new, cx.app().db().rng()).await?;
    let kept = own_session(&headers);
    let changed = cx
        .write(move |tx| {
            if factor::is_on(tx, id)? && factor::prove(tx, id, request.code.as_deref().unwrap_or_default())?.is_none() {
                return Ok(false);
            }
            let mut user = queries::user(tx, id)?;
            user.password_hash = hash.clone();
            user.version += 1;
            queries::save_user(tx, &user)?;
            queries::end_sessions(tx, id, &kept)?;
            audit::api::record(tx, Entry::new("access.password_changed", "user", id))?;
            Ok(true)
        })
        .await?;
    if !changed {
        return Err(Error::field("code", "wrong_code").into());
    }
    cx.app().part::<door::Recent>().forget_all();
    Ok(StatusCode::NO_CONTENT)
}

/// The hash of the session the request came with; empty for a token.
pub(crate) fn own_session(headers: &HeaderMap) -> String {
    match http::credentials(headers) {
        Some(http::Credentials::Session(secret)) => door::fingerprint(&secret),
        _ => String::new(),
    }
}
