use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use kernel::{Error, PageQuery};
use serde::{Deserialize, Serialize};
use testkit::on_both;
use work::{Handler, Job, JobCx, JobState, Runner, RunnerConfig, api, codes};

use crate::help::*;

/// A job that nobody here has a handler for.
#[derive(Serialize, Deserialize)]
struct Strange;
impl Job for Strange {
    const KIND: &'static str = "test.strange";
}

/// A job that may be started once.
#[derive(Serialize, Deserialize)]
struct Once;
impl Job for Once {
    const KIND: &'static str = "test.once";
    const ATTEMPTS: u32 = 1;
}

/// A job that must end soon.
#[derive(Serialize, Deserialize)]
struct Brief;
impl Job for Brief {
    const KIND: &'static str = "test.brief";
    const TIMEOUT: Duration = Duration::from_millis(500);
}

store::sql! { LEASED_UNTIL = "SELECT lease_until FROM jobs WHERE state = 'leased'"; }

fn hanging(started: Arc<AtomicU32>) -> Handler {
    Handler::new(move |_, _: Once| {
        started.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    })
}

on_both! { schema();

async fn a_job_runs_if_its_transaction_commits_and_only_then(db: TestDb) {
    let runner = Runner::start(&db.db, hasty("a"), vec![leaver()], vec![], vec![]).unwrap();
    enqueue(&db.db, &["kept"]).await;
    let refused = db.db.write(&db.system(), |tx| {
        work::enqueue(tx, &Leave("undone".into()))?;
        Err::<(), _>(Error::NotFound)
    }).await;
    assert!(refused.is_err());
    assert!(runner.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, ["kept"]);
}

async fn a_wake_up_is_enough_and_a_lost_one_is_repaired(db: TestDb) {
    let slow = RunnerConfig { scan: Duration::from_secs(600), ..hasty("a") };
    let runner = Runner::start(&db.db, slow, vec![leaver()], vec![], vec![]).unwrap();
    a_moment().await;
    enqueue(&db.db, &["woken"]).await;
    runner.wake();
    until("the wake-up", || async { effects(&db.db).await == ["woken"] }).await;
    drop(runner);
    let _runner = Runner::start(&db.db, hasty("b"), vec![leaver()], vec![], vec![]).unwrap();
    enqueue(&db.db, &["found"]).await;
    until("the scan", || async { effects(&db.db).await.contains(&"found".to_owned()) }).await;
}

async fn a_job_waits_for_its_time_and_a_clock_set_back_holds_up_nothing_due(db: TestDb) {
    let runner = Runner::start(&db.db, hasty("a"), vec![leaver()], vec![], vec![]).unwrap();
    db.db.write(&db.system(), |tx| {
        let later = tx.now().plus_seconds(3_600);
        work::enqueue_at(tx, &Leave("later".into()), later, None)
    }).await.unwrap();
    let drained = runner.drain().await.unwrap();
    assert!(drained.is_clean() && drained.scheduled == ["test.leave"]);
    db.clock.advance(-86_400_000);
    enqueue(&db.db, &["now"]).await;
    runner.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["now"]);
    db.clock.advance(86_400_000 + 3_600_000);
    runner.wake();
    runner.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["now", "later"]);
}

async fn many_jobs_over_two_nodes_run_once_each(db: TestDb) {
    let running = Arc::new(Mutex::new(Vec::new()));
    let handler = || {
        let running = running.clone();
        Handler::new(move |cx: JobCx, job: Leave| {
            assert_eq!(cx.attempt, 1);
            running.lock().unwrap().push(job.0.clone());
            async move {
                tokio::time::sleep(Duration::from_millis(3)).await;
                cx.db.append(&cx.origin, move |tx| leave(tx, &job.0)).await
            }
        })
    };
    let other = second_node(&db);
    db.db.write(&db.system(), |tx| {
        (0..60).try_for_each(|n| work::enqueue(tx, &Leave(format!("{n:02}"))).map(drop))
    }).await.unwrap();
    let a = Runner::start(&db.db, hasty("a"), vec![handler()], vec![], vec![]).unwrap();
    let b = Runner::start(&other, hasty("b"), vec![handler()], vec![], vec![]).unwrap();
    assert!(a.drain().await.unwrap().is_clean());
    let mut seen = running.lock().unwrap().clone();
    let mut left = effects(&db.db).await;
    seen.sort();
    left.sort();
    let all: Vec<_> = (0..60).map(|n| format!("{n:02}")).collect();
    assert_eq!((seen, left), (all.clone(), all));
    a.stop().await;
    b.stop().await;
}

