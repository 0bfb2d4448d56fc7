//! Puts modules together into one product.

use std::{any::Any, sync::Arc};

use axum::Router;
use kernel::Error;
use store::{Db, Migration};
use tokio::{sync::watch, task::JoinHandle};
use utoipa::OpenApiRouter;
use wire::{Bus, Hub};

use crate::{
    AllTies, App, Catalogue, Demos, Keepings, Limits, Module, Privacies, Problem, SegmentSources, Timelines,
    idempotency, layers,
    module::Background,
    plain::Refusals,
    socket::{self, AllTopics},
};

/// Every step of the schema that these modules and the house itself need.
pub fn schema(modules: &[Module]) -> Vec<Migration> {
    let own = [store::own_migrations(), work::migrations(), idempotency::migrations()];
    own.into_iter().chain(modules.iter().map(|module| module.migrations)).flatten().copied().collect()
}

/// The product put together: what serves requests, what runs beside them, and its description.
pub struct House {
    /// What handlers share.
    pub app: App,
    /// Every route of the API, with all that stands around it.
    pub router: Router<App>,
    /// Describes the API.
    #[cfg(feature = "described")]
    pub openapi: Describe,
    jobs: Vec<work::Handler>,
    listeners: Vec<work::Listener>,
    crons: Vec<work::Cron>,
    background: Vec<Background>,
}

/// Describes the API, each time anew: it takes a while.
#[cfg(feature = "described")]
pub type Describe = Arc<dyn Fn() -> utoipa::openapi::OpenApi + Send + Sync>;

/// What runs beside the requests.
pub struct Running {
    /// Jobs, listeners and schedules.
    pub runner: work::Runner,
    stop: watch::Sender<bool>,
    background: Vec<JoinHandle<()>>,
}

/// Puts `modules` together over `db`. Where two bring a part of one type, the lower one's counts.
pub fn compose(db: Db, bus: Bus, limits: Limits, modules: Vec<Module>) -> House {
    let hub = Hub::start(&db, bus);
    let permissions = modules.iter().flat_map(|module| module.permissions).copied().collect();
    let privacies = Privacies(modules.iter().filter_map(|module| module.privacy).collect());
    let ties = AllTies(modules.iter().filter_map(|module| module.ties).collect());
    let keepings = Keepings(modules.iter().filter_map(|module| module.keeping).collect());
    let timelines = Timelines(modules.iter().filter_map(|module| module.timeline).collect());
    let segments = SegmentSources(modules.iter().filter_map(|module| module.segment).collect());
    let demos = Demos(modules.iter().filter_map(|module| Some((module.name, module.demo?))).collect());
    let refusals = Refusals::of(modules.iter().map(|module| module.locales));
    let mut parts: Vec<Arc<dyn Any + Send + Sync>> = vec![
        Arc::new(refusals),
        Arc::new(Catalogue(permissions)),
        Arc::new(privacies),
        Arc::new(ties),
        Arc::new(keepings),
        Arc::new(timelines),
        Arc::new(segments),
        Arc::new(demos),
        Arc::new(hub),
    ];
    let mut api = OpenApiRouter::new();
    let mut outside = OpenApiRouter::new();
    let (mut topics, mut jobs, mut listeners, mut crons, mut background) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    #[cfg(feature = "described")]
    let mut beside = Vec::new();
    for module in modules {
        parts.extend(module.parts);
        api = api.merge(module.routes);
        outside = outside.merge(module.outside);
        topics.extend(module.topics);
        #[cfg(feature = "described")]
        beside.extend(module.tells);
        jobs.extend(module.jobs);
        listeners.extend(module.listeners);
        crons.extend(module.crons);
        background.extend(module.background);
    }
    let api = OpenApiRouter::new().nest("/api/v1", api.merge(socket::routes()));
    #[cfg(feature = "described")]
    let openapi: Describe = {
        let (described, topics) = (api.described().and(outside.described()), topics.clone());
        Arc::new(move || {
            let told: Vec<_> = topics.iter().flat_map(|topics: &Arc<dyn socket::Topics>| topics.tells()).collect();
            crate::docs::openapi(described.openapi(), &told.iter().chain(&beside).collect::<Vec<_>>())
        })
    };
    parts.push(Arc::new(AllTopics(topics)));
    let app = App::new(db, limits, parts);
    let api = api.into_router().route("/api/v1/{*rest}", axum::routing::any(|| async { Problem(Error::NotFound) }));
    let router = layers::layered(api, &app).merge(outside.into_router());
    House {
        app,
        router,
        #[cfg(feature = "described")]
        openapi,
        jobs,
        listeners,
        crons,
        background,
    }
}

impl House {
    /// Starts what runs beside the requests.
    ///
    /// # Errors
    /// [`Error::Internal`] when two jobs, listeners or schedules share a name.
    pub fn start(&mut self, config: work::RunnerConfig) -> kernel::Result<Running> {
        // Not the app itself: it holds the hub.
        let (waker, ears) = (config.waker.clone(), self.app.ears());
        self.app.part::<Hub>().on_facts(Box::new(move |kinds| {
            waker.grew(kinds);
            ears.hear(kinds);
        }));
        let (jobs, listeners, crons) =
            (std::mem::take(&mut self.jobs), std::mem::take(&mut self.listeners), std::mem::take(&mut self.crons));
        let runner = work::Runner::start(self.app.db(), config, jobs, listeners, crons)?;
        let (stop, stopped) = watch::channel(false);
        let background = std::mem::take(&mut self.background);
        let background = background.into_iter().map(|start| start(self.app.clone(), stopped.clone())).collect();
        Ok(Running { runner, stop, background })
    }
}

impl Running {
    /// Lets everything finish what it has begun, then ends it.
    pub async fn stop(self) {
        // Nobody listens when there is no background.
        let _ = self.stop.send(true);
        for task in self.background {
            let _ = task.await;
        }
        self.runner.stop().await;
    }
}
