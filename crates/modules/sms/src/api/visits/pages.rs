//! Pages of customers' own, outside the console: HTML in three languages on any telephone, without a framework. Nothing is
//! fetched, and nothing runs but a script whose digest the page's policy names.

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{App, escape};
use sha2::{Digest as _, Sha256};

/// How every such page looks; a page adds what it alone has.
const STYLE: &str = include_str!("pages.css");

/// What makes up a page.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// `zh-CN`.
    pub locale: &'a str,
    /// Its title, in plain words.
    pub title: &'a str,
    /// Whose it is, in plain words.
    pub organisation: &'a str,
    /// What is in it: HTML, with every text of anybody's escaped.
    pub main: &'a str,
    /// How it looks beyond every other.
    pub style: &'static str,
    /// What runs in it: a constant of the code, never anybody's text.
    pub script: Option<&'static str>,
}

impl Page<'_> {
    /// The answer, which nobody may keep, frame or be led to by.
    pub fn answer(&self, status: StatusCode) -> Response {
        let Self { locale, title, organisation, main, style, script } = self;
        let mut policy = String::from(
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
        if let Some(script) = script {
            policy += &format!("; script-src 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes())));
        }
        let script = script.map(|script| format!("<script>{script}</script>")).unwrap_or_default();
        let html = format!(
            "<!doctype html><html lang={locale}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
             <meta name=robots content=noindex><meta name=color-scheme content=\"light dark\"><title>{}</title><style>{STYLE}{style}</style></head>\
             <body><main><p class=house dir=auto>{}</p>{main}</main>{script}</body></html>",
            escape(title),
            escape(organisation),
        );
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy.as_str()),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("x-content-type-options"), "nosniff"),
        ];
        (status, headers, Html(html)).into_response()
    }
}

/// The languages a browser asks for.
pub fn languages(headers: &HeaderMap) -> String {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// What a form (or a query) says under this name; up to `most` characters.
pub fn said(body: &str, name: &str, most: usize) -> String {
    let fields = format!("/?{}", body.trim())
        .parse::<Uri>()
        .ok()
        .and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let found = fields.and_then(|Query(fields)| fields.into_iter().find(|(known, _)| known == name));
    found.map(|(_, value)| value.trim().chars().take(most).collect()).unwrap_or_default()
}

/// What a cookie of this name holds.
pub fn cookie(headers: &HeaderMap, name: &str) -> String {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let of = |cookie: &str| cookie.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).map(str::to_owned);
    cookies.split(';').find_map(of).unwrap_or_default()
}

/// A cookie for pages below `path` alone, for so many milliseconds; an empty one is over.
pub fn new_cookie(app: &App, (name, path): (&str, &str), secret: &str, ms: i64) -> String {
    let secure = if app.limits().trust_proxy { "; Secure" } else { "" };
    let age = if secret.is_empty() { 0 } else { ms / 1_000 };
    format!("{name}={secret}; Path={path}; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")
}

/// On to another page, with this cookie.
pub fn on_to(path: &str, cookie: Option<String>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response();
    if let Some(value) = cookie.and_then(|cookie| cookie.parse().ok()) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
