//! A story for an empty installation: people, customers and what they said, made up from a seed.
//!
//! Every module brings its part (`Module::demo`). The parts run in rank order in one transaction: the
//! story is there as a whole, or not at all. What a part makes that later ones need it leaves in [`Demo`].

mod shift;

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use kernel::{Actor, ChannelId, CustomerId, Origin, QueueId, Reach, Result, Rng, Staff, Timestamp, UnitId, UserId};
pub use shift::DemoShift;
use store::Tx;

use crate::{App, Catalogue};

/// The queues of the story: first those that a channel feeds, in the order of the channels, last the
/// one that others pass complaints on to.
const QUEUES: &str = include_str!("../demo/queues.txt");

/// A module's part of the story.
pub type DemoPart = fn(&mut Tx<'_>, &mut Demo) -> Result<()>;

/// Every module's part, by the module's name: a part of the app.
#[derive(Clone)]
pub struct Demos(pub Vec<(&'static str, DemoPart)>);

/// How much of a story.
#[derive(Clone, Copy, Debug)]
pub struct DemoPlan {
    /// The same seed tells the same story.
    pub seed: u64,
    /// How many customers: 1 to 5,000.
    pub customers: usize,
    /// How many days of history: 1 to 730.
    pub days: i64,
}

impl Default for DemoPlan {
    fn default() -> Self {
        Self { seed: 1, customers: 300, days: 92 }
    }
}

impl DemoPlan {
    /// The password all people of the story share; it is no secret.
    pub const PASSWORD: &'static str = "zhike-demo";
}

/// How far the telling has come, in thousandths. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct DemoProgress(Arc<AtomicU32>);

impl DemoProgress {
    /// Thousandths done.
    pub fn thousandths(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Somebody of the department in the story.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// Who.
    pub id: UserId,
    /// The name they sign in with.
    pub login: String,
    /// The name colleagues see.
    pub name: String,
    /// `administrator`, `head`, `supervisor` or `agent`.
    pub role: &'static str,
    /// Where they belong, once `people` placed them.
    pub unit: Option<UnitId>,
    /// Which queues they serve.
    pub serves: Vec<QueueId>,
    /// When they work; none for those who come and go.
    pub shift: Option<DemoShift>,
}

/// Where conversations of the story wait.
#[derive(Clone, Debug)]
pub struct DemoQueue {
    /// The id it has, or will have once its part was told.
    pub id: QueueId,
    /// Its name.
    pub name: String,
}

/// Somebody served in the story.
#[derive(Clone, Debug)]
pub struct DemoCustomer {
    /// Who.
    pub id: CustomerId,
    /// Their name; empty for those who never gave one.
    pub name: String,
    /// On which channel they write.
    pub channel: ChannelId,
    /// When they were first heard of.
    pub since: Timestamp,
    /// The unit of whoever they are placed with.
    pub unit: Option<UnitId>,
}

/// The story as far as it is told: what parts share.
pub struct Demo {
    /// How much is asked for.
    pub plan: DemoPlan,
    /// The moment it ends.
    pub now: Timestamp,
    /// The moment it begins, about `plan.days` before.
    pub since: Timestamp,
    /// Chance, from the seed.
    pub rng: Rng,
    /// The product that is filled.
    pub app: App,
    /// Every permission there is.
    pub catalogue: Catalogue,
    /// The department, the administrator first.
    pub people: Vec<DemoPerson>,
    /// The ids the channels have, or will have once their part was told; the busiest first.
    pub channels: Vec<ChannelId>,
    /// The queues: one for each channel, in their order, and one more, which no channel feeds.
    pub queues: Vec<DemoQueue>,
    /// The customers, those known longest first.
    pub customers: Vec<DemoCustomer>,
    /// What is to be told once every part was, in order: for modules whose things are about those
    /// of modules below.
    pub finally: Vec<DemoPart>,
    left: HashMap<TypeId, Box<dyn Any>>,
    progress: DemoProgress,
    part: (usize, usize),
}

impl Demo {
    /// One of `all`, by chance.
    ///
    /// # Panics
    /// When there is nothing to choose from.
    pub fn pick<'a, T>(&self, all: &'a [T]) -> &'a T {
        &all[self.rng.below(all.len() as u64) as usize]
    }

    /// True `percent` times of a hundred.
    pub fn chance(&self, percent: u64) -> bool {
        self.rng.below(100) < percent
    }

    /// A number from `low` up to and without `high`.
    pub fn between(&self, low: i64, high: i64) -> i64 {
        low + self.rng.below((high - low).max(1) as u64) as i64
    }

    /// The people with this role.
    pub fn with_role(&self, role: &str) -> Vec<DemoPerson> {
        self.people.iter().filter(|person| person.role == role).cloned().collect()
    }

    /// The queue that conversations on this channel wait in.
    pub fn queue_of(&self, channel: ChannelId) -> &DemoQueue {
        let at = self.channels.iter().position(|known| *known == channel).unwrap_or_default();
        &self.queues[at]
    }

    /// The queue that complaints are passed on to.
    pub fn complaints(&self) -> &DemoQueue {
        &self.queues[self.queues.len() - 1]
    }

    /// Leaves something for the parts of modules below, one of each type.
    pub fn leave<T: Any>(&mut self, thing: T) {
        self.left.insert(TypeId::of::<T>(), Box::new(thing));
    }

    /// Takes what a part before left, if it did.
    pub fn take<T: Any>(&mut self) -> Option<T> {
        self.left.remove(&TypeId::of::<T>())?.downcast().ok().map(|thing| *thing)
    }

    /// Says how far the part that runs has come.
    pub fn step(&self, done: usize, of: usize) {
        let (part, parts) = self.part;
        let within = (done * 1_000 / of.max(1)).min(1_000);
        self.progress.0.store(((part * 1_000 + within) / parts.max(1)) as u32, Ordering::Relaxed);
    }
}

impl DemoPerson {
    /// This person acting. The grants are not asked: the story has its own permits.
    pub fn actor(&self) -> Actor {
        let units: Vec<UnitId> = self.unit.into_iter().collect();
        Actor::Staff(Arc::new(Staff {
            id: self.id,
            name: self.name.clone(),
            unit: self.unit,
            team: units.clone(),
            department: units,
            grants: std::iter::empty::<(String, Reach)>().collect(),
        }))
    }
}

/// Tells the story to an empty installation; answers its people.
///
/// # Errors
/// [`kernel::Error::Conflict`] when the installation is not empty; from the database.
pub async fn fill(app: &App, plan: DemoPlan, progress: &DemoProgress) -> Result<Vec<DemoPerson>> {
    kernel::Check::new()
        .range("customers", plan.customers as i64, 1..=5_000)
        .range("days", plan.days, 1..=730)
        .done()?;
    // To the minute, so that one who looks at the clock twice hears one story.
    let now = app.clock().now().millis() / 60_000 * 60_000;
    let (demos, catalogue) = (app.part::<Demos>(), app.part::<Catalogue>());
    let (db, app, progress) = (app.db().clone(), app.clone(), progress.clone());
    db.write(&Origin::system("demo"), move |tx| {
        let rng = Rng::seeded(plan.seed);
        tx.begin_history(rng.clone());
        let now = Timestamp::from_millis(now);
        let mut demo = Demo {
            plan,
            now,
            since: now.plus_millis(-plan.days * 86_400_000),
            rng,
            app: app.clone(),
            catalogue: Catalogue::clone(&catalogue),
            people: Vec::new(),
            channels: QUEUES.lines().skip(1).map(|_| tx.new_id()).collect(),
            queues: QUEUES.lines().map(|name| DemoQueue { id: tx.new_id(), name: name.to_owned() }).collect(),
            customers: Vec::new(),
            finally: Vec::new(),
            left: HashMap::new(),
            progress: progress.clone(),
            part: (0, demos.0.len()),
        };
        for (at, (_, part)) in demos.0.iter().enumerate() {
            demo.part.0 = at;
            demo.step(0, 1);
            tx.as_of(demo.since, Actor::System("demo"))?;
            part(tx, &mut demo)?;
        }
        for part in std::mem::take(&mut demo.finally) {
            part(tx, &mut demo)?;
        }
        demo.step(1, 1);
        Ok(demo.people)
    })
    .await
}
