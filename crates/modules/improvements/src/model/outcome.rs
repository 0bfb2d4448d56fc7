//! What one complaint comes to, and whether its customer was won back.

use complaints::Complaint;
use kernel::{CustomerId, Id, Money, Timestamp, UnitId, UserId};
use store::text_enum;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Days after its close in which somebody who buys again is won back (R087).
pub(crate) const RECOVERY_DAYS: i64 = 90;

text_enum! {
    /// Whether the customer of a closed complaint was won back (R087).
    pub enum RecoveryVerdict {
        /// They say so: 4 or 5 of 5 after it was done.
        Satisfied = "satisfied",
        /// They bought again within 90 days.
        Bought = "bought",
        /// Neither, and the 90 days are over.
        Lost = "lost",
        /// Neither yet, and the 90 days run.
        Undecided = "undecided",
        /// Nobody knows who they are.
        Anonymous = "anonymous",
        /// They could not be reached, and did not buy again.
        Unreachable = "unreachable",
    }
}

store::record! {
    /// What is counted of one complaint: kept beside it.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct ComplaintOutcome {
        pub complaint_id: Id<Complaint>,
        pub day: String,
        pub closed_day: Option<String>,
        pub customer_id: Option<CustomerId>,
        pub cause_id: Option<String>,
        pub cause: Option<String>,
        pub owner_id: Option<UserId>,
        pub unit_id: Option<UnitId>,
        pub handler_id: Option<UserId>,
        pub handler_unit_id: Option<UnitId>,
        pub registered_at: Timestamp,
        pub closed_at: Option<Timestamp>,
        /// How often a colleague did something about it.
        pub acts: i64,
        /// The minutes somebody wrote down; none where it is reckoned from the acts.
        pub minutes: Option<i64>,
        pub compensation: Money,
        pub points: i64,
        pub lost: Money,
        pub anonymous: bool,
        pub unreachable: bool,
        /// How content they are by their last word.
        pub score: Option<i64>,
        /// When they first bought again, within 90 days after its close.
        pub bought_at: Option<Timestamp>,
    }
}

impl ComplaintOutcome {
    /// Whether its customer was won back, where it is closed; `since` is the moment 90 days ago. The statements that count
    /// say the same.
    pub(crate) fn verdict(&self, since: Timestamp) -> Option<RecoveryVerdict> {
        let closed = self.closed_at?;
        Some(match self.score {
            Some(4..) => RecoveryVerdict::Satisfied,
            _ if self.bought_at.is_some() => RecoveryVerdict::Bought,
            _ if self.anonymous => RecoveryVerdict::Anonymous,
            _ if self.unreachable => RecoveryVerdict::Unreachable,
            _ if closed > since => RecoveryVerdict::Undecided,
            _ => RecoveryVerdict::Lost,
        })
    }
}

/// Those of a cause around the moment of one of them that came within `window_ms` of each other: the first such crowd of
/// at least `threshold` that the one is among. `all` is in order of time.
pub(crate) fn crowd<T: Copy>(
    all: &[(T, Timestamp)],
    one: Timestamp,
    window_ms: i64,
    threshold: usize,
) -> Option<Vec<T>> {
    (0..all.len()).find_map(|first| {
        let begin = all[first].1;
        let within = |at: Timestamp| at >= begin && at.since(begin) <= window_ms;
        let crowd: Vec<T> = all[first..].iter().filter(|(_, at)| within(*at)).map(|(id, _)| *id).collect();
        (within(one) && crowd.len() >= threshold).then_some(crowd)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_millis(day * DAY_MS)
    }

    #[test]
    fn r022_three_within_thirty_days_are_a_crowd_and_three_in_more_are_not() {
        let days = |days: &[i64]| days.iter().map(|day| (*day, at(*day))).collect::<Vec<_>>();
        assert_eq!(crowd(&days(&[1, 20, 31]), at(31), 30 * DAY_MS, 3), Some(vec![1, 20, 31]));
        assert_eq!(crowd(&days(&[1, 20, 32]), at(32), 30 * DAY_MS, 3), None);
        // An old one written late joins those after it.
        assert_eq!(crowd(&days(&[1, 20, 32, 40]), at(20), 30 * DAY_MS, 3), Some(vec![20, 32, 40]));
        assert_eq!(crowd(&days(&[1, 50, 60, 70]), at(1), 30 * DAY_MS, 3), None);
    }
}
