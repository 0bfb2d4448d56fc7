//! Whatever happens to a purse, in whatever order, no point is lost, made up or used twice.

use kernel::{CustomerId, Noun, Rng};
use proptest::prelude::*;

use super::*;

fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(days * 86_400_000)
}

fn id<T: Noun>(seed: u64) -> Id<T> {
    Id::new(at(1), &Rng::seeded(seed))
}

fn member() -> Member {
    Member {
        id: id(1),
        customer_id: CustomerId::new(at(1), &Rng::seeded(2)),
        code: "AAAA".into(),
        joined_at: at(0),
        birthday: None,
        balance: 0,
        pending: 0,
        debt: 0,
        tier_rank: 0,
        tier_since: None,
        grace_until: None,
        qualifying: 0,
        tier_check_at: at(0),
        owner_id: None,
        unit_id: None,
        version: 1,
    }
}

fn purse() -> Purse {
    Purse::new(vec![member()], Vec::new(), at(0), Rng::seeded(3))
}

fn head(kind: PointsEntryKind) -> Head {
    Head::own(kind)
}

fn until(day: i64) -> Option<(String, Timestamp)> {
    Some((day.to_string(), at(day)))
}

/// What postings say is in an account.
fn account(purse: &Purse, account: PointsAccount) -> i64 {
    let into = purse.postings.iter().filter(|one| one.to_account == account).map(|one| one.points).sum::<i64>();
    into - purse.postings.iter().filter(|one| one.from_account == account).map(|one| one.points).sum::<i64>()
}

/// The books agree: postings with lots, lots with the member, entries with what the member has.
fn is_balanced(purse: &Purse) {
    let sum = |of: fn(&PointsLot) -> i64| purse.lots.iter().map(of).sum::<i64>();
    let member = &purse.members[0];
    assert_eq!(-account(purse, PointsAccount::Issued), sum(|lot| lot.points));
    assert_eq!(
        (account(purse, PointsAccount::Pending), member.pending),
        (sum(|lot| lot.pending), sum(|lot| lot.pending))
    );
    assert_eq!((account(purse, PointsAccount::Active), member.balance), (sum(|lot| lot.active), sum(|lot| lot.active)));
    assert_eq!(account(purse, PointsAccount::Spent), sum(|lot| lot.spent));
    assert_eq!(account(purse, PointsAccount::Expired), sum(|lot| lot.expired));
    assert_eq!(account(purse, PointsAccount::Withdrawn), sum(|lot| lot.withdrawn));
    assert_eq!(account(purse, PointsAccount::Reversed), sum(|lot| lot.reversed + lot.owed));
    assert_eq!(
        (-account(purse, PointsAccount::Debt), member.debt),
        (sum(|lot| lot.owed - lot.settled), sum(|lot| lot.owed - lot.settled))
    );
    assert!(member.balance >= 0 && member.pending >= 0 && member.debt >= 0);
    assert_eq!(purse.entries.iter().map(|entry| entry.points).sum::<i64>(), member.standing());
    // Who owes has nothing left to use.
    assert!(member.debt == 0 || purse.balance() == 0, "{member:?}");
}

#[test]
fn r030_the_earliest_to_expire_is_used_first_and_expires_alone() {
    let mut purse = purse();
    purse.earn(head(PointsEntryKind::Earn), 100, at(0), until(20)).unwrap();
    purse.earn(head(PointsEntryKind::Earn), 50, at(0), until(10)).unwrap();
    purse.earn(head(PointsEntryKind::Earn), 30, at(5), None).unwrap();
    purse.use_up(head(PointsEntryKind::Spend), 60, PointsAccount::Spent).unwrap();
    let left: Vec<_> = purse.lots.iter().map(|lot| (lot.active, lot.pending)).collect();
    assert_eq!(left, [(0, 0), (90, 0), (0, 30)]);
    // Two days before the last day is over there is what there is; when it is over, that lot alone is gone.
    purse.now = at(20).plus_millis(-1);
    purse.catch_up().unwrap();
    assert_eq!(purse.balance(), 120);
    purse.now = at(20);
    assert_eq!(purse.balance(), 30);
    purse.catch_up().unwrap();
    assert_eq!((purse.balance(), purse.lots[1].expired), (30, 90));
    assert!(purse.use_up(head(PointsEntryKind::Spend), 31, PointsAccount::Spent).is_err());
    is_balanced(&purse);
}

