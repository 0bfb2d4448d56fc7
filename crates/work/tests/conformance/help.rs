//! A table for effects, jobs that leave one, runners in a hurry.

use std::{
    future::Future,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use kernel::{Origin, Result};
use serde::{Deserialize, Serialize};
use store::{Db, Migration, StoredFact, Target, Tx, own_migrations, params, sql};
use testkit::TestDb;
use work::{Handler, Job, JobCx, Runner, RunnerConfig};

sql! {
    LEAVE = "INSERT INTO effects (what, n) VALUES ($1, $2)";
    LEFT = "SELECT what FROM effects ORDER BY n";
    TOLD = "SELECT subject, actor_id FROM facts WHERE kind = $1 ORDER BY subject, actor_id";
}

/// The schema of the store, of this crate, and a table that effects are counted in.
pub(crate) fn schema() -> Vec<Migration> {
    let effects =
        Migration::both("209912312359_effects", "CREATE TABLE effects (what TEXT NOT NULL, n BIGINT NOT NULL)");
    [own_migrations(), work::migrations(), &[effects]].concat()
}

/// What the facts of this kind are about, and who told each.
pub(crate) async fn told(db: &Db, kind: &'static str) -> Vec<(String, String)> {
    db.read(&Origin::system("test"), move |tx| tx.all(&TOLD, params![kind])).await.unwrap()
}

/// Leaves an effect in this transaction, after all that were left before.
pub(crate) fn leave(tx: &mut Tx<'_>, what: &str) -> Result<()> {
    static COUNT: AtomicI64 = AtomicI64::new(0);
    tx.exec(&LEAVE, params![what, COUNT.fetch_add(1, Ordering::SeqCst)]).map(drop)
}

/// Every effect left, in order.
pub(crate) async fn effects(db: &Db) -> Vec<String> {
    db.read(&Origin::system("test"), left).await.unwrap()
}

/// As [`effects`], in a transaction.
pub(crate) fn left(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(&LEFT, &[])?.into_iter().map(|(what,)| what).collect())
}

/// A job that leaves its name as an effect.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Leave(pub(crate) String);

impl Job for Leave {
    const KIND: &'static str = "test.leave";
    const ATTEMPTS: u32 = 4;
}

/// Does [`Leave`], each exactly once: tests that let hours pass at a stroke also let leases run out.
pub(crate) fn leaver() -> Handler {
    Handler::new(|cx: JobCx, job: Leave| async move {
        let (db, origin) = (cx.db.clone(), cx.origin.clone());
        let work = move |tx: &mut Tx<'_>| {
            cx.finish(tx)?;
            leave(tx, &job.0)
        };
        db.write(&origin, work).await
    })
}

/// Enqueues [`Leave`] jobs with these names.
pub(crate) async fn enqueue(db: &Db, names: &'static [&'static str]) {
    let work =
        |tx: &mut Tx<'_>| names.iter().try_for_each(|name| work::enqueue(tx, &Leave((*name).to_owned())).map(drop));
    db.write(&Origin::system("test"), work).await.unwrap();
}

/// Emits facts of `kind` about these subjects, a transaction each.
pub(crate) async fn emit(db: &Db, kind: &'static str, subjects: impl IntoIterator<Item = String>) {
    for subject in subjects {
        let work = move |tx: &mut Tx<'_>| {
            tx.emit(store::Fact::new(kind, &subject, &())?);
            Ok(())
        };
        db.write(&Origin::system("test"), work).await.unwrap();
    }
}

/// A reaction that leaves the fact's subject as an effect.
pub(crate) fn note(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    leave(tx, &fact.subject)
}

/// A runner that looks often.
pub(crate) fn hasty(node: &str) -> RunnerConfig {
    RunnerConfig { node: node.into(), scan: Duration::from_millis(20), ..RunnerConfig::default() }
}

/// The same database opened by another node.
pub(crate) fn second_node(db: &TestDb) -> Db {
    let (target, clock): (Target, _) = (db.target.clone(), db.clock.clone());
    let open = move || Db::open(&target, clock, kernel::Rng::seeded(4_711)).unwrap();
    std::thread::scope(|scope| scope.spawn(open).join().unwrap())
}

/// Waits until `check` holds; fails after ten seconds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    for _ in 0..2_000 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited in vain: {what}");
}

/// Long enough for a hasty runner to have done what it must not do.
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(80)).await;
}

/// The runner's process dies, and `ms` pass.
pub(crate) async fn crash(db: &TestDb, runner: Runner, ms: i64) {
    drop(runner);
    pass(db, ms).await;
}

/// Lets `ms` pass in many steps: a statement that a dead runner had under way lands in one of the
/// first, and the lease it renews runs out with the later ones.
pub(crate) async fn pass(db: &TestDb, ms: i64) {
    for _ in 0..50 {
        db.clock.advance(ms / 50);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
