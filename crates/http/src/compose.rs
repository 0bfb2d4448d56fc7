//! Puts modules together into one product.

use std::{any::Any, sync::Arc};

use axum::Router;
use kernel::Error;
use store::{Db, Migration};
use utoipa_axum::router::OpenApiRouter;

use crate::{App, Catalogue, Limits, Module, Problem, docs, idempotency, layers};

/// Every step of the schema that these modules and the house itself need.
pub fn schema(modules: &[Module]) -> Vec<Migration> {
    let own = [store::own_migrations(), idempotency::migrations()];
    own.into_iter().chain(modules.iter().map(|module| module.migrations)).flatten().copied().collect()
}

/// The product put together: what serves requests, and its description.
pub struct House {
    /// What handlers share.
    pub app: App,
    /// Every route of the API, with all that stands around it.
    pub router: Router<App>,
    /// The description of the API.
    pub openapi: utoipa::openapi::OpenApi,
}

/// Puts `modules` together over `db`. Where two bring a part of one type, the lower one's counts.
pub fn compose(db: Db, limits: Limits, modules: Vec<Module>, parts: Vec<Arc<dyn Any + Send + Sync>>) -> House {
    let permissions = modules.iter().flat_map(|module| module.permissions).copied().collect();
    let mut all: Vec<Arc<dyn Any + Send + Sync>> = vec![Arc::new(Catalogue(permissions))];
    all.extend(parts);
    let mut api = OpenApiRouter::new();
    for module in modules {
        all.extend(module.parts);
        api = api.merge(module.routes);
    }
    let app = App::new(db, limits, all);
    let (api, description) = OpenApiRouter::new().nest("/api/v1", api).split_for_parts();
    let openapi = docs::openapi(description);
    let api = api.route("/api/v1/{*rest}", axum::routing::any(|| async { Problem(Error::NotFound) }));
    let router = layers::layered(api, &app).merge(docs::routes(&openapi));
    House { app, router, openapi }
}
