//! The description of the API, as it is kept: OpenAPI 3.1, and a page to read it on. That it is what the code does, the
//! tests see to.

use std::{fmt::Write as _, io::Read as _};

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use flate2::read::GzDecoder;
use http::{App, escape};
use serde_json::Value;

/// `openapi.json`, packed by the build.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

/// The whole of it. What this binary was built without is written down here: see `crates/describe`.
pub fn openapi() -> String {
    let mut text = String::new();
    // What the build packed can be unpacked.
    let _ = GzDecoder::new(PACKED).read_to_string(&mut text);
    text
}

/// `/api/openapi.json` and `/api/docs`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/openapi.json", get(|headers: HeaderMap| async move { json(&headers) }))
        .route("/api/docs", get(|| async { Html(page(&serde_json::from_str(&openapi()).unwrap_or_default())) }))
}

fn json(headers: &HeaderMap) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::VARY, "accept-encoding")];
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("gzip") {
        return (kind, [(header::CONTENT_ENCODING, "gzip")], PACKED).into_response();
    }
    (kind, openapi()).into_response()
}

fn page(api: &Value) -> String {
    let mut operations = String::new();
    for (path, item) in entries(&api["paths"]) {
        for verb in ["get", "post", "put", "patch", "delete"] {
            let operation = &item[verb];
            if operation.is_null() {
                continue;
            }
            let text = [&operation["summary"], &operation["description"]].map(text).join(" ");
            // Writing to a String cannot fail.
            let _ = write!(
                operations,
                "<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>",
                verb.to_uppercase(),
                escape(path),
                escape(&text)
            );
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Zhike API</title>\
         <h1>Zhike API</h1><p>The full description, with every type: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\
         <table><thead><tr><th>Verb<th>Path<th>What it does</tr></thead><tbody>{operations}</tbody></table>\
         <h2>Real time</h2><p>What the sockets <code>/api/v1/ws</code> and <code>/widget/ws</code> tell. The data of \
         each kind is the component beside it.</p>\
         <table><thead><tr><th>Topic<th>Kind<th>Component<th>To<th>What it means</tr></thead><tbody>{}</tbody></table></html>",
        facts(&api["components"]["schemas"])
    )
}

/// What is told on each topic: a row for each component `Fact.{topic}.{kind}`.
fn facts(schemas: &Value) -> String {
    let theirs = schemas["ServerFrameToVisitors"]["oneOf"].as_array();
    let mut rows = String::new();
    for (name, fact) in entries(schemas).filter(|(name, _)| name.starts_with("Fact.")) {
        let place = format!("#/components/schemas/{name}");
        let to_visitors = theirs.is_some_and(|all| all.iter().any(|one| one["$ref"] == place));
        let fields = &fact["properties"];
        let _ = write!(
            rows,
            "<tr><td><code>{}</code></td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(text(&fields["topic"]["description"])),
            escape(text(&fields["kind"]["enum"][0])),
            escape(name),
            if to_visitors { "staff, visitors" } else { "staff" },
            escape(text(&fact["description"]))
        );
    }
    rows
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
