//! The built front end, embedded.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/apps/console/dist"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "../../web/apps/widget/dist"]
#[allow_missing = true]
struct Widget;

/// What a page of ours may load: nothing from elsewhere, no script that is not a file of ours.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";

const MISSING: &str = "<!doctype html><meta charset=utf-8><title>知客</title><p>The front end is not built into this program. \
    Build it with <code>make build</code>, or use the API at <a href=/api/docs>/api/docs</a>.";

/// The routes of the front end; what no other route takes is a page of the console.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/demo/widget", get(|headers: HeaderMap| async move { page::<Widget>("index.html", &headers) }))
        .route("/widget.js", get(|headers: HeaderMap| async move { file::<Widget>("widget.js", &headers) }))
        .route("/widget/frame", get(|headers: HeaderMap| async move { page::<Widget>("frame.html", &headers) }))
        .route(
            "/widget/{*file}",
            get(|uri: Uri, headers: HeaderMap| async move {
                file::<Widget>(uri.path().trim_start_matches("/widget/"), &headers)
            }),
        )
        .fallback(get(|uri: Uri, headers: HeaderMap| async move {
            let path = uri.path().trim_start_matches('/');
            if path.is_empty() || Console::get(path).is_none() && !path.starts_with("assets/") {
                return page::<Console>("index.html", &headers);
            }
            file::<Console>(path, &headers)
        }))
}

fn page<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Response {
    if E::get(name).is_none() {
        return (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING).into_response();
    }
    file::<E>(name, headers)
}

fn file<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Response {
    let Some(plain) = E::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let smaller = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| accepted.contains(encoding));
    let found =
        smaller.filter_map(|(encoding, suffix)| Some((E::get(&format!("{name}.{suffix}"))?, Some(encoding)))).next();
    let (content, encoding): (EmbeddedFile, _) = found.unwrap_or((plain, None));
    let mut response = Response::new(Body::from(content.data.into_owned()));
    let out = response.headers_mut();
    let text = |value: &'static str| HeaderValue::from_static(value);
    out.insert(header::CONTENT_TYPE, text(kind(name)));
    // A name with a hash in it never changes its content.
    let forever = name.starts_with("assets/");
    out.insert(header::CACHE_CONTROL, text(if forever { "public, max-age=31536000, immutable" } else { "no-cache" }));
    out.insert(header::VARY, text("accept-encoding"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    out.insert(header::REFERRER_POLICY, text("same-origin"));
    out.insert(header::CONTENT_SECURITY_POLICY, text(POLICY));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, text(encoding));
    }
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
