//! Routes, with their description where there is one.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, Route as Served},
};
#[cfg(feature = "described")]
use real::{
    __dev::{SchemaReferences, Tags},
    Path,
    openapi::{OpenApi, OpenApiBuilder, RefOr, path::Paths, schema::Schema},
};
#[cfg(feature = "described")]
use std::collections::btree_map::Entry;
use tower::{Layer, Service};

/// How an operation is asked for.
pub type Verb = MethodFilter;

/// Where an operation is: made by `#[utoipa::path]`.
pub trait Route {
    /// How it is asked for.
    const VERB: Verb;
    /// Its path: `/tasks/{id}`.
    const PATH: &'static str;

    /// Adds what it takes and gives.
    #[cfg(feature = "described")]
    fn describe(to: &mut Operations);
}

/// Operations as utoipa describes them.
#[cfg(feature = "described")]
#[derive(Default)]
pub struct Operations {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

#[cfg(feature = "described")]
impl Operations {
    /// Adds one.
    pub fn add<P: Path + for<'t> Tags<'t> + SchemaReferences>(&mut self) {
        let mut operation = P::operation();
        let tags = P::tags();
        if !tags.is_empty() {
            operation.tags.get_or_insert_default().extend(tags.iter().map(ToString::to_string));
        }
        P::schemas(&mut self.schemas);
        self.paths.add_path_operation(P::path(), P::methods(), operation);
    }
}

/// What a function that handles a request gives.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler behind a pointer: what axum puts around a handler is compiled once, not for each of hundreds.
struct Erased<S>(Arc<dyn Fn(Request, S) -> Answer + Send + Sync>);

impl<S> Clone for Erased<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: 'static> Handler<(), S> for Erased<S> {
    type Future = Answer;

    fn call(self, request: Request, state: S) -> Answer {
        (self.0)(request, state)
    }
}

/// The operations at one path: made by [`crate::routes!`].
#[must_use]
pub struct Routes<S> {
    path: &'static str,
    served: MethodRouter<S>,
    #[cfg(feature = "described")]
    operations: Vec<fn(&mut Operations)>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "there is nothing without one")]
    pub fn new() -> Self {
        Self {
            path: "",
            served: MethodRouter::new(),
            #[cfg(feature = "described")]
            operations: Vec::new(),
        }
    }

    /// With one more.
    ///
    /// # Panics
    /// When it is at another path than those before.
    pub fn with<R: Route, H: Handler<T, S, Future = Answer> + Sync, T: 'static>(mut self, handler: H) -> Self {
        assert!(self.path.is_empty() || self.path == R::PATH, "{} beside {}", R::PATH, self.path);
        self.path = R::PATH;
        self.served =
            self.served.on(R::VERB, Erased(Arc::new(move |request, state| handler.clone().call(request, state))));
        #[cfg(feature = "described")]
        self.operations.push(R::describe);
        self
    }
}

/// Operations, each with the path before its own. They are described when that is asked for, since it takes a while.
#[cfg(feature = "described")]
#[derive(Clone, Default)]
pub struct Described(Vec<(String, fn(&mut Operations))>);

#[cfg(feature = "described")]
impl Described {
    /// With these too.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Their description.
    ///
    /// # Panics
    /// When two types go by one name.
    pub fn openapi(&self) -> OpenApi {
        let mut api = OpenApiBuilder::new().build();
        for (prefix, describe) in &self.0 {
            let mut operations = Operations::default();
            describe(&mut operations);
            for (path, item) in operations.paths.paths {
                match api.paths.paths.entry(format!("{prefix}{path}")) {
                    Entry::Occupied(mut there) => there.get_mut().merge_operations(item),
                    Entry::Vacant(place) => drop(place.insert(item)),
                }
            }
            let schemas = &mut api.components.get_or_insert_default().schemas;
            for (name, schema) in operations.schemas {
                let kept = schemas.entry(name.clone()).or_insert_with(|| schema.clone());
                assert!(*kept == schema, "two types are described as {name}: call one otherwise, #[schema(as = …)]");
            }
        }
        api
    }
}

/// A router that knows what it serves, where that is described.
#[must_use]
pub struct OpenApiRouter<S = ()> {
    served: Router<S>,
    #[cfg(feature = "described")]
    described: Described,
}

impl<S: Clone + Send + Sync + 'static> OpenApiRouter<S> {
    /// One that serves nothing yet.
    pub fn new() -> Self {
        Router::new().into()
    }

    /// With these operations.
    pub fn routes(mut self, routes: Routes<S>) -> Self {
        self.served = self.served.route(routes.path, routes.served);
        #[cfg(feature = "described")]
        self.described.0.extend(routes.operations.into_iter().map(|describe| (String::new(), describe)));
        self
    }

    /// With these below a prefix.
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        self.served = self.served.nest(prefix, other.served);
        #[cfg(feature = "described")]
        self.described.0.extend(other.described.0.into_iter().map(|(path, one)| (format!("{prefix}{path}"), one)));
        self
    }

    /// With these too.
    pub fn merge(mut self, other: Self) -> Self {
        self.served = self.served.merge(other.served);
        #[cfg(feature = "described")]
        self.described.0.extend(other.described.0);
        self
    }

    /// With this around all that it serves so far.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Served> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.served = self.served.layer(layer);
        self
    }

    /// What serves.
    pub fn into_router(self) -> Router<S> {
        self.served
    }

    /// What it serves, to be described.
    #[cfg(feature = "described")]
    pub fn described(&self) -> Described {
        self.described.clone()
    }
}

impl<S: Clone + Send + Sync + 'static> Default for OpenApiRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> From<Router<S>> for OpenApiRouter<S> {
    fn from(served: Router<S>) -> Self {
        Self {
            served,
            #[cfg(feature = "described")]
            described: Described::default(),
        }
    }
}
