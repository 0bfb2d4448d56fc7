//! The play from its first line to the reckoning.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use http::Permission;
use kernel::{Clock, Origin, Rng};
use reqwest::Method;
use serde_json::json;
use store::{Db, Migration, Target};
use tokio::{task::JoinSet, time::sleep};

use super::{
    agent::Agent,
    customer::Customer,
    faults::Ground,
    node::Node,
    observer::Observer,
    plan::{Chance, Plan, Scene},
    proxy::Proxy,
    reckoning,
    stage::{Colleague, Phase, Stage},
};
use crate::{TestDb, service};

/// What is tried.
pub struct Binary {
    /// The program.
    pub path: PathBuf,
    /// Its schema.
    pub migrations: Vec<Migration>,
    /// What its roles may grant.
    pub permissions: Vec<Permission>,
    /// Makes the web chat and answers its public key.
    pub web_chat: fn(&mut store::Tx<'_>) -> kernel::Result<String>,
}

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// Everything that was wrong; empty when all was well.
    pub wrong: Vec<String>,
    /// One line of figures.
    pub figures: String,
}

/// How long everybody may take to finish once nothing breaks any more.
const CALM: Duration = Duration::from_secs(60);

/// Lets `plan` happen in `folder`, where logs and data stay. None where the services are missing.
pub async fn prove(binary: &Binary, plan: &Plan, folder: &Path) -> Option<Findings> {
    let (ground, stage, _db) = set_up(binary, plan, folder).await?;
    let findings = play(ground, Arc::new(stage), plan).await;
    Some(look_at_logs(folder, findings))
}

async fn set_up(binary: &Binary, plan: &Plan, folder: &Path) -> Option<(Ground, Stage, Option<TestDb>)> {
    let (mut settings, mut bus, mut database, mut test_db) = (Vec::new(), None, None, None);
    let target = match plan.scene {
        Scene::Single => {
            let target = Target::Sqlite(folder.join("zhike.db"));
            store::migrate(&target, &binary.migrations, Clock::system().now()).expect("the schema comes up");
            target
        }
        Scene::Pair => {
            let nats = service("ZHIKE_TEST_NATS")?;
            test_db = Some(TestDb::postgres(&binary.migrations)?);
            let target = test_db.as_ref().map(|db| db.target.clone())?;
            let Target::Postgres(url) = &target else { return None };
            let (proxy, through) = before(url).await;
            settings.push(("ZHIKE_DATABASE", through));
            database = Some(proxy);
            let (proxy, through) = before(&nats).await;
            settings.push(("ZHIKE_NATS", through));
            bus = Some(proxy);
            target
        }
    };
    settings.push(("ZHIKE_DATA", folder.display().to_string()));
    settings.push(("ZHIKE_REQUESTS_PER_SECOND", "100000".into()));
    settings.push(("ZHIKE_LOG", "info".into()));
    let db = std::thread::scope(|scope| {
        scope.spawn(|| Db::open(&target, Clock::system(), Rng::system())).join().ok()?.ok()
    })?;
    let (channel, mut people) = hire(binary, &db, plan.agents.len()).await;
    let administrator = people.remove(0);
    let count = if plan.scene == Scene::Pair { 2 } else { 1 };
    let node =
        |number: usize| Node::new(binary.path.clone(), settings.clone(), folder.join(format!("process-{number}.log")));
    let mut nodes: Vec<_> = (0..count).map(node).collect();
    let mut doors = Vec::new();
    for node in &mut nodes {
        doors.push(Proxy::start(node.address()).await);
        node.start();
    }
    let stage = Stage::new(doors, channel, administrator, people);
    for node in &nodes {
        if node.ready(&stage.http, &stage.clock, 60_000).await.is_none() {
            stage.book().blame("a process never was ready".into());
        }
    }
    let db = (plan.scene == Scene::Pair).then_some(db);
    Some((Ground { nodes, bus, database, db }, stage, test_db))
}

/// A wire that can be cut before the service of this URL, and the URL that leads through it.
async fn before(url: &str) -> (Proxy, String) {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let (user, host) = host.rsplit_once('@').map_or((String::new(), host), |(user, host)| (format!("{user}@"), host));
    let proxy = Proxy::start(host.to_owned()).await;
    let through = format!("{scheme}://{user}{}{path}", proxy.address());
    (proxy, through)
}

