//! The members' own page: what they have, until when, their tier, what happened, and what they can have for it. HTML
//! without a script, in three languages, on any telephone.

mod door;
mod html;

use std::{net::SocketAddr, sync::LazyLock};

use axum::{
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use http::{App, Languages, Texts};
use kernel::{Cursor, Error, Origin, Result};
use sms::api::visits::{
    self,
    pages::{self, languages, new_cookie, on_to},
};
use store::Tx;
use utoipa::{OpenApiRouter, routes};

pub(crate) use door::{link, shut};
use html::{Inside, Shown};

use crate::{
    api,
    model::{Member, RedemptionWay},
    queries::{self, desk},
    rewards,
};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The words in this language.
pub(crate) fn words(locale: &str) -> &'static Texts {
    TEXTS.texts(locale)
}

/// Entries of the history that are shown.
const HISTORY: i64 = 50;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(door_of, ask))
        .routes(routes!(open, ask_by_link))
        .routes(routes!(enter))
        .routes(routes!(mine))
        .routes(routes!(redeem))
        .routes(routes!(leave))
}

/// The cookie of a visit, for these pages alone.
const COOKIE: (&str, &str) = ("zhike_points", "/points");

fn visit(headers: &HeaderMap) -> String {
    pages::cookie(headers, COOKIE.0)
}

fn said(body: &str, name: &str) -> String {
    pages::said(body, name, 200)
}

/// In the language of whoever asks, with the organisation's name.
fn page(tx: &mut Tx<'_>, asked: &str, shown: Shown) -> Result<Response> {
    let organisation = settings::api::organisation(tx)?;
    Ok(html::page(organisation.language(asked), &organisation.name, shown))
}

fn answer(found: Result<Response>) -> Response {
    found.unwrap_or_else(|_| html::page("zh-CN", "", Shown::Trouble))
}

fn system() -> std::sync::Arc<Origin> {
    Origin::system("member page")
}

