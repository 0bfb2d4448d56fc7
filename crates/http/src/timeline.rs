//! One customer, one line of time: what every module knows of contacts with a person, in order.

use kernel::{ChannelId, Cursor, CustomerId, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

/// One contact with a customer, or something that came of one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When it began: with the id its place.
    pub at: Timestamp,
    /// The id of the thing itself.
    pub id: String,
    /// What it is: the noun of its module.
    #[schema(example = "conversation")]
    pub kind: &'static str,
    /// What it was about, in a word or two; empty when nobody said.
    pub title: String,
    /// The beginning of what was said or agreed.
    pub summary: String,
    /// Who of the department it was with, by name.
    pub by: Option<String>,
    /// Where it stands, in its module's words.
    #[schema(example = "closed")]
    pub state: String,
    /// Which way it came: a kind of channel, or `phone`, `counter`, `other`; none where there is none.
    pub way: Option<String>,
    /// The channel it came by.
    pub channel_id: Option<ChannelId>,
    /// Until when it lasted, or is due.
    pub until: Option<Timestamp>,
    /// Where the API reads it.
    #[schema(example = "/conversations/cnv_00000000000000000000000000")]
    pub link: String,
}

/// How a module's part of a timeline is read: whose, before which place, and how many at most.
pub type ReadTimeline = fn(&mut Tx<'_>, &[CustomerId], &Cursor, i64) -> Result<Vec<TimelineEntry>>;

/// What a module knows of contacts with customers: every module that knows of any brings one. A 360° view is their
/// sum, whatever modules there are.
#[derive(Clone, Copy)]
pub struct TimelineSource {
    /// The module.
    pub module: &'static str,
    /// The entries of the person these ids stand for that the actor may read, from the newest `(at, id)` before
    /// the cursor on, as many as asked for at most. Nothing where the actor may read none; by an index, for it is
    /// asked at each page.
    pub read: ReadTimeline,
}

/// Every module's [`TimelineSource`]: a part of the app, used by `customers`.
#[derive(Clone)]
pub struct Timelines(pub Vec<TimelineSource>);

impl Timelines {
    /// The newest `limit` entries of all modules before the cursor, in order.
    ///
    /// # Errors
    /// From the database.
    pub fn read(&self, tx: &mut Tx<'_>, who: &[CustomerId], before: &Cursor, limit: i64) -> Result<Vec<TimelineEntry>> {
        let mut all = Vec::new();
        for source in &self.0 {
            all.extend((source.read)(tx, who, before, limit)?);
        }
        all.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        all.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(all)
    }
}
