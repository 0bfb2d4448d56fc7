use std::sync::{Arc, Mutex};

use kernel::Timestamp;
use testkit::on_both;
use work::{Chore, Cron, Runner, RunnerConfig};

use crate::help::*;

const HOUR_MS: i64 = 3_600_000;
/// 2026-11-20 00:00 UTC, two hours before the tests' clock stands.
const MIDNIGHT: i64 = 1_795_132_800_000;

fn cron(pattern: &str) -> Cron {
    Cron::new("test.cron", pattern, |due: Timestamp| Leave(((due.millis() - MIDNIGHT) / HOUR_MS).to_string())).unwrap()
}

fn shanghai(node: &str) -> RunnerConfig {
    RunnerConfig { time_zone: Arc::new(|_| Ok("Asia/Shanghai".into())), ..hasty(node) }
}

/// Waits until the schedule has been seen once: only from then on it runs.
async fn begun(db: &store::Db) {
    store::sql! { BEGUN = "SELECT due_at FROM crons"; }
    until("the schedule", || async {
        let origin = kernel::Origin::system("test");
        !db.read(&origin, |tx| tx.all::<(i64,)>(&BEGUN, &[])).await.unwrap().is_empty()
    })
    .await;
}

/// Leaves one more effect; there are to be three.
fn one_of_three(tx: &mut store::Tx<'_>) -> kernel::Result<bool> {
    let before = left(tx)?.len();
    leave(tx, &before.to_string())?;
    Ok(before < 2)
}

on_both! { schema();

async fn a_due_time_runs_once_over_all_nodes_in_the_organisations_time_zone(db: TestDb) {
    let other = second_node(&db);
    // It is 10:00 in Shanghai; 11:00 there is 03:00 UTC.
    let a = Runner::start(&db.db, shanghai("a"), vec![leaver()], vec![], vec![cron("0 11 * * *")]).unwrap();
    let b = Runner::start(&other, shanghai("b"), vec![leaver()], vec![], vec![cron("0 11 * * *")]).unwrap();
    begun(&db.db).await;
    for _ in 0..12 {
        db.clock.advance(HOUR_MS / 4);
        a.wake();
        b.wake();
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
    }
    until("the run", || async { !effects(&db.db).await.is_empty() }).await;
    a.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["3"]);
    // The next day, with another node in the lead.
    crash(&db, a, 24 * HOUR_MS).await;
    b.wake();
    until("the next day's run", || async { effects(&db.db).await == ["3", "27"] }).await;
}

async fn what_was_missed_runs_once_and_what_came_before_the_first_start_never(db: TestDb) {
    let start = |node| Runner::start(&db.db, hasty(node), vec![leaver()], vec![], vec![cron("0 * * * *")]).unwrap();
    let a = start("a");
    begun(&db.db).await;
    a.drain().await.unwrap();
    a.stop().await;
    assert!(effects(&db.db).await.is_empty());
    db.clock.advance(72 * HOUR_MS + 1);
    let b = start("b");
    until("the catching up", || async { effects(&db.db).await == ["74"] }).await;
    a_moment().await;
    b.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["74"]);
}

async fn a_clock_set_back_repeats_nothing_and_one_that_was_wrong_does_not_stop_a_schedule(db: TestDb) {
    let runner = Runner::start(&db.db, hasty("a"), vec![leaver()], vec![], vec![cron("0 * * * *")]).unwrap();
    begun(&db.db).await;
    db.clock.advance(HOUR_MS);
    until("the first run", || async { effects(&db.db).await == ["3"] }).await;
    db.clock.advance(-HOUR_MS / 2);
    a_moment().await;
    db.clock.advance(HOUR_MS / 2);
    a_moment().await;
    runner.drain().await.unwrap();
    assert_eq!(effects(&db.db).await, ["3"]);
    // Years ahead by mistake, then right again.
    db.clock.advance(20_000 * HOUR_MS);
    until("the mistaken run", || async { effects(&db.db).await == ["3", "20003"] }).await;
    db.clock.advance(-20_000 * HOUR_MS);
    a_moment().await;
    db.clock.advance(HOUR_MS);
    until("the right run", || async { effects(&db.db).await == ["3", "20003", "4"] }).await;
}

async fn a_chore_goes_on_in_transactions_of_its_own_until_nothing_is_left_and_begins_anew_when_it_is_due(db: TestDb) {
    let Chore { cron, handler } = Chore::new("test.chore", "0 * * * *", one_of_three).unwrap();
    let runner = Runner::start(&db.db, hasty("a"), vec![handler], vec![], vec![cron]).unwrap();
    begun(&db.db).await;
    db.clock.advance(HOUR_MS);
    until("the first time", || async { effects(&db.db).await == ["0", "1", "2"] }).await;
    a_moment().await;
    runner.drain().await.unwrap();
    assert_eq!(effects(&db.db).await.len(), 3, "nothing was left");
    db.clock.advance(HOUR_MS);
    until("the next time", || async { effects(&db.db).await.len() == 4 }).await;
}

async fn another_time_zone_takes_effect_without_a_restart(db: TestDb) {
    let zone = Arc::new(Mutex::new("Asia/Shanghai"));
    let read = zone.clone();
    let config = RunnerConfig { time_zone: Arc::new(move |_| Ok((*read.lock().unwrap()).into())), ..hasty("a") };
    // Noon is 04:00 UTC in Shanghai and 03:00 in Tokyo; it is 02:00.
    let _runner = Runner::start(&db.db, config, vec![leaver()], vec![], vec![cron("0 12 * * *")]).unwrap();
    begun(&db.db).await;
    *zone.lock().unwrap() = "Asia/Tokyo";
    a_moment().await;
    db.clock.advance(HOUR_MS);
    until("noon in Tokyo", || async { effects(&db.db).await == ["3"] }).await;
}

}
