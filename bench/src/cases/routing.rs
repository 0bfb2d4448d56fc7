//! One decision of the desk: who of a thousand gets which of ten thousand who wait, and why.

use std::time::Instant;

use routing::api::Rehearsal;

use crate::{cases::Row, place::Outcome};

const PEOPLE: usize = 1_000;
const WAITING: usize = 10_000;
const DECISIONS: usize = 50_000;

pub(crate) fn run() -> Outcome<Vec<Row>> {
    let mut hall = Rehearsal::new(PEOPLE, WAITING, 7);
    let mut times = Vec::with_capacity(DECISIONS);
    for _ in 0..DECISIONS {
        hall.free();
        let began = Instant::now();
        let decided = hall.decide();
        times.push(began.elapsed().as_secs_f64() * 1e6);
        if decided {
            hall.come();
        }
    }
    if hall.waiting() < WAITING * 9 / 10 {
        return Err(format!("only {} wait", hall.waiting()).into());
    }
    Ok(vec![
        Row::at_most(
            "routing: a decision, 1,000 people, 10,000 waiting, p99",
            crate::cases::percentile(&mut times, 0.99),
            "µs",
            100.0,
        ),
        Row::at_most("routing: the same, p50", crate::cases::percentile(&mut times, 0.5), "µs", 50.0),
    ])
}
