//! A team's day: which rows stand on it, and what they come to.

use audit::api::Entry;
use conversations::WrapUpReason;
use kernel::{Error, Id, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::{Fact, Tx};
use utoipa::ToSchema;

use crate::{
    events::{self, Signed},
    model::{DailyRecord, InquiryRecord, Outcome, Way},
    queries,
};

/// The organisation's day of this moment, `YYYY-MM-DD`.
pub(crate) fn day_of(tx: &mut Tx<'_>, at: Timestamp) -> Result<String> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date().to_string())
}

/// A day as it is written; none for any other text.
pub(crate) fn read_day(text: &str) -> Result<jiff::civil::Date> {
    let day: Option<jiff::civil::Date> = text.parse().ok();
    day.filter(|day| day.to_string() == text).ok_or_else(|| Error::field("day", "malformed"))
}

/// The day on whose sheet something of this day is put: this one, or the next that is not signed.
pub(crate) fn open_day(tx: &mut Tx<'_>, unit: Option<UnitId>, day: String) -> Result<String> {
    let signed = queries::signed_since(tx, unit, &day)?;
    let mut open = read_day(&day)?;
    while signed.contains(&open.to_string()) {
        open = open.tomorrow().map_err(Error::internal)?;
    }
    Ok(open.to_string())
}

/// How many, of these, and how many of them settled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// How many.
    pub inquiries: i64,
    /// Of these, settled.
    pub solved: i64,
    /// Not settled.
    pub unsolved: i64,
    /// By reason, most first; what has none comes last.
    pub by_reason: Vec<ByReason>,
    /// By channel, most first.
    pub by_channel: Vec<ByChannel>,
}

/// How many for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ByReason {
    /// The reason; none for those nobody sorted.
    pub reason_id: Option<Id<WrapUpReason>>,
    /// Its words as they stand on the rows.
    pub reason: Option<String>,
    /// How many.
    pub inquiries: i64,
}

/// How many in one way, or on one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ByChannel {
    /// The way.
    pub way: Way,
    /// The channel's name, of conversations.
    pub channel: Option<String>,
    /// How many.
    pub inquiries: i64,
}

impl Totals {
    /// Counted from the rows themselves.
    pub(crate) fn of<'r>(rows: impl IntoIterator<Item = &'r InquiryRecord>) -> Self {
        let mut totals = Self::default();
        for row in rows {
            totals.inquiries += 1;
            totals.solved += i64::from(row.outcome == Outcome::Solved);
            totals.unsolved += i64::from(row.outcome == Outcome::Unsolved);
            match totals.by_reason.iter_mut().find(|one| one.reason == row.reason) {
                Some(one) => one.inquiries += 1,
                None => {
                    let (reason_id, reason) = (row.reason_id, row.reason.clone());
                    totals.by_reason.push(ByReason { reason_id, reason, inquiries: 1 });
                }
            }
            match totals.by_channel.iter_mut().find(|one| one.way == row.way && one.channel == row.channel_name) {
                Some(one) => one.inquiries += 1,
                None => {
                    totals.by_channel.push(ByChannel { way: row.way, channel: row.channel_name.clone(), inquiries: 1 });
                }
            }
        }
        totals.by_reason.sort_by_key(|one| (one.reason.is_none(), -one.inquiries));
        totals.by_channel.sort_by_key(|one| -one.inquiries);
        totals
    }
}

/// What stands on a team's sheet.
pub(crate) struct Sheet {
    pub rows: Vec<InquiryRecord>,
    pub totals: Totals,
    pub signature: Option<DailyRecord>,
    pub unit_name: Option<String>,
}

/// Reads it.
pub(crate) fn read(tx: &mut Tx<'_>, unit: Option<UnitId>, day: &str) -> Result<Sheet> {
    let rows = queries::of_day(tx, unit, day)?;
    let signature = queries::signature(tx, unit, day)?;
    let tree = people::api::tree(tx)?;
    let unit_name = unit.and_then(|unit| tree.unit(unit).map(|unit| unit.name.clone()));
    Ok(Sheet { totals: Totals::of(&rows), rows, signature, unit_name })
}

/// Signs it, as whoever may.
pub(crate) fn sign(
    tx: &mut Tx<'_>,
    unit_id: Option<UnitId>,
    day: String,
    inquiries: i64,
    (by, name): (UserId, String),
    note: String,
) -> Result<()> {
    let signed = DailyRecord {
        id: tx.new_id(),
        sheet: DailyRecord::sheet(unit_id, &day),
        day,
        unit_id,
        inquiries,
        note,
        signed_by: Some(by),
        signed_by_name: name,
        signed_at: tx.now(),
    };
    queries::sign(tx, &signed)?;
    audit::api::record(tx, Entry::new("inquiries.day_signed", "daily_record", signed.id).created(&signed))?;
    let fact = Signed { day: signed.day.clone(), unit_id, inquiries };
    tx.emit(Fact::new(events::SIGNED, signed.id, &fact)?);
    Ok(())
}
