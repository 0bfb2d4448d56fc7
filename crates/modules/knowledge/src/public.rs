//! The page of an article for customers: whole without a script, and nothing in it but text.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::{App, Languages, escape};
use kernel::{Error, Id, Origin, Result, Timestamp};
use settings::api::Organisation;
use std::sync::LazyLock;
use store::Tx;
use utoipa::OpenApiRouter;

use crate::{
    LOCALES, markup,
    model::{Article, ArticleAudience, ArticleVersion},
    queries::articles as queries,
};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(LOCALES));

/// No script, nothing from elsewhere; the one style is in the page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark;--canvas:#fbfaf8;--ink:#192029;--ink2:#4f565f;--line:#e0e0dc;--accent:#00766e;--note:#fcf5db}\
@media(prefers-color-scheme:dark){:root{--canvas:#0f1318;--ink:#e5e8ec;--ink2:#acb2b9;--line:#2c3137;--accent:#56cac1;--note:#322b16}}\
*{box-sizing:border-box}body{margin:0;background:var(--canvas);color:var(--ink);font:16px/1.7 Inter,system-ui,'PingFang SC','PingFang TC','HarmonyOS Sans','Noto Sans CJK SC','Microsoft YaHei',sans-serif;overflow-wrap:anywhere}\
header,main,footer{max-width:720px;margin:0 auto;padding:16px 20px}header,footer{color:var(--ink2);font-size:14px}header{border-bottom:1px solid var(--line)}footer{border-top:1px solid var(--line)}\
h1{font-size:28px;line-height:1.3;margin:16px 0}h2{font-size:20px;margin:28px 0 8px}h3{font-size:16px;margin:20px 0 4px}p,ul,ol{margin:0 0 14px}li{margin:4px 0}\
.answer{border-left:3px solid var(--accent);padding-left:14px;font-size:18px;white-space:pre-wrap}blockquote{margin:0 0 14px;padding:10px 14px;border-radius:6px;background:var(--note)}a{color:var(--accent)}";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::from(Router::new().route("/articles/{id}", get(page)))
}

/// What the page shows.
struct Shown {
    version: ArticleVersion,
    published_at: Timestamp,
}

/// A public article in force; whatever else there is under the address is not there.
async fn page(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|asked| asked.to_str().ok()).unwrap_or_default();
    let origin = Origin::system("knowledge");
    let found = app.db().read(&origin, move |tx| {
        let organisation = settings::api::organisation(tx)?;
        match shown(tx, &id) {
            Ok(shown) => Ok((organisation, Some(shown))),
            Err(Error::NotFound) => Ok((organisation, None)),
            Err(error) => Err(error),
        }
    });
    let (status, body) = match found.await {
        Ok((organisation, Some(shown))) => (StatusCode::OK, article(&organisation, asked, &shown)),
        Ok((organisation, None)) => (StatusCode::NOT_FOUND, missing(&organisation, asked)),
        Err(error) => return ::http::Problem::from(error).into_response(),
    };
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response();
    let out = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // It may go out of force.
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-language"),
    ] {
        out.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn shown(tx: &mut Tx<'_>, id: &str) -> Result<Shown> {
    let id: Id<Article> = id.parse().map_err(|_| Error::NotFound)?;
    let article = queries::find(tx, id)?;
    let open = article.in_force() && article.audience == ArticleAudience::Public;
    let version = article.published_id.filter(|_| open).ok_or(Error::NotFound)?;
    let published_at = article.published_at.unwrap_or(article.changed_at);
    Ok(Shown { version: queries::version(tx, id, version)?, published_at })
}

fn article(organisation: &Organisation, asked: &str, shown: &Shown) -> String {
    let texts = TEXTS.texts(organisation.language(asked));
    let ArticleVersion { title, answer, body, .. } = &shown.version;
    let zone = jiff::tz::TimeZone::get(&organisation.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = jiff::Timestamp::from_millisecond(shown.published_at.millis()).unwrap_or_default();
    let date = zone.to_datetime(moment).strftime(texts.word("article_date")).to_string();
    let answer = if answer.is_empty() {
        String::new()
    } else {
        format!("<p class=answer>{}</p>", escape(answer))
    };
    let main = format!("<h1>{}</h1>{answer}{}", escape(title), markup::html(&markup::blocks(body)));
    let footer = escape(&texts.word("article_updated").replace("{date}", &date));
    document(organisation, asked, title, &main, &footer)
}

fn missing(organisation: &Organisation, asked: &str) -> String {
    let texts = TEXTS.texts(organisation.language(asked));
    let title = texts.word("article_missing");
    let main = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(texts.word("article_missing_text")));
    document(organisation, asked, title, &main, "")
}

fn document(organisation: &Organisation, asked: &str, title: &str, main: &str, footer: &str) -> String {
    let language = organisation.language(asked);
    let name = escape(&organisation.name);
    let title = if name.is_empty() {
        escape(title)
    } else {
        format!("{} · {name}", escape(title))
    };
    let part = |tag: &str, text: &str| match text {
        "" => String::new(),
        text => format!("<{tag}>{text}</{tag}>"),
    };
    let (header, footer) = (part("header", &name), part("footer", footer));
    format!(
        "<!doctype html><html lang={language}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <meta name=robots content=noindex><title>{title}</title><style>{STYLE}</style></head>\
         <body>{header}<main>{main}</main>{footer}</body></html>"
    )
}