/// An administrator, then agents; and the web chat's key.
async fn hire(binary: &Binary, db: &Db, agents: usize) -> (String, Vec<Colleague>) {
    let secret = access::api::secret("correct horse battery".into(), "nobody", db.rng()).await.expect("a password");
    let (catalogue, web_chat) = (http::Catalogue(binary.permissions.clone()), binary.web_chat);
    db.write(&Origin::system("proof"), move |tx| {
        access::api::create_first_roles(tx, &catalogue)?;
        let mut people = Vec::new();
        for number in 0..=agents {
            let (role, login) = if number == 0 {
                ("administrator", "boss".into())
            } else {
                ("agent", format!("agent{number}"))
            };
            let user = access::api::create_user(tx, &login, &login, role, access::Locale::ZhCn, &secret)?;
            let (_, token) = access::api::create_token(tx, &login, "proof")?;
            people.push(Colleague { id: user.id, token });
        }
        Ok((web_chat(tx)?, people))
    })
    .await
    .expect("people")
}

async fn play(mut ground: Ground, stage: Arc<Stage>, plan: &Plan) -> Findings {
    open_around_the_clock(&stage).await;
    hurry_offers(&stage).await;
    set_capacities(&stage, plan).await;
    let mut cast = JoinSet::new();
    for (number, agent) in plan.agents.iter().enumerate() {
        cast.spawn(Agent::new(stage.clone(), number, agent.clone()).run());
    }
    cast.spawn(Observer::new(stage.clone(), plan.seed, plan.assigns).run());
    for (number, customer) in plan.customers.iter().enumerate() {
        cast.spawn(Customer::new(stage.clone(), number, customer.clone()).run());
    }
    let begun = stage.clock.now();
    for (pause, fault) in &plan.faults {
        sleep(Duration::from_millis(*pause)).await;
        ground.happen(&stage, *fault).await;
    }
    stage.phase.send_replace(Phase::Calm);
    let finished = tokio::time::timeout(CALM, async {
        while stage.busy.load(Relaxed) > 0 {
            sleep(Duration::from_millis(50)).await;
        }
    });
    if finished.await.is_err() {
        stage.book().blame(format!("{} were still at it a minute after the storm", stage.busy.load(Relaxed)));
    }
    reckoning::queue_is_served(&stage).await;
    reckoning::judge(&stage).await;
    stage.phase.send_replace(Phase::Over);
    while cast.join_next().await.is_some() {}
    let took = stage.clock.now().since(begun) / 1_000;
    let mut book = stage.book();
    let figures = reckoning::figures(&book, took);
    Findings { wrong: std::mem::take(&mut book.wrong), figures }
}

/// What happens does not depend on the hour at which it is played.
async fn open_around_the_clock(stage: &Stage) {
    let week: Vec<_> = (1..=7).map(|day| json!({"day": day, "slots": [{"start": "00:00", "end": "24:00"}]})).collect();
    let (chance, body) = (Chance::new(0), json!({"week": week}));
    let changed =
        stage.insist(&stage.administrator, &chance, Method::PUT, "/settings/business-hours", Some(body)).await;
    assert!(changed.is_some_and(|changed| changed.ok()), "the hours were not set");
}

/// Offers that nobody takes end after five seconds instead of thirty.
async fn hurry_offers(stage: &Stage) {
    let (chance, boss) = (Chance::new(0), &stage.administrator);
    let Some(queues) = stage.insist(boss, &chance, Method::GET, "/queues", None).await else { return };
    let queue = &queues.body[0];
    let path = format!("/queues/{}", queue["id"].as_str().unwrap_or_default());
    let body = json!({"version": queue["version"], "offer_seconds": 5});
    let changed = stage.insist(boss, &chance, Method::PATCH, &path, Some(body)).await;
    assert!(changed.is_some_and(|changed| changed.ok()), "the queue was not set up: {}", queues.body);
}

/// How much each agent can take is said by who supervises them.
async fn set_capacities(stage: &Stage, plan: &Plan) {
    let (chance, boss) = (Chance::new(0), &stage.administrator);
    for (agent, plan) in stage.agents.iter().zip(&plan.agents) {
        let path = format!("/presences/{}/capacity", agent.id);
        let set = stage.insist(boss, &chance, Method::PUT, &path, Some(json!({"capacity": plan.capacity}))).await;
        assert!(set.is_some_and(|set| set.ok()), "no capacity for {}", agent.id);
    }
}

/// What a process says about itself.
fn look_at_logs(folder: &Path, mut findings: Findings) -> Findings {
    for number in 0..2 {
        let log = std::fs::read_to_string(folder.join(format!("process-{number}.log"))).unwrap_or_default();
        let bad = log.lines().filter(|line| line.contains("panicked") || line.contains("numbers have gaps"));
        findings.wrong.extend(bad.take(3).map(|line| format!("process {number}: {line}")));
    }
    findings
}