async fn a_vanished_runners_job_is_taken_over_when_its_lease_has_run_out_and_not_before(db: TestDb) {
    let started = Arc::new(AtomicU32::new(0));
    let count = started.clone();
    let hangs = Handler::new(move |_, _: Leave| {
        count.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    });
    let a = Runner::start(&db.db, hasty("a"), vec![hangs], vec![], vec![]).unwrap();
    enqueue(&db.db, &["held"]).await;
    until("the start", || async { started.load(Ordering::SeqCst) == 1 }).await;
    let attempt = Arc::new(AtomicU32::new(0));
    let seen = attempt.clone();
    let does = Handler::new(move |cx: JobCx, job: Leave| {
        seen.store(cx.attempt, Ordering::SeqCst);
        async move { cx.db.write(&cx.origin, move |tx| leave(tx, &job.0)).await }
    });
    drop(a);
    let b = Runner::start(&db.db, hasty("b"), vec![does], vec![], vec![]).unwrap();
    db.clock.advance(17_000);
    a_moment().await;
    assert!(effects(&db.db).await.is_empty());
    pass(&db, 40_000).await;
    b.wake();
    assert!(b.drain().await.unwrap().is_clean());
    assert_eq!((effects(&db.db).await, attempt.load(Ordering::SeqCst)), (vec!["held".to_owned()], 2));
}

async fn a_running_job_keeps_its_lease_however_long_it_takes(db: TestDb) {
    let free = Arc::new(AtomicBool::new(false));
    let starts = Arc::new(AtomicU32::new(0));
    let handler = || {
        let (free, starts) = (free.clone(), starts.clone());
        Handler::new(move |_, _: Once| {
            starts.fetch_add(1, Ordering::SeqCst);
            let free = free.clone();
            async move {
                while !free.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok(())
            }
        })
    };
    // The clock goes on, each time by less than the lease, as soon as it has been renewed.
    let short = |node| RunnerConfig { job_lease_ms: 80, ..hasty(node) };
    let a = Runner::start(&db.db, short("a"), vec![handler()], vec![], vec![]).unwrap();
    db.db.write(&db.system(), |tx| work::enqueue(tx, &Once)).await.unwrap();
    until("the start", || async { starts.load(Ordering::SeqCst) == 1 }).await;
    let b = Runner::start(&db.db, short("b"), vec![handler()], vec![], vec![]).unwrap();
    for _ in 0..12 {
        db.clock.advance(60);
        let renewed = db.clock.now().plus_millis(80);
        until("the renewal", || async {
            let (end,): (kernel::Timestamp,) = db.db.read(&db.system(), |tx| tx.one(&LEASED_UNTIL, &[])).await.unwrap();
            end == renewed
        }).await;
        b.wake();
    }
    free.store(true, Ordering::SeqCst);
    assert!(b.drain().await.unwrap().is_clean());
    assert_eq!(starts.load(Ordering::SeqCst), 1);
    drop(a);
}

async fn what_vanishes_with_its_runner_at_the_last_attempt_is_dead(db: TestDb) {
    let started = Arc::new(AtomicU32::new(0));
    let a = Runner::start(&db.db, hasty("a"), vec![hanging(started.clone())], vec![], vec![]).unwrap();
    db.db.write(&db.system(), |tx| work::enqueue(tx, &Once)).await.unwrap();
    until("the start", || async { started.load(Ordering::SeqCst) == 1 }).await;
    crash(&db, a, 60_000).await;
    let b = Runner::start(&db.db, hasty("b"), vec![hanging(started.clone())], vec![], vec![]).unwrap();
    let drained = b.drain().await.unwrap();
    assert_eq!((drained.dead.len(), started.load(Ordering::SeqCst)), (1, 1), "{drained:?}");
}

async fn each_failure_waits_longer_then_the_job_is_dead_until_somebody_retries_it(db: TestDb) {
    let broken = Arc::new(AtomicBool::new(true));
    let state = broken.clone();
    let handler = Handler::new(move |cx: JobCx, job: Leave| {
        let broken = state.load(Ordering::SeqCst);
        async move {
            if broken {
                return Err(Error::internal("the mail server is away"));
            }
            cx.db.write(&cx.origin, move |tx| leave(tx, &job.0)).await
        }
    });
    let runner = Runner::start(&db.db, hasty("a"), vec![handler], vec![], vec![]).unwrap();
    enqueue(&db.db, &["mail"]).await;
    let page = PageQuery::default();
    for (least, most) in [(1_000, 1_500), (4_000, 6_000), (16_000, 24_000)] {
        let drained = runner.drain().await.unwrap();
        assert_eq!(drained.retrying, [("test.leave".to_owned(), "internal: the mail server is away".to_owned())]);
        let waiting = page.clone();
        let rows = db.db.read(&db.system(), move |tx| api::list(tx, JobState::Ready, &waiting)).await.unwrap();
        let wait = rows.items[0].run_at.unwrap().since(db.clock.now());
        assert!((least..=most).contains(&wait), "{wait}");
        db.clock.advance(wait);
        runner.wake();
        let attempts = rows.items[0].attempts;
        until("the next attempt", || {
            let (db, page) = (db.db.clone(), page.clone());
            async move {
                let origin = kernel::Origin::system("test");
                db.read(&origin, move |tx| {
                    let (ready, dead) = (api::list(tx, JobState::Ready, &page)?, api::list(tx, JobState::Dead, &page)?);
                    Ok(ready.items.iter().chain(&dead.items).any(|job| job.attempts > attempts))
                }).await.unwrap()
            }
        }).await;
    }
    let drained = runner.drain().await.unwrap();
    assert!(!drained.is_clean() && drained.dead.len() == 1 && drained.retrying.is_empty(), "{drained:?}");
    broken.store(false, Ordering::SeqCst);
    let again = db.db.write(&db.system(), move |tx| {
        let dead = api::list(tx, JobState::Dead, &page)?;
        api::retry(tx, dead.items[0].id)
    }).await.unwrap();
    assert_eq!((again.state, again.attempts), (JobState::Ready, 0));
    assert!(runner.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, ["mail"]);
}

