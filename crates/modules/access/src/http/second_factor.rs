//! One's own second factor, and taking it off for somebody who lost theirs.

use audit::api::Entry;
use axum::http::{HeaderMap, StatusCode};
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::{
    session::own_session,
    sign_in::{Enrolment, wrong_code},
    users::role_for,
};
use crate::{api, codes, door, factor, passwords, policy, queries};

/// How an account's second factor stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorView {
    /// Since when it is in force; none: it is not.
    confirmed_at: Option<Timestamp>,
    /// Recovery codes that were not used yet.
    recovery_codes_left: i64,
    /// Whether the account must have one.
    required: bool,
    /// When an administrator took the last one off, until there is one again.
    reset_at: Option<Timestamp>,
}

fn view(tx: &mut Tx<'_>, id: UserId) -> Result<SecondFactorView> {
    let user = queries::user(tx, id)?;
    let factor = factor::find(tx, id)?;
    Ok(SecondFactorView {
        confirmed_at: factor.as_ref().and_then(|factor| factor.confirmed_at),
        recovery_codes_left: factor::recovery_codes_left(tx, id)?,
        required: factor::is_required(tx, &user)?,
        reset_at: factor.and_then(|factor| factor.reset_at),
    })
}

/// How one's own second factor stands.
#[utoipa::path(get, path = "/second-factor", tag = "access", responses((status = 200, body = SecondFactorView)))]
pub(crate) async fn read(cx: Cx) -> Answer<SecondFactorView> {
    let id = cx.actor().staff()?.id;
    Ok(Json(cx.read(move |tx| view(tx, id)).await?))
}

/// One's own password: an open window alone sets up nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPassword {
    /// The password; empty for an account without one.
    password: String,
}

/// Begins to set up one's own second factor: a new secret, which is in force once a code of it was shown.
#[utoipa::path(post, path = "/second-factor", tag = "access", request_body = OwnPassword, responses((status = 200, body = Enrolment)))]
pub(crate) async fn begin(cx: Cx, Json(request): Json<OwnPassword>) -> Answer<Enrolment> {
    let id = cx.actor().staff()?.id;
    let user = cx.read(move |tx| queries::user(tx, id)).await?;
    // Whom an identity provider let in may have none.
    let has_password = user.password_hash != passwords::NONE;
    if has_password && !passwords::verify(request.password, Some(user.password_hash)).await? {
        return Err(Error::field("password", "wrong_password").into());
    }
    let secret = cx
        .write(move |tx| {
            tx.actor().permit_own(tx.now()).map(drop)?;
            factor::begin(tx, id)
        })
        .await?;
    Ok(Json(Enrolment::new(&user.login, secret)))
}

/// A code that shows who asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnCode {
    /// Six digits of the authenticator app, or a recovery code.
    code: String,
}

/// Codes for the day the app is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Ten codes, each good once in place of the app. They are not kept and cannot be shown again.
    recovery_codes: Vec<String>,
}

/// Puts one's own second factor in force with a first code of it; every other session of the account ends.
#[utoipa::path(post, path = "/second-factor/confirmation", tag = "access", request_body = OwnCode, responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn confirm(cx: Cx, headers: HeaderMap, Json(request): Json<OwnCode>) -> Answer<RecoveryCodes> {
    let id = cx.actor().staff()?.id;
    let kept = own_session(&headers);
    let codes = cx
        .write(move |tx| {
            let codes = factor::confirm(tx, id, &request.code)?;
            if codes.is_some() {
                queries::end_sessions(tx, id, &kept)?;
                audit::api::record(tx, Entry::new("access.second_factor_set_up", "user", id))?;
            }
            Ok(codes)
        })
        .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(Json(RecoveryCodes { recovery_codes: codes.ok_or_else(wrong_code)? }))
}

/// Gives new recovery codes; the old ones are no good any more.
#[utoipa::path(post, path = "/second-factor/recovery-codes", tag = "access", request_body = OwnCode, responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn renew_recovery_codes(cx: Cx, Json(request): Json<OwnCode>) -> Answer<RecoveryCodes> {
    let id = cx.actor().staff()?.id;
    let codes = cx
        .write(move |tx| {
            if factor::prove(tx, id, &request.code)?.is_none() {
                return Ok(None);
            }
            audit::api::record(tx, Entry::new("access.recovery_codes_renewed", "user", id))?;
            factor::recovery_codes(tx, id).map(Some)
        })
        .await?;
    Ok(Json(RecoveryCodes { recovery_codes: codes.ok_or_else(wrong_code)? }))
}

/// Takes one's own second factor off. Refused where the account must have one.
#[utoipa::path(post, path = "/second-factor/removal", tag = "access", request_body = OwnCode, responses((status = 204)))]
pub(crate) async fn take_off(cx: Cx, Json(request): Json<OwnCode>) -> Result<StatusCode, Problem> {
    let id = cx.actor().staff()?.id;
    let done = cx
        .write(move |tx| {
            let user = queries::user(tx, id)?;
            if factor::is_required(tx, &user)? {
                return Err(codes::SECOND_FACTOR_REQUIRED.conflict());
            }
            if factor::prove(tx, id, &request.code)?.is_none() {
                return Ok(false);
            }
            factor::take_off(tx, id, false)?;
            audit::api::record(tx, Entry::new("access.second_factor_taken_off", "user", id))?;
            Ok(true)
        })
        .await?;
    if done { Ok(StatusCode::NO_CONTENT) } else { Err(wrong_code().into()) }
}

/// How an account's second factor stands.
#[utoipa::path(get, path = "/users/{id}/second-factor", tag = "access", params(("id" = UserId, Path)), responses((status = 200, body = SecondFactorView)))]
pub(crate) async fn of_user(cx: Cx, Path(id): Path<UserId>) -> Answer<SecondFactorView> {
    Ok(Json(cx.read(move |tx| policy::may_read(tx.actor()).and_then(|_scope| view(tx, id))).await?))
}

/// Takes the second factor off for somebody who lost theirs: their sessions end, and the next sign-in
/// asks for the password alone, or for a new second factor where they must have one.
#[utoipa::path(delete, path = "/users/{id}/second-factor", tag = "access", params(("id" = UserId, Path)), responses((status = 204)))]
pub(crate) async fn reset(cx: Cx, Path(id): Path<UserId>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let user = queries::user(tx, id)?;
        role_for(tx, user.role_id)?;
        if tx.actor().staff().is_ok_and(|staff| staff.id == id) {
            return Err(codes::OWN_SECOND_FACTOR.conflict());
        }
        api::reset_factor(tx, id)
    })
    .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(StatusCode::NO_CONTENT)
}
