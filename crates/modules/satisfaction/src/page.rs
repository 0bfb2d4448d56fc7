//! The page behind a link: what a customer thinks, in their language, on any telephone, without a script.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use conversations::api::NewRating;
use http::{App, escape};
use kernel::{Actor, Origin, Result, Visitor};
use store::Tx;
use utoipa::{OpenApiRouter, routes};

use crate::{cases::digest, model::SatisfactionCase, queries, words::words};

const STYLE: &str = include_str!("page.css");
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, take))
}

/// What is shown.
enum Shown {
    Form { organisation: String, agent: Option<String>, reasons: Vec<String> },
    Thanks,
    Gone,
}

/// A case whose link is good.
fn good(tx: &mut Tx<'_>, token: &str) -> Result<Option<SatisfactionCase>> {
    let now = tx.now();
    let case = queries::of_token(tx, &digest(token))?;
    Ok(case.filter(|case| case.expires_at.is_some_and(|until| now < until)))
}

/// What is shown for the link of this token, in the language of whoever asks.
fn found(tx: &mut Tx<'_>, token: &str, asked: &str) -> Result<(&'static str, Shown)> {
    let organisation = settings::api::organisation(tx)?;
    let locale = organisation.language(asked);
    let case = match good(tx, token)? {
        None => return Ok((locale, Shown::Gone)),
        Some(case) if case.rated_at.is_some() => return Ok((locale, Shown::Thanks)),
        Some(case) => case,
    };
    let mut reasons = queries::rules(tx)?.reasons.0;
    if reasons.is_empty() {
        reasons = words(locale).word("reasons").split('|').map(str::to_owned).collect();
    }
    Ok((locale, Shown::Form { organisation: organisation.name, agent: case.agent_name, reasons }))
}

/// The page on which a customer says what they thought of a conversation: HTML in the language their browser asks
/// for. The link was sent to them in their channel, is good for one answer, and for so many days.
#[utoipa::path(get, path = "/rate/{token}", tag = "satisfaction", params(("token" = String, Path)), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn show(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let asked = asked(&headers);
    page(app.db().read(&Origin::system("rating link"), move |tx| found(tx, &token, &asked)).await)
}

/// What a customer thought: a form as browsers send it (`score`, `solved`, `reason`, `comment`).
#[utoipa::path(post, path = "/rate/{token}", tag = "satisfaction", params(("token" = String, Path)), request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn take(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap, body: String) -> Response {
    let (asked, rating, shown) = (asked(&headers), read(&body), token.clone());
    let system = Origin::system("rating link");
    let open = app.db().read(&system, move |tx| {
        Ok((good(tx, &shown)?.filter(|case| case.rated_at.is_none()), found(tx, &shown, &asked)?))
    });
    let (case, (locale, shown)) = match open.await {
        Ok(open) => open,
        Err(error) => return page(Err(error)),
    };
    // Without a score the form is shown again; what is answered or over is said to be so.
    let (Some(case), Some(rating)) = (case, rating) else { return page(Ok((locale, shown))) };
    // The customer themselves says it.
    let actor = Actor::Visitor(Visitor { customer: case.customer_id, channel: case.channel_id });
    let origin = std::sync::Arc::new(Origin { actor, ..(*system).clone() });
    let said = move |tx: &mut Tx<'_>| {
        // Told twice at once, it is kept once.
        let Some(case) = queries::of_conversation(tx, case.conversation_id)? else { return Ok(Shown::Gone) };
        if case.rated_at.is_none() {
            let after = conversations::api::rate(tx, case.conversation_id, rating.clone())?;
            if let Some(rating) = &after.rating {
                queries::save(tx, &case.rated(rating))?;
            }
        }
        Ok(Shown::Thanks)
    };
    page(app.db().append(&origin, said).await.map(|shown| (locale, shown)))
}

/// What a form says; none without a score from 1 to 5.
fn read(body: &str) -> Option<NewRating> {
    let uri: Uri = format!("/?{}", body.trim()).parse().ok()?;
    let Query(fields) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    let mut rating = NewRating::default();
    for (name, value) in fields {
        match name.as_str() {
            "score" => rating.score = value.parse().ok().filter(|score| (1..=5).contains(score)),
            "solved" => rating.solved = Some(value == "yes"),
            "reason" if rating.tags.len() < 10 && !value.trim().is_empty() => {
                rating.tags.push(value.trim().chars().filter(|c| !c.is_control()).take(20).collect());
            }
            "comment" => {
                let plain = |c: &char| !c.is_control() || *c == '\n';
                rating.comment = value.chars().filter(plain).take(500).collect();
            }
            _ => {}
        }
    }
    // Reasons are asked for where it was not good.
    if rating.score.is_some_and(|score| score > 3) {
        rating.tags.clear();
    }
    rating.score.map(|_| rating)
}

/// The languages a browser asks for.
fn asked(headers: &HeaderMap) -> String {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn page(found: Result<(&'static str, Shown)>) -> Response {
    let (locale, shown) = found.map_or_else(|error| ("zh-CN", Err(error)), |(locale, shown)| (locale, Ok(shown)));
    let texts = words(locale);
    let word = |key: &str| escape(texts.word(key));
    let (status, main) = match shown {
        Ok(Shown::Form { organisation, agent, reasons }) => {
            let scores: String = texts
                .word("scores")
                .split('|')
                .enumerate()
                .map(|(at, name)| {
                    let (n, name) = (at + 1, escape(name));
                    format!(
                        "<label><input type=radio name=score value={n} required><b>{n}</b><span>{name}</span></label>"
                    )
                })
                .collect();
            let reasons: String = reasons
                .iter()
                .map(|reason| {
                    let reason = escape(reason);
                    format!("<label><input type=checkbox name=reason value=\"{reason}\"><span dir=auto>{reason}</span></label>")
                })
                .collect();
            let by =
                agent.map(|agent| format!("<p dir=auto>{} {}</p>", word("by"), escape(&agent))).unwrap_or_default();
            let form = format!(
                "<p class=house dir=auto>{}</p><h1>{}</h1>{by}<form method=post><fieldset class=scores><legend>{}</legend>{scores}</fieldset>\
                 <fieldset class=solved><legend>{}</legend><label><input type=radio name=solved value=yes><span>{}</span></label>\
                 <label><input type=radio name=solved value=no><span>{}</span></label></fieldset>\
                 <fieldset class=reasons><legend>{}</legend>{reasons}</fieldset>\
                 <label class=comment>{}<textarea name=comment rows=3 maxlength=500 dir=auto></textarea></label><button>{}</button></form>",
                escape(&organisation),
                word("title"),
                word("score"),
                word("solved"),
                word("yes"),
                word("no"),
                word("why"),
                word("comment"),
                word("send"),
            );
            (StatusCode::OK, form)
        }
        Ok(Shown::Thanks) => (StatusCode::OK, format!("<h1>{}</h1><p>{}</p>", word("thanks"), word("thanks_text"))),
        Ok(Shown::Gone) => (StatusCode::NOT_FOUND, format!("<h1>{}</h1><p>{}</p>", word("gone"), word("gone_text"))),
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("<h1>{}</h1><p>{}</p>", word("trouble"), word("trouble_text")))
        }
    };
    let html = format!(
        "<!doctype html><html lang={locale}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <meta name=robots content=noindex><meta name=color-scheme content=\"light dark\"><title>{}</title><style>{STYLE}</style></head><body><main>{main}</main></body></html>",
        word("title")
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}