/// Where a member says which number they are known by: HTML in the language their browser asks for.
#[utoipa::path(get, path = "/points", tag = "loyalty", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn door_of(State(app): State<App>, headers: HeaderMap) -> Response {
    let asked = languages(&headers);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = if door::rules(tx)?.is_some() {
            Shown::Ask { wrong: false }
        } else {
            Shown::Gone
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// The page behind a member's link: where their code goes is masked, and nothing else is shown.
#[utoipa::path(get, path = "/points/{token}", tag = "loyalty", params(("token" = String, Path)), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn open(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let asked = languages(&headers);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = match (door::rules(tx)?, door::of_link(tx, &token)?) {
            (Some(_), Some(member)) => match phone_of(tx, &member)? {
                Some(phone) => Shown::Link { masked: customers::api::mask_phone(&phone) },
                None => Shown::NoPhone,
            },
            _ => Shown::Gone,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

fn phone_of(tx: &mut Tx<'_>, member: &Member) -> Result<Option<String>> {
    Ok(customers::api::get(tx, member.customer_id)?.phone)
}

fn peer(app: &App, headers: &HeaderMap, from: SocketAddr) -> String {
    http::peer(headers, Some(from.ip()), app.limits()).map(|ip| ip.to_string()).unwrap_or_default()
}

/// Asks for a code to a number: a form as browsers send it (`phone`). The answer is the same whoever's it is.
#[utoipa::path(post, path = "/points", tag = "loyalty", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn ask(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let (asked, peer, given) = (languages(&headers), peer(&app, &headers, from), said(&body, "phone"));
    let system = system();
    let found = app.db().write(&system, move |tx| {
        let Some((_, codes)) = door::rules(tx)? else { return page(tx, &asked, Shown::Gone) };
        let Some(phone) = customers::api::spell_phone(&given) else {
            return page(tx, &asked, Shown::Ask { wrong: true });
        };
        let member = door::of_phone(tx, &phone)?;
        let shown = match door::challenge(tx, &codes, &phone, member.as_ref(), &peer)? {
            Some(challenge) => Shown::Code { challenge, wrong: false },
            None => Shown::TooMany,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Asks for a code to the number of the member whose link it is.
#[utoipa::path(post, path = "/points/{token}", tag = "loyalty", params(("token" = String, Path)), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn ask_by_link(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (asked, peer) = (languages(&headers), peer(&app, &headers, from));
    let system = system();
    let found = app.db().write(&system, move |tx| {
        let member = door::of_link(tx, &token)?;
        let (Some((_, codes)), Some(member)) = (door::rules(tx)?, member) else {
            return page(tx, &asked, Shown::Gone);
        };
        let Some(phone) = phone_of(tx, &member)? else { return page(tx, &asked, Shown::NoPhone) };
        let shown = match door::challenge(tx, &codes, &phone, Some(&member), &peer)? {
            Some(challenge) => Shown::Code { challenge, wrong: false },
            None => Shown::TooMany,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Says the code that came: a form as browsers send it (`challenge`, `code`). Five times wrong, and it is over.
#[utoipa::path(post, path = "/points/visit", tag = "loyalty", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Inside"), (status = 200, description = "HTML: it was wrong", body = String, content_type = "text/html")))]
async fn enter(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let (asked, challenge, code) = (languages(&headers), said(&body, "challenge"), said(&body, "code"));
    let secret = {
        let challenge = challenge.clone();
        app.db().write(&system(), move |tx| visits::enter(tx, door::PAGE, &challenge, &code)).await
    };
    match secret {
        Ok(Some(secret)) => on_to("/points/mine", Some(new_cookie(&app, COOKIE, &secret, visits::VISIT_MS))),
        Ok(None) => {
            let wrong =
                move |tx: &mut Tx<'_>| page(tx, &asked, Shown::Code { challenge: challenge.clone(), wrong: true });
            answer(app.db().read(&system(), wrong).await)
        }
        Err(error) => answer(Err(error)),
    }
}

/// What a member has: only for who said their code within the half hour.
#[utoipa::path(get, path = "/points/mine", tag = "loyalty", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn mine(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response {
    let (asked, visit) = (languages(&headers), visit(&headers));
    let news = said(uri.query().unwrap_or_default(), "done");
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = match (door::rules(tx)?, door::inside(tx, &visit)?) {
            (Some(_), Some(member)) => Shown::Inside(Box::new(inside(tx, &member, &news)?)),
            (Some(_), None) => Shown::Ask { wrong: false },
            _ => Shown::Gone,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

fn inside(tx: &mut Tx<'_>, member: &Member, news: &str) -> Result<Inside> {
    let (now, zone) = (tx.now(), crate::days::zone(tx)?);
    let rules = queries::current(tx)?;
    let members = api::members_of(tx, member.customer_id)?;
    let balance = api::balance(tx, member.customer_id)?.ok_or(Error::NotFound)?;
    let first = Cursor { key: i64::MAX, id: "~".into() };
    let lots = queries::lots(tx, &members, false)?;
    Ok(Inside {
        zone,
        name: customers::api::name_of(tx, member.customer_id)?,
        member: members.first().cloned().ok_or(Error::NotFound)?,
        balance,
        lots: lots.into_iter().filter(|lot| lot.expires_at > now).collect(),
        entries: queries::statement(tx, &members, &first, HISTORY)?,
        shelf: desk::rewards(tx, false)?,
        rules,
        key: tx.rng().secret().chars().take(16).collect(),
        news: news.to_owned(),
    })
}

/// Asks for a reward: a form as browsers send it (`reward`, `key`). Sent twice, it is asked for once.
#[utoipa::path(post, path = "/points/redemptions", tag = "loyalty", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back to the page")))]
async fn redeem(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let (secret, reward, key) = (visit(&headers), said(&body, "reward"), said(&body, "key"));
    let system = system();
    let done = app.db().write(&system, move |tx| {
        let (Some(_), Some(member)) = (door::rules(tx)?, door::inside(tx, &secret)?) else {
            return Err(Error::Unauthenticated);
        };
        let reward = reward.parse().map_err(|_| Error::NotFound)?;
        rewards::redeem(
            tx,
            &member,
            reward,
            RedemptionWay::Page,
            Some(&key).filter(|key| !key.is_empty()).map(String::as_str),
        )
    });
    match done.await {
        Ok(_) => on_to("/points/mine?done=redeemed", None),
        Err(Error::Unauthenticated) => on_to("/points", None),
        Err(Error::Conflict(code, _)) => {
            on_to(&format!("/points/mine?done={}", code.name().trim_start_matches("loyalty.")), None)
        }
        Err(Error::NotFound) => on_to("/points/mine?done=not_offered", None),
        Err(error) => answer(Err(error)),
    }
}

/// Ends the visit.
#[utoipa::path(post, path = "/points/exit", tag = "loyalty", responses((status = 303, description = "At the door again")))]
async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    let secret = visit(&headers);
    match app.db().write(&system(), move |tx| visits::leave(tx, &secret)).await {
        Ok(()) => on_to("/points", Some(new_cookie(&app, COOKIE, "", 0))),
        Err(error) => answer(Err(error)),
    }
}