async fn a_dead_job_can_be_discarded_and_a_living_one_cannot(db: TestDb) {
    let fails = Handler::new(|_, _: Once| async { Err(Error::internal("no")) });
    let runner = Runner::start(&db.db, hasty("a"), vec![fails], vec![], vec![]).unwrap();
    let id = db.db.write(&db.system(), |tx| {
        let later = tx.now().plus_seconds(60);
        work::enqueue_at(tx, &Once, later, None)
    }).await.unwrap();
    let early = db.db.write(&db.system(), move |tx| api::discard(tx, id)).await;
    assert!(matches!(early, Err(Error::Conflict(code, _)) if code == codes::NOT_DEAD));
    db.clock.advance(60_000);
    runner.wake();
    until("its death", || async { !runner.drain().await.unwrap().dead.is_empty() }).await;
    db.db.write(&db.system(), move |tx| api::discard(tx, id)).await.unwrap();
    assert!(runner.drain().await.unwrap().is_clean());
    let gone = db.db.write(&db.system(), move |tx| api::retry(tx, id)).await;
    assert!(matches!(gone, Err(Error::NotFound)));
}

async fn a_panic_and_a_job_without_end_are_failures_like_any_other(db: TestDb) {
    let panics = Handler::new(|cx: JobCx, job: Leave| {
        assert!(job.0 != "panics at once", "on purpose");
        async move {
            assert!(cx.attempt > 1, "on purpose");
            cx.db.write(&cx.origin, move |tx| leave(tx, &job.0)).await
        }
    });
    let hangs = Handler::new(|_, _: Brief| std::future::pending());
    let runner = Runner::start(&db.db, hasty("a"), vec![panics, hangs], vec![], vec![]).unwrap();
    enqueue(&db.db, &["panics", "panics at once"]).await;
    db.db.write(&db.system(), |tx| work::enqueue(tx, &Brief)).await.unwrap();
    let mut failed = runner.drain().await.unwrap().retrying;
    failed.sort();
    assert_eq!(failed[0], ("test.brief".to_owned(), "internal: did not end within 500 ms".to_owned()));
    assert_eq!((failed.len(), failed[1].1.contains("panicked")), (3, true), "{failed:?}");
    db.clock.advance(2_000);
    until("the second attempt", || async { effects(&db.db).await == ["panics"] }).await;
}

async fn a_key_is_taken_while_its_job_waits_and_one_of_a_key_runs_at_a_time(db: TestDb) {
    let enqueue_later = |seconds: i64, name: &'static str| {
        let db = db.db.clone();
        async move {
            db.write(&kernel::Origin::system("test"), move |tx| {
                let at = tx.now().plus_seconds(seconds);
                work::enqueue_at(tx, &Leave(name.into()), at, Some("key"))
            }).await.unwrap()
        }
    };
    let first = enqueue_later(60, "first").await;
    assert_eq!(enqueue_later(90, "second").await, first);
    assert_eq!(enqueue_later(30, "third").await, first, "brought forward");
    let gate = Arc::new(AtomicBool::new(false));
    let open = gate.clone();
    let handler = Handler::new(move |cx: JobCx, job: Leave| {
        let open = open.clone();
        async move {
            cx.db.write(&cx.origin, move |tx| leave(tx, &job.0)).await?;
            while !open.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Ok(())
        }
    });
    db.clock.advance(31_000);
    let runner = Runner::start(&db.db, hasty("a"), vec![handler], vec![], vec![]).unwrap();
    until("the first run", || async { effects(&db.db).await == ["first"] }).await;
    assert_ne!(enqueue_later(0, "fourth").await, first, "it may have read too early");
    enqueue(&db.db, &["of no key"]).await;
    until("what has no key", || async { effects(&db.db).await == ["first", "of no key"] }).await;
    gate.store(true, Ordering::SeqCst);
    assert!(runner.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, ["first", "of no key", "fourth"], "one of a key at a time");
}

