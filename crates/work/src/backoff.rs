//! How long to wait before the next attempt.

use kernel::Rng;

/// The longest wait, before jitter: an hour.
const LONGEST_MS: u64 = 3_600_000;

/// Milliseconds to wait after failed attempt number `attempt` (from 1): `first_ms`, then four times
/// as long each time up to an hour, plus up to half as much again by chance, so that what failed
/// together does not come back together. Each wait is longer than the one before, until the longest.
pub fn after(attempt: i64, first_ms: u64, rng: &Rng) -> i64 {
    let doublings = u32::try_from(attempt.saturating_sub(1).max(0)).unwrap_or(u32::MAX).saturating_mul(2);
    let base = 1_u64.checked_shl(doublings).map_or(LONGEST_MS, |times| first_ms.saturating_mul(times)).min(LONGEST_MS);
    i64::try_from(base + rng.below(base / 2 + 1)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use kernel::Rng;
    use proptest::prelude::{prop_assert, proptest};

    use super::{LONGEST_MS, after};

    proptest! {
        #[test]
        fn each_wait_is_longer_than_the_one_before_until_the_longest(seed: u64, attempt in 1_i64..40, first in 10_u64..5_000) {
            let rng = Rng::seeded(seed);
            let (this, next) = (after(attempt, first, &rng), after(attempt + 1, first, &rng));
            let longest = LONGEST_MS as i64;
            prop_assert!(this < next || next >= longest);
            prop_assert!(this >= first as i64 && this <= longest + longest / 2);
        }
    }

    #[test]
    fn no_number_of_attempts_overflows() {
        for attempt in [i64::MIN, 0, 33, i64::MAX] {
            assert!(after(attempt, 1_000, &Rng::seeded(1)) >= 1_000);
        }
    }
}
