//! How long one kind of record is kept.

use http::{Aged, Keeping, Keepings};
use kernel::{Check, Error, Id, Noun, Permit, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

impl Noun for RetentionTerm {
    const PREFIX: &'static str = "rtn";
}

/// The shortest and the longest term, in days.
const DAYS: std::ops::RangeInclusive<i64> = 30..=3_650;

store::record! {
    /// How long what was said is kept in one kind of record, from one kind of channel.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct RetentionTerm {
        /// Its id.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: Id<RetentionTerm>,
        /// What is kept: `conversations`, `inquiries`.
        pub kind: String,
        /// By what kind of channel it came; empty where one term is for all.
        pub channel: String,
        /// For how many days after its end; none: until the customer is erased.
        pub days: Option<i64>,
        /// Who said so last; empty when nobody did.
        pub set_by_name: String,
        /// When.
        pub set_at: Timestamp,
        /// Records emptied since the beginning.
        pub emptied: i64,
        /// Records that were due at the last look and stayed, something being unfinished with their customer.
        pub held: i64,
        /// When it was looked at last.
        pub looked_at: Option<Timestamp>,
        /// Rises with each change; 0 when nobody ever said anything.
        pub version: i64,
    }
}

impl RetentionTerm {
    /// One nobody has set.
    pub(crate) fn unset(id: Id<Self>, kind: &str, channel: &str) -> Self {
        Self {
            id,
            kind: kind.into(),
            channel: channel.into(),
            days: None,
            set_by_name: String::new(),
            set_at: Timestamp::from_millis(0),
            emptied: 0,
            held: 0,
            looked_at: None,
            version: 0,
        }
    }

    /// With another length.
    ///
    /// # Errors
    /// `invalid` below 30 days and above ten years.
    pub(crate) fn lasting(mut self, permit: &Permit, days: Option<i64>, by: String) -> Result<Self> {
        checked(days)?;
        (self.days, self.set_by_name, self.set_at) = (days, by, permit.at());
        self.version += 1;
        Ok(self)
    }

    /// After a look, by day.
    pub(crate) fn looked(mut self, now: Timestamp, emptied: i64, held: i64) -> Self {
        (self.looked_at, self.held) = (Some(now), held);
        self.emptied += emptied;
        self
    }
}

/// # Errors
/// `invalid` below 30 days and above ten years.
pub(crate) fn checked(days: Option<i64>) -> Result<()> {
    match days {
        Some(days) => Check::new().range("days", days, DAYS).done(),
        None => Ok(()),
    }
}

/// What a kind and a channel stand for.
///
/// # Errors
/// [`Error::NotFound`] for a kind nobody keeps, `unknown` for a channel it has no term for.
pub(crate) fn kept(keepings: &Keepings, kind: &str, channel: &str) -> Result<(Keeping, Option<&'static str>)> {
    let keeping = *keepings.0.iter().find(|one| one.kind == kind).ok_or(Error::NotFound)?;
    if keeping.channels.is_empty() && channel.is_empty() {
        return Ok((keeping, None));
    }
    let channel = keeping.channels.iter().find(|one| **one == channel);
    channel.map(|channel| (keeping, Some(*channel))).ok_or_else(|| Error::field("channel", "unknown"))
}

/// Those that ended so many days ago or longer, from the first.
pub(crate) fn aged(now: Timestamp, days: i64, channel: Option<&'static str>, most: i64) -> Aged {
    let before = now.plus_millis(-days * 86_400_000);
    Aged { before, channel, after: (Timestamp::from_millis(i64::MIN), String::new()), most }
}
