//! What a module is made of.

use std::{any::Any, future::Future, marker::PhantomData, sync::Arc};

use kernel::{CustomerId, Error, Reach, Result, Timestamp};
use serde_json::Value;
use store::{Migration, Tx};
use tokio::{sync::watch, task::JoinHandle};
use utoipa::OpenApiRouter;
use utoipa::ToSchema;

use crate::{
    App, DemoPart, Keeping, ListTopic, SegmentSource, Telling, TimelineSource,
    socket::{Listed, Topics},
};

/// A permission a role may grant, and what the roles of a new installation grant of it.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// `module.verb`: `tasks.close`.
    pub name: &'static str,
    /// Whether it reaches own, team, department or all; one that does not is all or nothing.
    pub reaches: bool,
    /// What an agent gets at first.
    pub agent: Option<Reach>,
    /// What a supervisor gets at first.
    pub supervisor: Option<Reach>,
    /// What a department head gets at first. An administrator has every permission.
    pub head: Option<Reach>,
}

impl Permission {
    /// One that goes as far as the role says. At first: own for agents, team for supervisors,
    /// department for heads.
    pub const fn reaching(name: &'static str) -> Self {
        let (agent, supervisor, head) = (Some(Reach::Own), Some(Reach::Team), Some(Reach::Department));
        Self { name, reaches: true, agent, supervisor, head }
    }

    /// One that concerns the whole installation. At first only administrators have it.
    pub const fn whole(name: &'static str) -> Self {
        Self { name, reaches: false, agent: None, supervisor: None, head: None }
    }

    /// With these first grants for agents, supervisors and heads instead.
    #[must_use]
    pub const fn at_first(mut self, agent: Option<Reach>, supervisor: Option<Reach>, head: Option<Reach>) -> Self {
        (self.agent, self.supervisor, self.head) = (agent, supervisor, head);
        self
    }
}

/// Every permission of the composed product: a part of the app.
#[derive(Clone, Debug)]
pub struct Catalogue(pub Vec<Permission>);

/// What a module holds about customers: every module that holds anything brings one.
#[derive(Clone, Copy)]
pub struct Privacy {
    /// The module.
    pub module: &'static str,
    /// Everything it holds about the person these ids stand for, in clear.
    pub export: fn(&mut Tx<'_>, &[CustomerId]) -> Result<Value>,
    /// Empties what is personal, in the transaction that erases the customer. Ledgers stay.
    pub erase: fn(&mut Tx<'_>, &[CustomerId]) -> Result<()>,
}

/// Every module's [`Privacy`]: a part of the app, used by `customers`.
#[derive(Clone)]
pub struct Privacies(pub Vec<Privacy>);

/// Answers when something last happened with these customers; those with whom nothing did are left out.
pub type LastOf = fn(&mut Tx<'_>, &[CustomerId]) -> Result<Vec<(CustomerId, Timestamp)>>;

/// What a module knows of whether there is still something between a customer and us: every module that has work about
/// customers, or learns when something happened with them, brings one.
#[derive(Clone, Copy)]
pub struct Ties {
    /// The module.
    pub module: &'static str,
    /// Those of these customers with whom something is unfinished here.
    pub open: fn(&mut Tx<'_>, &[CustomerId]) -> Result<Vec<CustomerId>>,
    /// When something last happened with these here.
    pub last: LastOf,
}

impl Ties {
    /// Of a module that has work about customers.
    pub const fn open(module: &'static str, open: fn(&mut Tx<'_>, &[CustomerId]) -> Result<Vec<CustomerId>>) -> Self {
        Self { module, open, last: |_, _| Ok(Vec::new()) }
    }

    /// Of a module that learns when something happened with them.
    pub const fn last(module: &'static str, last: LastOf) -> Self {
        Self { module, open: |_, _| Ok(Vec::new()), last }
    }
}

/// Every module's [`Ties`]: a part of the app, used by `hygiene`.
#[derive(Clone)]
pub struct AllTies(pub Vec<Ties>);

/// A module's texts, one JSON catalogue a locale: `(locale, text)`.
pub type Locales = &'static [(&'static str, &'static str)];

/// One vertical slice, as `compose.rs` puts it into the product.
#[must_use]
pub struct Module {
    /// Its name: the crate's, the first part of its permissions and codes.
    pub name: &'static str,
    /// Its operations, under `/api/v1`.
    pub routes: OpenApiRouter<App>,
    /// The steps of its schema.
    pub migrations: &'static [Migration],
    /// What its roles may grant.
    pub permissions: &'static [Permission],
    /// Its texts.
    pub locales: Locales,
    /// What its handlers share: see [`App::part`].
    pub parts: Vec<Arc<dyn Any + Send + Sync>>,
    /// Routes outside `/api/v1`, such as the visitors' socket, with their description.
    pub outside: OpenApiRouter<App>,
    /// Topics of the staff socket.
    pub topics: Vec<Arc<dyn Topics>>,
    /// What it tells on topics of others.
    pub tells: Vec<Telling>,
    /// Its jobs.
    pub jobs: Vec<work::Handler>,
    /// Its reactions to facts.
    pub listeners: Vec<work::Listener>,
    /// Its schedules.
    pub crons: Vec<work::Cron>,
    /// What runs as long as the product does; started once everything stands.
    pub background: Vec<Background>,
    /// What it holds about customers.
    pub privacy: Option<Privacy>,
    /// Whether there is still something between customers and us, as far as it knows.
    pub ties: Option<Ties>,
    /// What it holds that is not kept for ever.
    pub keeping: Option<Keeping>,
    /// What it knows of contacts with customers.
    pub timeline: Option<TimelineSource>,
    /// What it knows of customers that segments can be drawn by.
    pub segment: Option<SegmentSource>,
    /// Its part of the story a demo installation tells.
    pub demo: Option<DemoPart>,
}

/// Something that runs as long as the product does: it ends when the receiver says so.
pub type Background = Box<dyn FnOnce(App, watch::Receiver<bool>) -> JoinHandle<()> + Send>;

impl Module {
    /// A module that does nothing yet.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            routes: OpenApiRouter::new(),
            migrations: &[],
            permissions: &[],
            locales: &[],
            parts: Vec::new(),
            outside: OpenApiRouter::new(),
            topics: Vec::new(),
            tells: Vec::new(),
            jobs: Vec::new(),
            listeners: Vec::new(),
            crons: Vec::new(),
            background: Vec::new(),
            privacy: None,
            ties: None,
            keeping: None,
            timeline: None,
            segment: None,
            demo: None,
        }
    }

    /// With these operations.
    pub fn routes(mut self, routes: OpenApiRouter<App>) -> Self {
        self.routes = routes;
        self
    }

    /// With these steps of its schema.
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations = migrations;
        self
    }

