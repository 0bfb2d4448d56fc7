//! The customers' own page: where their complaint stands, what is asked of them, and the form by which anybody complains.
//! HTML without a script, but for the one that lets a name be drawn; in three languages, on any telephone.

mod acts;
mod form;
mod html;
mod sent;
mod steps;

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

use axum::{
    extract::{ConnectInfo, DefaultBodyLimit, Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use http::{App, Languages, Texts};
use jiff::tz::TimeZone;
use kernel::{Error, Origin, Result};
use sms::api::{
    visits::{
        self, Codes,
        pages::{self, languages, new_cookie, on_to},
    },
    ways::Way,
};
use store::Tx;
use utoipa::{OpenApiRouter, routes};

pub(crate) use self::html::STYLE;
use self::html::{Inside, Shown};
pub use self::sent::Sent;
use crate::{
    model::{Complaint, ComplaintRules},
    queries,
};

/// What links and visits are kept under.
pub(crate) const PAGE: &str = "complaints";
/// The cookie of a visit, for these pages alone.
const COOKIE: (&str, &str) = ("zhike_progress", "/progress");

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The words in this language.
pub(crate) fn words(locale: &str) -> &'static Texts {
    TEXTS.texts(locale)
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    let sending = OpenApiRouter::new()
        .routes(routes!(acts::add))
        .routes(routes!(acts::sign))
        .routes(routes!(form::shown, form::complain))
        .layer(DefaultBodyLimit::max(files::api::REQUEST));
    OpenApiRouter::new()
        .merge(sending)
        .routes(routes!(open, ask))
        .routes(routes!(enter))
        .routes(routes!(mine))
        .routes(routes!(acts::choose))
        .routes(routes!(acts::rate))
        .routes(routes!(acts::appeal))
        .routes(routes!(leave))
}

fn system() -> Arc<Origin> {
    Origin::system("complaint page")
}

/// In the language of whoever asks, with the organisation's name.
fn page(tx: &mut Tx<'_>, asked: &str, shown: Shown) -> Result<Response> {
    let organisation = settings::api::organisation(tx)?;
    Ok(html::page(organisation.language(asked), &organisation.name, shown))
}

fn answer(found: Result<Response>) -> Response {
    found.unwrap_or_else(|_| html::page("zh-CN", "", Shown::Trouble))
}

fn peer(app: &App, headers: &HeaderMap, from: SocketAddr) -> String {
    http::peer(headers, Some(from.ip()), app.limits()).map(|ip| ip.to_string()).unwrap_or_default()
}

/// The rules, where there is a page.
fn rules(tx: &mut Tx<'_>) -> Result<Option<ComplaintRules>> {
    Ok(Some(queries::rules(tx)?).filter(|rules| rules.page.enabled))
}

fn codes(tx: &mut Tx<'_>, way: &Way) -> Result<Codes> {
    let words = words(settings::api::organisation(tx)?.locale.text());
    let word = |key: &str| words.word(key).to_owned();
    Ok(Codes { page: PAGE, channel: way.channel, title: word("door"), words: word("code_text") })
}

fn complaint(tx: &mut Tx<'_>, subject: Option<String>) -> Result<Option<Complaint>> {
    let Some(subject) = subject else { return Ok(None) };
    queries::find(tx, subject.parse().map_err(Error::internal)?).map(Some)
}

/// The complaint a link names, where there is a page.
fn of_link(tx: &mut Tx<'_>, token: &str) -> Result<Option<(ComplaintRules, Complaint)>> {
    let Some(rules) = rules(tx)? else { return Ok(None) };
    let subject = visits::of_link(tx, PAGE, token)?;
    Ok(complaint(tx, subject)?.map(|complaint| (rules, complaint)))
}

/// Where the complainant is reached.
fn way_to(tx: &mut Tx<'_>, rules: &ComplaintRules, complaint: &Complaint) -> Result<Option<Way>> {
    match complaint.customer_id {
        Some(id) => rules.page.ways().to(tx, id),
        None => Ok(None),
    }
}

/// The complaint that whoever is inside sees.
fn inside(tx: &mut Tx<'_>, visit: &str) -> Result<Option<(ComplaintRules, Complaint)>> {
    let Some(rules) = rules(tx)? else { return Ok(None) };
    let subject = visits::inside(tx, PAGE, visit)?;
    Ok(complaint(tx, subject)?.map(|complaint| (rules, complaint)))
}

fn zone(tx: &mut Tx<'_>) -> Result<TimeZone> {
    Ok(settings::api::calendar(tx)?.zone().clone())
}

/// The page behind a complaint's link: where a code goes is masked, and nothing else is shown; of one whose complainant
/// cannot be reached, the steps alone.
#[utoipa::path(get, path = "/progress/{token}", tag = "complaints", params(("token" = String, Path)), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn open(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let asked = languages(&headers);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = match of_link(tx, &token)? {
            Some((rules, complaint)) => match way_to(tx, &rules, &complaint)? {
                Some(way) => Shown::Link { masked: way.masked() },
                None => Shown::Bare { complaint: Box::new(complaint), zone: zone(tx)?, now: tx.now() },
            },
            None => Shown::Gone,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Asks for a code to the number or the address of whoever complained.
#[utoipa::path(post, path = "/progress/{token}", tag = "complaints", params(("token" = String, Path)), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn ask(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (asked, peer) = (languages(&headers), peer(&app, &headers, from));
    let system = system();
    let found = app.db().write(&system, move |tx| {
        let Some((rules, complaint)) = of_link(tx, &token)? else { return page(tx, &asked, Shown::Gone) };
        let (Some(way), Some(customer)) = (way_to(tx, &rules, &complaint)?, complaint.customer_id) else {
            return page(tx, &asked, Shown::Gone);
        };
        let (id, codes) = (complaint.id.to_string(), codes(tx, &way)?);
        let shown = match visits::challenge(tx, &codes, &way.to, Some((&id, customer)), &peer)? {
            Some(challenge) => Shown::Code { challenge, wrong: false },
            None => Shown::TooMany,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Says the code that came: a form as browsers send it (`challenge`, `code`). Five times wrong, and it is over.
#[utoipa::path(post, path = "/progress/visit", tag = "complaints", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Inside"), (status = 200, description = "HTML: it was wrong", body = String, content_type = "text/html")))]
async fn enter(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let (asked, challenge) = (languages(&headers), pages::said(&body, "challenge", 200));
    let code = pages::said(&body, "code", 20);
    let secret = {
        let challenge = challenge.clone();
        app.db().write(&system(), move |tx| visits::enter(tx, PAGE, &challenge, &code)).await
    };
    match secret {
        Ok(Some(secret)) => on_to("/progress/mine", Some(new_cookie(&app, COOKIE, &secret, visits::VISIT_MS))),
        Ok(None) => {
            let wrong =
                move |tx: &mut Tx<'_>| page(tx, &asked, Shown::Code { challenge: challenge.clone(), wrong: true });
            answer(app.db().read(&system(), wrong).await)
        }
        Err(error) => answer(Err(error)),
    }
}

/// Where a complaint stands: only for who said their code within the half hour.
#[utoipa::path(get, path = "/progress/mine", tag = "complaints", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn mine(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response {
    let (asked, visit) = (languages(&headers), pages::cookie(&headers, COOKIE.0));
    let news = pages::said(uri.query().unwrap_or_default(), "done", 40);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = match inside(tx, &visit)? {
            Some((rules, complaint)) => Shown::Inside(Box::new(Inside {
                zone: zone(tx)?,
                now: tx.now(),
                moves: queries::moves(tx, complaint.id)?,
                currency: rules.currency,
                news: news.clone(),
                complaint,
            })),
            None => Shown::Gone,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Ends the visit.
#[utoipa::path(post, path = "/progress/exit", tag = "complaints", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    let (asked, secret) = (languages(&headers), pages::cookie(&headers, COOKIE.0));
    let system = system();
    let found = app.db().write(&system, move |tx| {
        visits::leave(tx, &secret)?;
        page(tx, &asked, Shown::Left)
    });
    let mut response = answer(found.await);
    if let Ok(value) = new_cookie(&app, COOKIE, "", 0).parse() {
        response.headers_mut().insert(axum::http::header::SET_COOKIE, value);
    }
    response
}
