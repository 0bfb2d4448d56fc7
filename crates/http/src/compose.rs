//! Puts modules together into one product.

use std::{any::Any, sync::Arc};

use axum::Router;
use kernel::Error;
use store::{Db, Migration};
use tokio::{sync::watch, task::JoinHandle};
use utoipa_axum::router::OpenApiRouter;
use wire::{Bus, Hub};

use crate::{
    AllTies, App, Catalogue, Demos, Keepings, Limits, Module, Privacies, Problem, SegmentSources, Timelines, docs,
    idempotency, layers,
    module::Background,
    socket::{self, AllTopics, Topics},
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
    /// The description of the API.
    pub openapi: utoipa::openapi::OpenApi,
    jobs: Vec<work::Handler>,
    listeners: Vec<work::Listener>,
    crons: Vec<work::Cron>,
    background: Vec<Background>,
}

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
    let mut parts: Vec<Arc<dyn Any + Send + Sync>> = vec![
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
    let mut beside = Vec::new();
    for module in modules {
        parts.extend(module.parts);
        api = api.merge(module.routes);
        outside = outside.merge(module.outside);
        topics.extend(module.topics);
        beside.extend(module.tells);
        jobs.extend(module.jobs);
        listeners.extend(module.listeners);
        crons.extend(module.crons);
        background.extend(module.background);
    }
    let tellings: Vec<_> = topics.iter().flat_map(|topics: &Arc<dyn Topics>| topics.tells()).chain(beside).collect();
    parts.push(Arc::new(AllTopics(topics)));
    let app = App::new(db, limits, parts);
    let api = api.merge(socket::routes());
    let (api, mut description) = OpenApiRouter::new().nest("/api/v1", api).split_for_parts();
    let (outside, described) = outside.split_for_parts();
    description.merge(described);
    let openapi = docs::openapi(description, &tellings);
    let api = api.route("/api/v1/{*rest}", axum::routing::any(|| async { Problem(Error::NotFound) }));
    let router = layers::layered(api, &app).merge(docs::routes(&openapi, &tellings)).merge(outside);
    House { app, router, openapi, jobs, listeners, crons, background }
}

impl House {
    /// Starts what runs beside the requests.
    ///
    /// # Errors
    /// [`Error::Internal`] when two jobs, listeners or schedules share a name.
    pub fn start(&mut self, config: work::RunnerConfig) -> kernel::Result<Running> {
        // Not the app itself: it holds the hub.
        let (waker, grew) = (config.waker.clone(), self.app.grew());
        self.app.part::<Hub>().on_facts(Box::new(move || {
            waker.wake();
            grew.send_replace(());
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
