//! The access token, which lets us speak to a platform. One is kept for all nodes and renewed by one of
//! them at a time, before it ends: a second one, got by itself, could make the first worthless.

use std::time::Duration;

use axum::http::Method;
use http::App;
use kernel::{Origin, Result};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    model::{AccessToken, AccountKind, Setup},
    platform::{Trouble, numbered, sound},
    queries,
    why::Why,
};

/// How long before its end a token is renewed, in milliseconds.
const EARLY: i64 = 5 * 60_000;
/// How long one node has to get a new one, in milliseconds.
const CLAIM: i64 = 45_000;
/// How long, and how often, another looks whether it is there.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: u32 = 250;

/// A token that is good, as far as anybody knows.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn token(app: &App, setup: &Setup) -> Result<String, Trouble> {
    get(app, setup, None).await
}

/// Another token than `stale`, which the platform no longer takes.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn another(app: &App, setup: &Setup, stale: &str) -> Result<String, Trouble> {
    get(app, setup, Some(stale)).await
}

async fn get(app: &App, setup: &Setup, stale: Option<&str>) -> Result<String, Trouble> {
    let id = setup.account.id;
    for _ in 0..LOOKS {
        let kept = app.db().read(&Origin::system("wechat"), move |tx| queries::access_token(tx, id)).await?;
        let now = app.clock().now();
        let good = kept.filter(|kept| now < kept.until && stale != Some(kept.access_token.as_str()));
        let soon = good.as_ref().is_none_or(|kept| kept.until.plus_millis(-EARLY) <= now);
        if let (Some(kept), false) = (&good, soon) {
            return Ok(kept.access_token.clone());
        }
        let mine = app
            .db()
            .write(&Origin::system("wechat"), move |tx| {
                let until = tx.now().plus_millis(CLAIM);
                queries::claim_access_token(tx, id, until)
            })
            .await?;
        match (mine, good) {
            // One that is renewed early is good a while longer, whatever comes of it.
            (true, good) => {
                return renew(app, setup, stale)
                    .await
                    .or_else(|trouble| good.map(|kept| kept.access_token).ok_or(trouble));
            }
            // Somebody gets another; this one is good a while.
            (false, Some(kept)) => return Ok(kept.access_token),
            (false, None) => sleep(LOOK).await,
        }
    }
    Err(Trouble::new(Why::Unreachable, "no access token in time"))
}

/// Gets a new one, keeps it, and says how that went.
async fn renew(app: &App, setup: &Setup, stale: Option<&str>) -> Result<String, Trouble> {
    let fetched = match fetch(setup, false).await {
        // The same again: only by force is there another.
        Ok((token, _)) if stale == Some(token.as_str()) => fetch(setup, true).await,
        fetched => fetched,
    };
    let (id, kept) = (setup.account.id, fetched.as_ref().ok().cloned());
    let trouble = fetched.as_ref().err().cloned();
    app.db()
        .write(&Origin::system("wechat"), move |tx| {
            let now = tx.now();
            let mut calls = queries::calls(tx, id)?;
            let before = queries::access_token(tx, id)?;
            let mut token = before.unwrap_or(AccessToken {
                account_id: id,
                access_token: String::new(),
                until: now,
                claimed_until: now,
            });
            token.claimed_until = now;
            if let Some((access_token, seconds)) = &kept {
                (token.access_token, token.until) = (access_token.clone(), now.plus_millis(seconds * 1_000));
                (calls.token_at, calls.token_until) = (Some(now), Some(token.until));
                (calls.trouble, calls.detail) = (None, String::new());
            }
            if let Some(trouble) = &trouble {
                (calls.trouble, calls.detail) = (Some(trouble.why), trouble.detail.clone());
            }
            queries::save_access_token(tx, &token)?;
            queries::save_calls(tx, &calls)
        })
        .await?;
    fetched.map(|(token, _)| token)
}

/// Asks the platform for one: the token, and for how many seconds it is good.
async fn fetch(setup: &Setup, force: bool) -> Result<(String, i64), Trouble> {
    let base = setup.base().ok_or_else(|| Trouble::new(Why::Unreachable, "no address"))?;
    let (app_id, secret) = (&setup.account.app_id, &setup.secrets.secret);
    let answer = match setup.account.kind {
        AccountKind::Wechat => {
            let wish =
                json!({"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force});
            let body = Some(("application/json", wish.to_string().into_bytes()));
            base.ask(Method::POST, "/cgi-bin/stable_token", body).await
        }
        AccountKind::Wecom => {
            let path = format!("/cgi-bin/gettoken?corpid={app_id}&corpsecret={secret}");
            base.ask(Method::GET, &path, None).await
        }
    };
    let answer: Value = sound(setup.account.kind, &answer?)?;
    let token = answer["access_token"].as_str().filter(|token| is_token(token));
    let seconds = answer["expires_in"].as_i64().unwrap_or(0).clamp(0, 24 * 3_600);
    match (token, numbered(setup.account.kind, &answer)) {
        (_, Err(trouble)) => Err(trouble),
        (Some(token), Ok(())) if seconds > 0 => Ok((token.to_owned(), seconds)),
        _ => Err(Trouble::new(Why::Other, "no access token in the answer")),
    }
}

/// What goes into an address as it is.
fn is_token(text: &str) -> bool {
    (1..=1_024).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.!~*".contains(&byte))
}
