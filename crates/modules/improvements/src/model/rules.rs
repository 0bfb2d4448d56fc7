//! What a department sets: when a cause opens an action by itself, how long that may take, and what things cost.

use kernel::{Check, Money, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No rate is more than this, in minor units.
const MOST_RATE: i64 = 100_000_000;

store::record! {
    /// What a department sets of improvement and costs.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct ImprovementRules {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// So many complaints of one root cause open an action.
        pub threshold: i64,
        /// Within so many days.
        pub window_days: i64,
        /// For so many days after it is completed a cause is watched.
        pub watch_days: i64,
        /// So many complaints of it in these days open the action again.
        pub recurrences: i64,
        /// Minutes of business time in which an action is completed.
        pub due_minutes: i64,
        /// Minutes of business time in which its effect is verified.
        pub verify_minutes: i64,
        /// What an hour of handling costs, in minor units.
        pub hour_rate: Money,
        /// Minutes one act is reckoned with, where nobody wrote down how long a complaint took.
        pub act_minutes: i64,
        /// What 100 points cost, in minor units.
        pub points_rate: Money,
        /// Rises with each change; 0 while nothing was set.
        pub version: i64,
    }
}

impl Default for ImprovementRules {
    fn default() -> Self {
        Self {
            id: "all".into(),
            threshold: 3,
            window_days: 30,
            watch_days: 90,
            recurrences: 1,
            due_minutes: 4_800,
            verify_minutes: 9_600,
            hour_rate: Money(6_000),
            act_minutes: 6,
            points_rate: Money(100),
            version: 0,
        }
    }
}

impl ImprovementRules {
    /// # Errors
    /// [`kernel::Error::Invalid`] names every bad field.
    pub(crate) fn check(&self) -> Result<()> {
        Check::new()
            .range("threshold", self.threshold, 2..=100)
            .range("window_days", self.window_days, 1..=365)
            .range("watch_days", self.watch_days, 0..=730)
            .range("recurrences", self.recurrences, 1..=100)
            .range("due_minutes", self.due_minutes, 1..=100_000)
            .range("verify_minutes", self.verify_minutes, 1..=100_000)
            .range("hour_rate", self.hour_rate.0, 0..=MOST_RATE)
            .range("act_minutes", self.act_minutes, 0..=480)
            .range("points_rate", self.points_rate.0, 0..=MOST_RATE)
            .done()
    }

    /// What these minutes of handling cost.
    pub(crate) fn handling(&self, minutes: i64) -> Money {
        Money(minutes.saturating_mul(self.hour_rate.0) / 60)
    }

    /// What these points cost.
    pub(crate) fn points(&self, points: i64) -> Money {
        Money(points.saturating_mul(self.points_rate.0) / 100)
    }
}
