//! Against trying everything, and by what must hold of any answer.

use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;

fn seat() -> Seat {
    Seat { present: true, held: 0, least: 0, most: u32::MAX, share: 100 }
}

fn new(class: u32) -> Item {
    Item { class, at: NOBODY, kept: false }
}

fn sorted(loads: &[u32]) -> Vec<u32> {
    let mut loads = loads.to_vec();
    loads.sort_unstable_by_key(|load| Reverse(*load));
    loads
}

#[test]
fn r074_thirty_one_customers_and_three_people_are_eleven_ten_and_ten() {
    let shared = share_out(&[seat(); 3], &[vec![true; 3]], &[new(0); 31]);
    assert_eq!(sorted(&shared.loads), [11, 10, 10]);
    assert_eq!(shared.forced, None);
    assert!(shared.why.iter().all(|why| *why == Why::New));
}

#[test]
fn what_must_be_goes_first_and_the_floor_it_forces_is_told() {
    // Nine customers only the first two people are able to look after, three whom anybody is.
    let items: Vec<_> = (0..12).map(|at| new(u32::from(at >= 9))).collect();
    let shared = share_out(&[seat(); 4], &[vec![true, true, false, false], vec![true; 4]], &items);
    assert_eq!(sorted(&shared.loads), [5, 4, 2, 1]);
    let forced = shared.forced.unwrap();
    assert_eq!((forced.most, &forced.above.people[..], forced.above.customers), (5, &[0, 1][..], 9));
    assert_eq!((forced.least, &forced.below.people[..], forced.below.customers), (1, &[2, 3][..], 3));
}

#[test]
fn who_has_them_keeps_them_where_that_is_as_even() {
    let items: Vec<_> = (0..30).map(|at| Item { class: 0, at: if at < 16 { 0 } else { 1 }, kept: false }).collect();
    let shared = share_out(&[seat(); 3], &[vec![true; 3]], &items);
    assert_eq!(shared.loads, [10, 10, 10]);
    assert_eq!(shared.why.iter().filter(|why| **why == Why::Even).count(), 10);
    assert!(
        items.iter().zip(&shared.to).zip(&shared.why).all(|((item, to), why)| (*why == Why::Stays) == (item.at == *to))
    );
}

#[test]
fn who_is_away_or_not_able_gives_up_all_but_the_kept() {
    let away = Seat { present: false, ..seat() };
    let with = |at, kept| Item { class: 0, at, kept };
    let shared = share_out(
        &[away, seat(), seat()],
        &[vec![true, false, true]],
        &[with(0, true), with(0, false), with(1, true), with(1, false)],
    );
    assert_eq!(shared.to, [0, 2, 1, 2]);
    assert_eq!(shared.why, [Why::Kept, Why::Away, Why::KeptUnable, Why::Unable]);
}

#[test]
fn what_finds_no_room_is_left_over_and_says_why() {
    let few = Seat { most: 2, ..seat() };
    let shared = share_out(
        &[few, few],
        &[vec![true, true], vec![false, false]],
        &[new(0), new(1), new(0), new(0), new(0), new(0)],
    );
    assert_eq!(sorted(&shared.loads), [2, 2]);
    assert_eq!(shared.why[1], Why::NobodyAble);
    assert_eq!(shared.why.iter().filter(|why| **why == Why::NoRoom).count(), 1);
}

#[test]
fn a_half_position_has_half() {
    let half = Seat { share: 50, ..seat() };
    assert_eq!(share_out(&[seat(), half, seat()], &[vec![true; 3]], &[new(0); 25]).loads, [10, 5, 10]);
}

#[test]
fn nobody_and_nothing_are_no_trouble() {
    assert!(share_out(&[], &[], &[]).to.is_empty());
    assert_eq!(share_out(&[], &[vec![]], &[new(0)]).why, [Why::NobodyAble]);
    assert_eq!(share_out(&[seat()], &[vec![true]], &[]).loads, [0]);
}

