//! How long personal records are kept: what a module holds that ages, and how it is emptied.

use kernel::{CustomerId, Result, Timestamp};
use store::{FromRow, Row, Tx};

/// Records that ended before a time and are not emptied yet, in the order of their end.
#[derive(Clone, Debug)]
pub struct Aged {
    /// They ended before.
    pub before: Timestamp,
    /// They came by a channel of this kind; by whichever, where terms do not differ by channel.
    pub channel: Option<&'static str>,
    /// The one they stand behind: its end and its id.
    pub after: (Timestamp, String),
    /// So many at most.
    pub most: i64,
}

/// One of them; in a row: its id, its end, whose it is.
#[derive(Clone, Debug)]
pub struct AgedRecord {
    /// Its id, as text.
    pub id: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Whose it is, where that is known.
    pub customer_id: Option<CustomerId>,
}

impl FromRow for AgedRecord {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get(0)?, ended_at: row.get(1)?, customer_id: row.get(2)? })
    }
}

/// A kind of record that holds what people said and is not kept for ever. That it was there, when, with whom and how
/// it went stays; the words and files go.
#[derive(Clone, Copy)]
pub struct Keeping {
    /// Its name, and that of its text: the plural of the noun.
    pub kind: &'static str,
    /// The kinds of channels that have a term each; none: one term for all.
    pub channels: &'static [&'static str],
    /// Reads some that have aged.
    pub aged: fn(&mut Tx<'_>, &Aged) -> Result<Vec<AgedRecord>>,
    /// Counts all that have aged; `after` and `most` mean nothing here.
    pub count: fn(&mut Tx<'_>, &Aged) -> Result<i64>,
    /// Empties these. Done twice it comes to the same.
    pub empty: fn(&mut Tx<'_>, &[String]) -> Result<()>,
}

/// Every module's [`Keeping`]: a part of the app, used by `retention`.
#[derive(Clone)]
pub struct Keepings(pub Vec<Keeping>);
