//! Signing in at a mailbox's provider: there and back.

use std::collections::HashMap;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use http::{Cx, Json, Path, Problem, Query};
use kernel::{Error, Id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{Mailbox, MailboxAuth},
    oauth::{self, Journey},
    policy, queries,
};

/// Where the browser is to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxWay {
    /// The provider's page.
    url: String,
}

/// Sets out to sign in at the mailbox's provider. Sets a cookie by which the browser is known when it comes back.
#[utoipa::path(post, path = "/mailboxes/{id}/authorization", tag = "mail", params(("id" = Id<Mailbox>, Path)), responses((status = 200, body = MailboxWay)))]
pub(crate) async fn set_out(cx: Cx, Path(id): Path<Id<Mailbox>>) -> Result<Response, Problem> {
    let journey = Journey::begin(cx.app().db().rng());
    let cookie = cookie(&cx, &journey.browser);
    let url = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let user = tx.actor().staff()?.id;
            let mailbox = queries::find(tx, id)?;
            let grant = queries::grant(tx, id)?.filter(|_| mailbox.auth == MailboxAuth::Oauth);
            let grant = grant.ok_or_else(|| codes::BY_PASSWORD.conflict())?;
            journey.set_out(tx, id, user)?;
            Ok(journey.entrance(&grant.shown, &mailbox))
        })
        .await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(MailboxWay { url })).into_response())
}

/// Known when the browser comes back; shown there alone.
fn cookie(cx: &Cx, secret: &str) -> String {
    let secure = if cx.app().limits().trust_proxy { "; Secure" } else { "" };
    let age = if secret.is_empty() { 0 } else { 900 };
    format!("zhike_mail_journey={secret}; Path=/callbacks/mail; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

/// What the provider sends back: `state` and `code`, or `error`; what else it says is passed over.
type Back = HashMap<String, String>;

/// Where a mailbox's provider sends people back to: leads on to the mailbox, with what came of it.
#[utoipa::path(get, path = "/callbacks/mail", tag = "mail", params(("state" = Option<String>, Query), ("code" = Option<String>, Query), ("error" = Option<String>, Query)), responses((status = 303)))]
pub(crate) async fn callback(cx: Cx, headers: HeaderMap, Query(mut back): Query<Back>) -> Result<Response, Problem> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let browser = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("zhike_mail_journey="))
        .unwrap_or_default()
        .to_owned();
    let state = back.remove("state").unwrap_or_default();
    let journey = cx.write(move |tx| oauth::come_back(tx, &state, &browser)).await?;
    let to = match journey {
        None => "/settings/mailboxes?grant=over".to_owned(),
        Some(journey) => {
            let code = back.remove("code").unwrap_or_default();
            let done = !code.is_empty() && oauth::redeem(cx.app(), &journey, &code, cx.origin()).await?.is_ok();
            format!("/settings/mailboxes?open={}&grant={}", journey.mailbox_id, if done { "done" } else { "refused" })
        }
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    let (over, plain) =
        (cookie(&cx, "").parse().map_err(Error::internal)?, "no-referrer".parse().map_err(Error::internal)?);
    response.headers_mut().append(header::SET_COOKIE, over);
    response.headers_mut().insert(header::REFERRER_POLICY, plain);
    Ok(response)
}