async fn of_two_jobs_with_one_key_that_fail_one_is_tried_again(db: TestDb) {
    let started = Arc::new(AtomicU32::new(0));
    let (count, gate) = (started.clone(), Arc::new(AtomicBool::new(false)));
    let open = gate.clone();
    let fails = Handler::new(move |_, _: Leave| {
        count.fetch_add(1, Ordering::SeqCst);
        let open = open.clone();
        async move {
            while !open.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Err(Error::internal("no"))
        }
    });
    let runner = Runner::start(&db.db, hasty("a"), vec![fails], vec![], vec![]).unwrap();
    for _ in 0..2 {
        db.db.write(&db.system(), |tx| {
            let now = tx.now();
            work::enqueue_at(tx, &Leave("twin".into()), now, Some("key"))
        }).await.unwrap();
        runner.wake();
        until("the start", || async { started.load(Ordering::SeqCst) == 1 }).await;
    }
    gate.store(true, Ordering::SeqCst);
    assert_eq!(runner.drain().await.unwrap().retrying.len(), 1);
    assert_eq!(started.load(Ordering::SeqCst), 2);
}

async fn a_job_that_finishes_in_its_own_transaction_leaves_its_effect_once(db: TestDb) {
    let handler = || Handler::new(|cx: JobCx, job: Leave| async move {
        let (db, origin, attempt) = (cx.db.clone(), cx.origin.clone(), cx.attempt);
        db.write(&origin, move |tx| {
            cx.finish(tx)?;
            leave(tx, &job.0)
        }).await?;
        // The process dies before the runner hears of it.
        if attempt == 1 { std::future::pending().await } else { Ok(()) }
    });
    let a = Runner::start(&db.db, hasty("a"), vec![handler()], vec![], vec![]).unwrap();
    enqueue(&db.db, &["once"]).await;
    until("the effect", || async { !effects(&db.db).await.is_empty() }).await;
    crash(&db, a, 60_000).await;
    let b = Runner::start(&db.db, hasty("b"), vec![handler()], vec![], vec![]).unwrap();
    assert!(b.drain().await.unwrap().is_clean());
    assert_eq!(effects(&db.db).await, ["once"]);
}

async fn a_job_of_unknown_kind_stays_and_is_reported(db: TestDb) {
    let runner = Runner::start(&db.db, hasty("a"), vec![leaver()], vec![], vec![]).unwrap();
    db.db.write(&db.system(), |tx| work::enqueue(tx, &Strange)).await.unwrap();
    let drained = runner.drain().await.unwrap();
    assert_eq!(drained.unknown, ["test.strange"]);
    assert!(!drained.is_clean());
    runner.stop().await;
    let knows = Handler::new(|_, _: Strange| async { Ok(()) });
    let newer = Runner::start(&db.db, hasty("b"), vec![knows], vec![], vec![]).unwrap();
    assert!(newer.drain().await.unwrap().is_clean());
}

async fn a_stop_waits_for_what_runs_and_puts_back_what_does_not_end(db: TestDb) {
    let started = Arc::new(AtomicU32::new(0));
    let config = RunnerConfig { grace: Duration::from_millis(200), ..hasty("a") };
    let count = started.clone();
    let slow = Handler::new(move |cx: JobCx, job: Leave| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(60)).await;
            cx.db.write(&cx.origin, move |tx| leave(tx, &job.0)).await
        }
    });
    let a = Runner::start(&db.db, config, vec![slow, hanging(started.clone())], vec![], vec![]).unwrap();
    enqueue(&db.db, &["slow"]).await;
    db.db.write(&db.system(), |tx| work::enqueue(tx, &Once)).await.unwrap();
    a.wake();
    until("both", || async { started.load(Ordering::SeqCst) == 2 }).await;
    a.stop().await;
    a.stop().await;
    assert_eq!(effects(&db.db).await, ["slow"]);
    // Put back as if never started: its only attempt is still there, and its lease is no hindrance.
    let does = Handler::new(|cx: JobCx, _: Once| async move {
        assert_eq!(cx.attempt, 1);
        Ok(())
    });
    let b = Runner::start(&db.db, hasty("b"), vec![does], vec![], vec![]).unwrap();
    assert!(b.drain().await.unwrap().is_clean());
}

}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = testkit::TestDb::sqlite(&schema());
        assert!(Runner::start(&db.db, hasty("a"), vec![leaver(), leaver()], vec![], vec![]).is_err());
        let cron = work::Cron::new("test.cron", "* * * * *", |_| Strange).unwrap();
        assert!(Runner::start(&db.db, hasty("a"), vec![leaver()], vec![], vec![cron]).is_err());
    });
}
