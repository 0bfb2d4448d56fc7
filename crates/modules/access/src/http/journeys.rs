//! Signing in by an identity provider: there and back.

use std::collections::HashMap;

use audit::api::Entry;
use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use http::{Answer, App, Cx, Json, Path, Problem, Query};
use kernel::{Error, Id, Result, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use super::{
    session::session_cookie,
    sign_in::{Entered, SignInChallenge},
};
use crate::{
    Placement,
    arrival::{self, Arrived},
    codes,
    directory::{self, Directory},
    identity::{self, Identity, IdentityProvider},
    oidc::{Journey, Trouble, form, provider::Known},
    passwords, policy, queries,
};

/// A way to sign in besides the password.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInProvider {
    /// Its id.
    id: Id<IdentityProvider>,
    /// What its button says.
    name: String,
    /// What it calls itself.
    issuer: String,
}

/// A directory whose passwords open here.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInDirectory {
    /// Its id.
    id: Id<Directory>,
    /// What people call it.
    name: String,
}

/// The ways to sign in besides the password.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInProviders {
    /// In the order they were set up.
    providers: Vec<SignInProvider>,
    /// Those whose login and password are taken in the place of ours.
    directories: Vec<SignInDirectory>,
}

fn directories(tx: &mut Tx<'_>) -> Result<Vec<SignInDirectory>> {
    let active = directory::all(tx)?.into_iter().filter(Directory::is_active);
    Ok(active.map(|Directory { id, name, .. }| SignInDirectory { id, name }).collect())
}

fn active(tx: &mut Tx<'_>) -> Result<Vec<SignInProvider>> {
    let active = identity::all(tx)?.into_iter().filter(IdentityProvider::is_active);
    Ok(active.map(|IdentityProvider { id, name, issuer, .. }| SignInProvider { id, name, issuer }).collect())
}

/// The ways to sign in besides the password.
#[utoipa::path(get, path = "/session/providers", tag = "access", responses((status = 200, body = SignInProviders)))]
pub(crate) async fn providers(cx: Cx) -> Answer<SignInProviders> {
    let ways = cx.read(|tx| Ok(SignInProviders { providers: active(tx)?, directories: directories(tx)? })).await?;
    Ok(Json(ways))
}

/// By whom somebody wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingOut {
    /// The provider.
    provider_id: Id<IdentityProvider>,
    /// The page they want; `/` unless told. Only a path of our own.
    next: Option<String>,
}

/// Where the browser is to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct WayThere {
    /// The provider's page.
    url: String,
}

/// Sets out to sign in by an identity provider. Sets a cookie by which the browser is known when it comes back.
#[utoipa::path(post, path = "/session/journeys", tag = "access", request_body = SettingOut, responses((status = 200, body = WayThere)))]
pub(crate) async fn set_out(cx: Cx, Json(request): Json<SettingOut>) -> Result<Response, Problem> {
    go(&cx, request.provider_id, request.next.as_deref().unwrap_or("/"), None).await
}

/// Whose word is to count for one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Linking {
    /// The provider.
    provider_id: Id<IdentityProvider>,
}

/// Sets out to link one's own account with an identity provider.
#[utoipa::path(post, path = "/identities", tag = "access", request_body = Linking, responses((status = 200, body = WayThere)))]
pub(crate) async fn link(cx: Cx, Json(request): Json<Linking>) -> Result<Response, Problem> {
    let user = cx.actor().staff()?.id;
    go(&cx, request.provider_id, OWN_PAGE, Some(user)).await
}

/// Where one's own links stand.
const OWN_PAGE: &str = "/settings/second-factor";

