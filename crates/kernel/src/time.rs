//! Time, always handed in: nothing but [`Clock::system`] looks at the machine's clock.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, example = 1_763_798_400_000_i64)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment moved by `millis` milliseconds (negative: earlier); stays at the ends of time.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This moment moved by `seconds`.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(1_000))
    }

    /// Milliseconds from `earlier` to this moment; negative when this is the earlier one.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the current time comes from: the system, or a test's hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now` until [`Clock::set`] or [`Clock::advance`] moves it.
    pub fn by_hand(now: Timestamp) -> Self {
        Self(Source::ByHand(Arc::new(AtomicI64::new(now.millis()))))
    }

    /// The current moment. May go back when the machine's clock is set back.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Timestamp(since.map_or(0, |since| since.as_millis() as i64))
            }
            Source::ByHand(millis) => Timestamp(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a clock held by hand to `now`, forwards or back; the system's clock stays.
    pub fn set(&self, now: Timestamp) {
        if let Source::ByHand(millis) = &self.0 {
            millis.store(now.millis(), Ordering::SeqCst);
        }
    }

    /// Moves a clock held by hand forward by `millis`; the system's clock stays.
    pub fn advance(&self, millis: i64) {
        if let Source::ByHand(now) = &self.0 {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }
}