#[test]
fn r030_what_was_used_and_is_taken_back_is_owed_and_settled_by_what_comes_next() {
    let mut purse = purse();
    purse.earn(head(PointsEntryKind::Earn), 100, at(0), until(20)).unwrap();
    let lot = purse.lots[0].id;
    let spend = purse.use_up(head(PointsEntryKind::Spend), 80, PointsAccount::Spent).unwrap();
    purse.reverse(head(PointsEntryKind::Reverse), lot, 100).unwrap();
    assert_eq!((purse.members[0].balance, purse.members[0].debt, purse.lots[0].reversed), (0, 80, 20));
    assert!(purse.reverse(head(PointsEntryKind::Reverse), lot, 1).is_err());
    purse.earn(head(PointsEntryKind::Earn), 50, at(0), until(30)).unwrap();
    assert_eq!((purse.members[0].balance, purse.members[0].debt), (0, 30));
    // The reward is cancelled: what comes back settles the rest.
    let used: Vec<_> = purse.postings.iter().filter(|one| one.entry_id == spend.id).cloned().collect();
    purse.give_back(head(PointsEntryKind::Return), &used, 0, 80, &("40".into(), at(40))).unwrap();
    assert_eq!((purse.members[0].balance, purse.members[0].debt), (50, 0));
    assert!(purse.give_back(head(PointsEntryKind::Return), &used, 80, 1, &("40".into(), at(40))).is_err());
    is_balanced(&purse);
}

#[test]
fn r030_what_expired_and_is_taken_back_costs_nothing_twice() {
    let mut purse = purse();
    purse.earn(head(PointsEntryKind::Earn), 100, at(0), until(20)).unwrap();
    let lot = purse.lots[0].id;
    purse.use_up(head(PointsEntryKind::Spend), 40, PointsAccount::Spent).unwrap();
    purse.now = at(25);
    purse.catch_up().unwrap();
    // Half of the order comes back: 60 had expired, so nothing is owed; all of it: what was used is.
    purse.reverse(head(PointsEntryKind::Reverse), lot, 50).unwrap();
    assert_eq!((purse.members[0].debt, purse.lots[0].expired), (0, 10));
    purse.reverse(head(PointsEntryKind::Reverse), lot, 50).unwrap();
    assert_eq!((purse.members[0].debt, purse.lots[0].expired, purse.lots[0].owed), (40, 0, 40));
    is_balanced(&purse);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn r030_the_books_agree_after_anything(steps in prop::collection::vec((0_u8..6, 1_i64..120, 0_i64..40), 1..40)) {
        let mut purse = purse();
        let mut spends: Vec<(Id<PointsEntry>, i64)> = Vec::new();
        for (step, points, days) in steps {
            let lots: Vec<_> = purse.lots.iter().map(|lot| lot.id).collect();
            let lot = lots.get(usize::try_from(days).unwrap() % lots.len().max(1)).copied();
            match step {
                0 => drop(purse.earn(head(PointsEntryKind::Earn), points, purse.now.plus_millis(days * 20_000_000), until(purse.now.millis() / 86_400_000 + days + 1))),
                1 => if let Ok(spend) = purse.use_up(head(PointsEntryKind::Spend), points, PointsAccount::Spent) { spends.push((spend.id, 0)) },
                2 => drop(purse.use_up(head(PointsEntryKind::Adjust), points, PointsAccount::Withdrawn)),
                3 => if let Some(lot) = lot { drop(purse.reverse(head(PointsEntryKind::Reverse), lot, points)) },
                4 => if let Some((id, undone)) = spends.last_mut() {
                    let used: Vec<_> = purse.postings.iter().filter(|one| one.entry_id == *id).cloned().collect();
                    let again = ("later".to_owned(), purse.now.plus_millis(86_400_000 * 9));
                    if purse.give_back(head(PointsEntryKind::Return), &used, *undone, points, &again).is_ok() { *undone += points }
                },
                _ => {
                    purse.now = purse.now.plus_millis(days * 30_000_000);
                    purse.catch_up().unwrap();
                }
            }
            is_balanced(&purse);
        }
    }
}