async fn go(cx: &Cx, id: Id<IdentityProvider>, next: &str, user: Option<UserId>) -> Result<Response, Problem> {
    let relation = cx
        .read(move |tx| {
            let provider = identity::find(tx, id)?;
            if !provider.is_active() {
                return Err(Error::NotFound);
            }
            identity::relation(tx, provider)
        })
        .await?;
    let journey = Journey::begin(cx.app().db().rng());
    let found = cx.app().part::<Known>().of(&relation, cx.app().clock().now()).await;
    let way = found.and_then(|found| relation.entrance(&found, &journey));
    let url = match way {
        Ok(url) => url,
        Err(trouble) => {
            let name = relation.provider.name;
            cx.write(move |tx| refused(tx, id, &name, &trouble)).await?;
            return Err(codes::PROVIDER_UNREACHABLE.conflict().into());
        }
    };
    let (cookie, next) = (journey_cookie(cx.app(), &journey.browser), arrival::own_path(next).to_owned());
    cx.write(move |tx| identity::set_out(tx, id, &journey, &next, user)).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(WayThere { url })).into_response())
}

/// Known when the browser comes back; shown there alone.
fn journey_cookie(app: &App, secret: &str) -> String {
    let secure = if app.limits().trust_proxy { "; Secure" } else { "" };
    let age = if secret.is_empty() { 0 } else { 900 };
    format!("zhike_journey={secret}; Path=/callbacks/oidc; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

/// What the provider sends back: `state` and `code`, or `error`; what else it says is passed over, as the
/// protocol has it.
type Back = HashMap<String, String>;

/// Where an identity provider sends people back to: leads on to the page they wanted, signed in, or to
/// the sign-in page with what stands in the way.
#[utoipa::path(get, path = "/callbacks/oidc/{id}", tag = "access", params(("id" = Id<IdentityProvider>, Path), ("state" = Option<String>, Query), ("code" = Option<String>, Query), ("error" = Option<String>, Query), ("error_description" = Option<String>, Query), ("iss" = Option<String>, Query)), responses((status = 303)))]
pub(crate) async fn callback(
    cx: Cx,
    Path(id): Path<Id<IdentityProvider>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let browser = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("zhike_journey="))
        .unwrap_or_default()
        .to_owned();
    let mut place = "/sign-in";
    let (to, secret) = match arrive(&cx, id, back, browser, &mut place).await? {
        Ok(Arrived::Entered(next, Entered::In(_, secret))) => (next, Some(secret)),
        Ok(Arrived::Entered(next, Entered::Challenged(SignInChallenge { step, challenge, expires_at }))) => {
            let next = form(&[("next", &next)]);
            let expires = expires_at.millis().to_string();
            // Behind the `#`: it is sent to no server and stands in no log.
            let step = form(&[("step", step.text()), ("challenge", &challenge), ("expires_at", &expires)]);
            (format!("/sign-in?{next}#{step}"), None)
        }
        Ok(Arrived::Linked) => (format!("{OWN_PAGE}?linked=1"), None),
        Err(trouble) => (format!("{place}?{}", form(&[("trouble", trouble.code)])), None),
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    let cookies = [Some(journey_cookie(cx.app(), "")), secret.map(|secret| session_cookie(cx.app(), &secret))];
    for cookie in cookies.into_iter().flatten() {
        let cookie = cookie.parse().map_err(Error::internal)?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let plain = HeaderName::from_static("referrer-policy");
    response.headers_mut().insert(plain, "no-referrer".parse().map_err(Error::internal)?);
    Ok(response)
}

async fn arrive(
    cx: &Cx,
    id: Id<IdentityProvider>,
    mut back: Back,
    browser: String,
    place: &mut &'static str,
) -> Result<std::result::Result<Arrived, Trouble>> {
    let state = back.remove("state").unwrap_or_default();
    let known = cx
        .write(move |tx| {
            let Some(journey) = identity::come_back(tx, id, &state, &browser)? else { return Ok(None) };
            let provider = identity::find(tx, id)?;
            let active = provider.is_active();
            let relation = identity::relation(tx, provider)?;
            Ok(active.then_some((journey, relation)))
        })
        .await?;
    let Some((journey, relation)) = known else { return Ok(Err(Trouble::new("journey_over", ""))) };
    if journey.user_id.is_some() {
        *place = OWN_PAGE;
    }
    let said = async {
        if let Some(error) = back.get("error") {
            let more = back.get("error_description").map_or("", String::as_str);
            return Err(Trouble::new("refused_there", format!("{error} {more}").trim()));
        }
        let code = back.get("code").filter(|code| !code.is_empty()).ok_or_else(|| Trouble::new("refused_there", ""))?;
        let found = relation.discover().await?;
        relation.came_from_here(&found, back.get("iss").map(String::as_str))?;
        let ours = (journey.verifier.as_str(), journey.nonce.as_str());
        relation.person(&found, code, ours, || cx.app().clock().now()).await
    }
    .await;
    let placement = cx.app().part::<Box<dyn Placement>>();
    cx.write(move |tx| {
        let outcome = match &said {
            Ok(person) => arrival::arrive(tx, &**placement, &relation.provider, &journey, person)?,
            Err(trouble) => Err(trouble.clone()),
        };
        if let Err(trouble) = &outcome {
            refused(tx, id, &relation.provider.name, trouble)?;
        }
        Ok(outcome)
    })
    .await
}

/// Keeps why somebody was not let in: the sign-in page says it in general words, the trail with what was said.
fn refused(tx: &mut Tx<'_>, id: Id<IdentityProvider>, name: &str, trouble: &Trouble) -> Result<()> {
    let why = json!({"name": name, "trouble": trouble.code, "detail": trouble.detail});
    audit::api::record(tx, Entry::new("access.provider_refused", "identity_provider", id).created(&why))
}

/// Whose word counts for one's own account, and whose may.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnIdentities {
    /// Who may be linked.
    providers: Vec<SignInProvider>,
    /// Directories that may be.
    directories: Vec<SignInDirectory>,
    /// Who is.
    identities: Vec<Identity>,
    /// Whether the account has a password besides.
    has_password: bool,
}

/// Whose word counts for one's own account.
#[utoipa::path(get, path = "/identities", tag = "access", responses((status = 200, body = OwnIdentities)))]
pub(crate) async fn own(cx: Cx) -> Answer<OwnIdentities> {
    let id = cx.actor().staff()?.id;
    let own = cx
        .read(move |tx| {
            let has_password = queries::user(tx, id)?.password_hash != passwords::NONE;
            let (providers, directories) = (active(tx)?, directories(tx)?);
            Ok(OwnIdentities { providers, directories, identities: identity::of_user(tx, id)?, has_password })
        })
        .await?;
    Ok(Json(own))
}

/// Whose word counts for an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserIdentities {
    /// Oldest first.
    identities: Vec<Identity>,
}

/// Whose word counts for an account.
#[utoipa::path(get, path = "/users/{id}/identities", tag = "access", params(("id" = UserId, Path)), responses((status = 200, body = UserIdentities)))]
pub(crate) async fn of_user(cx: Cx, Path(id): Path<UserId>) -> Answer<UserIdentities> {
    let identities = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            queries::user(tx, id)?;
            identity::of_user(tx, id)
        })
        .await?;
    Ok(Json(UserIdentities { identities }))
}

/// Unlinks an account from an identity provider: one's own, or anybody's for who manages accounts.
#[utoipa::path(delete, path = "/identities/{id}", tag = "access", params(("id" = Id<Identity>, Path)), responses((status = 204)))]
pub(crate) async fn unlink(cx: Cx, Path(id): Path<Id<Identity>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let me = tx.actor().staff()?.id;
        let found = identity::one(tx, id)?;
        let user = queries::user(tx, found.user_id)?;
        if user.id != me {
            // What others are linked to is nobody's to know who may not manage them.
            let _permit = policy::may_manage(tx.actor(), tx.now()).map_err(|_| Error::NotFound)?;
            super::users::role_for(tx, user.role_id)?;
        } else if user.password_hash == passwords::NONE && identity::of_user(tx, me)?.len() == 1 {
            return Err(codes::LAST_WAY_IN.conflict());
        }
        identity::unlink(tx, id)?;
        let entry = Entry::new("access.identity_unlinked", "user", user.id);
        audit::api::record(tx, entry.created(&json!({"issuer": found.issuer, "name": found.name})))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
