//! The API's description: OpenAPI 3.1, and a page to read it on.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};
use utoipa::{
    OpenApi,
    openapi::{
        Content, Ref, RefOr, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    App,
    problem::{Body, FieldProblem},
    telling::{self, Telling},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zhike 知客",
        description = "Everything the console does, it does through this API.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Body, FieldProblem, wire::StaffFrame, wire::VisitorFrame, wire::ServerFrame))
)]
struct Base;

/// The description of the whole API from that of its routes and of what is told: adds what every operation
/// shares.
pub(crate) fn openapi(routes: utoipa::openapi::OpenApi, tellings: &[Telling]) -> utoipa::openapi::OpenApi {
    let mut api = Base::openapi();
    api.merge(routes);
    telling::describe(&mut api, tellings);
    api.info.version = env!("CARGO_PKG_VERSION").into();
    let components = api.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("zhike_session")));
    components.add_security_scheme("session", cookie);
    components
        .add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let refusal = ResponseBuilder::new()
        .description("Refused: the body says why, and which fields")
        .content("application/problem+json", content)
        .build();
    for (path, item) in &mut api.paths.paths {
        let verbs = ["get", "post", "put", "patch", "delete"];
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for (verb, operation) in verbs.into_iter().zip(operations) {
            let Some(operation) = operation else { continue };
            // Handlers of different modules share names; a path and a verb are one operation's alone.
            let words = path.trim_start_matches("/api/v1").replace(|c: char| !c.is_alphanumeric(), "_");
            operation.operation_id = Some(format!("{verb}{words}"));
            operation.responses.responses.insert("default".into(), RefOr::T(refusal.clone()));
        }
    }
    api
}

/// `/api/openapi.json` and `/api/docs`.
pub(crate) fn routes(api: &utoipa::openapi::OpenApi, tellings: &[Telling]) -> Router<App> {
    let json: Arc<str> = api.to_json().unwrap_or_default().into();
    let page: Arc<str> = page(api, tellings).into();
    Router::new()
        .route(
            "/api/openapi.json",
            get(
                move || async move { ([(header::CONTENT_TYPE, "application/json")], json.to_string()).into_response() },
            ),
        )
        .route("/api/docs", get(move || async move { Html(page.to_string()) }))
}

fn page(api: &utoipa::openapi::OpenApi, tellings: &[Telling]) -> String {
    let mut body = String::new();
    for (path, item) in &api.paths.paths {
        let verbs = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (verb, operation) in verbs.into_iter().filter_map(|(verb, operation)| Some((verb, operation.as_ref()?))) {
            let text = [&operation.summary, &operation.description]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" ");
            // Writing to a String cannot fail.
            let _ = write!(
                body,
                "<tr><td><code>{verb}</code></td><td><code>{}</code></td><td>{}</td></tr>",
                escape(path),
                escape(&text)
            );
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Zhike API</title>\
         <h1>Zhike API</h1><p>The full description, with every type: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\
         <table><thead><tr><th>Verb<th>Path<th>What it does</tr></thead><tbody>{body}</tbody></table>{}</html>",
        telling::page(tellings)
    )
}

/// A text as HTML shows it, between tags and in attributes that are quoted.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
