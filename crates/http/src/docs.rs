//! The API's description: OpenAPI 3.1.

use utoipa::{
    OpenApi,
    openapi::{
        Content, Ref, RefOr, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
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
pub(crate) fn openapi(routes: utoipa::openapi::OpenApi, tellings: &[&Telling]) -> utoipa::openapi::OpenApi {
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