    /// With these permissions.
    pub fn permissions(mut self, permissions: &'static [Permission]) -> Self {
        self.permissions = permissions;
        self
    }

    /// With these texts.
    pub fn locales(mut self, locales: Locales) -> Self {
        self.locales = locales;
        self
    }

    /// With this part for its handlers.
    pub fn part<T: Send + Sync + 'static>(mut self, part: T) -> Self {
        self.parts.push(Arc::new(part));
        self
    }

    /// With these routes outside `/api/v1`.
    pub fn outside(mut self, routes: impl Into<OpenApiRouter<App>>) -> Self {
        self.outside = routes.into();
        self
    }

    /// With these topics of the staff socket.
    pub fn topics(mut self, topics: impl Topics + 'static) -> Self {
        self.topics.push(Arc::new(topics));
        self
    }

    /// With this list of rows, which staff watch as far as their scope reaches.
    pub fn list<Row: ToSchema + 'static>(self, list: ListTopic) -> Self {
        self.topics(Listed::<Row>(list, PhantomData))
    }

    /// With this, told on a topic of another module.
    pub fn tells(mut self, telling: Telling) -> Self {
        self.tells.push(telling);
        self
    }

    /// With this job.
    pub fn job(mut self, handler: work::Handler) -> Self {
        self.jobs.push(handler);
        self
    }

    /// With this job, whose handler works with the running product; it waits until everything stands.
    pub fn app_job<J, F, R>(self, run: F) -> Self
    where
        J: work::Job,
        F: Fn(App, work::JobCx, J) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let (running, known) = watch::channel::<Option<App>>(None);
        let run = Arc::new(run);
        let handler = work::Handler::new(move |cx: work::JobCx, job: J| {
            let (mut known, run) = (known.clone(), run.clone());
            async move {
                let app = known.wait_for(Option::is_some).await.map_err(Error::internal)?.clone();
                run(app.ok_or(Error::Unavailable("jobs"))?, cx, job).await
            }
        });
        self.job(handler).background(Box::new(move |app, _stop| {
            running.send_replace(Some(app));
            tokio::spawn(async {})
        }))
    }

    /// With this reaction to facts.
    pub fn listener(mut self, listener: work::Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// With this schedule.
    pub fn cron(mut self, cron: work::Cron) -> Self {
        self.crons.push(cron);
        self
    }

    /// With this done whenever `pattern` is due: see [`work::Chore::new`].
    ///
    /// # Panics
    /// For a pattern that is none: it is a constant of the module.
    pub fn chore(self, name: &'static str, pattern: &str, some: fn(&mut Tx<'_>) -> Result<bool>) -> Self {
        let work::Chore { cron, handler } = work::Chore::new(name, pattern, some).expect("a fixed pattern");
        self.job(handler).cron(cron)
    }

    /// With this running beside the requests.
    pub fn background(mut self, background: Background) -> Self {
        self.background.push(background);
        self
    }

    /// With this answer to what it holds about customers.
    pub fn privacy(mut self, privacy: Privacy) -> Self {
        self.privacy = Some(privacy);
        self
    }

    /// With what it knows of whether there is still something between customers and us.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = Some(ties);
        self
    }

    /// With this kind of record that is not kept for ever.
    pub fn keeping(mut self, keeping: Keeping) -> Self {
        self.keeping = Some(keeping);
        self
    }

    /// With this part of customers' timelines.
    pub fn timeline(mut self, source: TimelineSource) -> Self {
        self.timeline = Some(source);
        self
    }

    /// With what it knows of customers that segments can be drawn by.
    pub fn segment(mut self, source: SegmentSource) -> Self {
        self.segment = Some(source);
        self
    }

    /// With this part of the story a demo installation tells.
    pub fn demo(mut self, demo: DemoPart) -> Self {
        self.demo = Some(demo);
        self
    }
}
