//! The first run: who this is, and the first person who may do everything.

use access::api::{Locale, session_cookie};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Answer, Catalogue, Cx, Json, Problem};
use kernel::{Check, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::organisation::{changed, checked_zone};
use crate::{
    codes, holidays,
    model::{Organisation, SetupStep},
    policy, queries,
};

/// Whether this installation waits for its first administrator, and whose it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Setup {
    /// Whether nobody has an account yet.
    needed: bool,
    /// The organisation's name; empty until it is set up.
    organisation: String,
    /// The organisation's language.
    locale: Locale,
    /// The step that comes next once there is an administrator; `done` when the set-up is through.
    step: SetupStep,
}

/// Tells whether the installation is to be set up. Needs no sign-in.
#[utoipa::path(get, path = "/setup", tag = "settings", responses((status = 200, body = Setup)))]
pub(crate) async fn read(cx: Cx) -> Answer<Setup> {
    let setup = cx
        .read(|tx| {
            let organisation = queries::organisation(tx)?;
            let Organisation { name, locale, setup: step, .. } = organisation;
            Ok(Setup { needed: access::api::is_new(tx)?, organisation: name, locale, step })
        })
        .await?;
    Ok(Json(setup))
}

/// The organisation and its first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrganisation {
    /// The organisation's name, 1 to 100 characters. Without it the set-up goes on step by step, and
    /// that is the next one.
    organisation: Option<String>,
    /// The administrator's name, 1 to 80 characters.
    name: String,
    /// The name to sign in with: 2 to 64 letters, digits, `.`, `-`, `_`, `@`.
    login: String,
    /// The password: 10 to 200 characters.
    password: String,
    /// The language of both.
    locale: Locale,
    /// The organisation's time zone, a name of the IANA database; by the language unless told.
    time_zone: Option<String>,
}

/// Sets the installation up and signs the administrator in. Needs no sign-in, and works only while
/// nobody has an account. Where China's holidays apply, this and the next year's are taken in.
#[utoipa::path(post, path = "/setup", tag = "settings", request_body = NewOrganisation, responses((status = 200, body = access::api::Session)))]
pub(crate) async fn set_up(cx: Cx, Json(request): Json<NewOrganisation>) -> Result<Response, Problem> {
    // Hashing is dear: refuse first.
    cx.read(only_once).await?;
    let login = access::api::normal_login(&request.login)?;
    Check::new()
        .maybe_text("organisation", request.organisation.as_deref(), 1..=100)
        .text("name", &request.name, 1..=80)
        .done()?;
    let zone = checked_zone(request.time_zone.as_deref().unwrap_or(zone_of(request.locale)))?;
    let secret = access::api::secret(request.password, &login, cx.app().db().rng()).await?;
    let decreed = if zone == "Asia/Shanghai" {
        holidays::known_at(cx.app().clock().now()).await?
    } else {
        Vec::new()
    };
    let catalogue = cx.app().part::<Catalogue>();
    let (user, session) = cx
        .write(move |tx| {
            only_once(tx)?;
            access::api::create_first_roles(tx, &catalogue)?;
            let user = access::api::create_user(tx, &login, &request.name, "administrator", request.locale, &secret)?;
            // Of two who set up at once, one meets this row changed and begins anew: to be refused.
            let before = queries::organisation(tx)?;
            let mut after = before.clone();
            match &request.organisation {
                Some(name) => after.name = name.trim().to_owned(),
                None => after.setup = SetupStep::Organisation,
            }
            after.time_zone = zone.clone();
            after.locale = request.locale;
            after.version += 1;
            changed(tx, &before, after)?;
            holidays::take_in(tx, &decreed)?;
            Ok((user.id, access::api::begin_session(tx, user.id)?))
        })
        .await?;
    let cookie = session_cookie(cx.app(), &session);
    let session = access::api::describe(&cx, user).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(session)).into_response())
}

/// Where the set-up goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextStep {
    /// The step that comes next; `done` when it is through.
    step: SetupStep,
}

/// Keeps where the set-up goes on, so that it can be left and taken up again.
#[utoipa::path(patch, path = "/setup", tag = "settings", request_body = NextStep, responses((status = 200, body = Setup)))]
pub(crate) async fn proceed(cx: Cx, Json(request): Json<NextStep>) -> Answer<Setup> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        queries::proceed(tx, request.step)
    })
    .await?;
    read(cx).await
}

pub(super) fn only_once(tx: &mut Tx<'_>) -> Result<()> {
    if access::api::is_new(tx)? {
        Ok(())
    } else {
        Err(codes::ALREADY_SET_UP.conflict())
    }
}

/// Where most who speak it are.
fn zone_of(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhCn => "Asia/Shanghai",
        Locale::ZhTw => "Asia/Taipei",
        Locale::En => "UTC",
    }
}
