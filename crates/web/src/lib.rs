//! The built front end, embedded.

use std::io::Read as _;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};

// Scripts and styles are carried as their packed copies alone: the rare client that takes neither gets one unpacked.
#[derive(RustEmbed)]
#[folder = "../../web/apps/console/dist"]
#[exclude = "*.js"]
#[exclude = "*.css"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "../../web/apps/widget/dist"]
#[exclude = "*.js"]
#[exclude = "*.css"]
#[allow_missing = true]
struct Widget;

/// What a page of ours may load: nothing from elsewhere, no script that is not a file of ours.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// What the widget's frame may load: files of ours, the pictures of product cards, our own socket. No
/// inline script or style, nothing that evaluates text.
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self' data: blob: https:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; object-src 'none'";

const MISSING: &str = "<!doctype html><meta charset=utf-8><title>知客</title><p>The front end is not built into this program. \
    Build it with <code>make build</code>, or use the API at <a href=/api/docs>/api/docs</a>.";

/// The routes of the front end; what no other route takes is a page of the console.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/widget.js", get(|headers: HeaderMap| async move { loader(&headers) }))
        .route("/demo/widget", get(|headers: HeaderMap| async move { page::<Widget>("index.html", &headers) }))
        .route(
            "/widget/{*file}",
            get(|uri: Uri, headers: HeaderMap| async move {
                file::<Widget>(uri.path().trim_start_matches("/widget/"), &headers)
            }),
        )
        .fallback(get(|uri: Uri, headers: HeaderMap| async move {
            let path = uri.path().trim_start_matches('/');
            if path.is_empty() || !has::<Console>(path) && !path.starts_with("assets/") {
                return page::<Console>("index.html", &headers);
            }
            file::<Console>(path, &headers)
        }))
}

/// The page inside the widget's frame, for the pages of these origins and our own; none named: for all.
pub fn frame(allowed: &[String], headers: &HeaderMap) -> Response {
    let response = page::<Widget>("frame.html", headers);
    let ancestors = if allowed.is_empty() {
        "*".into()
    } else {
        format!("'self' {}", allowed.join(" "))
    };
    // Not every browser takes 'self' for a socket too.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
    let sockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    with_policy(response, &format!("{FRAME_POLICY}; connect-src 'self'{sockets}; frame-ancestors {ancestors}"))
}

/// What is said in the frame of a channel that is not there: nobody may frame it, and it says nothing.
pub fn no_frame() -> Response {
    let body = "<!doctype html><meta charset=utf-8><title>404</title><p>404";
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    with_policy((StatusCode::NOT_FOUND, kind, body).into_response(), "default-src 'none'; frame-ancestors 'none'")
}

fn with_policy(mut response: Response, policy: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn is_host(text: &str) -> bool {
    text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// The loader: one name for ever, so browsers ask again, and are told that it is as it was.
fn loader(headers: &HeaderMap) -> Response {
    let mut response = file::<Widget>("widget.js", headers);
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=600, stale-while-revalidate=604800"));
    // Pages that isolate themselves may load it too.
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

fn page<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Response {
    if E::get(name).is_none() {
        return (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING).into_response();
    }
    file::<E>(name, headers)
}

fn has<E: RustEmbed>(name: &str) -> bool {
    E::get(name).is_some() || E::get(&format!("{name}.gz")).is_some()
}

fn file<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let smaller = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| accepted.contains(encoding));
    let packed =
        smaller.filter_map(|(encoding, suffix)| Some((E::get(&format!("{name}.{suffix}"))?, Some(encoding)))).next();
    let Some((content, encoding)) = packed.or_else(|| Some((plain::<E>(name)?, None))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag: String = kernel::hex(&content.metadata.sha256_hash()[..16]);
    let tag = format!("\"{tag}{}\"", encoding.unwrap_or_default());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(content.data.into_owned()))
    };
    let out = response.headers_mut();
    let text = |value: &'static str| HeaderValue::from_static(value);
    out.insert(header::CONTENT_TYPE, text(kind(name)));
    // A name with a hash in it never changes its content.
    let forever = name.starts_with("assets/");
    out.insert(header::CACHE_CONTROL, text(if forever { "public, max-age=31536000, immutable" } else { "no-cache" }));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    out.insert(header::VARY, text("accept-encoding"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    out.insert(header::REFERRER_POLICY, text("same-origin"));
    out.insert(header::CONTENT_SECURITY_POLICY, text(POLICY));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, text(encoding));
    }
    response
}

/// A file as it was before it was packed.
fn plain<E: RustEmbed>(name: &str) -> Option<EmbeddedFile> {
    E::get(name).or_else(|| {
        let mut file = E::get(&format!("{name}.gz"))?;
        let mut whole = Vec::new();
        flate2::read::GzDecoder::new(&*file.data).read_to_end(&mut whole).ok()?;
        file.data = whole.into();
        Some(file)
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_of(response: &Response) -> &str {
        response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
    }

    #[test]
    fn a_frame_names_who_may_frame_it_and_runs_nothing_inline() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example.com:8443"));
        let some = frame(&["https://shop.example.com".into()], &headers);
        assert!(policy_of(&some).ends_with("frame-ancestors 'self' https://shop.example.com"));
        assert!(
            policy_of(&some).contains("connect-src 'self' ws://chat.example.com:8443 wss://chat.example.com:8443;")
        );
        assert!(!policy_of(&some).contains("unsafe"));
        assert!(policy_of(&frame(&[], &headers)).ends_with("frame-ancestors *"));
        headers.insert(header::HOST, HeaderValue::from_static("x; script-src *"));
        assert!(policy_of(&frame(&[], &headers)).contains("connect-src 'self';"));
        assert_eq!(
            (no_frame().status(), policy_of(&no_frame())),
            (StatusCode::NOT_FOUND, "default-src 'none'; frame-ancestors 'none'")
        );
    }
}
