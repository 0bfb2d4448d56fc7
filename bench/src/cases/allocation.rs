//! A million customers shared out among a thousand people, by skills, limits, shares and kept owners.

use std::time::Instant;

use allocation::balance::{Item, NOBODY, Seat, share_out};

use crate::{cases::Row, place::Outcome};

const CUSTOMERS: usize = 1_000_000;
const PEOPLE: usize = 1_000;
const SKILLS: usize = 10;
/// In milliseconds.
const BAR: f64 = 5_000.0;

/// The time of one run, of customers who need one of many things and mostly have somebody.
pub(crate) fn run() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for classes in [8, 256] {
        let mut chance = Chance(42);
        let levels: Vec<[u64; SKILLS]> = (0..PEOPLE)
            .map(|_| std::array::from_fn(|_| if chance.of(3) == 0 { 1 + chance.of(5) } else { 0 }))
            .collect();
        let able: Vec<Vec<bool>> = (0..classes)
            .map(|class| {
                let (skill, other, least) = (class % SKILLS, chance.of(SKILLS as u64) as usize, 1 + chance.of(4));
                let both = class % 3 == 0;
                levels.iter().map(|has| class == 0 || (has[skill] >= least && (!both || has[other] > 0))).collect()
            })
            .collect();
        let seats: Vec<Seat> = (0..PEOPLE)
            .map(|_| Seat {
                present: chance.of(20) != 0,
                held: chance.of(50) as u32,
                least: 100,
                most: if chance.of(4) == 0 { 900 } else { 2_000 },
                share: if chance.of(10) == 0 { 50 } else { 100 },
            })
            .collect();
        let items: Vec<Item> = (0..CUSTOMERS)
            .map(|_| Item {
                class: chance.of(classes as u64) as u32,
                at: if chance.of(3) == 0 { NOBODY } else { chance.of(PEOPLE as u64) as u32 },
                kept: chance.of(20) == 0,
            })
            .collect();
        let begun = Instant::now();
        let shared = share_out(&seats, &able, &items);
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        assert_eq!(shared.to.len(), CUSTOMERS);
        rows.push(Row::at_most(format!("allocation: 1,000,000 among 1,000, {classes} kinds of need"), took, "ms", BAR));
    }
    Ok(rows)
}

/// The same numbers each time.
struct Chance(u64);

impl Chance {
    fn of(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % count
    }
}