/// What an answer is worth: left over, then the weights of all customers from the heaviest, then moves. Less is better.
fn worth(seats: &[Seat], able: &[Vec<bool>], items: &[Item], to: &[u32]) -> Option<(usize, Vec<i64>, usize)> {
    let mut loads: Vec<u32> = seats.iter().map(|seat| seat.held).collect();
    for (item, to) in items.iter().zip(to) {
        let kept = item.kept && item.at != NOBODY;
        if kept && *to != item.at {
            return None;
        }
        if *to != NOBODY {
            let at = *to as usize;
            loads[at] += 1;
            if !kept && (!seats[at].present || !able[item.class as usize][at]) {
                return None;
            }
        }
    }
    let fixed =
        |at: usize| seats[at].held + items.iter().filter(|item| item.kept && item.at == at as u32).count() as u32;
    if (0..seats.len()).any(|at| loads[at] > seats[at].most.max(fixed(at))) {
        return None;
    }
    let over = to.iter().filter(|to| **to == NOBODY).count();
    let alike = seats.iter().all(|seat| seat.share == seats[0].share);
    let weigh = |seat: &Seat, n: i64| match () {
        () if n <= i64::from(seat.least.min(seat.most)) => n - 1_000_000,
        () if alike => n,
        () => (n * 10_000 + i64::from(seat.share) - 1) / i64::from(seat.share),
    };
    let mut weights: Vec<_> = (0..seats.len())
        .flat_map(|at| (i64::from(fixed(at)) + 1..=i64::from(loads[at])).map(move |n| weigh(&seats[at], n)))
        .collect();
    weights.sort_unstable_by_key(|weight| Reverse(*weight));
    let moves = items.iter().zip(to).filter(|(item, to)| item.at != NOBODY && item.at != **to).count();
    Some((over, weights, moves))
}

fn every(seats: usize, items: usize) -> impl Iterator<Item = Vec<u32>> {
    (0..(seats + 1).pow(items as u32)).map(move |mut code| {
        let one = |_| {
            let to = code % (seats + 1);
            code /= seats + 1;
            if to == seats { NOBODY } else { to as u32 }
        };
        (0..items).map(one).collect()
    })
}

fn problem(shares: bool) -> impl Strategy<Value = (Vec<Seat>, Vec<Vec<bool>>, Vec<Item>)> {
    let share = if shares {
        prop_oneof![Just(100u32), Just(50), Just(25)].boxed()
    } else {
        Just(100u32).boxed()
    };
    let seat = (prop::bool::weighted(0.85), 0u32..3, 0u32..3, prop_oneof![Just(u32::MAX), (0u32..4).boxed()], share)
        .prop_map(|(present, held, least, most, share)| Seat { present, held, least, most, share });
    (prop::collection::vec(seat, 1..4), 1usize..4).prop_flat_map(|(seats, classes)| {
        let people = seats.len();
        let able = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.7), people), classes);
        let item = (0..classes as u32, 0..=people as u32, prop::bool::weighted(0.15))
            .prop_map(move |(class, at, kept)| Item { class, at: if at == people as u32 { NOBODY } else { at }, kept });
        (Just(seats), able, prop::collection::vec(item, 0..6))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_other_way_is_better((seats, able, items) in problem(false)) {
        let shared = share_out(&seats, &able, &items);
        let ours = worth(&seats, &able, &items, &shared.to).expect("what must be holds");
        for other in every(seats.len(), items.len()) {
            if let Some(theirs) = worth(&seats, &able, &items, &other) {
                prop_assert!(ours <= theirs, "{:?} {ours:?} is worse than {other:?} {theirs:?}", shared.to);
            }
        }
    }

    #[test]
    fn nor_with_unequal_shares((seats, able, items) in problem(true)) {
        let shared = share_out(&seats, &able, &items);
        let ours = worth(&seats, &able, &items, &shared.to).expect("what must be holds");
        for other in every(seats.len(), items.len()) {
            if let Some(theirs) = worth(&seats, &able, &items, &other) {
                prop_assert!(ours <= theirs, "{:?} {ours:?} is worse than {other:?} {theirs:?}", shared.to);
            }
        }
    }

    /// Where nobody is kept apart by limits of their own, no other way has a smaller difference, and what is told of
    /// the floor proves it: that many customers among that few people.
    #[test]
    fn the_forced_floor_is_proven((seats, able, items) in problem(false)) {
        let seats: Vec<_> = seats.into_iter().map(|one| Seat { least: 0, most: u32::MAX, present: true, ..one }).collect();
        let shared = share_out(&seats, &able, &items);
        let differ = |loads: &[u32]| loads.iter().max().unwrap() - loads.iter().min().unwrap();
        for other in every(seats.len(), items.len()) {
            if worth(&seats, &able, &items, &other).is_some_and(|(over, ..)| over == shared.to.iter().filter(|to| **to == NOBODY).count()) {
                let mut loads: Vec<_> = seats.iter().map(|seat| seat.held).collect();
                other.iter().filter(|to| **to != NOBODY).for_each(|to| loads[*to as usize] += 1);
                prop_assert!(differ(&shared.loads) <= differ(&loads));
            }
        }
        prop_assert_eq!(shared.forced.is_some(), differ(&shared.loads) > 1);
        if let Some(Forced { most, above, least, below }) = shared.forced {
            prop_assert_eq!(above.customers.div_ceil(above.people.len() as u64), u64::from(most));
            prop_assert_eq!(below.customers / below.people.len() as u64, u64::from(least));
        }
    }
}
