use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use kernel::{Error, Origin, PageQuery, Result};
use store::{Db, Dialect, Tx, outbox};
use testkit::on_both;
use tokio::{sync::oneshot, task::JoinHandle};
use work::{JobState, Listener, Runner, RunnerConfig, api};

use crate::help::*;

fn noter() -> Listener {
    Listener::new("test.noter", &["counted"], note)
}

fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|n| format!("{n:03}")).collect()
}

async fn retry_the_dead_one(db: &Db) {
    let origin = Origin::system("test");
    let retried = db.write(&origin, |tx| {
        let dead = api::list(tx, JobState::Dead, &PageQuery::default())?;
        api::retry(tx, dead.items[0].id)
    });
    retried.await.unwrap();
}

/// A transaction that has written something and stays open.
struct Older {
    go: mpsc::Sender<()>,
    task: JoinHandle<Result<()>>,
}

impl Older {
    async fn begin(db: &Db) -> Self {
        let (go, wait) = mpsc::channel();
        let (begun, ready) = oneshot::channel();
        let (db, mut begun) = (db.clone(), Some(begun));
        let task = tokio::spawn(async move {
            let work = move |tx: &mut Tx<'_>| {
                leave(tx, "older")?;
                begun.take().into_iter().for_each(|begun| begun.send(()).unwrap());
                wait.recv().map_err(Error::internal)
            };
            db.append(&Origin::system("test"), work).await
        });
        ready.await.unwrap();
        Self { go, task }
    }

    async fn end(self) {
        self.go.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

on_both! { schema();

async fn each_fact_is_applied_once_in_order_whatever_wakes_and_whoever_dies(db: TestDb) {
    let other = second_node(&db);
    let writer = { let db = db.db.clone(); tokio::spawn(async move { emit(&db, "counted", numbers(300)).await }) };
    for round in 0..6 {
        let (node, config) = if round % 2 == 0 { (&db.db, hasty("a")) } else { (&other, hasty("b")) };
        let runner = Runner::start(node, config, vec![], vec![noter()], vec![]).unwrap();
        let before = effects(&db.db).await.len();
        for _ in 0..50 {
            runner.wake();
        }
        if !writer.is_finished() {
            until("some progress", || async { effects(&db.db).await.len() > before || writer.is_finished() }).await;
        }
        // It dies in the middle; its lease runs out.
        crash(&db, runner, 10_000).await;
    }
    writer.await.unwrap();
    let runner = Runner::start(&db.db, hasty("c"), vec![], vec![noter()], vec![]).unwrap();
    assert!(runner.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, numbers(300));
}

async fn two_nodes_that_both_think_they_lead_still_apply_a_fact_once(db: TestDb) {
    let other = second_node(&db);
    // Leases of a millisecond, and a clock that runs: the lead changes all the time.
    let fickle = |node| RunnerConfig { lease_ms: 1, ..hasty(node) };
    let a = Runner::start(&db.db, fickle("a"), vec![], vec![noter()], vec![]).unwrap();
    let b = Runner::start(&other, fickle("b"), vec![], vec![noter()], vec![]).unwrap();
    for chunk in numbers(120).chunks(4) {
        emit(&db.db, "counted", chunk.to_vec()).await;
        db.clock.advance(10);
        a.wake();
        b.wake();
    }
    // One goes on alone.
    b.stop().await;
    pass(&db, 500).await;
    assert!(a.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, numbers(120));
}

async fn facts_of_other_kinds_only_move_the_cursor(db: TestDb) {
    let runner = Runner::start(&db.db, hasty("a"), vec![], vec![noter()], vec![]).unwrap();
    emit(&db.db, "other", numbers(150)).await;
    emit(&db.db, "counted", ["mine".to_owned()]).await;
    emit(&db.db, "other", numbers(3)).await;
    assert!(runner.drain().await.unwrap().is_clean());
    runner.stop().await;
    let facts = db.db.read(&db.system(), |tx| outbox::after(tx, outbox::Position::default(), 1_000, &[])).await.unwrap();
    let cursor = db.db.read(&db.system(), |tx| outbox::cursor(tx, "test.noter")).await.unwrap();
    let mine = facts.iter().find(|fact| fact.kind == "counted").map(|fact| outbox::Position { epoch: fact.epoch, seq: fact.seq });
    assert!(mine <= Some(cursor));
    assert_eq!(effects(&db.db).await, ["mine"]);
}

async fn a_new_listener_begins_with_the_oldest_fact_and_misses_none_while_away(db: TestDb) {
    emit(&db.db, "counted", ["before".to_owned()]).await;
    let runner = Runner::start(&db.db, hasty("a"), vec![], vec![noter()], vec![]).unwrap();
    until("the first", || async { effects(&db.db).await == ["before"] }).await;
    runner.stop().await;
    emit(&db.db, "counted", ["after".to_owned()]).await;
    let runner = Runner::start(&db.db, hasty("b"), vec![], vec![noter()], vec![]).unwrap();
    runner.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["before", "after"]);
}

async fn a_bad_fact_is_put_aside_and_an_administrator_can_have_it_tried_again(db: TestDb) {
    let broken = Arc::new(AtomicBool::new(true));
    let state = broken.clone();
    let picky = Listener::new("test.picky", &["counted"], move |tx, fact| {
        leave(tx, &format!("picky {}", fact.subject))?;
        if fact.subject == "bad" && state.load(Ordering::SeqCst) { Err(Error::internal("cannot")) } else { Ok(()) }
    });
    let runner = Runner::start(&db.db, hasty("a"), vec![], vec![picky, noter()], vec![]).unwrap();
    emit(&db.db, "counted", ["good".to_owned(), "bad".to_owned(), "next".to_owned()]).await;
    let drained = runner.drain().await.unwrap();
    assert_eq!(drained.held_up, [("test.picky".to_owned(), "internal: cannot".to_owned())]);
    // Only its own listener waits.
    let mut left = effects(&db.db).await;
    left.sort();
    assert_eq!(left, ["bad", "good", "next", "picky good"]);
    until("its being put aside", || async {
        db.clock.advance(5_000);
        runner.wake();
        effects(&db.db).await.contains(&"picky next".to_owned())
    }).await;
    let drained = runner.drain().await.unwrap();
    assert_eq!(drained.dead, [("fact:test.picky".to_owned(), "internal: cannot".to_owned())]);
    assert!(!effects(&db.db).await.contains(&"picky bad".to_owned()));
    retry_the_dead_one(&db.db).await;
    assert_eq!(runner.drain().await.unwrap().dead.len(), 1, "still bad: one try, dead again");
    broken.store(false, Ordering::SeqCst);
    retry_the_dead_one(&db.db).await;
    assert!(runner.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await.iter().filter(|what| *what == "picky bad").count(), 1);
}

async fn a_reaction_may_enqueue_and_emit_and_drain_waits_for_the_last_of_it(db: TestDb) {
    let chain = Listener::new("test.chain", &["counted", "echoed"], |tx, fact| {
        if fact.kind == "counted" {
            tx.emit(store::Fact::new("echoed", &fact.subject, &())?);
            return Ok(());
        }
        work::enqueue(tx, &Leave(fact.subject.clone())).map(drop)
    });
    let runner = Runner::start(&db.db, hasty("a"), vec![leaver()], vec![chain], vec![]).unwrap();
    emit(&db.db, "counted", numbers(10)).await;
    assert!(runner.drain().await.unwrap().is_clean());
    let mut left = effects(&db.db).await;
    left.sort();
    assert_eq!(left, numbers(10));
}

async fn listeners_at_the_same_place_act_each_as_itself_and_one_that_fails_takes_nothing_from_the_others(db: TestDb) {
    let echo = |name| {
        Listener::new(name, &["counted"], move |tx, fact| {
            tx.emit(store::Fact::new("echoed", &fact.subject, &())?);
            if name == "test.ill" && fact.subject == "bad" { Err(Error::internal("cannot")) } else { Ok(()) }
        })
    };
    let listeners = vec![echo("test.a"), echo("test.ill").locking(), echo("test.b").locking(), echo("test.c")];
    let runner = Runner::start(&db.db, hasty("a"), vec![], listeners, vec![]).unwrap();
    emit(&db.db, "counted", ["fine".to_owned()]).await;
    runner.drain().await.unwrap();
    emit(&db.db, "counted", ["bad".to_owned()]).await;
    runner.drain().await.unwrap();
    let all = |subject: &str, names: &[&str]| names.iter().map(|name| (subject.to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    let expected = [all("bad", &["test.a", "test.b", "test.c"]), all("fine", &["test.a", "test.b", "test.c", "test.ill"])].concat();
    assert_eq!(told(&db.db, "echoed").await, expected);
}

async fn a_fact_hidden_behind_an_older_transaction_is_found_as_soon_as_that_ends(db: TestDb) {
    if db.db.dialect() == Dialect::Sqlite {
        return; // One writer: nothing is ever hidden.
    }
    let slow = RunnerConfig { scan: Duration::from_secs(600), ..hasty("a") };
    let runner = Runner::start(&db.db, slow, vec![], vec![noter()], vec![]).unwrap();
    let older = Older::begin(&db.db).await;
    emit(&db.db, "counted", ["hidden".to_owned()]).await;
    runner.wake();
    a_moment().await;
    assert!(effects(&db.db).await.is_empty());
    older.end().await;
    until("the hidden fact", || async { effects(&db.db).await.contains(&"hidden".to_owned()) }).await;
}

async fn a_drain_waits_for_facts_that_are_committed_and_hidden(db: TestDb) {
    if db.db.dialect() == Dialect::Sqlite {
        return;
    }
    let runner = Arc::new(Runner::start(&db.db, hasty("a"), vec![], vec![noter()], vec![]).unwrap());
    let older = Older::begin(&db.db).await;
    emit(&db.db, "counted", ["hidden".to_owned()]).await;
    let draining = { let runner = runner.clone(); tokio::spawn(async move { runner.drain().await }) };
    a_moment().await;
    assert!(!draining.is_finished());
    older.end().await;
    assert!(draining.await.unwrap().unwrap().is_clean());
    assert!(effects(&db.db).await.contains(&"hidden".to_owned()));
}

}
