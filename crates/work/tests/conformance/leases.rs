use kernel::{Error, Origin, Result};
use store::Db;
use testkit::on_both;
use work::{Lease, Listener, Runner, codes, lease};

use crate::help::*;

async fn acquire(db: &Db, owner: &'static str) -> Option<Lease> {
    db.write(&Origin::system("test"), move |tx| Lease::acquire(tx, "desk", owner, 4_000)).await.unwrap()
}

async fn checked(db: &Db, epoch: i64) -> Result<()> {
    db.write(&Origin::system("test"), move |tx| {
        lease::check(tx, "desk", epoch)?;
        leave(tx, &epoch.to_string())
    })
    .await
}

fn is_lost<T>(answer: Result<T>) -> bool {
    matches!(answer, Err(Error::Conflict(code, _)) if code == codes::LEASE_LOST)
}

on_both! { schema();

async fn one_holds_a_lease_and_the_next_gets_a_higher_number(db: TestDb) {
    let first = acquire(&db.db, "a").await.unwrap();
    assert_eq!(acquire(&db.db, "b").await, None);
    assert_eq!(acquire(&db.db, "a").await.as_ref(), Some(&first), "the holder's own");
    db.clock.advance(3_000);
    let own = first.clone();
    db.db.write(&db.system(), move |tx| own.renew(tx, 4_000)).await.unwrap();
    db.clock.advance(3_000);
    assert_eq!(acquire(&db.db, "b").await, None, "renewed");
    db.clock.advance(1_000);
    let second = acquire(&db.db, "b").await.unwrap();
    assert!(second.epoch > first.epoch);
    let own = first.clone();
    assert!(is_lost(db.db.write(&db.system(), move |tx| own.renew(tx, 4_000)).await));
}

async fn a_stale_holder_changes_nothing(db: TestDb) {
    let stale = acquire(&db.db, "a").await.unwrap();
    checked(&db.db, stale.epoch).await.unwrap();
    db.clock.advance(4_000);
    let fresh = acquire(&db.db, "b").await.unwrap();
    assert!(is_lost(checked(&db.db, stale.epoch).await));
    checked(&db.db, fresh.epoch).await.unwrap();
    // Giving back what one has no longer takes nothing from the new holder.
    let late = stale.clone();
    db.db.write(&db.system(), move |tx| late.release(tx)).await.unwrap();
    checked(&db.db, fresh.epoch).await.unwrap();
    assert_eq!(effects(&db.db).await, ["1", "2", "2"]);
}

async fn a_lease_given_back_is_free_at_once_and_its_number_void(db: TestDb) {
    let first = acquire(&db.db, "a").await.unwrap();
    let own = first.clone();
    db.db.write(&db.system(), move |tx| own.release(tx)).await.unwrap();
    assert!(is_lost(checked(&db.db, first.epoch).await));
    let again = acquire(&db.db, "a").await.unwrap();
    assert!(again.epoch > first.epoch);
}

async fn a_lease_from_before_the_clock_was_set_back_does_not_last_for_ever(db: TestDb) {
    let first = acquire(&db.db, "a").await.unwrap();
    db.clock.advance(-86_400_000);
    let second = acquire(&db.db, "b").await.unwrap();
    assert!(second.epoch > first.epoch);
}

async fn many_try_at_once_and_one_wins(db: TestDb) {
    let tries: Vec<_> = ["a", "b", "c", "d", "e", "f"].into_iter().map(|owner| {
        let db = db.db.clone();
        tokio::spawn(async move { acquire(&db, owner).await })
    }).collect();
    let mut won = 0;
    for one in tries {
        won += u32::from(one.await.unwrap().is_some());
    }
    assert_eq!(won, 1);
}

async fn the_lead_passes_on_at_a_stop_and_within_five_seconds_of_a_death(db: TestDb) {
    let named = |name: &'static str| Listener::new("test.lead", &["counted"], move |tx, _| leave(tx, name));
    let a = Runner::start(&db.db, hasty("a"), vec![], vec![named("a")], vec![]).unwrap();
    emit(&db.db, "counted", ["one".to_owned()]).await;
    until("a", || async { effects(&db.db).await == ["a"] }).await;
    let b = Runner::start(&db.db, hasty("b"), vec![], vec![named("b")], vec![]).unwrap();
    // The clock stands: only what is given back can be taken.
    a.stop().await;
    emit(&db.db, "counted", ["two".to_owned()]).await;
    until("b", || async { effects(&db.db).await == ["a", "b"] }).await;
    drop(b);
    let c = Runner::start(&db.db, hasty("c"), vec![], vec![named("c")], vec![]).unwrap();
    emit(&db.db, "counted", ["three".to_owned()]).await;
    a_moment().await;
    assert_eq!(effects(&db.db).await, ["a", "b"]);
    pass(&db, 4_900).await;
    c.wake();
    until("c", || async { effects(&db.db).await == ["a", "b", "c"] }).await;
}

}
