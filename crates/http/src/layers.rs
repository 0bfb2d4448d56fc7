//! What stands around every request: limits, headers, the log, and a net for panics.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};
use kernel::Error;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use tracing::Instrument;

use crate::{App, Cx, Problem, idempotency, plain};

/// The API's routes with everything that stands around them.
pub(crate) fn layered(api: Router<App>, app: &App) -> Router<App> {
    let limits = app.limits();
    let burst = NonZeroU32::new(limits.burst).unwrap_or(NonZeroU32::MIN);
    let rate = NonZeroU32::new(limits.requests_per_second).unwrap_or(NonZeroU32::MIN);
    let limiter = Arc::new(DefaultKeyedRateLimiter::<String>::keyed(Quota::per_second(rate).allow_burst(burst)));
    // The outermost first, and all as one: each layer of its own would box every route anew, and be cloned with all
    // within it for every request.
    api.layer((
        from_fn(unknown_method),
        header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        header(header::CACHE_CONTROL, "no-store"),
        from_fn_with_state(app.clone(), plain::in_words),
        from_fn_with_state(app.clone(), trace),
        CatchPanicLayer::custom(|_| Problem(Error::internal("a handler panicked")).into_response()),
        DefaultBodyLimit::max(limits.body),
        from_fn_with_state(app.clone(), move |cx: Cx, request: Request, next: Next| {
            limit(limiter.clone(), cx, request, next)
        }),
        from_fn_with_state(app.clone(), idempotency::layer),
    ))
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Axum answers 405 without a body; ours always say what is wrong.
async fn unknown_method(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() == axum::http::StatusCode::METHOD_NOT_ALLOWED {
        return Problem(Error::field("method", "not_allowed")).answered_as(response.status());
    }
    response
}

async fn limit(limiter: Arc<DefaultKeyedRateLimiter<String>>, cx: Cx, request: Request, next: Next) -> Response {
    let key = cx.actor().id_text().or_else(|| cx.origin().ip.map(|ip| ip.to_string())).unwrap_or_default();
    if let Err(until) = limiter.check_key(&key) {
        let wait: Duration = until.wait_time_from(governor::clock::DefaultClock::default().now());
        let retry_after = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        return Problem(Error::Limited { retry_after }).into_response();
    }
    if limiter.len() > 50_000 {
        limiter.retain_recent();
    }
    next.run(request).await
}

/// One line in the log and one measurement for each request.
async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id =
        request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(|id| id.chars().take(64).collect());
    let id: String = id.unwrap_or_else(|| kernel::hex(app.db().rng().bytes::<8>()));
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert("x-request-id", value);
    }
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", %method, route, id);
    let begun = app.clock().now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = app.clock().now().since(begun);
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(status, took, "answered"));
    metrics::histogram!("zhike_http_request_ms", "route" => route, "status" => status.to_string()).record(took as f64);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
